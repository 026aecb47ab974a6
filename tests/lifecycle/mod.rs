//! The worker's promises: whatever is delivered twice, late or never, and whoever dies when, a deployment ends where
//! the lifecycle says, and nothing is provisioned twice.

mod changes;
mod connectors;
mod crowd;
mod dead_letters;
mod faults;
mod fencing;
mod kill;
mod meanwhile;
mod overtaken;
mod packages;
mod process;
mod redelivery;
mod scene;
mod schedules;
mod shipments;
mod slow_packages;
mod sweeper;
mod throttling;
mod under_way;
mod workshop;

pub(crate) use dead_letters::{WorkQueue, bury};
pub(crate) use workshop::{Stop, Task, Workshop, work};
