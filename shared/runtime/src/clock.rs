//! Time and fresh ids. The only place that asks the machine for either.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::metadata::Timestamp;
use uuid::Uuid;

/// Tells the time: the machine's, or one that a test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// A clock that runs ahead of the machine's by as many seconds as [`Clock::advance`] was told.
    pub fn adjustable() -> Self {
        Self { ahead: Some(Arc::default()) }
    }

    /// Moves an adjustable clock on. Does nothing to the machine's.
    pub fn advance(&self, seconds: i64) {
        if let Some(ahead) = &self.ahead {
            ahead.fetch_add(seconds, Ordering::Relaxed);
        }
    }

    /// The time, to the millisecond.
    pub fn now(&self) -> Timestamp {
        let ahead = self.ahead.as_ref().map_or(0, |ahead| ahead.load(Ordering::Relaxed));
        Timestamp::new(jiff::Timestamp::now()).plus_seconds(ahead)
    }
}

/// A random number.
pub fn random() -> u32 {
    let (low, ..) = new_id().as_fields();
    low
}

/// A random id.
pub fn new_id() -> Uuid {
    Uuid::new_v4()
}
