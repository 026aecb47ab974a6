//! Errors as a client sees them, and the one place where ours become those.
//!
//! A message says what is wrong and how to mend it. What only the operator may know stays in `source`, which is
//! logged and has no way into a response.

use std::error::Error;

use domain::scope::Scope;
use serde::Serialize;
use serde_json::{Map, Value};
use store::StoreError;

use crate::validate::Problem;

/// An error response: a status and one or more errors that share it.
#[derive(Debug)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// At least one.
    pub errors: Vec<ErrorItem>,
    /// The word that OAuth clients look for (RFC 6749 §5.2, RFC 6750 §3.1).
    pub oauth: Option<&'static str>,
    /// For the log.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// One error of a response.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorItem {
    /// A stable word; every code is documented.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
    /// Members of its own that a code has.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

impl ErrorItem {
    /// An error without members of its own.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), members: Map::new() }
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }
}

impl ApiError {
    /// One error.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::all(status, vec![ErrorItem::new(code, message)])
    }

    /// Several errors of one status.
    pub fn all(status: u16, errors: Vec<ErrorItem>) -> Self {
        Self { status, errors, oauth: None, source: None }
    }

    /// An error that OAuth has a word for. `message` goes out as `error_description` too, which may hold only
    /// printable ASCII without `"` and `\`.
    pub fn oauth(status: u16, error: &'static str, message: impl Into<String>) -> Self {
        Self { oauth: Some(error), ..Self::new(status, error, message) }
    }

    /// A rule of the domain that the request breaks: 400 with a code of its own.
    pub fn rule(code: &'static str, message: impl std::fmt::Display) -> Self {
        Self::new(400, code, format!("{message}"))
    }

    /// A body that is not what the operation takes; every problem is listed.
    pub fn invalid_body(problems: Vec<Problem>) -> Self {
        let item = |problem: Problem| {
            let words = problem.to_string();
            ErrorItem::new("InvalidJsonInput", "Request body does not fit: ".to_owned() + &words)
                .with("detailedErrorMessage", words)
                .with("field", problem.pointer)
        };
        Self::all(400, problems.into_iter().map(item).collect())
    }

    /// One problem of a body, at a JSON pointer.
    pub fn invalid_field(pointer: &str, message: impl Into<String>) -> Self {
        Self::invalid_body(vec![Problem { pointer: pointer.to_owned(), message: message.into() }])
    }

    /// Query parameters that cannot be what they are.
    pub fn invalid_query(problems: Vec<String>) -> Self {
        let item = |problem: String| {
            ErrorItem::new("InvalidQueryParam", problem.clone()).with("detailedErrorMessage", problem)
        };
        Self::all(400, problems.into_iter().map(item).collect())
    }

    /// A path parameter that cannot be what it is.
    pub fn invalid_path(parameter: &str, problem: impl std::fmt::Display) -> Self {
        let message = format!("Path parameter '{parameter}' {problem}");
        let item = ErrorItem::new("InvalidPathParam", message.clone()).with("detailedErrorMessage", message);
        Self::all(400, vec![item])
    }

    /// A member of the body that names something that is not there.
    pub fn reference_not_found(field: &str, value: impl Into<Value>, message: impl Into<String>) -> Self {
        let item = ErrorItem::new("FieldValueNotFound", message).with("field", field).with("value", value);
        Self::all(400, vec![item])
    }

    /// No token, or not one of ours.
    pub fn unauthenticated(reason: &str) -> Self {
        let message = format!("{reason}; get a token from POST /oauth/token or use an API key");
        Self::oauth(401, "invalid_token", message)
    }

    /// A token without the scope.
    pub fn forbidden(needed: Scope) -> Self {
        Self::new(403, "AuthorizationError", format!("Insufficient scope: this operation needs {needed}"))
    }

    /// What the path names is not there, or not the caller's.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "ResourceNotFound", message)
    }

    /// Ours, not the caller's; the cause is logged.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let message = "Something went wrong inside Slipway; the change may or may not have been made. Read again, \
                       then repeat";
        Self { source: Some(source.into()), ..Self::new(500, "General", message) }
    }

    /// Something that Slipway needs did not answer; trying again may help.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let message = "A service that Slipway needs did not answer; try again in a moment";
        Self { source: Some(source.into()), ..Self::new(503, "ServiceUnavailable", message) }
    }

    /// What the client sees, as JSON.
    pub fn to_json(&self) -> String {
        let message = self.errors.first().map(|error| error.message.as_str()).unwrap_or_default();
        let envelope = Envelope {
            status_code: self.status,
            message,
            errors: &self.errors,
            error: self.oauth,
            error_description: self.oauth.map(|_| message),
        };
        // Texts, numbers and maps with text keys: there is nothing in it that cannot be written.
        serde_json::to_string(&envelope).unwrap_or_default()
    }
}

/// The error envelope.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    status_code: u16,
    message: &'a str,
    errors: &'a [ErrorItem],
    // A second documented shape, in OAuth's own spelling: OAuth clients look for `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(rename = "error_description", skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.sentence();
        match error {
            StoreError::NotFound { .. } => Self::not_found(message),
            StoreError::Stale { expected, current, .. } => Self::all(
                409,
                vec![
                    ErrorItem::new("ConcurrentModification", message)
                        .with("expectedVersion", expected)
                        .with("currentVersion", current),
                ],
            ),
            StoreError::Duplicate { field, value, .. } => {
                let item = ErrorItem::new("DuplicateField", message);
                Self::all(400, vec![item.with("field", field).with("duplicateValue", value)])
            }
            StoreError::InUse { .. } => Self::new(400, "EntityInUse", message),
            StoreError::TooMany(_) | StoreError::BadCursor => Self::invalid_query(vec![message]),
            StoreError::Raced | StoreError::Fenced => Self::new(409, "ConcurrentModification", message),
            StoreError::Corrupt(_) => Self::internal(error),
            StoreError::Unavailable(_) => Self::unavailable(error),
        }
    }
}

impl ApiError {
    /// What a member of the body refers to, or an error that says which member refers to nothing.
    pub fn unless_found<T>(
        found: Result<T, StoreError>,
        field: &str,
        reference: &crate::Reference,
    ) -> Result<T, Self> {
        match found {
            Err(error @ StoreError::NotFound { .. }) => {
                Err(Self::reference_not_found(field, reference.as_sent(), error.sentence()))
            }
            other => Ok(other?),
        }
    }
}
