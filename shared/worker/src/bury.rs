//! What becomes of an operation whose message could not be processed: it fails.

use domain::ids::OperationId;
use domain::text::ProjectKey;
use domain::via::Source;
use domain::work::{WorkKind, Worked};
use runtime::Context;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::job::{Kind, give_up};

/// As much of a message as can be made out: what made it undeliverable may be the message itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeadLetter {
    project: ProjectKey,
    #[serde(default)]
    pub(crate) kind: WorkKind,
    #[serde(alias = "deploymentId")]
    id: Uuid,
    #[serde(default)]
    operation_id: Value,
}

/// Fails what a letter names, if that is still what it asks for.
pub(crate) async fn bury<K: Kind>(context: &Context, letter: DeadLetter) -> Result<(), String> {
    let project = context.project(&letter.project, context.part("worker", Source::Worker));
    let stored = project.worked::<K::Entity>(letter.id).await.map_err(|error| error.to_string())?;
    let Some(subject) = stored.map(|stored| stored.entity) else { return Ok(()) };
    let meant = serde_json::from_value::<OperationId>(letter.operation_id).ok();
    if !subject.in_progress() || meant.is_some_and(|meant| Some(meant) != subject.operation_id()) {
        return Ok(());
    }
    if subject.work_state().is_held(context.clock.now()) {
        return Err("a worker has it after all; look again later".to_owned());
    }
    let reason = "The message to the worker could not be processed, however often it was tried; try again";
    give_up::<K>(context, project, subject, reason.to_owned())
        .await
        .map(|_| ())
        .map_err(|fault| fault.to_string())
}
