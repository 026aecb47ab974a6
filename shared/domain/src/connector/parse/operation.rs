//! `healthCheck` and `retryPolicy`.

use std::ops::RangeInclusive;

use super::endpoint::endpoint;
use super::fields::Found;
use super::report::Report;
use crate::connector::retry_policy::{ATTEMPTS, BACKOFF_SECONDS, RetryPolicy};
use crate::connector::specification::HealthCheck;
use crate::text::cut;

/// The bounds of every number of a health check.
const WATCHING: RangeInclusive<u32> = 1..=20;

const BACKOFF_KEYS: &[&str] = &["strategy", "minBackoffSeconds", "maxBackoffSeconds", "maxAttempts"];

/// Reads how an application is watched.
pub(super) fn health_check(found: &Found<'_>, report: &mut Report) -> Option<HealthCheck> {
    let known = ["path", "intervalSeconds", "timeoutSeconds", "unhealthyThreshold"];
    let fields = found.fields(&known, report)?;
    let path = fields.require("path", "it is the path that is asked, such as /health", report);
    let path = path.and_then(|found| endpoint(&found, report));
    let mut number = |name| fields.get(name).and_then(|found| found.number(&WATCHING, report));
    let interval_seconds = number("intervalSeconds");
    let timeout_seconds = number("timeoutSeconds");
    let unhealthy_threshold = number("unhealthyThreshold");
    Some(HealthCheck { path: path?, interval_seconds, timeout_seconds, unhealthy_threshold })
}

/// Reads how a message is tried again.
pub(super) fn retry_policy(found: &Found<'_>, report: &mut Report) -> Option<RetryPolicy> {
    const STRATEGIES: &str = "it is \"immediate\" or \"exponential-backoff\"";
    let fields = found.fields(BACKOFF_KEYS, report)?;
    let strategy = fields.require("strategy", STRATEGIES, report)?;
    match strategy.text(report)? {
        "immediate" => {
            for extra in BACKOFF_KEYS.iter().skip(1).filter_map(|name| fields.get(name)) {
                report.add(&extra.place, "the strategy \"immediate\" has no numbers; leave it out");
            }
            return Some(RetryPolicy::Immediate);
        }
        "exponential-backoff" => {}
        other => {
            report.add(&strategy.place, format!("\"{}\" is no strategy; {STRATEGIES}", cut(other)));
            return None;
        }
    }
    let mut pause = |name| {
        let found = fields.require(name, "write a number of seconds from 1 to 600", report)?;
        found.number(&BACKOFF_SECONDS, report)
    };
    let min_backoff_seconds = pause("minBackoffSeconds");
    let max_backoff_seconds = pause("maxBackoffSeconds");
    let max_attempts = fields.get("maxAttempts").and_then(|found| found.number(&ATTEMPTS, report));
    let (min_backoff_seconds, max_backoff_seconds) = (min_backoff_seconds?, max_backoff_seconds?);
    if min_backoff_seconds > max_backoff_seconds {
        let words =
            format!("{min_backoff_seconds} exceeds maxBackoffSeconds, {max_backoff_seconds}; swap the two");
        report.add(&fields.get("minBackoffSeconds")?.place, words);
        return None;
    }
    Some(RetryPolicy::ExponentialBackoff { min_backoff_seconds, max_backoff_seconds, max_attempts })
}
