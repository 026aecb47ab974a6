//! Payloads for endpoints: put and get.

use artifacts::Error;
use domain::payload::Payload;
use runtime::Context;
use serde_json::Value;

use crate::error::AppError;

/// Stores a document, which must have a canonical form, and returns its address. Writing it again is harmless.
///
/// # Errors
///
/// [`AppError::Unavailable`] when S3 does not take it now.
pub async fn put(context: &Context, document: &Value) -> Result<Payload, AppError> {
    context.artifacts()?.put(document).await.map_err(of_payload)
}

/// Reads the document that an item points to.
///
/// # Errors
///
/// [`AppError::Unavailable`] when S3 does not answer, [`AppError::Internal`] when it is not what was stored.
pub async fn get(context: &Context, payload: &Payload) -> Result<Value, AppError> {
    context.artifacts()?.get(payload).await.map_err(of_payload)
}

/// The error of a payload whose contents the caller has no part in.
pub(crate) fn of_payload(error: Error) -> AppError {
    match error {
        Error::Conflict | Error::Unavailable(_) => AppError::unavailable(error),
        Error::Missing(_) | Error::Corrupt { .. } | Error::NotCanonical(_) => AppError::internal(error),
    }
}
