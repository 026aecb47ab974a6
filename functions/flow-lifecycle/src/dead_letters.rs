use api::operation::{Entry, Grant, WorkQueue, grant};
use runtime::sqs::SqsEvent;
use runtime::{Context, EventEndpoint, EventError};
use worker::BatchAnswer;

use crate::KINDS;
use crate::grants::{ALIGN, ALIGN_AS, RETIRE, SPARE};

/// Fails the operations whose messages the worker could not process.
#[derive(Debug)]
pub struct DeadLetters;

impl EventEndpoint for DeadLetters {
    const ID: &'static str = "flow-lifecycle.dead-letters";
    const SUMMARY: &'static str =
        "Fail the operations on flow deployments and packages whose messages could not be processed";
    const ENTRY: Entry = Entry::DeadLetters(WorkQueue::Flows);
    const GRANTS: &'static [Grant] =
        &[grant::READ_SEVERAL, grant::DELETE, RETIRE, SPARE, ALIGN, ALIGN_AS, grant::SEND_FLOWS];
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = SqsEvent;
    type Answer = BatchAnswer;

    async fn handle(context: &Context, event: SqsEvent) -> Result<BatchAnswer, EventError> {
        Ok(worker::dead_letters(KINDS, context, &event).await)
    }
}
