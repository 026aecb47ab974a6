//! How a message that an event application could not handle is tried again.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The bounds of a pause, in seconds.
pub(super) const BACKOFF_SECONDS: RangeInclusive<u32> = 1..=600;

/// The bounds of how often a message is tried in all.
pub(super) const ATTEMPTS: RangeInclusive<u32> = 5..=100;

/// The retry policy of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "strategy", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum RetryPolicy {
    /// Without a pause.
    Immediate,
    /// After a pause that grows with each attempt.
    ExponentialBackoff {
        /// The first pause, in seconds, 1–600.
        #[schemars(range(min = 1, max = 600))]
        min_backoff_seconds: u32,
        /// The longest pause, in seconds, 1–600, not less than the first.
        #[schemars(range(min = 1, max = 600))]
        max_backoff_seconds: u32,
        /// Maximum number of attempts, 5–100. If omitted, 5.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 5, max = 100))]
        max_attempts: Option<u32>,
    },
}

/// What is wrong with a retry policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidRetryPolicy(pub String);

impl RetryPolicy {
    /// Reads and checks a policy. A member that the strategy does not have is refused: it is a misspelt one, or one
    /// that would do nothing.
    ///
    /// # Errors
    ///
    /// Says which member is missing, unknown or out of bounds; never what the request says in its place.
    pub fn read(value: &Value) -> Result<Self, InvalidRetryPolicy> {
        let Value::Object(members) = value else { return Err(refused("must be an object with a strategy")) };
        match members.get("strategy").and_then(Value::as_str) {
            Some("immediate") => {
                only(members, "immediate", &["strategy"])?;
                Ok(Self::Immediate)
            }
            Some("exponential-backoff") => backoff(members),
            _ => Err(refused("strategy must be 'immediate' or 'exponential-backoff'")),
        }
    }
}

fn backoff(members: &Map<String, Value>) -> Result<RetryPolicy, InvalidRetryPolicy> {
    let known = ["strategy", "minBackoffSeconds", "maxBackoffSeconds", "maxAttempts"];
    only(members, "exponential-backoff", &known)?;
    let pause = |name: &str| {
        let pause = integer(members, name, &BACKOFF_SECONDS)?;
        pause.ok_or_else(|| refused(&format!("{name} is missing")))
    };
    let (min_backoff_seconds, max_backoff_seconds) =
        (pause("minBackoffSeconds")?, pause("maxBackoffSeconds")?);
    let max_attempts = integer(members, "maxAttempts", &ATTEMPTS)?;
    if min_backoff_seconds > max_backoff_seconds {
        return Err(refused("minBackoffSeconds must not exceed maxBackoffSeconds"));
    }
    Ok(RetryPolicy::ExponentialBackoff { min_backoff_seconds, max_backoff_seconds, max_attempts })
}

/// Refuses members other than those.
fn only(members: &Map<String, Value>, strategy: &str, known: &[&str]) -> Result<(), InvalidRetryPolicy> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => {
            let unknown: String = unknown.chars().take(80).collect();
            Err(refused(&format!("strategy '{strategy}' has no member '{unknown}'")))
        }
        None => Ok(()),
    }
}

/// An integer, if it is there.
fn integer(
    members: &Map<String, Value>,
    name: &str,
    bounds: &RangeInclusive<u32>,
) -> Result<Option<u32>, InvalidRetryPolicy> {
    let Some(value) = members.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let given = value.as_u64().and_then(|given| u32::try_from(given).ok());
    let (least, most) = (bounds.start(), bounds.end());
    let given = given.filter(|given| bounds.contains(given));
    given.map(Some).ok_or_else(|| refused(&format!("{name} must be an integer, {least} to {most}")))
}

fn refused(words: &str) -> InvalidRetryPolicy {
    InvalidRetryPolicy(format!("retryPolicy: {words}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_a_policy_is_read_and_written_alike() {
        let backoff = |max_attempts| RetryPolicy::ExponentialBackoff {
            min_backoff_seconds: 1,
            max_backoff_seconds: 600,
            max_attempts,
        };
        let given = |more: Value| {
            let mut policy = json!({ "strategy": "exponential-backoff", "minBackoffSeconds": 1, "maxBackoffSeconds": 600 });
            policy.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            policy
        };
        for (value, policy) in [
            (json!({ "strategy": "immediate" }), RetryPolicy::Immediate),
            (given(json!({})), backoff(None)),
            (given(json!({ "maxAttempts": 5 })), backoff(Some(5))),
            (given(json!({ "maxAttempts": 100 })), backoff(Some(100))),
        ] {
            assert_eq!(RetryPolicy::read(&value), Ok(policy), "{value}");
            assert_eq!(serde_json::to_value(policy).unwrap(), value);
            assert_eq!(serde_json::from_value::<RetryPolicy>(value).unwrap(), policy);
        }
        assert_eq!(RetryPolicy::read(&given(json!({ "maxAttempts": null }))), Ok(backoff(None)));
    }

    #[test]
    fn what_is_none_is_refused_with_the_reason() {
        let backoff = |min: Value, max: Value| json!({ "strategy": "exponential-backoff", "minBackoffSeconds": min, "maxBackoffSeconds": max });
        let attempts = |attempts: Value| {
            let mut policy = backoff(json!(7), json!(7));
            policy["maxAttempts"] = attempts;
            policy
        };
        for (value, words) in [
            (json!("immediate"), "must be an object"),
            (json!(null), "must be an object"),
            (json!({}), "strategy must be"),
            (json!({ "strategy": 1 }), "strategy must be"),
            (json!({ "strategy": "Immediate" }), "strategy must be"),
            (json!({ "strategy": "immediate", "maxAttempts": 5 }), "has no member 'maxAttempts'"),
            (json!({ "strategy": "exponential-backoff" }), "minBackoffSeconds is missing"),
            (backoff(json!(1), json!(null)), "maxBackoffSeconds is missing"),
            (backoff(json!(0), json!(5)), "minBackoffSeconds must be an integer, 1 to 600"),
            (backoff(json!(1), json!(601)), "maxBackoffSeconds must be an integer, 1 to 600"),
            (backoff(json!(-1), json!(5)), "minBackoffSeconds must be an integer"),
            (backoff(json!(1.5), json!(5)), "minBackoffSeconds must be an integer"),
            (backoff(json!("1"), json!(5)), "minBackoffSeconds must be an integer"),
            (backoff(json!(1), json!(u64::MAX)), "maxBackoffSeconds must be an integer"),
            (backoff(json!(6), json!(5)), "minBackoffSeconds must not exceed"),
            (attempts(json!(4)), "maxAttempts must be an integer, 5 to 100"),
            (attempts(json!(101)), "maxAttempts must be an integer, 5 to 100"),
            (json!({ "strategy": "exponential-backoff", "attempts": 5 }), "has no member 'attempts'"),
        ] {
            let refused = RetryPolicy::read(&value).unwrap_err().to_string();
            assert!(refused.starts_with("retryPolicy: ") && refused.contains(words), "{value}: {refused}");
        }
    }
}
