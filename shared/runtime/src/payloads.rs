//! Payloads for endpoints: put and get, with errors as a client may see them.

use api::ApiError;
use artifacts::Error;
use domain::payload::Payload;
use serde_json::Value;

use crate::context::Context;

impl Context {
    /// Stores a document, which must have a canonical form, and returns its address. Writing it again is harmless.
    pub async fn put_payload(&self, document: &Value) -> Result<Payload, ApiError> {
        self.artifacts().map_err(ApiError::internal)?.put(document).await.map_err(api_error)
    }

    /// Reads the document that an item points to.
    pub async fn get_payload(&self, payload: &Payload) -> Result<Value, ApiError> {
        self.artifacts().map_err(ApiError::internal)?.get(payload).await.map_err(api_error)
    }
}

pub(crate) fn api_error(error: Error) -> ApiError {
    match error {
        Error::Conflict | Error::Unavailable(_) => ApiError::unavailable(error),
        Error::Missing(_) | Error::Corrupt { .. } | Error::NotCanonical(_) => ApiError::internal(error),
    }
}
