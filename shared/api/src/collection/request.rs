use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use form_urlencoded::Serializer;
use store::{Direction, MAX_OFFSET};

use super::DEFAULT_PER_PAGE;
use crate::error::ApiError;
use crate::paging::{Directions, Edge, Scope};
use crate::param::{ParamKind, filter_name, flag, names, sort_text, sorts};
use crate::query::Query;
use crate::request::Call;

/// What a request asks of a collection, as it was checked when the call was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionRequest {
    /// The number of the page, from 1.
    pub page: u64,
    /// At most so many entries, 1 to 100.
    pub per_page: usize,
    /// By what to sort, most important first; fields by the names that they are declared with.
    pub sort: Vec<(&'static str, Direction)>,
    /// What to answer with every entry.
    pub includes: BTreeSet<&'static str>,
    /// What to leave in: by the name of a filter the values of which any will do. All filters have to be met.
    pub filters: BTreeMap<&'static str, Vec<String>>,
    /// Where the page begins or ends, as the page said that led here.
    pub edge: Edge,
    /// What cursors of the collection belong to.
    pub scope: Scope,
    /// The absolute URL of the collection, without a query.
    pub url: String,
}

/// What a page is sorted by, most important first.
pub type Order = Vec<(&'static str, Direction)>;

/// The directions of an order. Entries with the same values stand in the order in which they were made, as the last of
/// the fields runs.
pub fn directions(order: &[(&'static str, Direction)]) -> Directions {
    let keys: Vec<Direction> = order.iter().map(|(_, direction)| *direction).collect();
    let own = keys.last().copied().unwrap_or(Direction::Ascending);
    Directions { keys, own }
}

/// What is to be included in an answer.
pub fn includes(query: &Query) -> BTreeSet<&'static str> {
    let mut included = BTreeSet::new();
    for (param, value) in query.given() {
        if let ParamKind::Include(choices) = param.kind {
            let chosen = names(value).filter_map(|name| choices.iter().find(|choice| choice.name == name));
            included.extend(chosen.map(|choice| choice.name));
        }
    }
    included
}

impl Default for CollectionRequest {
    /// The first page of everything.
    fn default() -> Self {
        Self::read(&Query::default(), String::new())
    }
}

impl CollectionRequest {
    /// What a call asks.
    pub fn of<B, P>(call: &Call<B, P>) -> Self {
        Self::read(&call.query, call.url.clone())
    }

    pub(super) fn read(query: &Query, url: String) -> Self {
        let (mut filters, mut sort) = (BTreeMap::new(), Vec::new());
        for (param, value) in query.given() {
            match param.kind {
                ParamKind::Filter(_) => {
                    let values = value.split(',').map(str::to_owned).collect();
                    filters.insert(filter_name(param.name), values);
                }
                ParamKind::Sort(fields) => sort = sorts(fields, value),
                _ => {}
            }
        }
        Self {
            page: query.parsed("page").unwrap_or(1),
            per_page: query.parsed("per_page").unwrap_or(DEFAULT_PER_PAGE),
            sort,
            includes: includes(query),
            filters,
            edge: query.edge().clone(),
            scope: query.scope().clone(),
            url,
        }
    }

    /// The values of a filter, when it was given.
    pub fn filter(&self, name: &str) -> Option<&[String]> {
        self.filters.get(name).map(Vec::as_slice)
    }

    /// The values of a filter as another type. What does not parse was refused before, or is nothing's.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Option<Vec<T>> {
        Some(self.filter(name)?.iter().filter_map(|value| value.parse().ok()).collect())
    }

    /// What a boolean filter asks for; nothing when both will do.
    pub fn flag(&self, name: &str) -> Option<bool> {
        let mut wanted = self.filter(name)?.iter().filter_map(|value| flag(value));
        let first = wanted.next()?;
        wanted.all(|other| other == first).then_some(first)
    }

    /// Whether something is to be included.
    pub fn includes(&self, name: &str) -> bool {
        self.includes.contains(name)
    }

    /// What to sort by: what was asked for, or else `default`.
    pub fn order(&self, default: (&'static str, Direction)) -> Order {
        if self.sort.is_empty() { vec![default] } else { self.sort.clone() }
    }

    /// Number of entries before the page, by its number. With a cursor that number only counts.
    pub fn skipped(&self) -> u64 {
        self.before(self.page)
    }

    /// Number of entries to leave out before the page; nothing where the table cannot leave out so many. With a cursor it
    /// is 0, as that says where the page begins.
    pub fn offset(&self) -> Option<usize> {
        match self.edge {
            Edge::Start => usize::try_from(self.skipped()).ok().filter(|_| self.reaches(self.page)),
            Edge::After(_) | Edge::Before(_) => Some(0),
        }
    }

    /// The refusal of a page with entries on it that cannot be asked for by its number: beyond [`MAX_OFFSET`] only links
    /// lead on.
    pub fn too_far(&self) -> ApiError {
        let problem = format!(
            "Query parameter 'page' leads beyond the first {MAX_OFFSET} entries; follow 'links.next' of the pages \
             before, or narrow the filter"
        );
        ApiError::invalid_parameter("page", problem)
    }

    /// Number of entries on the pages before one.
    pub(super) fn before(&self, page: u64) -> u64 {
        (page - 1).saturating_mul(self.per_page as u64)
    }

    /// Whether a page can be asked for by its number.
    pub(super) fn reaches(&self, page: u64) -> bool {
        self.before(page) <= MAX_OFFSET as u64
    }

    /// The URL of another page of the same collection.
    pub(super) fn link(&self, page: u64, edge: Option<&Edge>) -> String {
        let mut query = Serializer::new(String::new());
        for (name, values) in &self.filters {
            query.append_pair(&format!("filter[{name}]"), &values.join(","));
        }
        if !self.includes.is_empty() {
            let names: Vec<&str> = self.includes.iter().copied().collect();
            query.append_pair("include", &names.join(","));
        }
        if !self.sort.is_empty() {
            query.append_pair("sort", &sort_text(&self.sort));
        }
        query.append_pair("per_page", &self.per_page.to_string()).append_pair("page", &page.to_string());
        if let Some(edge) = edge {
            query.append_pair("cursor", &self.scope.cursor(edge));
        }
        format!("{}?{}", self.url, query.finish())
    }
}
