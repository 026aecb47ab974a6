//! What is kept of a list that is read whole, to be sorted or counted: all of it, or an error. Nothing is left out silently.

use std::time::{Duration, Instant};

use crate::error::StoreError;

/// Maximum number of entries that a page may leave out before it begins. Beyond them a cursor goes on.
pub const MAX_OFFSET: usize = 10_000;

/// Maximum time that reading may take: a request has 29 seconds, and what was read is still to be sorted and answered.
const PATIENCE: Duration = Duration::from_secs(20);

/// Entries that were kept so far.
pub(crate) struct Gathered<T> {
    kept: Vec<T>,
    began: Instant,
    patience: Duration,
}

impl<T> Gathered<T> {
    pub(crate) fn begin() -> Self {
        Self { kept: Vec::new(), began: Instant::now(), patience: PATIENCE }
    }

    /// Keeps what is wanted of the next entries.
    ///
    /// # Errors
    ///
    /// More than [`MAX_OFFSET`] are wanted, or reading takes too long.
    pub(crate) fn keep(&mut self, wanted: impl IntoIterator<Item = T>) -> Result<(), StoreError> {
        self.kept.extend(wanted);
        if self.kept.len() > MAX_OFFSET {
            return Err(StoreError::TooMany(MAX_OFFSET));
        }
        if self.began.elapsed() > self.patience {
            return Err(StoreError::TooLong(self.patience.as_secs()));
        }
        Ok(())
    }

    /// All that was wanted, once there is nothing left to be read.
    pub(crate) fn finish(self) -> Vec<T> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_may_match_are_all_kept_and_one_more_is_refused() {
        let mut gathered = Gathered::begin();
        for first in (0..MAX_OFFSET).step_by(1_000) {
            gathered.keep(first..first + 1_000).unwrap();
        }
        // What is read and not wanted counts for nothing.
        gathered.keep([]).unwrap();
        let refused = gathered.keep([MAX_OFFSET]).unwrap_err();
        assert!(matches!(refused, StoreError::TooMany(MAX_OFFSET)), "{refused}");

        let mut gathered = Gathered::begin();
        gathered.keep(0..MAX_OFFSET).unwrap();
        assert_eq!(gathered.finish(), (0..MAX_OFFSET).collect::<Vec<_>>());
    }

    #[test]
    fn what_takes_too_long_is_refused_before_the_function_is_stopped() {
        let mut gathered = Gathered { patience: Duration::ZERO, ..Gathered::begin() };
        let refused = gathered.keep([1]).unwrap_err();
        assert!(matches!(refused, StoreError::TooLong(0)), "{refused}");
    }
}
