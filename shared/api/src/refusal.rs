//! Errors in the words of each family of routes.
//!
//! Below `/api/v1/` an error is a message, and with it, where fields of the request are to blame, what is wrong with each
//! of them.

#[cfg(test)]
mod tests;

use contract::ErrorCode;
use serde::{Serialize, Serializer};
use serde_json::Value;

use contract::ErrorItem;

use crate::error::{ApiError, GET_IN, INVALID_PATH};
use crate::family::Family;
use schema::pointer::{pointer_to_words, segments};

/// How callers of that family get in.
const SEND_A_KEY: &str = "; send an API key as it is in the header: `Authorization: <api-key>`";

/// The field that stands for the whole body.
const WHOLE_BODY: &str = "body";

/// The field that stands for the request where no single member or parameter is to blame.
const WHOLE_REQUEST: &str = "request";

impl ApiError {
    /// What a client of a family is answered: the status and the JSON.
    pub fn answer(&self, family: Family) -> (u16, String) {
        match family {
            Family::Native => (self.status, self.to_json()),
            Family::FlowVersions => {
                let refusal = Refusal::of(self);
                // Texts only: there is nothing in it that cannot be written.
                (refusal.status, serde_json::to_string(&refusal).unwrap_or_default())
            }
        }
    }
}

/// An error of the routes below `/api/v1/`.
#[derive(Debug, Serialize)]
struct Refusal {
    #[serde(skip)]
    status: u16,
    message: String,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    errors: Fields,
}

/// What is wrong, by field, in the order in which it was found.
#[derive(Debug, Default)]
struct Fields(Vec<(String, Vec<String>)>);

impl Refusal {
    fn of(error: &ApiError) -> Self {
        let status = status(error);
        let mut errors = Fields::default();
        for item in &error.errors {
            let field = field(item).or_else(|| (status == 422).then(|| WHOLE_REQUEST.to_owned()));
            if let Some(field) = field.filter(|_| item.code != INVALID_PATH) {
                errors.add(field, message(item));
            }
        }
        Self { status, message: summary(error), errors }
    }
}

impl Fields {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, field: String, message: String) {
        match self.0.iter_mut().find(|(known, _)| *known == field) {
            Some((_, messages)) => messages.push(message),
            None => self.0.push((field, vec![message])),
        }
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, messages)| (field, messages)))
    }
}

/// Codes of what a request is right about and the state of things does not allow.
const CONFLICTS: &[ErrorCode] = &[
    ErrorCode::DeploymentEnvironmentGone,
    ErrorCode::DeploymentFlowGone,
    ErrorCode::DeploymentInvalidStatusTransition,
    ErrorCode::DeploymentTooManyEnabled,
    ErrorCode::EntityInUse,
];

/// Whatever is wrong with a request that can be read is 422 here, what cannot be done now 409, and an id that cannot be
/// one is nobody's.
fn status(error: &ApiError) -> u16 {
    match error.status {
        400 if error.errors.iter().all(|item| CONFLICTS.contains(&item.code)) => 409,
        400 if error.errors.iter().any(|item| item.code == INVALID_PATH) => 404,
        400 => 422,
        status => status,
    }
}

/// The first message, and how many there are besides.
fn summary(error: &ApiError) -> String {
    let first = error.errors.first().map(message).unwrap_or_default();
    match error.errors.len().saturating_sub(1) {
        0 => first,
        1 => format!("{first} (and 1 more error)"),
        more => format!("{first} (and {more} more errors)"),
    }
}

/// The message without what only clients of the native family need to hear, and with the field as it is written here.
fn message(item: &ErrorItem) -> String {
    let detailed = item.members.get("detailedErrorMessage").and_then(Value::as_str);
    let message = detailed.unwrap_or(&item.message);
    let pointer = item.members.get("field").and_then(Value::as_str).unwrap_or_default();
    let natively = pointer_to_words(pointer) + ": ";
    if let Some(problem) = message.strip_prefix(&natively) {
        return format!("{}: {problem}", of_pointer(pointer));
    }
    message.strip_suffix(GET_IN).map_or_else(|| message.to_owned(), |reason| reason.to_owned() + SEND_A_KEY)
}

/// The field that an error is about, if there is one.
fn field(item: &ErrorItem) -> Option<String> {
    let of_body = || item.members.get("field").and_then(Value::as_str).map(of_pointer);
    item.parameter.as_deref().map(of_parameter).or_else(of_body)
}

/// `flow_versions.0.priority` for the JSON pointer `/flow_versions/0/priority`. The name of a member, which some
/// errors have in its place, stays as it is.
fn of_pointer(pointer: &str) -> String {
    match pointer.strip_prefix('/') {
        Some(_) => segments(pointer).collect::<Vec<_>>().join("."),
        None if pointer.is_empty() => WHOLE_BODY.to_owned(),
        None => pointer.to_owned(),
    }
}

/// `filter.global` for the parameter `filter[global]`, and `sort` for `sort[]`.
fn of_parameter(name: &str) -> String {
    name.replace("[]", "").replace('[', ".").replace(']', "")
}
