//! `Retry` and `Catch`.

use serde_json::{Value, json};

use super::{assert_rows, first, jsonata, pass, task};

#[test]
fn retry_and_catch() {
    let retry = |retrier: Value| first(task("Retry", json!([retrier])));
    let with = |name: &str, value: Value| {
        let mut retrier = json!({"ErrorEquals": ["X"]});
        retrier[name] = value;
        retry(retrier)
    };
    let all = json!({"ErrorEquals": ["States.ALL"]});
    assert_rows([
        (first(task("Retry", json!({}))), "/States/A/Retry", "must be an array"),
        (first(task("Retry", json!([1]))), "/States/A/Retry/0", "is an object"),
        (retry(json!({})), "/States/A/Retry/0", "\"ErrorEquals\" is missing"),
        (retry(json!({"ErrorEquals": []})), "/States/A/Retry/0/ErrorEquals", "one or more error names"),
        (retry(json!({"ErrorEquals": [1]})), "/States/A/Retry/0/ErrorEquals", "all strings"),
        (
            retry(json!({"ErrorEquals": ["X", "States.ALL"]})),
            "/States/A/Retry/0/ErrorEquals",
            "must stand alone",
        ),
        (
            first(task("Retry", json!([all, {"ErrorEquals": ["X"]}]))),
            "/States/A/Retry/0/ErrorEquals",
            "the last entry",
        ),
        (with("IntervalSeconds", json!(0)), "/States/A/Retry/0/IntervalSeconds", "from 1 to"),
        (with("MaxAttempts", json!(-1)), "/States/A/Retry/0/MaxAttempts", "from 0 to 99999999"),
        (with("BackoffRate", json!(0.9)), "/States/A/Retry/0/BackoffRate", "at least 1"),
        (with("JitterStrategy", json!("HALF")), "/States/A/Retry/0/JitterStrategy", "one of FULL, NONE"),
        (with("MaxDelaySeconds", json!(31_622_400)), "/States/A/Retry/0/MaxDelaySeconds", "to 31622399"),
        (with("MaxDelaySeconds", json!(0)), "/States/A/Retry/0/MaxDelaySeconds", "from 1 to"),
        (
            retry(json!({"ErrorEquals": ["X"], "IntervalSeconds": 9, "MaxDelaySeconds": 9})),
            "/States/A/Retry/0/MaxDelaySeconds",
            "greater than \"IntervalSeconds\"",
        ),
        (with("MaxAttempt", json!(1)), "/States/A/Retry/0/MaxAttempt", "Did you mean \"MaxAttempts\"?"),
        (first(task("Catch", json!([{"ErrorEquals": ["X"]}]))), "/States/A/Catch/0", "\"Next\" is missing"),
        (
            jsonata(task("Catch", json!([{"ErrorEquals": ["X"], "ResultPath": "$", "Next": "B"}]))),
            "/States/A/Catch/0/ResultPath",
            "JSONPath field",
        ),
        (first(pass("Retry", json!([]))), "/States/A/Retry", "not a field of a Pass state"),
    ]);
}
