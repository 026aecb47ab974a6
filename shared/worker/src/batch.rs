//! Batches of SQS: each message by itself, and only those that failed come again.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use futures::future::join_all;
use runtime::sqs::{SqsEvent, SqsMessage};
use serde::Serialize;

/// What SQS is told about a batch.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    /// The messages that should come again.
    pub batch_item_failures: Vec<Failure>,
}

/// A message that should come again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The message's id.
    pub item_identifier: String,
}

/// Handles every message of a batch, side by side. A panic fails the message it came with and no other.
pub(crate) async fn each<'a, F>(event: &'a SqsEvent, handle: impl Fn(&'a SqsMessage) -> F) -> BatchAnswer
where
    F: Future<Output = Result<(), String>>,
{
    let outcomes = event.records.iter().map(|message| {
        let outcome = AssertUnwindSafe(handle(message)).catch_unwind();
        async move {
            let cause = match outcome.await {
                Ok(Ok(())) => return None,
                Ok(Err(cause)) => cause,
                Err(_) => "panic".to_owned(),
            };
            tracing::error!(message_id = message.message_id, cause, "message failed");
            Some(Failure { item_identifier: message.message_id.clone().unwrap_or_default() })
        }
    });
    BatchAnswer { batch_item_failures: join_all(outcomes).await.into_iter().flatten().collect() }
}
