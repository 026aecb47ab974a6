use std::collections::{BTreeMap, BTreeSet};

use form_urlencoded::Serializer;
use store::MAX_OFFSET;

use super::{DEFAULT_PER_PAGE, MAX_PER_PAGE};
use crate::error::ApiError;
use crate::paging::{Edge, Scope};
use crate::param::{Param, ParamKind, filter_name, names, sort_text, sorts};
use crate::query::{Cursor, Query, QueryParams, Whole};

crate::query! {
    /// The parameters that every collection has.
    struct Numbers {
        /// The number of the page. If omitted, 1.
        page: Option<Whole<1, { u32::MAX as u64 }>>,
        /// Maximum number of entries on a page. If omitted, 15.
        per_page: Option<Whole<1, { MAX_PER_PAGE as u64 }>>,
        /// Where the page begins, as in `links` of another page. Then `page` only numbers the page.
        cursor: Cursor,
    }
}

/// Which page of a collection a request asks for, and what its links ask for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionRequest {
    /// The number of the page, from 1.
    pub page: u64,
    /// Maximum number of entries, 1 to 100.
    pub per_page: usize,
    /// Where the page begins or ends, as the page said that led here.
    pub edge: Edge,
    /// What cursors of the collection belong to.
    pub(super) scope: Scope,
    /// The absolute URL of the collection, without a query.
    pub(super) url: String,
    /// The parameters that the links of the page repeat: filters, what to include, and the order.
    pub(super) kept: Vec<(String, String)>,
}

impl Default for CollectionRequest {
    /// The first page of everything.
    fn default() -> Self {
        Self::read(&Query::default())
    }
}

impl QueryParams for CollectionRequest {
    const PARAMS: &'static [Param] = Numbers::PARAMS;

    fn read(query: &Query) -> Self {
        let Numbers { page, per_page, cursor: Cursor { edge, scope } } = Numbers::read(query);
        Self {
            page: page.map_or(1, |Whole(page)| page),
            per_page: per_page.map_or(DEFAULT_PER_PAGE, Whole::length),
            edge,
            scope,
            url: query.url().to_owned(),
            kept: kept(query),
        }
    }
}

/// What links repeat of a query, in one spelling.
fn kept(query: &Query) -> Vec<(String, String)> {
    let (mut filters, mut rest) = (BTreeMap::new(), Vec::new());
    for (param, value) in query.given() {
        let text = match param.kind {
            ParamKind::Filter(_) => {
                filters.insert(filter_name(param.name), (param.name.to_owned(), value.to_owned()));
                continue;
            }
            ParamKind::Include(_) => {
                names(value).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",")
            }
            ParamKind::Sort(fields) => sort_text(&sorts(fields, value)),
            _ => continue,
        };
        if !text.is_empty() {
            rest.push((param.name.to_owned(), text));
        }
    }
    filters.into_values().chain(rest).collect()
}

impl CollectionRequest {
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
        query.extend_pairs(&self.kept);
        query.append_pair("per_page", &self.per_page.to_string()).append_pair("page", &page.to_string());
        if let Some(edge) = edge {
            query.append_pair("cursor", &self.scope.cursor(edge));
        }
        format!("{}?{}", self.url, query.finish())
    }
}
