//! Definitions that stories deploy.

use serde_json::{Value, json};

/// A definition of one step that puts out `output`.
pub(crate) fn putting_out(output: Value) -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Answer",
        "States": { "Answer": { "Type": "Pass", "Output": output, "End": true } },
    })
}

/// Needs no variable.
pub(crate) fn greeting() -> Value {
    putting_out(json!({ "greeting": "hello" }))
}

/// Puts out the value of a variable.
pub(crate) fn telling(variable: &str) -> Value {
    putting_out(json!({ "told": format!("${{{variable}}}") }))
}

/// Calls `url` with `headers` and puts out the body of the answer.
pub(crate) fn calling(url: &str, headers: Value) -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "${slipway.http}",
                "Arguments": { "url": url, "headers": headers },
                "Output": "{% $states.result.body %}",
                "End": true,
            },
        },
    })
}

/// Fails with an error of its own.
pub(crate) fn failing(error: &str, cause: &str) -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Refuse",
        "States": { "Refuse": { "Type": "Fail", "Error": error, "Cause": cause } },
    })
}
