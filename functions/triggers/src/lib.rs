//! Triggers: what starts a deployed flow from outside. Neither knows which deployment answers; the route does.

mod fire;
mod receive;

pub use fire::{Fire, Tick};
pub use receive::Receive;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::http::<Receive>(), Endpoint::event::<Fire>()];
