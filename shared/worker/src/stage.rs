//! Who watches the stages of a job.

pub use domain::stage::Stage;
use futures::future::{BoxFuture, ready};

/// Is told when a stage is done. A job goes on when the future is ready.
pub trait StageObserver: Send + Sync {
    /// `stage` is done, and everything before it.
    fn after(&self, stage: Stage) -> BoxFuture<'_, ()>;
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct NoObserver;

impl StageObserver for NoObserver {
    fn after(&self, _: Stage) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}
