//! When to try again, and how long to wait.

use std::time::Duration;

use egress::Failure;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::answer::Answer;

/// How often a request is sent at most.
pub const MAX_ATTEMPTS: u32 = 3;

/// The longest pause before the second attempt; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// An attempt with less time than this would only turn the answer that is there into a timeout.
pub(crate) const LEAST_TIME: Duration = Duration::from_millis(100);

/// Whether another attempt may help without doing anything twice.
///
/// 429 and 503 say that nothing was done, so they are tried again whatever the method. After any other
/// failure of the server or the network it is unknown what was done, so only a `repeatable` request is sent
/// again. A timeout is never followed by another attempt: there is no time left.
pub(crate) fn worthwhile(repeatable: bool, outcome: &Result<Answer, Failure>) -> bool {
    match outcome {
        Ok(answer) => match answer.status {
            429 | 503 => true,
            500..=599 => repeatable,
            _ => false,
        },
        Err(Failure::NotConnected(_) | Failure::Broken(_)) => repeatable,
        Err(Failure::Refused(_) | Failure::TimedOut) => false,
    }
}

/// How long to wait after attempt number `attempt` (from 1): a random part of a bound that doubles (so that
/// callers who failed together do not return together), but not shorter than the server `asked` for.
pub(crate) fn pause(attempt: u32, asked: Option<Duration>) -> Duration {
    let mut bytes = [0; 4];
    // Without random bytes the pause is the whole bound: longer than needed, never wrong.
    let share = match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    };
    let bound = FIRST_PAUSE * 2_u32.saturating_pow(attempt.saturating_sub(1)).min(64);
    bound.mul_f64(share).max(asked.unwrap_or_default())
}

/// The pause that the server asked for in `Retry-After`.
pub(crate) fn asked_pause(outcome: &Result<Answer, Failure>) -> Option<Duration> {
    outcome.as_ref().ok().and_then(|answer| retry_after(&answer.headers, Timestamp::now()))
}

/// `Retry-After` is a number of seconds or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(time.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16) -> Answer {
        Answer { status, headers: HeaderMap::new(), body: Vec::new(), complete: true }
    }

    #[test]
    fn only_what_may_help_is_tried_again() {
        let cases = [
            (Ok(answer(200)), false, false),
            (Ok(answer(302)), false, false),
            (Ok(answer(400)), false, false),
            (Ok(answer(404)), false, false),
            (Ok(answer(408)), false, false),
            (Ok(answer(429)), true, true),
            (Ok(answer(500)), true, false),
            (Ok(answer(502)), true, false),
            (Ok(answer(503)), true, true),
            (Ok(answer(504)), true, false),
            (Ok(answer(600)), false, false),
            (Err(Failure::NotConnected(String::new())), true, false),
            (Err(Failure::Broken(String::new())), true, false),
            (Err(Failure::TimedOut), false, false),
            (Err(Failure::Refused("private")), false, false),
        ];
        for (outcome, repeatable, once) in cases {
            assert_eq!(worthwhile(true, &outcome), repeatable, "{outcome:?}");
            assert_eq!(worthwhile(false, &outcome), once, "{outcome:?}");
        }
    }

    #[test]
    fn the_pause_is_random_within_a_bound_that_doubles() {
        for (attempt, bound) in [(1, 200), (2, 400), (3, 800), (60, 12_800)] {
            let pauses: Vec<_> = (0..200).map(|_| pause(attempt, None)).collect();
            assert!(pauses.iter().all(|pause| *pause <= Duration::from_millis(bound)));
            assert!(pauses.iter().any(|pause| *pause > Duration::from_millis(bound / 2)));
            assert!(pauses.iter().any(|pause| *pause < Duration::from_millis(bound / 2)));
        }
    }

    #[test]
    fn the_server_may_ask_for_more() {
        assert_eq!(pause(1, Some(Duration::from_secs(9))), Duration::from_secs(9));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2015-10-21T07:27:00Z".parse().unwrap();
        let cases = [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(60)),
            ("Wed, 21 Oct 2015 07:26:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{text}");
        }
    }
}
