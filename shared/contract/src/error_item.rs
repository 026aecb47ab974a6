//! One error of a response.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::ErrorCode;

/// One error of a response.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorItem {
    /// What kind of error it is.
    pub code: ErrorCode,
    /// The problem and its remedy.
    pub message: String,
    /// Members that only errors of this code have.
    #[serde(flatten)]
    pub members: Map<String, Value>,
    /// The query parameter that it is about. Only some families tell their clients.
    #[serde(skip)]
    pub parameter: Option<String>,
}

impl ErrorItem {
    /// An error without members of its own.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), members: Map::new(), parameter: None }
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }
}
