//! Messages of a queue of work.

use domain::throttle::pause_seconds;
use runtime::Context;
use runtime::aws::WorkMessage;
use runtime::clock::random;
use runtime::sqs::{SqsEvent, SqsMessage};

use crate::batch::{BatchAnswer, each};
use crate::error::JobError;
use crate::job::Done;
use crate::registration::Registration;
use crate::stage::{NoObserver, StageObserver};

/// Carries out what the messages of a batch name. Those that failed come again.
pub async fn messages(kinds: &[Registration], context: &Context, event: &SqsEvent) -> BatchAnswer {
    each(event, |message| handle_message(kinds, context, message)).await
}

/// Does what a message asks for, if it is still asked for and nobody else does it.
///
/// # Errors
///
/// [`JobError::Transient`]: the message should come again.
pub async fn work(
    kinds: &[Registration],
    context: &Context,
    message: &WorkMessage,
    witness: &dyn StageObserver,
) -> Result<Done, JobError> {
    (Registration::find(kinds, message.kind)?.work)(context, message, witness).await
}

async fn handle_message(
    kinds: &[Registration],
    context: &Context,
    message: &SqsMessage,
) -> Result<(), String> {
    let body = message.body.as_deref().unwrap_or_default();
    let message: WorkMessage =
        serde_json::from_str(body).map_err(|error| format!("no work message: {error}"))?;
    match work(kinds, context, &message, &NoObserver).await {
        Ok(done) => {
            tracing::info!(id = %message.id, ?done, "message done");
            Ok(())
        }
        // Not even the lease could be taken. A message that fails comes again a few times only.
        Err(JobError::Throttled(cause)) => {
            tracing::warn!(id = %message.id, cause, "message put off");
            let pause = pause_seconds(PUT_OFF, random());
            let queue = context.queue(message.kind.queue()).map_err(|error| error.to_string())?;
            queue.send(&message, pause).await.map_err(|error| error.to_string())
        }
        Err(fault) => Err(fault.to_string()),
    }
}

/// A message that was throttled before anything could be written waits as long as after this number of throttles.
const PUT_OFF: u32 = 4;
