//! What the request of an HTTP task may say.

use serde_json::{Map, Value};

use super::HttpTask;
use crate::asl::value::is_deferred;
use crate::definition::{Finding, is_expression, join};
use crate::placeholders::has_placeholder;
use crate::spelling::hint;

/// The longest that one call may take, in seconds, before the HTTP task gives it up.
const MAX_HTTP_TIMEOUT_SECONDS: u64 = 30;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const MEMBERS: [&str; 7] = ["url", "method", "headers", "query", "body", "timeoutSeconds", "acceptStatus"];

pub(super) fn check(definition: &Value, task: &HttpTask<'_>, findings: &mut Vec<Finding>) {
    if !is_jsonata(definition, &task.path) {
        findings.push(Finding::error(
            &task.path,
            "A call through \"${slipway.http}\" must be written in JSONata. Set \"QueryLanguage\": \"JSONata\" \
             at the top or on this state, and put the request into \"Arguments\".",
        ));
        return;
    }
    let path = &task.request_path;
    match task.request {
        Some(Value::Object(request)) => check_members(path, request, findings),
        Some(_) => findings.push(Finding::error(
            path,
            "The request must be an object written out here, not an expression or a placeholder; its members \
             may be either.",
        )),
        None => findings.push(Finding::error(
            &task.path,
            format!("The request is missing: an object with \"url\" at {path}."),
        )),
    }
}

fn is_jsonata(definition: &Value, state_path: &str) -> bool {
    let own = definition.pointer(state_path).and_then(|state| state.get("QueryLanguage"));
    let language = own.or_else(|| definition.get("QueryLanguage")).and_then(Value::as_str);
    // A placeholder there is told elsewhere.
    language.is_some_and(|language| language == "JSONata" || has_placeholder(language))
}

fn check_members(path: &str, request: &Map<String, Value>, findings: &mut Vec<Finding>) {
    if !request.contains_key("url") {
        findings.push(Finding::error(path, "\"url\" is missing: the address to call."));
    }
    for (name, value) in request {
        let path = join(path, name);
        let wrong = match name.as_str() {
            "url" => url(value),
            "method" => method(value),
            "headers" => {
                headers(&path, value, findings);
                None
            }
            "query" => query(value),
            "timeoutSeconds" => timeout(value),
            "acceptStatus" => accept_status(value),
            "body" => None,
            "scope" => Some("\"scope\" is set by Slipway when it deploys. Remove it.".to_owned()),
            "connection" => Some(
                "\"connection\" is reserved and does nothing yet. Put the authentication into \"headers\"."
                    .to_owned(),
            ),
            _ => {
                let hint = hint(name, MEMBERS);
                Some(format!("\"{name}\" is not a member of a request.{hint}"))
            }
        };
        findings.extend(wrong.map(|message| Finding::error(path, message)));
    }
}

/// Whether a value is known at deploy or run time only.
fn is_open(value: &Value) -> bool {
    value.as_str().is_some_and(|text| is_expression(text) || has_placeholder(text))
}

fn url(value: &Value) -> Option<String> {
    let absolute = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    let fine = is_open(value) || value.as_str().is_some_and(absolute);
    (!fine).then(|| "\"url\" must be a string that begins with https:// or http://.".to_owned())
}

fn method(value: &Value) -> Option<String> {
    let name = value.as_str().unwrap_or_default();
    let fine = is_open(value) || METHODS.contains(&name);
    (!fine).then(|| format!("\"method\" must be one of {}.{}", METHODS.join(", "), hint(name, METHODS)))
}

fn headers(path: &str, value: &Value, findings: &mut Vec<Finding>) {
    let Value::Object(headers) = value else {
        if !is_deferred(value) {
            findings.push(Finding::error(
                path,
                "\"headers\" must be an object written out here; its values may be expressions.",
            ));
        }
        return;
    };
    for (name, value) in headers {
        if !(value.is_string() || value.is_number() || value.is_boolean()) {
            findings.push(Finding::error(
                join(path, name),
                format!("The header \"{name}\" must be a string, a number, true, false or an expression."),
            ));
        }
    }
}

fn query(value: &Value) -> Option<String> {
    let fine = value.is_object() || is_deferred(value) || value.as_str().is_some_and(is_expression);
    (!fine).then(|| "\"query\" must be an object, or an expression that gives one.".to_owned())
}

fn accept_status(value: &Value) -> Option<String> {
    let fine = is_deferred(value) || value.as_str().is_some_and(is_expression) || value.is_boolean();
    (!fine).then(|| "\"acceptStatus\" must be true or false.".to_owned())
}

fn timeout(value: &Value) -> Option<String> {
    let within = |seconds: u64| (1..=MAX_HTTP_TIMEOUT_SECONDS).contains(&seconds);
    let fine =
        is_deferred(value) || value.as_str().is_some_and(is_expression) || value.as_u64().is_some_and(within);
    (!fine)
        .then(|| format!("\"timeoutSeconds\" must be a whole number from 1 to {MAX_HTTP_TIMEOUT_SECONDS}."))
}
