//! Throttling by AWS: how an answer that says so is recognised, and how long to wait before the next attempt.
//!
//! A throttled request was not carried out, and the same request succeeds later: it is no failure. A quota on how many
//! things there may be is none of this: it stays exceeded until somebody raises it.

use std::error::Error;

/// The longest pause before the next attempt, in seconds.
pub const MAX_PAUSE_SECONDS: i64 = 300;

/// The longest pause after the first throttle, in seconds. It doubles with each throttle that follows.
const FIRST_PAUSE_SECONDS: i64 = 5;

/// The codes with which AWS services answer what they throttle.
const THROTTLES: [&str; 17] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    // Not a number of things, but of runs under way, which end.
    "ExecutionLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Whether an error code says that too many requests were made.
pub fn is_throttle(code: &str) -> bool {
    THROTTLES.contains(&code)
}

/// Whether an error code says that there may not be more of something.
pub fn is_quota(code: &str) -> bool {
    let plain = code.strip_suffix("Exception").unwrap_or(code);
    (plain.ends_with("LimitExceeded") || plain == "ServiceQuotaExceeded") && !is_throttle(code)
}

/// A request that was throttled. It is the source of whatever error the caller gets.
#[derive(Debug, thiserror::Error)]
#[error("too many requests: {0}")]
pub struct Throttled(#[source] Box<dyn Error + Send + Sync>);

/// Marks an error of an AWS service as [`Throttled`] if its code says so.
pub fn marked(code: Option<&str>, error: Box<dyn Error + Send + Sync>) -> Box<dyn Error + Send + Sync> {
    if code.is_some_and(is_throttle) { Box::new(Throttled(error)) } else { error }
}

/// Whether an error, or one that led to it, is [`Throttled`].
pub fn is_throttled(error: &(dyn Error + 'static)) -> bool {
    let mut led_to = Some(error);
    while let Some(error) = led_to {
        if error.is::<Throttled>() {
            return true;
        }
        led_to = error.source();
    }
    false
}

/// The pause after the throttle that is the `times`-th in a row, counted from 1, in seconds. It lies between half and
/// the whole of a bound that grows up to [`MAX_PAUSE_SECONDS`]; `random` decides where, so that those who were
/// throttled together do not come back together.
pub fn pause_seconds(times: u32, random: u32) -> i64 {
    let doublings = times.saturating_sub(1).min(16);
    let bound = (FIRST_PAUSE_SECONDS << doublings).min(MAX_PAUSE_SECONDS);
    let half = bound / 2;
    bound - i64::from(random) % (half + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttles_and_quotas_are_told_apart() {
        let throttles =
            ["ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"];
        for code in throttles.into_iter().chain(THROTTLES) {
            assert!(is_throttle(code) && !is_quota(code), "{code}");
        }
        for code in [
            "StateMachineLimitExceeded",
            "TopicLimitExceeded",
            "TopicLimitExceededException",
            "SubscriptionLimitExceeded",
            "ServiceQuotaExceededException",
        ] {
            assert!(is_quota(code) && !is_throttle(code), "{code}");
        }
        for code in ["ValidationException", "InternalServerError", ""] {
            assert!(!is_quota(code) && !is_throttle(code), "{code}");
        }
    }

    #[test]
    fn a_throttle_is_found_behind_what_it_led_to() {
        #[derive(Debug, thiserror::Error)]
        #[error("the table did not answer")]
        struct Outer(#[source] Box<dyn Error + Send + Sync>);

        let outer = |code| Outer(marked(Some(code), "the answer".into()));
        assert!(is_throttled(&outer("ThrottlingException")));
        assert!(!is_throttled(&outer("InternalServerError")));
        assert!(!is_throttled(&Outer(marked(None, "no answer".into()))));
    }

    #[test]
    fn pauses_grow_to_a_bound_and_differ() {
        for times in 0..200 {
            for random in [0, 1, 2, 7, 1_000, u32::MAX] {
                let pause = pause_seconds(times, random);
                assert!((2..=MAX_PAUSE_SECONDS).contains(&pause), "{times}, {random}: {pause}");
            }
        }
        let longest: Vec<_> = (1..=8).map(|times| pause_seconds(times, 0)).collect();
        assert_eq!(longest, [5, 10, 20, 40, 80, 160, 300, 300]);
        let many: std::collections::BTreeSet<_> = (0..1_000).map(|random| pause_seconds(7, random)).collect();
        assert_eq!((many.first(), many.last(), many.len()), (Some(&150), Some(&300), 151));
    }
}
