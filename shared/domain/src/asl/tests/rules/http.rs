//! The HTTP task and secrets.

use serde_json::{Value, json};

use super::{assert_rows, call, first, jsonata, pass, task};
use crate::asl::http_task::{HTTP_TASK, LAMBDA_INVOKE};

#[test]
fn http_requests() {
    let with = |name: &str, value: Value| {
        let mut request = json!({"url": "https://a.example"});
        request[name] = value;
        call(request)
    };
    let invoke = jsonata(json!({"Type": "Task", "Resource": LAMBDA_INVOKE, "Next": "B",
        "Arguments": {"FunctionName": HTTP_TASK, "Payload": "{% $states.input %}"}}));
    assert_rows([
        (first(task("Resource", json!(HTTP_TASK))), "/States/A", "must be written in JSONata"),
        (jsonata(task("Resource", json!(HTTP_TASK))), "/States/A", "The request is missing"),
        (call(json!("{% $states.input %}")), "/States/A/Arguments", "written out here"),
        (call(json!("${request}")), "/States/A/Arguments", "written out here"),
        (invoke, "/States/A/Arguments/Payload", "written out here"),
        (call(json!({})), "/States/A/Arguments", "\"url\" is missing"),
        (with("url", json!("ftp://a.example")), "/States/A/Arguments/url", "https:// or http://"),
        (with("url", json!(1)), "/States/A/Arguments/url", "must be a string"),
        (with("method", json!("get")), "/States/A/Arguments/method", "Did you mean \"GET\"?"),
        (with("headers", json!("{% {} %}")), "/States/A/Arguments/headers", "must be an object"),
        (with("headers", json!({"a": null})), "/States/A/Arguments/headers/a", "must be a string, a number"),
        (with("query", json!("a=b")), "/States/A/Arguments/query", "must be an object"),
        (with("timeoutSeconds", json!(31)), "/States/A/Arguments/timeoutSeconds", "from 1 to 30"),
        (with("acceptStatus", json!("yes")), "/States/A/Arguments/acceptStatus", "true or false"),
        (with("scope", json!("mine")), "/States/A/Arguments/scope", "set by Slipway"),
        (with("connection", json!("crm")), "/States/A/Arguments/connection", "is reserved"),
        (with("header", json!({})), "/States/A/Arguments/header", "Did you mean \"headers\"?"),
    ]);
}

#[test]
fn places_of_secrets_and_of_the_http_task() {
    let secret = "${secret.KEY}";
    let function = json!({"FunctionName": "{% '${slipway.http}' %}", "Payload": {}});
    assert_rows([
        (
            call(json!({"url": "https://a.example/${secret.KEY}"})),
            "/States/A/Arguments/url",
            "only in a header",
        ),
        (
            call(json!({"url": "https://a.example", "body": {"headers": {"k": secret}}})),
            "/States/A/Arguments/body/headers/k",
            "only in a header",
        ),
        (
            call(json!({"url": "https://a.example", "headers": secret})),
            "/States/A/Arguments/headers",
            "only in a header",
        ),
        (jsonata(pass("Output", json!(secret))), "/States/A/Output", "only in a header"),
        (
            jsonata(task("Arguments", json!({"headers": {"k": secret}}))),
            "/States/A/Arguments/headers/k",
            "only in a header",
        ),
        (
            jsonata(json!({"Type": "Task", "Resource": LAMBDA_INVOKE, "Arguments": function, "Next": "B"})),
            "/States/A/Arguments/FunctionName",
            "may stand only as",
        ),
        (jsonata(pass("Output", json!(HTTP_TASK))), "/States/A/Output", "may stand only as"),
    ]);
}
