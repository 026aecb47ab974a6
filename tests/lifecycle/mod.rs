//! The worker's promises: whatever is delivered twice, late or never, and whoever dies when, a deployment ends where
//! the lifecycle says, and nothing is provisioned twice.

mod connectors;
mod crowd;
mod dead_letters;
mod fencing;
mod kill;
mod process;
mod redelivery;
mod scene;
mod schedules;
mod sweeper;
mod workshop;

pub(crate) use dead_letters::{WorkQueue, bury};
pub(crate) use workshop::{Stop, Task, Workshop};
