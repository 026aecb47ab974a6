//! Published connectors: the catalogue that is deployed from. Publishing a staged connector fills it; nobody edits it.

mod get;
mod search;

pub use get::Get;
pub use search::Search;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::http::<Search>(), Endpoint::http::<Get>()];
