//! Messages that a worker could not process.

use runtime::Context;
use runtime::sqs::{SqsEvent, SqsMessage};

use crate::batch::{BatchAnswer, each};
use crate::bury::DeadLetter;
use crate::registration::Registration;

/// Fails what the messages of a batch name. Those that failed come again.
pub async fn dead_letters(kinds: &[Registration], context: &Context, event: &SqsEvent) -> BatchAnswer {
    each(event, |message| handle_message(kinds, context, message)).await
}

async fn handle_message(
    kinds: &[Registration],
    context: &Context,
    message: &SqsMessage,
) -> Result<(), String> {
    let body = message.body.as_deref().unwrap_or_default();
    let Ok(letter) = serde_json::from_str::<DeadLetter>(body) else {
        tracing::error!(message_id = message.message_id, "a dead letter that names nothing");
        return Ok(());
    };
    let registered = Registration::find(kinds, letter.kind).map_err(|error| error.to_string())?;
    (registered.bury)(context, letter).await
}
