//! What each type of state needs.

use serde_json::{Value, json};

use super::{SQS, assert_rows, first, jsonata, task};

#[test]
fn tasks_waits_and_fails() {
    let wait = |name: &str, value: Value| {
        let mut wait = json!({"Type": "Wait", "Next": "B"});
        wait[name] = value;
        wait
    };
    let beat =
        json!({"Type": "Task", "Resource": SQS, "TimeoutSeconds": 5, "HeartbeatSeconds": 5, "Next": "B"});
    let two =
        json!({"Type": "Task", "Resource": SQS, "TimeoutSeconds": 5, "TimeoutSecondsPath": "$", "Next": "B"});
    assert_rows([
        (first(json!({"Type": "Task", "Next": "B"})), "/States/A", "\"Resource\" is missing"),
        (first(task("Resource", json!(1))), "/States/A/Resource", "must be a string"),
        (first(task("Resource", json!(""))), "/States/A/Resource", "must be the ARN"),
        (first(task("TimeoutSeconds", json!("{% 1 %}"))), "/States/A/TimeoutSeconds", "a whole number"),
        (jsonata(task("TimeoutSeconds", json!("soon"))), "/States/A/TimeoutSeconds", "or an expression"),
        (first(task("Branches", json!([]))), "/States/A/Branches", "not a field of a Task state"),
        (first(beat), "/States/A/HeartbeatSeconds", "smaller than \"TimeoutSeconds\""),
        (first(two), "/States/A/TimeoutSecondsPath", "exclude each other"),
        (first(wait("Comment", json!("none"))), "/States/A", "exactly one of Seconds"),
        (
            first(json!({"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "Next": "B"})),
            "/States/A",
            "exactly one",
        ),
        (first(wait("Seconds", json!(-1))), "/States/A/Seconds", "from 0 to 99999999"),
        (first(wait("Timestamp", json!(5))), "/States/A/Timestamp", "must be a moment"),
        (
            first(wait("Timestamp", json!("2030-13-01T00:00:00Z"))),
            "/States/A/Timestamp",
            "a date that there is",
        ),
        (jsonata(wait("Timestamp", json!("tomorrow"))), "/States/A/Timestamp", "or an expression"),
        (jsonata(wait("SecondsPath", json!("$.s"))), "/States/A/SecondsPath", "without \"Path\""),
        (
            first(json!({"Type": "Fail", "Error": "E", "ErrorPath": "$.e"})),
            "/States/A/ErrorPath",
            "exclude each other",
        ),
    ]);
}

#[test]
fn choices() {
    let choice = |rule: Value| json!({"Type": "Choice", "Choices": [rule]});
    let rule = "/States/A/Choices/0";
    assert_rows([
        (first(json!({"Type": "Choice"})), "/States/A", "\"Choices\" is missing"),
        (first(json!({"Type": "Choice", "Choices": []})), "/States/A/Choices", "There is no rule"),
        (first(json!({"Type": "Choice", "Choices": [1]})), rule, "A rule is an object"),
        (
            first(json!({"Type": "Choice", "Choices": [], "Next": "B"})),
            "/States/A/Next",
            "not a field of a Choice",
        ),
        (jsonata(choice(json!({"Condition": "{% 1 %}"}))), rule, "\"Next\" is missing"),
        (jsonata(choice(json!({"Next": "B"}))), rule, "\"Condition\" is missing"),
        (
            jsonata(choice(json!({"Condition": "$a", "Next": "B"}))),
            "/States/A/Choices/0/Condition",
            "an expression",
        ),
        (
            jsonata(choice(json!({"condition": "{% 1 %}", "Next": "B"}))),
            "/States/A/Choices/0/condition",
            "Did you mean",
        ),
        (
            jsonata(choice(json!({"Variable": "$.a", "Next": "B"}))),
            "/States/A/Choices/0/Variable",
            "JSONPath field",
        ),
        (
            first(choice(json!({"Condition": "{% 1 %}", "Next": "B"}))),
            "/States/A/Choices/0/Condition",
            "JSONata field",
        ),
        (first(choice(json!({"Variable": "$.a", "Next": "B"}))), rule, "exactly one test"),
        (first(choice(json!({"IsNull": true, "Next": "B"}))), rule, "\"Variable\" is missing"),
        (
            first(choice(json!({"Variable": "$.a", "NumericEquals": "1", "Next": "B"}))),
            "/States/A/Choices/0/NumericEquals",
            "must be a number",
        ),
        (
            first(choice(json!({"Variable": "$.a", "StringEqual": "1", "Next": "B"}))),
            "/States/A/Choices/0/StringEqual",
            "Did you mean \"StringEquals\"?",
        ),
        (
            first(choice(
                json!({"Variable": "$.a", "TimestampLessThan": "2030-02-30T00:00:00Z", "Next": "B"}),
            )),
            "/States/A/Choices/0/TimestampLessThan",
            "must be a moment",
        ),
        (first(choice(json!({"And": [], "Next": "B"}))), "/States/A/Choices/0/And", "one or more rules"),
        (
            first(choice(json!({"Not": {"Variable": "$.a", "IsNull": true, "Next": "B"}, "Next": "B"}))),
            "/States/A/Choices/0/Not/Next",
            "outermost rule only",
        ),
        (
            first(choice(json!({"Or": [{"Variable": "$.a"}], "Next": "B"}))),
            "/States/A/Choices/0/Or/0",
            "exactly one test",
        ),
    ]);
}

#[test]
fn parallel_and_map() {
    let map = |name: &str, value: Value| {
        let mut map = json!({"Type": "Map", "Next": "B"});
        map[name] = value;
        first(map)
    };
    let inner = |config: Value| json!({"ProcessorConfig": config, "StartAt": "C", "States": {"C": {"Type": "Succeed"}}});
    let branch = json!({"StartAt": "C", "States": {"C": {"Type": "Pass", "Next": "B"}}});
    assert_rows([
        (first(json!({"Type": "Parallel", "Next": "B"})), "/States/A", "\"Branches\" is missing"),
        (
            first(json!({"Type": "Parallel", "Branches": [], "Next": "B"})),
            "/States/A/Branches",
            "There is no branch",
        ),
        (
            first(json!({"Type": "Parallel", "Branches": "${b}", "Next": "B"})),
            "/States/A/Branches",
            "cannot be a placeholder",
        ),
        (
            first(json!({"Type": "Parallel", "Branches": [1], "Next": "B"})),
            "/States/A/Branches/0",
            "Write a branch",
        ),
        (
            first(json!({"Type": "Parallel", "Branches": [branch], "Next": "B"})),
            "/States/A/Branches/0/States/C/Next",
            "stays within its own \"States\"",
        ),
        (map("Comment", json!("none")), "/States/A", "\"ItemProcessor\" is missing"),
        (map("ItemProcessor", json!({})), "/States/A/ItemProcessor", "\"StartAt\" is missing"),
        (map("ItemProcessor", json!([])), "/States/A/ItemProcessor", "must be an object"),
        (
            map("ItemProcessor", inner(json!({"Mode": "FAST"}))),
            "/States/A/ItemProcessor/ProcessorConfig/Mode",
            "one of INLINE",
        ),
        (
            map("ItemProcessor", inner(json!({"Mode": "DISTRIBUTED"}))),
            "/States/A/ItemProcessor/ProcessorConfig",
            "ExecutionType",
        ),
        (map("Iterator", inner(json!({}))), "/States/A/Iterator", "is deprecated"),
        (map("MaxConcurrency", json!(-1)), "/States/A/MaxConcurrency", "from 0 to"),
        (
            map("ToleratedFailurePercentage", json!(101)),
            "/States/A/ToleratedFailurePercentage",
            "from 0 to 100",
        ),
        (map("MaxConcurrencyPath", json!("$$.n")), "/States/A/MaxConcurrencyPath", "a path to one place"),
        (map("Items", json!([])), "/States/A/Items", "is a JSONata field"),
        (
            jsonata(json!({"Type": "Map", "Items": 5, "Next": "B"})),
            "/States/A/Items",
            "must be an array, an object or an expression",
        ),
        (
            jsonata(json!({"Type": "Map", "Items": "list", "Next": "B"})),
            "/States/A/Items",
            "must be an array, an object or an expression",
        ),
        (
            map(
                "ItemProcessor",
                json!({"QueryLanguage": "JSONata", "StartAt": "C", "States": {"C": {"Type": "Succeed"}}}),
            ),
            "/States/A/ItemProcessor/QueryLanguage",
            "not a field of an item processor",
        ),
    ]);
}
