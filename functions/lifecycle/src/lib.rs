//! The lifecycle of deployments: the worker that deploys, moves, rolls back and undeploys; the sweeper that finds what got
//! lost; the consumer of dead letters.
//!
//! [`job`] is where to start reading: one job is one operation on one deployment. Every stage can run twice, and
//! killing the worker between any two side effects loses nothing.

mod batch;
mod build;
mod bury;
mod connector;
#[cfg(test)]
mod crowd;
mod fault;
mod flow;
mod follow_up;
pub mod job;
mod machine;
mod package;
mod restore;
mod retire;
mod rollback;
#[cfg(test)]
mod samples;
mod schedule;
mod settle;
mod stage;
mod staged;
mod sweep;
mod undeploy;
mod work;

pub use bury::Bury;
pub use job::{Done, MAX_ATTEMPTS};
pub use stage::{Stage, Unwatched, Witness};
pub use sweep::{Care, Sweep, Swept, look_after, sweep};
pub use work::Work;

use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] =
    &[Endpoint::event::<Work>(), Endpoint::event::<Sweep>(), Endpoint::event::<Bury>()];
