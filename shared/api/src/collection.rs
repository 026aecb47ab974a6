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
mod rules;
#[cfg(test)]
mod tests;

pub use answer::{Collected, CollectionLinks, CollectionMeta, Data, Deleted};
pub use request::{CollectionRequest, Order, directions, includes};
pub(crate) use rules::{
    filter_rule, filter_values, include_rule, sort_rule, sort_text, sorts, takes, undeclared,
};

pub use crate::paging::Slice;

use crate::operation::{Param, ParamKind};

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

/// What the values of a filter are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    /// UUIDs.
    Id,
    /// Ids, or `key={key}`.
    Reference,
    /// `true` or `1`, `false` or `0`.
    Boolean,
    /// Some of these words.
    OneOf(&'static [&'static str]),
    /// Any texts, of at most 1,024 characters each.
    Text,
}

/// Something that can be included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What it is called, and the member that it comes in.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
}

/// Something that can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortField {
    /// What it is called.
    pub name: &'static str,
    /// What it may be called as well.
    pub aliases: &'static [&'static str],
    /// What it is.
    pub description: &'static str,
}

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

/// The name of a filter, which its parameter has in brackets.
pub(crate) fn filter_name(parameter: &str) -> &str {
    parameter.strip_prefix("filter[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(parameter)
}
