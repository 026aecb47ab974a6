//! The one policy for repeating what met somebody else's change.

use std::time::Duration;

/// Attempts that are left for something that may meet somebody else's change.
///
/// Between two attempts lies a random time of at most 20·2ⁿ ms, where n is the number of pauses before, and never more
/// than 640 ms: writers that collided once should not meet again.
#[derive(Debug)]
pub struct Retry {
    done: u32,
    most: u32,
}

/// There are no attempts left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}; it was tried again and again")]
pub struct Exhausted(pub &'static str);

/// The pauses of so many attempts come to 15 seconds, of the 29 of a function. Fifty writers of one item all get through.
const PATIENT: u32 = 48;

/// The longest pause doubles so many times.
const DOUBLINGS: u32 = 5;

impl Retry {
    /// As many attempts as a function has time for.
    pub const fn patient() -> Self {
        Self::at_most(PATIENT)
    }

    /// So many attempts, the first one included.
    pub const fn at_most(attempts: u32) -> Self {
        Self { done: 0, most: attempts }
    }

    /// Waits for the next attempt.
    ///
    /// # Errors
    ///
    /// [`Exhausted`] with `reason` when there is none.
    pub async fn again(&mut self, reason: &'static str) -> Result<(), Exhausted> {
        let longest = 20_u64 << self.done.min(DOUBLINGS);
        self.done += 1;
        if self.done >= self.most {
            return Err(Exhausted(reason));
        }
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=longest))).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn so_many_attempts_are_made_and_the_pauses_fit_into_a_function() {
        for most in [1, 3, PATIENT] {
            let (mut retry, mut attempts, began) = (Retry::at_most(most), 1, Instant::now());
            while retry.again("it is changed").await.is_ok() {
                attempts += 1;
            }
            assert_eq!(attempts, most);
            assert!(began.elapsed() < Duration::from_secs(29));
        }
    }

    #[tokio::test]
    async fn whoever_gives_up_says_why() {
        let error = Retry::at_most(1).again("the route is being changed").await.unwrap_err();
        assert_eq!(error.to_string(), "the route is being changed; it was tried again and again");
    }
}
