//! Runs: started by hand, and looked at however they were started.

mod get;
mod start;

pub use get::Get;
pub use start::Start;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::http::<Start>(), Endpoint::http::<Get>()];
