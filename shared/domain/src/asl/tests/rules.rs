//! One row for each rule: a definition that breaks it, where it is reported and in what words.

#![allow(clippy::needless_pass_by_value, reason = "rows read better without a reference before each `json!`")]

use serde_json::{Value, json};

use super::super::*;

mod definition;
mod http;
mod languages;
mod recovery;
mod services;
mod states;

/// Something that a Task state may call.
const SQS: &str = "arn:aws:states:::sqs:sendMessage";

/// A definition and the finding it must have: the pointer and a part of the message.
type Row = (Value, &'static str, &'static str);

fn assert_rows(rows: impl IntoIterator<Item = Row>) {
    for (definition, path, fragment) in rows {
        let findings = check(&definition, false);
        let found = findings.iter().any(|finding| finding.path == path && finding.message.contains(fragment));
        assert!(found, "no finding at {path:?} with {fragment:?} for {definition:#}\nbut {findings:#?}");
    }
}

/// A definition whose first state is `A`, then `B`, an end.
fn first(state: Value) -> Value {
    json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}})
}

/// The same in JSONata.
fn jsonata(state: Value) -> Value {
    let mut definition = first(state);
    definition["QueryLanguage"] = json!("JSONata");
    definition
}

/// A Task state with one more member.
fn task(name: &str, value: Value) -> Value {
    let mut task = json!({"Type": "Task", "Resource": SQS, "Next": "B"});
    task[name] = value;
    task
}

fn pass(name: &str, value: Value) -> Value {
    let mut pass = json!({"Type": "Pass", "Next": "B"});
    pass[name] = value;
    pass
}

/// A JSONata definition that calls the HTTP task with this request.
fn call(request: Value) -> Value {
    jsonata(json!({"Type": "Task", "Resource": HTTP_TASK, "Arguments": request, "Next": "B"}))
}
