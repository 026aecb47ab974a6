//! Errors as a client sees them, and the one place where ours become those.
//!
//! A message says what is wrong and how to mend it. What only the operator may know stays in `source`, which is
//! logged and has no way into a response.

use std::error::Error;
use std::fmt::Display;

use contract::{ErrorCode, ErrorItem};
use domain::scope::Scope;
use serde::Serialize;
use serde_json::Value;
use store::StoreError;

use crate::validate::Problem;
use schema::pointer::pointer_to_words;

/// An error response: a status and one or more errors that share it.
#[derive(Debug)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// At least one.
    pub errors: Vec<ErrorItem>,
    /// The word that OAuth clients look for (RFC 6749 §5.2, RFC 6750 §3.1).
    pub oauth: Option<ErrorCode>,
    /// For the log.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// A problem of a body.
fn of_body(problem: Problem) -> ErrorItem {
    let words = problem.to_string();
    ErrorItem::new(ErrorCode::InvalidJsonInput, UNFIT.to_owned() + &words)
        .with("detailedErrorMessage", words)
        .with("field", problem.pointer)
}

/// A problem of the query, or of one parameter in it.
fn of_query(parameter: Option<String>, problem: String) -> ErrorItem {
    let item =
        ErrorItem::new(ErrorCode::InvalidQueryParam, problem.clone()).with("detailedErrorMessage", problem);
    ErrorItem { parameter, ..item }
}

/// The same error of a body that lies at `pointer` in the body of the request, called `words` in messages.
pub(crate) fn below(mut item: ErrorItem, pointer: &str, words: &str) -> ErrorItem {
    let Some(Value::String(field)) = item.members.get_mut("field") else {
        item.message = format!("{words}: {}", item.message);
        return item;
    };
    let own = format!("{UNFIT}{}: ", pointer_to_words(field));
    *field = format!("{pointer}{field}");
    match item.message.strip_prefix(&own) {
        Some(message) => of_body(Problem { pointer: field.clone(), message: message.to_owned() }),
        None => ErrorItem { message: format!("{words}: {}", item.message), ..item },
    }
}

/// How the message for a problem of a body begins; its place follows.
const UNFIT: &str = "Request body does not fit: ";

/// How the message for nobody in particular ends: the way in.
pub(crate) const GET_IN: &str = "; get a token from POST /oauth/token or use an API key";

/// The code of a path parameter that cannot be what it is.
pub(crate) const INVALID_PATH: ErrorCode = ErrorCode::InvalidPathParam;

impl ApiError {
    /// One error, with the usual status of its code.
    pub fn new(code: ErrorCode, message: impl Display) -> Self {
        Self::all(code.status(), vec![ErrorItem::new(code, message.to_string())])
    }

    /// One error with members of its own, with the usual status of its code.
    pub fn of(item: ErrorItem) -> Self {
        Self::all(item.code.status(), vec![item])
    }

    /// Several errors of one status.
    pub fn all(status: u16, errors: Vec<ErrorItem>) -> Self {
        Self { status, errors, oauth: None, source: None }
    }

    /// An error that OAuth has a word for. `message` goes out as `error_description` too, which may hold only
    /// printable ASCII without `"` and `\`.
    pub fn oauth(error: ErrorCode, message: impl Display) -> Self {
        Self { oauth: Some(error), ..Self::new(error, message) }
    }

    /// Both errors in one answer, if both are 400: each once. Otherwise the one that is not, as it is worse.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        match (self.status, other.status) {
            (400, 400) => {
                let news = other.errors.into_iter().filter(|error| !self.errors.contains(error));
                let news: Vec<_> = news.collect();
                self.errors.extend(news);
                self
            }
            (400, _) => other,
            _ => self,
        }
    }

    /// Both results of what does not depend on each other, or all that is wrong with either.
    ///
    /// # Errors
    ///
    /// As [`ApiError::merge`] says, when neither went well.
    pub fn both<A, B>(one: Result<A, Self>, other: Result<B, Self>) -> Result<(A, B), Self> {
        match (one, other) {
            (Ok(one), Ok(other)) => Ok((one, other)),
            (Err(one), Err(other)) => Err(one.merge(other)),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        }
    }

    /// A body that is not what the operation takes; every problem is listed.
    pub fn invalid_body(problems: Vec<Problem>) -> Self {
        Self::all(400, problems.into_iter().map(of_body).collect())
    }

    /// One problem of a body, at a JSON pointer.
    pub fn invalid_field(pointer: &str, message: impl Into<String>) -> Self {
        Self::invalid_body(vec![Problem { pointer: pointer.to_owned(), message: message.into() }])
    }

    /// Query parameters that cannot be what they are.
    pub fn invalid_query(problems: Vec<String>) -> Self {
        Self::all(400, problems.into_iter().map(|problem| of_query(None, problem)).collect())
    }

    /// As [`ApiError::invalid_query`], every problem after the name of the parameter that it is about.
    pub fn invalid_parameters(problems: Vec<(String, String)>) -> Self {
        let item = |(name, problem)| of_query(Some(name), problem);
        Self::all(400, problems.into_iter().map(item).collect())
    }

    /// A query parameter that cannot be what it is.
    pub fn invalid_parameter(name: &str, problem: impl Into<String>) -> Self {
        Self::invalid_parameters(vec![(name.to_owned(), problem.into())])
    }

    /// A path parameter that cannot be what it is.
    pub fn invalid_path(parameter: &str, problem: impl std::fmt::Display) -> Self {
        let message = format!("Path parameter '{parameter}' {problem}");
        Self::of(ErrorItem::new(INVALID_PATH, message.clone()).with("detailedErrorMessage", message))
    }

    /// A member of the body that names something that is not there. `member` is its name, after a dot for every
    /// object that it lies in, such as `deploy.environment`; the client is given a JSON pointer.
    pub fn reference_not_found(member: &str, value: impl Into<Value>, message: impl Into<String>) -> Self {
        let field = format!("/{}", member.replace('.', "/"));
        Self::of(
            ErrorItem::new(ErrorCode::FieldValueNotFound, message).with("field", field).with("value", value),
        )
    }

    /// No token, or not one of ours.
    pub fn unauthenticated(reason: &str) -> Self {
        let message = format!("{reason}{GET_IN}");
        Self::oauth(ErrorCode::InvalidToken, message)
    }

    /// A token without the scope.
    pub fn forbidden(needed: Scope) -> Self {
        Self::new(ErrorCode::AuthorizationError, format!("Insufficient scope: this operation needs {needed}"))
    }

    /// A body in another media type, character set or encoding than the operation takes.
    pub fn unsupported_media_type(message: impl Display) -> Self {
        Self::new(ErrorCode::UnsupportedMediaType, message)
    }

    /// What the path names is not there, or not the caller's.
    pub fn not_found(message: impl Display) -> Self {
        Self::new(ErrorCode::ResourceNotFound, message)
    }

    /// Ours, not the caller's; the cause is logged.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let message = "Something went wrong inside Slipway; the change may or may not have been made. Read again, \
                       then repeat";
        Self { source: Some(source.into()), ..Self::new(ErrorCode::General, message) }
    }

    /// Something that Slipway needs did not answer; trying again may help.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let message = "A service that Slipway needs did not answer; try again in a moment";
        Self { source: Some(source.into()), ..Self::new(ErrorCode::ServiceUnavailable, message) }
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
    error: Option<ErrorCode>,
    #[serde(rename = "error_description", skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let message = error.sentence();
        match error {
            StoreError::NotFound { .. } => Self::not_found(message),
            StoreError::Stale { expected, current, .. } => Self::of(
                ErrorItem::new(ErrorCode::ConcurrentModification, message)
                    .with("expectedVersion", expected)
                    .with("currentVersion", current),
            ),
            StoreError::Duplicate { field, value, .. } => {
                let item = ErrorItem::new(ErrorCode::DuplicateField, message);
                // The name of the member, not a pointer to it: Connect's clients look for the word.
                Self::of(item.with("field", field).with("duplicateValue", value))
            }
            StoreError::InUse { .. } => Self::new(ErrorCode::EntityInUse, message),
            StoreError::TooMany(_) | StoreError::TooLong(_) => Self::invalid_query(vec![format!(
                "{message}; use a narrower filter, or the list's own order"
            )]),
            StoreError::OutOfReach(_) => Self::new(ErrorCode::AuthorizationError, message),
            StoreError::BadCursor => Self::invalid_parameter("cursor", message),
            StoreError::Raced | StoreError::Fenced => Self::new(ErrorCode::ConcurrentModification, message),
            StoreError::Corrupt(_) | StoreError::Rejected(_) => Self::internal(error),
            StoreError::Unavailable(_) => Self::unavailable(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_below_a_place_points_at_the_member_that_was_sent() {
        let error = ApiError::invalid_field("/value", "must be a text");
        let item = below(error.errors.into_iter().next().unwrap(), "/actions/2", "actions[2]");
        assert_eq!(item.members["field"], "/actions/2/value");
        assert_eq!(item.members["detailedErrorMessage"], "actions[2].value: must be a text");
        assert_eq!(item.message, "Request body does not fit: actions[2].value: must be a text");

        let error = ApiError::reference_not_found("integration", "key=x", "No integration 'key=x'");
        let item = below(error.errors.into_iter().next().unwrap(), "/actions/0", "actions[0]");
        assert_eq!(item.members["field"], "/actions/0/integration");
        assert_eq!(item.message, "actions[0]: No integration 'key=x'");

        let item = below(ErrorItem::new(ErrorCode::FlowNeverSaved, "The flow"), "/actions/0", "actions[0]");
        assert_eq!((item.message.as_str(), item.members.len()), ("actions[0]: The flow", 0));
    }

    #[test]
    fn problems_are_told_together_and_what_is_worse_alone() {
        let bad = |place: &str| ApiError::invalid_field(place, "is wrong");
        let codes = |error: ApiError| (error.status, error.errors.len());
        assert_eq!(codes(bad("/a").merge(bad("/b"))), (400, 2));
        assert_eq!(codes(bad("/a").merge(bad("/a"))), (400, 1));
        assert_eq!(codes(bad("/a").merge(ApiError::not_found("x"))), (404, 1));
        assert_eq!(codes(ApiError::unavailable("x").merge(bad("/a"))), (503, 1));
        assert_eq!(ApiError::both(Ok(1), Ok(2)).unwrap(), (1, 2));
        assert_eq!(codes(ApiError::both::<u8, u8>(Ok(1), Err(bad("/a"))).unwrap_err()), (400, 1));
    }
}
