//! Parameters of collections that say more than which entries: what comes with each, and in which order.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use store::Direction;

use crate::paging::Directions;
use crate::param::{Choice, Param, ParamKind, SortField, names, sorts};
use crate::query::{Query, QueryParams};

/// What the entries of a collection can be answered with.
pub trait Choices: Send + 'static {
    /// All of it.
    const CHOICES: &'static [Choice];
}

/// What to answer with every entry.
#[derive(Debug, Clone)]
pub struct Include<C> {
    names: BTreeSet<&'static str>,
    choices: PhantomData<fn() -> C>,
}

impl<C> Include<C> {
    /// The names of what is asked for.
    pub const fn names(&self) -> &BTreeSet<&'static str> {
        &self.names
    }
}

impl<C: Choices> QueryParams for Include<C> {
    const PARAMS: &'static [Param] = &[Param {
        name: "include",
        description: "What to include in every entry, separated by commas",
        kind: ParamKind::Include(C::CHOICES),
    }];

    fn read(query: &Query) -> Self {
        let asked = Self::PARAMS.iter().flat_map(|param| query.all(param.name)).flat_map(names);
        let chosen = asked.filter_map(|name| C::CHOICES.iter().find(|choice| choice.name == name));
        Self { names: chosen.map(|choice| choice.name).collect(), choices: PhantomData }
    }
}

/// What a collection can be sorted by.
pub trait SortFields: Send + 'static {
    /// All of it.
    const FIELDS: &'static [SortField];
}

/// What a page is sorted by, most important first.
pub type Order = Vec<(&'static str, Direction)>;

/// What to sort by, most important first; fields by the names that they are declared with.
#[derive(Debug, Clone)]
pub struct Sort<S> {
    order: Order,
    fields: PhantomData<fn() -> S>,
}

impl<S> Sort<S> {
    /// What to sort by: what was asked for, or else `default`.
    pub fn order(&self, default: (&'static str, Direction)) -> Order {
        if self.order.is_empty() { vec![default] } else { self.order.clone() }
    }
}

impl<S: SortFields> QueryParams for Sort<S> {
    const PARAMS: &'static [Param] = &[Param {
        name: "sort",
        description: "What to sort by, smallest first; after `-` largest first; several with commas between, the most \
                      important first",
        kind: ParamKind::Sort(S::FIELDS),
    }];

    fn read(query: &Query) -> Self {
        let mut asked = Self::PARAMS.iter().flat_map(|param| query.all(param.name));
        let order = asked.next().map(|text| sorts(S::FIELDS, text)).unwrap_or_default();
        Self { order, fields: PhantomData }
    }
}

/// The directions of an order. Entries with the same values stand in the order in which they were made, as the last of
/// the fields runs.
pub fn directions(order: &[(&'static str, Direction)]) -> Directions {
    let keys: Vec<Direction> = order.iter().map(|(_, direction)| *direction).collect();
    let own = keys.last().copied().unwrap_or(Direction::Ascending);
    Directions { keys, own }
}
