//! What goes back to a caller.

use api::ApiError;
use http::{HeaderName, HeaderValue};
use serde::Serialize;

/// What goes back over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Content,
}

impl Reply {
    /// An answer as JSON.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON.
    pub fn json(status: u16, answer: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_string(answer).map_err(ApiError::internal)?;
        Ok(Self { status, body: Content::Json(body) })
    }
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// JSON, its members in the order that their types declare. Private: nobody on the way may keep it.
    Json(String),
    /// JSON that says that the path takes other methods.
    NotAllowed {
        /// The error envelope.
        text: String,
        /// The methods that it takes, with commas.
        allow: String,
    },
    /// A file that everybody may see.
    File {
        /// Its media type.
        media_type: String,
        /// The flow versions in the package.
        bytes: Vec<u8>,
    },
    /// Nothing: what was asked for is elsewhere.
    Moved {
        /// Where, as seen from the URL that was asked for. Percent-encoded.
        to: String,
    },
    /// What a flow answers.
    Flow(Box<FlowResponse>),
    /// Nothing: which methods a path takes, and for a browser, whether a page elsewhere may send them.
    Options {
        /// The methods, with commas.
        allow: String,
    },
}

/// What a flow answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowResponse {
    /// Headers, among them `content-type` where there is a body.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Cookies.
    pub cookies: Vec<HeaderValue>,
    /// The body.
    pub body: Vec<u8>,
}
