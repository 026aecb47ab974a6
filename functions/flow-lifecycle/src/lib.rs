//! The worker of flows: deploys, moves, rolls back and undeploys flow deployments, one by one or together as a package.

mod build;
#[cfg(test)]
mod crowd;
mod dead_letters;
mod flow;
mod follow_up;
mod grants;
mod job;
mod machine;
mod package;
mod restore;
mod retire;
mod rollback;
#[cfg(test)]
mod samples;
mod schedule;
mod settle;
mod sweep;
mod undeploy;
mod work;

pub use dead_letters::DeadLetters;
pub use sweep::Sweep;
pub use work::Work;

use runtime::Endpoint;
use worker::Registration;

/// The kinds of work that this worker does.
pub const KINDS: &[Registration] =
    &[Registration::of::<job::FlowDeployments>(), Registration::of::<job::Packages>()];

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] =
    &[Endpoint::event::<Work>(), Endpoint::event::<Sweep>(), Endpoint::event::<DeadLetters>()];
