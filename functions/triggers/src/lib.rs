//! Triggers: what starts a deployed flow from outside, and the jobs of connectors. Neither knows which deployment
//! answers; the route does, and for a job its deployment.

mod fire;
mod fire_application;
mod receive;
mod slot;

pub use fire::{Fire, FlowTick, Tick};
pub use fire_application::ApplicationTick;
pub use receive::Receive;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::http::<Receive>(), Endpoint::event::<Fire>()];
