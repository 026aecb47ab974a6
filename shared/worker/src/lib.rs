//! The engine of workers, apart from what they work on: leases and their epochs, stages, attempts, batches of messages,
//! the sweep for what got lost, and dead letters.
//!
//! A kind of work is a type that implements [`Kind`]; a worker is a list of [`Registration`]s. [`Job`] is where to start
//! reading: one job is one operation on one entity. Every stage can run twice, and killing the worker between any two
//! side effects loses nothing.

mod batch;
mod bury;
mod care;
mod dead_letters;
mod error;
mod job;
mod registration;
mod stage;
mod sweep;
mod work;

pub use batch::{BatchAnswer, Failure};
pub use care::{SweepOutcome, hopeless};
pub use dead_letters::dead_letters;
pub use error::JobError;
pub use job::{Done, Job, Kind, MAX_ATTEMPTS, give_back, give_up, note, shortened, work_on, worker};
pub use registration::Registration;
pub use stage::{NoObserver, Stage, StageObserver};
pub use sweep::{Swept, look_after, sweep};
pub use work::{messages, work};

/// Makes a type of a crate's own of the jobs of a kind: only that can be given methods there. It is the job in
/// everything else.
#[macro_export]
macro_rules! job_of {
    ($(#[$doc:meta])* $name:ident, $kind:ty) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name<'j, 'a>(pub(crate) &'j mut $crate::Job<'a, $kind>);

        impl<'a> std::ops::Deref for $name<'_, 'a> {
            type Target = $crate::Job<'a, $kind>;

            fn deref(&self) -> &Self::Target {
                self.0
            }
        }

        impl std::ops::DerefMut for $name<'_, '_> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                self.0
            }
        }
    };
}
