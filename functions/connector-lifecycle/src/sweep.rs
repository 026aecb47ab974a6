use api::operation::{Entry, Grant, WorkQueue, grant};
use runtime::{Context, EventEndpoint, EventError};
use serde::de::IgnoredAny;
use worker::Swept;

use crate::KINDS;
use crate::grants::{ALIGN, ALIGN_AS, FIND, RETIRE, UNTELL};

/// Finds work that got lost: a message that never arrived, a worker that died.
#[derive(Debug)]
pub struct Sweep;

impl EventEndpoint for Sweep {
    const ID: &'static str = "connector-lifecycle.sweep";
    const SUMMARY: &'static str =
        "Find operations on connectors and their deployments that got stuck, and send or fail them";
    const ENTRY: Entry = Entry::Every("rate(1 minute)");
    const GRANTS: &'static [Grant] =
        &[grant::READ_SEVERAL, grant::DELETE, RETIRE, UNTELL, ALIGN, ALIGN_AS, grant::SEND_CONNECTORS, FIND];
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = IgnoredAny;
    type Answer = Swept;

    async fn handle(context: &Context, _: IgnoredAny) -> Result<Swept, EventError> {
        Ok(worker::sweep(KINDS, context, WorkQueue::Connectors).await?)
    }
}
