//! Collections: what the lists below `/api/v1/` take and answer.
//!
//! They take the parameters that clients of Laravel APIs know, and answer as its paginator does. What a list can be
//! filtered and sorted by and what can be included is declared once, as query parameters; what the OpenAPI document
//! says, what is checked, and what an error names as allowed all follow from that.
//!
//! ```
//! use api::collection::{CollectionRequest, Sort, SortField, SortFields};
//! use api::query::Flag;
//!
//! /// What deployments can be sorted by.
//! #[derive(Debug, Clone)]
//! pub struct ByFlow;
//!
//! impl SortFields for ByFlow {
//!     const FIELDS: &'static [SortField] =
//!         &[SortField { name: "flow_name", aliases: &["flows.name"], description: "The name of the flow" }];
//! }
//!
//! api::query! {
//!     /// Which deployments a collection shows.
//!     pub struct ListDeployments {
//!         /// The page.
//!         pub page: CollectionRequest,
//!         /// Those with that in their name.
//!         pub name as "filter[name]": Option<Vec<String>>,
//!         /// Whether they lie in no environment.
//!         pub global as "filter[global]": Flag,
//!         /// The order.
//!         pub sort: Sort<ByFlow>,
//!     }
//! }
//! ```

mod answer;
mod fields;
mod request;
#[cfg(test)]
mod tests;

pub use contract::lists::{Collected, CollectionLinks, CollectionMeta, Data, Deleted};
pub use fields::{Choices, Include, Order, Sort, SortFields, directions};
pub use request::CollectionRequest;

pub use crate::paging::Slice;
pub use crate::param::{Choice, FilterKind, SortField};

/// Number of entries on a page if none is given.
pub const DEFAULT_PER_PAGE: usize = 15;

/// The most entries on a page.
pub const MAX_PER_PAGE: usize = 100;
