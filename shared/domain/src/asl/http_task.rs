//! The HTTP task: the states that call it, what their requests may say, and where secrets may stand.
//!
//! A state calls the HTTP task in one of two spellings, both in JSONata:
//!
//! * `"Resource": "${slipway.http}"`, and `Arguments` is the request;
//! * `"Resource": "arn:aws:states:::lambda:invoke"` with `Arguments.FunctionName` =
//!   `"${slipway.http}"`, and `Arguments.Payload` is the request.
//!
//! Only the HTTP task resolves secrets, and only in headers, so a reference anywhere else would reach
//! its place as it is written; that is a mistake at best and is refused.

mod bind;
mod request;
mod url;
mod ways;

use std::collections::BTreeSet;

use serde_json::Value;

pub use bind::{Said, bind_scope, read_scopes};
pub use ways::led_by_variables;
pub(super) use ways::other_ways;

use crate::definition::{Finding, each_string, join};
use crate::placeholders::mentions;

/// The placeholder that stands for the HTTP task in a definition.
pub(super) const HTTP_TASK: &str = "${slipway.http}";

/// The name in [`HTTP_TASK`].
const HTTP_TASK_NAME: &str = "slipway.http";

/// The resource of Step Functions' own Lambda integration, the second spelling of an HTTP task.
pub(super) const LAMBDA_INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// How every reference to a secured value begins.
const SECRET: &str = "${secret.";

/// A Task state that calls the HTTP task.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HttpTask<'a> {
    /// A JSON pointer to the state.
    pub path: String,
    /// A JSON pointer to the request, whether or not there is one.
    pub request_path: String,
    /// The request as it is written; absent when the state has none.
    pub request: Option<&'a Value>,
}

/// Every state that calls the HTTP task, at any level, ordered by path.
///
/// `http_task` is what stands for the task: [`HTTP_TASK`] in a definition as written, the ARN of the
/// task in one whose placeholders are replaced.
pub(super) fn http_tasks<'a>(definition: &'a Value, http_task: &str) -> Vec<HttpTask<'a>> {
    let called = states(definition).into_iter();
    let mut found: Vec<_> =
        called.filter_map(|(path, state)| http_task_of(&path, state, http_task)).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Every state, at any level, with the JSON pointer to it.
pub(super) fn states(definition: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), definition)];
    while let Some((path, scope)) = open.pop() {
        let Some(Value::Object(states)) = scope.get("States") else {
            continue;
        };
        let states_path = join(&path, "States");
        for (name, state) in states {
            let path = join(&states_path, name);
            open.extend(nested_scopes(&path, state));
            found.push((path, state));
        }
    }
    found
}

/// Where the HTTP task's own name stands when it is called.
fn call_paths(tasks: &[HttpTask<'_>]) -> BTreeSet<String> {
    let paths = |task: &HttpTask<'_>| {
        [join(&task.path, "Resource"), join(&join(&task.path, "Arguments"), "FunctionName")]
    };
    tasks.iter().flat_map(paths).collect()
}

fn http_task_of<'a>(path: &str, state: &'a Value, http_task: &str) -> Option<HttpTask<'a>> {
    let arguments = state.get("Arguments");
    let arguments_path = join(path, "Arguments");
    let (request_path, request) = match spelling(state, http_task)? {
        Spelling::Direct => (arguments_path, arguments),
        Spelling::Invoke => {
            (join(&arguments_path, "Payload"), arguments.and_then(|arguments| arguments.get("Payload")))
        }
    };
    Some(HttpTask { path: path.to_owned(), request_path, request })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Direct,
    Invoke,
}

/// How a state calls the HTTP task, if it does.
fn spelling(state: &Value, http_task: &str) -> Option<Spelling> {
    if state.get("Type").and_then(Value::as_str) != Some("Task") {
        return None;
    }
    let resource = state.get("Resource").and_then(Value::as_str)?;
    if resource == http_task {
        return Some(Spelling::Direct);
    }
    // JSONPath says `Parameters`; it is found too, so that it can be refused.
    let called = ["Arguments", "Parameters"]
        .iter()
        .filter_map(|member| state.get(member)?.get("FunctionName")?.as_str())
        .any(|function| function == http_task);
    (resource == LAMBDA_INVOKE && called).then_some(Spelling::Invoke)
}

fn nested_scopes<'a>(path: &str, state: &'a Value) -> Vec<(String, &'a Value)> {
    let mut scopes = Vec::new();
    for member in ["ItemProcessor", "Iterator"] {
        scopes.extend(state.get(member).map(|scope| (join(path, member), scope)));
    }
    if let Some(Value::Array(branches)) = state.get("Branches") {
        let path = join(path, "Branches");
        let branches = branches.iter().enumerate();
        scopes.extend(branches.map(|(index, branch)| (join(&path, &index.to_string()), branch)));
    }
    scopes
}

/// Checks each HTTP task's request and the places of secrets and of the HTTP task's own name.
pub(super) fn check(definition: &Value, http_task: &str) -> Vec<Finding> {
    let tasks = http_tasks(definition, http_task);
    let mut findings = Vec::new();
    for task in &tasks {
        request::check(definition, task, &mut findings);
    }
    check_places(definition, &tasks, &mut findings);
    findings
}

/// Secrets stand in headers of HTTP tasks only, the name of the HTTP task only where it is called.
fn check_places(definition: &Value, tasks: &[HttpTask<'_>], findings: &mut Vec<Finding>) {
    let headers: BTreeSet<String> = tasks.iter().map(|task| join(&task.request_path, "headers")).collect();
    let calls = call_paths(tasks);
    each_string(definition, |path, text| {
        let (parent, member) = path.rsplit_once('/').unwrap_or_default();
        if text.contains(SECRET) && !headers.contains(parent) {
            findings.push(Finding::error(
                path,
                "A secret may stand only in a header of a call through \"${slipway.http}\": anywhere else it \
                 would be readable, or not be replaced at all.",
            ));
        }
        if mentions(text, HTTP_TASK_NAME) && member != "Comment" && !calls.contains(path) {
            findings.push(Finding::error(
                path,
                "\"${slipway.http}\" may stand only as the whole \"Resource\" of a Task state, or as \
                 \"FunctionName\" in the \"Arguments\" of \"arn:aws:states:::lambda:invoke\".",
            ));
        }
    });
}
