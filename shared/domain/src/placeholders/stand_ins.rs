//! Stand-ins for values that are not known yet, so that a definition can be validated before it is deployed.

use serde_json::{Map, Value};

use super::segment::{has_placeholder, is_whole};
use super::{PLATFORM, resolve};

/// An ARN that a Task state may call, of nobody's account.
const STAND_IN_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:stand-in";
/// A moment as a Wait state takes it.
const STAND_IN_TIME: &str = "2030-01-01T00:00:00Z";

/// A definition with every placeholder but those of secrets replaced by something that fits its place, as Step
/// Functions can judge it: a number where only a number can stand, an ARN where a task is called, else a text.
/// Placeholders that cannot be replaced, which [`super::scan`] reports, stay.
pub fn stand_ins(definition: &Value) -> Value {
    let typed = typed(definition, "");
    let lookup = |name: &str| {
        let stand_in = if name.starts_with(PLATFORM) { STAND_IN_ARN } else { "value" };
        Some(Value::from(stand_in))
    };
    resolve(&typed, &lookup).unwrap_or(typed)
}

/// Replaces the placeholders whose place has a type of its own.
fn typed(value: &Value, name: &str) -> Value {
    match value {
        Value::String(text) if is_whole(text).is_some() => fitting(name).unwrap_or_else(|| value.clone()),
        Value::Array(items) => items.iter().map(|item| typed(item, "")).collect(),
        Value::Object(members) => Value::Object(typed_members(members)),
        _ => value.clone(),
    }
}

fn typed_members(members: &Map<String, Value>) -> Map<String, Value> {
    let is_task = members.get("Type").and_then(Value::as_str) == Some("Task");
    let member = |(name, value): (&String, &Value)| {
        let is_called = is_task && name == "Resource" && value.as_str().is_some_and(has_placeholder);
        let value = if is_called { STAND_IN_ARN.into() } else { typed(value, name) };
        (name.clone(), value)
    };
    members.iter().map(member).collect()
}

/// What can stand in a member of this name, when that is not a text. Names below `Arguments` and the like mean
/// nothing to Step Functions, so a stand-in of another type does no harm there.
fn fitting(name: &str) -> Option<Value> {
    Some(match name {
        // A heartbeat must be shorter than the timeout beside it.
        "TimeoutSeconds" => 3600.into(),
        "HeartbeatSeconds"
        | "Seconds"
        | "IntervalSeconds"
        | "MaxDelaySeconds"
        | "MaxAttempts"
        | "BackoffRate"
        | "MaxConcurrency"
        | "ToleratedFailureCount"
        | "ToleratedFailurePercentage"
        | "MaxItems"
        | "MaxItemsPerBatch"
        | "MaxInputBytesPerBatch" => 1.into(),
        "End" | "Condition" => true.into(),
        "Items" => Value::Array(Vec::new()),
        "Assign" => Value::Object(Map::new()),
        "Timestamp" => STAND_IN_TIME.into(),
        _ if name.ends_with("Path") => return None,
        // The comparisons of a JSONPath Choice.
        _ if name.starts_with("Numeric") => 1.into(),
        _ if name.starts_with("Boolean") => true.into(),
        _ if name.starts_with("Timestamp") => STAND_IN_TIME.into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::placeholders::scan;

    #[test]
    fn every_placeholder_gets_something_that_fits() {
        let definition = json!({ "States": {
            "Call": { "Type": "Task", "Resource": "${slipway.http}", "TimeoutSeconds": "${timeout}",
                "HeartbeatSeconds": "${beat}",
                "Arguments": { "url": "https://${host}/x", "headers": { "k": "${secret.KEY}" } } },
            "Other": { "Type": "Task", "Resource": "arn:aws:lambda:${region}:1:function:f" },
            "Each": { "Type": "Map", "Items": "${items}", "MaxConcurrency": "${width}" },
            "Pick": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.n > ${limit} %}" }] },
            "Wait": { "Type": "Wait", "Timestamp": "${when}" },
            "Old": { "Choices": [{ "Variable": "$.n", "NumericGreaterThan": "${limit}" }] },
        }});
        let expected = json!({ "States": {
            "Call": { "Type": "Task", "Resource": STAND_IN_ARN, "TimeoutSeconds": 3600, "HeartbeatSeconds": 1,
                "Arguments": { "url": "https://value/x", "headers": { "k": "${secret.KEY}" } } },
            "Other": { "Type": "Task", "Resource": STAND_IN_ARN },
            "Each": { "Type": "Map", "Items": [], "MaxConcurrency": 1 },
            "Pick": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.n > \"value\" %}" }] },
            "Wait": { "Type": "Wait", "Timestamp": STAND_IN_TIME },
            "Old": { "Choices": [{ "Variable": "$.n", "NumericGreaterThan": 1 }] },
        }});
        assert_eq!(stand_ins(&definition), expected);
        assert!(scan(&expected).names.is_empty());
    }

    #[test]
    fn a_definition_without_placeholders_stays_as_it_is() {
        let definition =
            json!({ "StartAt": "A", "States": { "A": { "Type": "Wait", "Seconds": 5, "End": true } } });
        assert_eq!(stand_ins(&definition), definition);
    }
}
