//! The failures of an HTTP task, as a flow sees them.

use domain::json::{JsonError, Repeated};
use lambda_runtime::Diagnostic;
use serde_json::json;

/// How much of an answer's body goes into an error, in bytes.
const MAX_ERROR_BODY: usize = 4_096;

/// Why an HTTP task failed. [`HttpTaskError::error_type`] is the name that a flow's `Retry` and `Catch`
/// match; the names never change. None of the variants holds a request header, a request body or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpTaskError {
    /// `HttpInvalidRequest`: the arguments of the task are wrong. Trying again does not help.
    #[error("the request is not valid: {message}")]
    InvalidRequest {
        /// What is wrong.
        message: String,
    },
    /// `HttpScopeInvalid`: the scope token is not one that a deployment was given, or its deployment is gone.
    #[error("the scope token is not valid: {0}")]
    ScopeInvalid(ScopeRefusal),
    /// `HttpTaskUnavailable`: whether the token's deployment is still there could not be looked up right now. Trying
    /// again is safe.
    #[error("the HTTP task is not available at the moment; trying again is safe")]
    Unavailable,
    /// `HttpSecretMissing`: a header refers to a secret that the deployment does not have.
    #[error("the secret `{name}` does not exist in this deployment")]
    SecretMissing {
        /// The name in `${secret.NAME}`.
        name: String,
    },
    /// `HttpSecretUnavailable`: the secret exists but could not be read right now. Trying again is safe.
    #[error("the secret `{name}` cannot be read at the moment")]
    SecretUnavailable {
        /// The name in `${secret.NAME}`.
        name: String,
    },
    /// `HttpRefusedAddress`: the host is, or resolves to, an address that is not public.
    #[error("{host} is not called: its address is {class}")]
    RefusedAddress {
        /// Host and port.
        host: String,
        /// The kind of address.
        class: &'static str,
    },
    /// `HttpConnectError`: no connection, or it broke before the answer was complete.
    #[error("calling {host} failed: {reason}")]
    Connect {
        /// Host and port.
        host: String,
        /// What the network said.
        reason: String,
        /// Attempts made.
        attempts: u32,
    },
    /// `HttpTimeout`: no complete answer within the time the request allows, all attempts together.
    #[error("no complete answer within {seconds} s")]
    Timeout {
        /// The time allowed.
        seconds: u64,
        /// Attempts made.
        attempts: u32,
    },
    /// `HttpResponseTooLarge`: the answer does not fit into what a state of a state machine may return.
    #[error("the answer is larger than {limit} bytes")]
    ResponseTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// `HttpResponseAmbiguous`: the answer is JSON that readers take differently, so that nobody could say what the flow
    /// would get.
    #[error("the answer's JSON cannot be handed on as it is: {reason}")]
    ResponseAmbiguous {
        /// What is wrong, and where.
        reason: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer's body, as text.
        body: String,
    },
    /// `HttpStatusError`: the answer's status is 400 or more, after all attempts.
    #[error("the answer's status is {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer's body, as text.
        body: String,
        /// Attempts made.
        attempts: u32,
    },
}

/// Why a scope token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeRefusal {
    /// It is none of ours, or was signed with a key that was withdrawn.
    #[error(
        "it is none of this stack, or was signed with a key that is no longer accepted; redeploy the flow"
    )]
    NotOurs,
    /// What it was made for was undeployed, superseded or failed, and its state machine is gone.
    #[error("what it was made for is not deployed any more")]
    Gone,
    /// It is for another host.
    #[error("it is for {origin} only, and the request names {other}")]
    OtherOrigin {
        /// The origin in the token.
        origin: String,
        /// That of the request.
        other: String,
    },
}

impl HttpTaskError {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::InvalidRequest { message: message.into() }
    }

    pub(crate) fn status(status: u16, body: &[u8], attempts: u32) -> Self {
        Self::Status { status, body: beginning(body), attempts }
    }

    pub(crate) fn ambiguous(error: &JsonError, status: u16, body: &str) -> Self {
        let reason = match error {
            JsonError::Repeated(Repeated { pointer, first, second }) => {
                format!("'{pointer}' is given twice in one object, at {first} and at {second}")
            }
            JsonError::Inexact(pointers) => {
                format!("'{}' is larger than any number that is kept", pointers.join("', '"))
            }
            other => other.to_string(),
        };
        Self::ResponseAmbiguous { reason, status, body: beginning(body.as_bytes()) }
    }

    /// The stable name.
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::InvalidRequest { .. } => "HttpInvalidRequest",
            Self::ScopeInvalid(_) => "HttpScopeInvalid",
            Self::Unavailable => "HttpTaskUnavailable",
            Self::SecretMissing { .. } => "HttpSecretMissing",
            Self::SecretUnavailable { .. } => "HttpSecretUnavailable",
            Self::RefusedAddress { .. } => "HttpRefusedAddress",
            Self::Connect { .. } => "HttpConnectError",
            Self::Timeout { .. } => "HttpTimeout",
            Self::ResponseTooLarge { .. } => "HttpResponseTooLarge",
            Self::ResponseAmbiguous { .. } => "HttpResponseAmbiguous",
            Self::Status { .. } => "HttpStatusError",
        }
    }

    /// The details as JSON text: always `message`; `attempts`, `statusCode` and `body` where they exist.
    pub fn cause(&self) -> String {
        let message = self.to_string();
        let cause = match self {
            Self::Status { status, body, attempts } => {
                json!({ "message": message, "statusCode": status, "body": body, "attempts": attempts })
            }
            Self::ResponseAmbiguous { status, body, .. } => {
                json!({ "message": message, "statusCode": status, "body": body })
            }
            Self::Connect { attempts, .. } | Self::Timeout { attempts, .. } => {
                json!({ "message": message, "attempts": attempts })
            }
            _ => json!({ "message": message }),
        };
        cause.to_string()
    }
}

/// As much of a body as an error repeats.
fn beginning(body: &[u8]) -> String {
    let beginning = body.get(..MAX_ERROR_BODY).unwrap_or(body);
    String::from_utf8_lossy(beginning).into_owned()
}

impl From<HttpTaskError> for Diagnostic {
    fn from(error: HttpTaskError) -> Self {
        Self { error_type: error.error_type().to_owned(), error_message: error.cause() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_flow_sees_a_name_and_a_cause() {
        let diagnostic = Diagnostic::from(HttpTaskError::status(503, b"down", 3));
        assert_eq!(diagnostic.error_type, "HttpStatusError");
        let cause: Value = serde_json::from_str(&diagnostic.error_message).unwrap();
        assert_eq!(
            cause,
            json!({
                "message": "the answer's status is 503", "statusCode": 503, "body": "down", "attempts": 3
            })
        );
    }

    #[test]
    fn a_body_is_cut() {
        for body in ["x".repeat(10_000), "é".repeat(10_000), format!("x{}", "é".repeat(10_000))] {
            let HttpTaskError::Status { body, .. } = HttpTaskError::status(500, body.as_bytes(), 1) else {
                panic!("a status error");
            };
            assert!((4_095..=4_099).contains(&body.len()), "{}", body.len());
        }
    }
}
