//! The worker of connectors: deploys and undeploys them, and checks and publishes what is staged.

mod connector;
mod dead_letters;
mod grants;
mod job;
mod staged;
mod sweep;
#[cfg(test)]
mod too_large;
mod work;

pub use dead_letters::DeadLetters;
pub use sweep::Sweep;
pub use work::Work;

use runtime::Endpoint;
use worker::Registration;

/// The kinds of work that this worker does.
pub const KINDS: &[Registration] =
    &[Registration::of::<job::ConnectorDeployments>(), Registration::of::<job::StagedConnectors>()];

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] =
    &[Endpoint::event::<Work>(), Endpoint::event::<Sweep>(), Endpoint::event::<DeadLetters>()];
