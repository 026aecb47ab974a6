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
