//! How an event application is tried again: its whole definition becomes the only branch of a state that retries.

use domain::connector::RetryPolicy;
use serde_json::{Map, Value, json};

/// How often a message is tried in all when the policy does not say.
const ATTEMPTS: u32 = 5;

/// The pause between attempts that are to follow at once, in seconds: Step Functions knows no shorter one.
const AT_ONCE_SECONDS: u32 = 1;

/// What belongs to the definition as a whole and is of no effect in a branch.
const TOP_LEVEL: [&str; 4] = ["Comment", "QueryLanguage", "TimeoutSeconds", "Version"];

/// The definition, run again by that policy whenever it fails. Its timeout bounds all attempts together. What is no
/// definition at all stays as it is.
pub(super) fn with_retries(definition: &Value, policy: RetryPolicy) -> Value {
    let Value::Object(members) = definition else { return definition.clone() };
    let (mut whole, branch): (Map<_, _>, Map<_, _>) = members
        .iter()
        .map(|(name, member)| (name.clone(), member.clone()))
        .partition(|(name, _)| TOP_LEVEL.contains(&name.as_str()));
    let (output, first) = match whole.get("QueryLanguage").and_then(Value::as_str) {
        Some("JSONata") => ("Output", "{% $states.result[0] %}"),
        _ => ("OutputPath", "$[0]"),
    };
    let name = free_name(definition);
    let run = json!({
        "Type": "Parallel", "Branches": [branch], "Retry": [retrier(policy)], output: first, "End": true,
    });
    whole.insert("StartAt".to_owned(), name.as_str().into());
    whole.insert("States".to_owned(), json!({ name: run }));
    Value::Object(whole)
}

/// Names of states are unique in the whole definition, and this one is to have one more.
fn free_name(definition: &Value) -> String {
    let text = definition.to_string();
    let mut name = "Run".to_owned();
    while text.contains(&format!("\"{name}\"")) {
        name.push('+');
    }
    name
}

fn retrier(policy: RetryPolicy) -> Value {
    let (first, rate, most, attempts) = match policy {
        RetryPolicy::Immediate => (AT_ONCE_SECONDS, 1, AT_ONCE_SECONDS, ATTEMPTS),
        RetryPolicy::ExponentialBackoff { min_backoff_seconds, max_backoff_seconds, max_attempts } => {
            (min_backoff_seconds, 2, max_backoff_seconds, max_attempts.unwrap_or(ATTEMPTS))
        }
    };
    // The policy counts attempts, Step Functions the attempts after the first.
    let again = attempts.saturating_sub(1);
    // A longest pause that is not longer than the first is refused: then the pause does not grow.
    let grows = most > first;
    let mut retrier = json!({
        "ErrorEquals": ["States.ALL"], "IntervalSeconds": first, "MaxAttempts": again,
        "BackoffRate": if grows { rate } else { 1 },
    });
    if let Value::Object(members) = &mut retrier
        && grows
    {
        members.insert("MaxDelaySeconds".to_owned(), most.into());
    }
    retrier
}

#[cfg(test)]
mod tests {
    use domain::asl::check_resolved;

    use super::*;

    const HTTP_TASK: &str = "arn:aws:lambda:eu-central-1:123456789012:function:http-task";

    fn backoff(min: u32, max: u32, attempts: Option<u32>) -> RetryPolicy {
        RetryPolicy::ExponentialBackoff {
            min_backoff_seconds: min,
            max_backoff_seconds: max,
            max_attempts: attempts,
        }
    }

    fn definition(language: &Value) -> Value {
        let mut definition = json!({
            "Comment": "c", "TimeoutSeconds": 60, "StartAt": "Pass",
            "States": { "Pass": { "Type": "Pass", "End": true } },
        });
        if !language.is_null() {
            definition["QueryLanguage"] = language.clone();
        }
        definition
    }

    #[test]
    fn a_definition_becomes_the_branch_of_a_state_that_retries() {
        let expected = json!({
            "Comment": "c", "TimeoutSeconds": 60, "QueryLanguage": "JSONata", "StartAt": "Run",
            "States": { "Run": {
                "Type": "Parallel",
                "Branches": [{ "StartAt": "Pass", "States": { "Pass": { "Type": "Pass", "End": true } } }],
                "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxDelaySeconds": 600,
                    "BackoffRate": 2, "MaxAttempts": 6 }],
                "Output": "{% $states.result[0] %}",
                "End": true,
            } },
        });
        assert_eq!(with_retries(&definition(&json!("JSONata")), backoff(10, 600, Some(7))), expected);
    }

    #[test]
    fn the_output_is_that_of_the_branch_in_either_language() {
        for language in [json!(null), json!("JSONPath")] {
            let wrapped = with_retries(&definition(&language), RetryPolicy::Immediate);
            assert_eq!(wrapped["States"]["Run"]["OutputPath"], "$[0]");
            assert_eq!(wrapped["States"]["Run"]["Output"], Value::Null);
            assert_eq!(wrapped["QueryLanguage"], language);
        }
    }

    #[test]
    fn every_policy_makes_a_definition_that_step_functions_takes() {
        let expected = |interval, rate, attempts| {
            json!({ "ErrorEquals": ["States.ALL"], "IntervalSeconds": interval, "BackoffRate": rate,
                "MaxAttempts": attempts })
        };
        let with_most = |mut retrier: Value, most: u32| {
            retrier["MaxDelaySeconds"] = most.into();
            retrier
        };
        for (policy, retrier) in [
            (RetryPolicy::Immediate, expected(1, 1, 4)),
            (backoff(1, 600, None), with_most(expected(1, 2, 4), 600)),
            (backoff(600, 600, Some(100)), expected(600, 1, 99)),
            (backoff(1, 2, Some(5)), with_most(expected(1, 2, 4), 2)),
        ] {
            for language in [json!(null), json!("JSONata"), json!("JSONPath")] {
                let wrapped = with_retries(&definition(&language), policy);
                assert_eq!(wrapped["States"]["Run"]["Retry"], json!([retrier]), "{policy:?}");
                assert_eq!(check_resolved(&wrapped, HTTP_TASK, false), []);
            }
        }
    }

    #[test]
    fn a_state_may_be_called_as_ours_would_be() {
        let taken = json!({
            "StartAt": "Run",
            "States": { "Run": { "Type": "Pass", "Next": "Run+" }, "Run+": { "Type": "Pass", "End": true } },
        });
        let wrapped = with_retries(&taken, RetryPolicy::Immediate);
        assert_eq!(wrapped["StartAt"], "Run++");
        assert_eq!(check_resolved(&wrapped, HTTP_TASK, false), []);
    }

    #[test]
    fn what_is_no_definition_is_left_to_the_check() {
        for odd in [json!([]), json!("text"), json!({})] {
            assert!(
                !check_resolved(&with_retries(&odd, RetryPolicy::Immediate), HTTP_TASK, false).is_empty()
            );
        }
    }
}
