//! What a query parameter can be read as.

use std::marker::PhantomData;
use std::ops::Deref;

use domain::address::Address;
use domain::ids::PackageId;
use store::{Entity, ProjectStore, StoreError};
use uuid::Uuid;

use super::params::{FieldKind, QueryField, QueryValue, Values};
use super::words::Words;
use crate::error::ApiError;
use crate::paging::{Edge, Scope};
use crate::param::{FilterKind, ParamKind, flag};

/// A whole number from 1 on.
impl QueryValue for u64 {
    const KIND: ParamKind = ParamKind::Integer { min: 1, max: Self::MAX };

    fn read(_: &'static str, text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A whole number within bounds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const MIN: u64, const MAX: u64>(pub u64);

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    /// The number as a length; what the machine cannot count to is the most that it can.
    pub fn length(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<const MIN: u64, const MAX: u64> QueryValue for Whole<MIN, MAX> {
    const KIND: ParamKind = ParamKind::Integer { min: MIN, max: MAX };

    fn read(_: &'static str, text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

impl QueryValue for bool {
    const KIND: ParamKind = ParamKind::Boolean;

    fn read(_: &'static str, text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Any text of at most 1,024 characters, an empty one as well.
impl QueryValue for String {
    const KIND: ParamKind = ParamKind::Text;

    fn read(_: &'static str, text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// A text that is not empty: some clients send every parameter that they know, so an empty one counts as absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled(String);

impl QueryValue for Filled {
    const KIND: ParamKind = ParamKind::Text;

    fn read(_: &'static str, text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
}

impl Deref for Filled {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<T: Words> QueryValue for T {
    const KIND: ParamKind = ParamKind::OneOf(T::WORDS);

    fn read(_: &'static str, text: &str) -> Option<Self> {
        T::of_word(text)
    }
}

/// An entity that a parameter names: by its id, or as `key={key}`.
#[derive(Debug, Clone)]
pub struct Named<E> {
    parameter: &'static str,
    address: Address,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity> QueryValue for Named<E> {
    const KIND: ParamKind = ParamKind::Reference;

    fn read(parameter: &'static str, text: &str) -> Option<Self> {
        Some(Self { parameter, address: text.parse().ok()?, entity: PhantomData })
    }
}

impl<E: Entity> Named<E> {
    /// The id of the entity, if one is named. An id is taken as it is: a list may hold what outlived that entity.
    ///
    /// # Errors
    ///
    /// 400 when a key is nobody's.
    pub async fn id(named: Option<&Self>, project: &ProjectStore) -> Result<Option<Uuid>, ApiError> {
        let Some(Self { parameter, address, .. }) = named else { return Ok(None) };
        if let Address::Id(id) = address {
            return Ok(Some(*id));
        }
        match project.id_of::<E>(address).await {
            Ok(id) => Ok(Some(id)),
            Err(error @ StoreError::NotFound { .. }) => {
                let problem = format!("Query parameter '{parameter}' names nothing: {}", error.sentence());
                Err(ApiError::invalid_parameter(parameter, problem))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// One of the values of a filter.
pub trait FilterValue: Sized + Send {
    /// What it may be.
    const KIND: FilterKind;

    /// Reads a value. What does not fit was refused before, or is nothing's.
    fn read(text: &str) -> Option<Self>;
}

/// The values of a filter, any of which will do.
impl<T: FilterValue> QueryValue for Vec<T> {
    const KIND: ParamKind = ParamKind::Filter(T::KIND);

    fn read(_: &'static str, text: &str) -> Option<Self> {
        Some(text.split(',').filter_map(T::read).collect())
    }
}

impl FilterValue for PackageId {
    const KIND: FilterKind = FilterKind::Id;

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FilterValue for Address {
    const KIND: FilterKind = FilterKind::Reference;

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FilterValue for String {
    const KIND: FilterKind = FilterKind::Text;

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl<T: Words> FilterValue for T {
    const KIND: FilterKind = FilterKind::OneOf(T::WORDS);

    fn read(text: &str) -> Option<Self> {
        T::of_word(text)
    }
}

/// What a filter of `true`, `1`, `false` and `0` asks for: `None` where it is absent, or asks for both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl Flag {
    /// Whether it leaves in what is so, or is not so.
    pub fn allows(self, is_so: bool) -> bool {
        self.0.is_none_or(|wanted| wanted == is_so)
    }
}

impl QueryField for Flag {
    const KIND: FieldKind = FieldKind::One(ParamKind::Filter(FilterKind::Boolean));

    fn of(values: Values<'_>) -> Self {
        let mut wanted = values.first().unwrap_or_default().split(',').filter_map(flag);
        let first = wanted.next();
        Self(first.filter(|first| wanted.all(|other| other == *first)))
    }
}

/// Where the page begins that is asked for, and what cursors of the list belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Where the page begins or ends.
    pub(crate) edge: Edge,
    /// What cursors of the list belong to.
    pub(crate) scope: Scope,
}

impl QueryField for Cursor {
    const KIND: FieldKind = FieldKind::One(ParamKind::Cursor);

    fn of(values: Values<'_>) -> Self {
        Self { edge: values.query.edge().clone(), scope: values.query.scope().clone() }
    }
}
