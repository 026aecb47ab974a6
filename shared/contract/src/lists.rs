//! Answers of lists, and what the third family wraps single entries in.

use schemars::JsonSchema;
use serde::Serialize;

/// A page of results.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PageOf{V}")]
pub struct Paged<V> {
    /// Maximum number of results that was asked for.
    pub limit: usize,
    /// Number of results that were skipped.
    pub offset: usize,
    /// Number of results on this page.
    pub count: usize,
    /// Number of results on all pages, unless `withTotal=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The results.
    pub results: Vec<V>,
    /// The cursor of the next page, to be sent as `cursor`. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

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
