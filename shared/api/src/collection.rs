//! Collections: what the lists below `/api/v1/` take and answer.
//!
//! They take the parameters that clients of Laravel APIs know, and answer as its paginator does. What a list can be
//! filtered and sorted by and what can be included is declared once, as query parameters; what the OpenAPI document
//! says, what is checked, and what an error names as allowed all follow from that.
//!
//! ```
//! use api::collection::{self, Choice, FilterKind, SortField, filter, include, sort};
//! use api::operation::Param;
//!
//! const FILTERS: &[Param] = &[
//!     filter("filter[name]", "Those with that in their name", FilterKind::Text),
//!     filter("filter[global]", "Whether they lie in no environment", FilterKind::Boolean),
//! ];
//! const INCLUDES: &[Choice] = &[Choice { name: "package", description: "The package it was deployed with" }];
//! const SORTS: &[SortField] =
//!     &[SortField { name: "flow_name", aliases: &["flows.name"], description: "The name of the flow" }];
//! const QUERY: &[&[Param]] = &[collection::PAGE, FILTERS, &[include(INCLUDES), sort(SORTS)]];
//! ```

mod answer;
mod request;
#[cfg(test)]
mod tests;

pub use contract::lists::{Collected, CollectionLinks, CollectionMeta, Data, Deleted};
pub use request::{CollectionRequest, Order, directions, includes};

pub use crate::paging::Slice;
pub use crate::param::{Choice, FilterKind, SortField};

use crate::param::{Param, ParamKind};

/// Number of entries on a page if none is given.
pub const DEFAULT_PER_PAGE: usize = 15;

/// The most entries on a page.
pub const MAX_PER_PAGE: usize = 100;

/// The parameters that every collection has.
pub const PAGE: &[Param] = &[
    Param {
        name: "page",
        description: "The number of the page. If omitted, 1",
        kind: ParamKind::Integer { min: 1, max: u32::MAX as u64 },
    },
    Param {
        name: "per_page",
        description: "Maximum number of entries on a page. If omitted, 15",
        kind: ParamKind::Integer { min: 1, max: MAX_PER_PAGE as u64 },
    },
    Param {
        name: "cursor",
        description: "Where the page begins, as in `links` of another page. Then `page` only numbers the page",
        kind: ParamKind::Text,
    },
];

/// A filter. `parameter` is the whole name of the query parameter, such as `filter[name]`.
pub const fn filter(parameter: &'static str, description: &'static str, kind: FilterKind) -> Param {
    Param { name: parameter, description, kind: ParamKind::Filter(kind) }
}

/// The parameter that says what to include.
pub const fn include(choices: &'static [Choice]) -> Param {
    Param {
        name: "include",
        description: "What to include in every entry, separated by commas",
        kind: ParamKind::Include(choices),
    }
}

/// The parameter that says what to sort by.
pub const fn sort(fields: &'static [SortField]) -> Param {
    Param {
        name: "sort",
        description: "What to sort by, smallest first; after `-` largest first; several with commas between, the most \
                      important first",
        kind: ParamKind::Sort(fields),
    }
}
