use schemars::JsonSchema;
use serde::Serialize;

use super::request::CollectionRequest;
use crate::paging::{Edge, Slice};

/// A page of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CollectedOf{V}")]
pub struct Collected<V> {
    /// The entries.
    pub data: Vec<V>,
    /// Number and size of the page.
    pub meta: CollectionMeta,
    /// URLs of other pages.
    pub links: CollectionLinks,
}

/// Which page of a collection it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CollectionMeta {
    /// The number of the page, from 1.
    pub current_page: u64,
    /// The place of its first entry among all, from 1; null on an empty page.
    pub from: Option<u64>,
    /// The number of the last page, at least 1.
    pub last_page: u64,
    /// The URL of the collection, without a query.
    pub path: String,
    /// Maximum number of entries on a page.
    pub per_page: usize,
    /// The place of its last entry among all, from 1; null on an empty page.
    pub to: Option<u64>,
    /// Number of entries on all pages.
    pub total: u64,
}

/// Where other pages of a collection are. They keep what was asked for. Whoever follows `next` from the first page
/// meets every entry that is there all the while exactly once, whatever is made and deleted meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CollectionLinks {
    /// The first page.
    pub first: String,
    /// The last page; null where that is beyond what can be asked for by its number. `next` leads there.
    pub last: Option<String>,
    /// The page before; null on the first one.
    pub prev: Option<String>,
    /// The page after; null on the last one.
    pub next: Option<String>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "DataOf{V}")]
pub struct Data<V> {
    /// The entry.
    pub data: V,
}

/// The answer to a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Deleted {
    /// A sentence that says what happened.
    pub message: String,
}

impl CollectionRequest {
    /// The answer that has `slice` on the page that was asked for.
    pub fn answer<V>(&self, slice: Slice<V>) -> Collected<V> {
        let last_page = self.last_page(&slice);
        let count = slice.data.len() as u64;
        let place = |place: u64| (count > 0).then(|| self.skipped().saturating_add(place));
        let meta = CollectionMeta {
            current_page: self.page,
            from: place(1),
            last_page,
            path: self.url.clone(),
            per_page: self.per_page,
            to: place(count),
            total: slice.total,
        };
        // A number says where a page lies only to whoever asked by it: more or less may lie before by now.
        let before = self.page.saturating_sub(1).max(1);
        let by_number = self.page > 1 && self.edge == Edge::Start;
        let previous = match &slice.previous {
            Some(end) => Some(self.link(before, Some(end))),
            None => by_number.then(|| self.link(before, None)),
        };
        let links = CollectionLinks {
            first: self.link(1, None),
            last: self.reaches(last_page).then(|| self.link(last_page, None)),
            prev: previous,
            next: slice.next.map(|edge| self.link(self.page + 1, Some(&edge))),
        };
        Collected { data: slice.data, meta, links }
    }

    /// What the total says, unless the pages themselves know better: it is counted at another moment.
    fn last_page<V>(&self, slice: &Slice<V>) -> u64 {
        let counted = slice.total.div_ceil(self.per_page.max(1) as u64);
        let seen = match (&slice.next, slice.data.is_empty()) {
            (Some(_), _) => self.page + 1,
            (None, false) => self.page,
            (None, true) => 1,
        };
        counted.max(seen)
    }
}
