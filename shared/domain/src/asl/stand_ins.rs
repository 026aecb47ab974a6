//! Stand-ins for values that are not known yet, so that a definition can be validated before it is deployed.

use serde_json::{Map, Value, json};

use super::integration::needed_arguments;
use crate::definition::is_expression;
use crate::placeholders::{PLATFORM, Segment, has_placeholder, is_whole, literal, resolve, segments};

/// An ARN that a Task state may call, of nobody's account.
const STAND_IN_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:stand-in";
/// What may read the items of a Map state.
const STAND_IN_READER: &str = "arn:aws:states:::s3:getObject";
/// What may write the results of a Map state.
const STAND_IN_WRITER: &str = "arn:aws:states:::s3:putObject";
/// A role that a Task state may take.
const STAND_IN_ROLE: &str = "arn:aws:iam::123456789012:role/stand-in";
/// A moment as a Wait state takes it.
const STAND_IN_TIME: &str = "2030-01-01T00:00:00Z";
/// A path into a state's input.
const STAND_IN_PATH: &str = "$.value";

/// Stands for the name that an element of `Retry` does not have.
const RETRIER: &str = "Retry/0";

/// A definition with every placeholder but those of secrets replaced by something that fits its place, as Step
/// Functions can judge it: a number where only a number can stand, an ARN where a task is called, a path, one of the
/// words that a member takes, else a text. Placeholders that cannot be replaced, which [`scan`](crate::placeholders::scan) reports, stay.
pub fn stand_ins(definition: &Value) -> Value {
    let typed = typed(definition, "");
    let lookup = |name: &str| {
        let stand_in = if name.starts_with(PLATFORM) { STAND_IN_ARN } else { "value" };
        Some(Value::from(stand_in))
    };
    resolve(&typed, &lookup).unwrap_or(typed)
}

/// Replaces the placeholders whose place has a type of its own. `name` is that of the member that holds the value.
fn typed(value: &Value, name: &str) -> Value {
    match value {
        Value::String(text) if has_placeholder(text) && !is_expression(text) => {
            fitting(name, text).unwrap_or_else(|| value.clone())
        }
        Value::Array(items) => items.iter().map(|item| typed(item, element_of(name))).collect(),
        Value::Object(members) => Value::Object(typed_members(members, name)),
        _ => value.clone(),
    }
}

/// What an element of an array is taken for, by the name of the array.
fn element_of(array: &str) -> &'static str {
    match array {
        "ErrorEquals" => "ErrorEquals",
        "Retry" => RETRIER,
        _ => "",
    }
}

fn typed_members(members: &Map<String, Value>, parent: &str) -> Map<String, Value> {
    let member = |(name, value): (&String, &Value)| {
        let value = match (name.as_str(), value.as_str()) {
            ("Resource", Some(text)) if has_placeholder(text) => {
                called(members, parent).map_or_else(|| typed(value, name), |whole| resource(text, whole))
            }
            // What such an object says depends on the rest of it; without, the state is valid as well.
            ("ItemReader" | "ItemBatcher" | "ResultWriter" | "ProcessorConfig", Some(text))
                if is_whole(text).is_some() =>
            {
                return None;
            }
            ("Arguments" | "Parameters", Some(text)) if is_whole(text).is_some() => {
                let arguments = needed_arguments(members).map(|name| (name.to_owned(), Value::from("value")));
                Value::Object(arguments.collect())
            }
            _ => typed(value, name),
        };
        Some((name.clone(), value))
    };
    let typed = members.iter().filter_map(member);
    typed.collect()
}

/// The ARN that fits the member `Resource` of an object, if it is one that calls something.
fn called(members: &Map<String, Value>, parent: &str) -> Option<&'static str> {
    match parent {
        "ItemReader" => Some(STAND_IN_READER),
        "ResultWriter" => Some(STAND_IN_WRITER),
        _ if members.get("Type").and_then(Value::as_str) == Some("Task") => Some(STAND_IN_ARN),
        _ => None,
    }
}

/// An ARN as it is written, with what fits each of its parts, or `whole` when it begins with a placeholder.
fn resource(text: &str, whole: &'static str) -> Value {
    let parts = segments(text);
    if matches!(parts.first(), Some(Segment::Name(_))) {
        return whole.into();
    }
    let mut out = String::with_capacity(text.len());
    for part in parts {
        match part {
            Segment::Name(_) => out.push_str(match out.matches(':').count() {
                1 => "aws",
                2 => "lambda",
                3 => "us-east-1",
                4 => "123456789012",
                _ => "stand-in",
            }),
            other => literal(other, &mut out),
        }
    }
    out.into()
}

/// A path or an intrinsic function as it is written, with a number where a placeholder stands for an index or an argument
/// and a text anywhere else.
fn selecting(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in segments(text) {
        match part {
            Segment::Name(_) if out.trim_end().ends_with(['[', ',', ':', '-', '(']) => out.push('1'),
            Segment::Name(_) => out.push_str("value"),
            other => literal(other, &mut out),
        }
    }
    out
}

/// What can stand in a member of this name, when that is not any text. Names below `Arguments` and the like mean
/// nothing to Step Functions, so a stand-in of another type does no harm there.
fn fitting(name: &str, text: &str) -> Option<Value> {
    let selects = name.ends_with("Path") || name.ends_with(".$") || name == "Variable";
    if selects && matches!(segments(text).first(), Some(Segment::Name(_))) {
        return Some(STAND_IN_PATH.into());
    }
    if selects {
        return Some(selecting(text).into());
    }
    match name {
        "RoleArn" => return Some(STAND_IN_ROLE.into()),
        _ if name.starts_with("Timestamp") && !selects => return Some(STAND_IN_TIME.into()),
        _ => {}
    }
    is_whole(text)?;
    Some(match name {
        // Both must be greater than what may stand beside them.
        "TimeoutSeconds" => 99_999_999.into(),
        "MaxDelaySeconds" => 31_622_399.into(),
        "HeartbeatSeconds"
        | "Seconds"
        | "IntervalSeconds"
        | "MaxAttempts"
        | "BackoffRate"
        | "MaxConcurrency"
        | "ToleratedFailureCount"
        | "ToleratedFailurePercentage"
        | "MaxItems"
        | "MaxItemsPerBatch"
        | "MaxInputBytesPerBatch" => 1.into(),
        "End" | "Condition" => true.into(),
        "Items" | "Retry" | "Catch" => json!([]),
        "CSVHeaders" => json!(["value"]),
        "Assign" | "ResultSelector" | "ItemSelector" | "BatchInput" => json!({}),
        "Credentials" => json!({ "RoleArn": STAND_IN_ROLE }),
        "ErrorEquals" => "States.TaskFailed".into(),
        RETRIER => json!({ "ErrorEquals": ["States.TaskFailed"] }),
        "JitterStrategy" => "FULL".into(),
        "QueryLanguage" => "JSONata".into(),
        "Mode" => "INLINE".into(),
        "ExecutionType" => "STANDARD".into(),
        "InputType" | "OutputType" => "JSON".into(),
        "Transformation" => "NONE".into(),
        "ManifestType" => "S3_INVENTORY".into(),
        "CSVHeaderLocation" => "FIRST_ROW".into(),
        "CSVDelimiter" => "COMMA".into(),
        "Version" => "1.0".into(),
        // The comparisons of a JSONPath Choice.
        _ if name.starts_with("Numeric") => 1.into(),
        _ if name.starts_with("Boolean") || is_test(name) => true.into(),
        _ => return None,
    })
}

/// Whether a name is that of a test of a Choice such as `IsNull`.
fn is_test(name: &str) -> bool {
    ["IsBoolean", "IsNull", "IsNumeric", "IsPresent", "IsString", "IsTimestamp"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::check_resolved;
    use crate::placeholders::scan;

    #[test]
    fn every_placeholder_gets_something_that_fits() {
        let definition = json!({ "States": {
            "Call": { "Type": "Task", "Resource": "${slipway.http}", "TimeoutSeconds": "${timeout}",
                "HeartbeatSeconds": "${beat}",
                "Arguments": { "url": "https://${host}/x", "headers": { "k": "${secret.KEY}" } } },
            "Other": { "Type": "Task", "Resource": "arn:${p}:lambda:${region}:${account}:function:f-${stage}",
                "InputPath": "${in}.a", "ResultPath": "$.${out}", "Parameters": { "a.$": "${path}", "b.$": "$.${key}" },
                "Credentials": { "RoleArn": "${role}" },
                "Retry": [{ "ErrorEquals": ["${error}"], "MaxDelaySeconds": "${most}", "JitterStrategy": "${jitter}" }] },
            "Wait for it": { "Type": "Task", "Resource": "${function}", "Retry": "${retry}", "Arguments": "${all}" },
            "Each": { "Type": "Map", "Items": "${items}", "MaxConcurrency": "${width}", "ItemBatcher": "${batches}",
                "ItemReader": { "Resource": "${reader}", "ReaderConfig": { "InputType": "${kind}" } },
                "ResultWriter": { "Resource": "${writer}" } },
            "Pick": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.n > ${limit} %}" }] },
            "Wait": { "Type": "Wait", "Timestamp": "${day}T00:00:00Z" },
            "Old": { "Choices": [{ "Variable": "${where}", "NumericGreaterThan": "${limit}" },
                { "Variable": "$.${where}", "TimestampEqualsPath": "${other}" }, { "IsNull": "${null}" }] },
        }});
        let expected = json!({ "States": {
            "Call": { "Type": "Task", "Resource": STAND_IN_ARN, "TimeoutSeconds": 99_999_999, "HeartbeatSeconds": 1,
                "Arguments": { "url": "https://value/x", "headers": { "k": "${secret.KEY}" } } },
            "Other": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f-stand-in",
                "InputPath": "$.value", "ResultPath": "$.value", "Parameters": { "a.$": "$.value", "b.$": "$.value" },
                "Credentials": { "RoleArn": STAND_IN_ROLE },
                "Retry": [{ "ErrorEquals": ["States.TaskFailed"], "MaxDelaySeconds": 31_622_399,
                    "JitterStrategy": "FULL" }] },
            "Wait for it": { "Type": "Task", "Resource": STAND_IN_ARN, "Retry": [], "Arguments": {} },
            "Each": { "Type": "Map", "Items": [], "MaxConcurrency": 1,
                "ItemReader": { "Resource": STAND_IN_READER, "ReaderConfig": { "InputType": "JSON" } },
                "ResultWriter": { "Resource": STAND_IN_WRITER } },
            "Pick": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.n > \"value\" %}" }] },
            "Wait": { "Type": "Wait", "Timestamp": STAND_IN_TIME },
            "Old": { "Choices": [{ "Variable": "$.value", "NumericGreaterThan": 1 },
                { "Variable": "$.value", "TimestampEqualsPath": "$.value" }, { "IsNull": true }] },
        }});
        assert_eq!(stand_ins(&definition), expected);
        assert!(scan(&expected).names.is_empty());
    }

    #[test]
    fn whatever_a_placeholder_stands_for_its_stand_in_passes_the_check() {
        let inner = json!({ "StartAt": "In", "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "${type}" },
            "States": { "In": { "Type": "Pass", "End": true } } });
        let definition = json!({ "StartAt": "Call", "TimeoutSeconds": "${timeout}", "States": {
            "Call": { "Type": "Task", "Resource": "arn:${p}:states:::sqs:sendMessage", "OutputPath": "$.a[${from}:${to}]['${out}'][-${n}]",
                "TimeoutSeconds": 20, "HeartbeatSeconds": "${beat}", "ResultPath": "${result}", "Parameters": "${all}",
                "Credentials": "${role}", "Assign": { "a.$": "${a}" },
                "Retry": ["${first}", { "ErrorEquals": ["${e}"], "IntervalSeconds": 60, "MaxDelaySeconds": "${most}" }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "${error}", "Next": "Each" }],
                "Next": "Each" },
            "Each": { "Type": "Map", "ItemsPath": "${items}", "ItemProcessor": inner, "MaxConcurrencyPath": "${n}",
                "ItemReader": { "Resource": "${reader}", "Parameters": "${file}", "ReaderConfig": {
                    "InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": "${columns}",
                    "CSVDelimiter": "${delimiter}", "MaxItems": "${max}" } },
                "ItemBatcher": { "MaxItemsPerBatch": "${size}", "BatchInput": "${batch}" },
                "ResultWriter": { "Resource": "${writer}", "Parameters": "${file}" }, "Next": "Pick" },
            "Pick": { "Type": "Choice", "Choices": [
                { "Variable": "${v}", "TimestampLessThan": "${t}", "Next": "Wait" },
                { "Variable": "$.a", "StringEqualsPath": "${s}", "Next": "Wait" },
                { "Variable": "$.a", "IsPresent": "${is}", "Next": "Wait" }] },
            "Wait": { "Type": "Wait", "SecondsPath": "${seconds}", "Next": "Fail" },
            "Fail": { "Type": "Fail", "ErrorPath": "${code}", "CausePath": "States.Array(${n}, '${cause}')" },
        }});
        let filled = stand_ins(&definition);
        assert_eq!(check_resolved(&filled, STAND_IN_ARN, false), []);
        assert!(!has_placeholder(&filled.to_string()));
    }

    #[test]
    fn a_definition_without_placeholders_stays_as_it_is() {
        let definition =
            json!({ "StartAt": "A", "States": { "A": { "Type": "Wait", "Seconds": 5, "End": true } } });
        assert_eq!(stand_ins(&definition), definition);
    }
}
