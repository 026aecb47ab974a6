use api::operation::{Entry, Grant, grant};
use domain::connector::ConnectorStaged;
use domain::connector_deployment::ConnectorDeployment;
use domain::deployment::Deployment;
use domain::ids::OperationId;
use domain::package::PackageDeployment;
use domain::text::ProjectKey;
use domain::work::WorkKind;
use runtime::sqs::{SqsEvent, SqsMessage};
use runtime::{Context, EventEndpoint, EventError};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::batch::{BatchAnswer, each};
use crate::job::{Subject, give_up};
use crate::work::{ALIGN, ALIGN_AS, RETIRE, SPARE, UNTELL};

/// Marks deployments failed whose message the worker could not process.
#[derive(Debug)]
pub struct Bury;

impl EventEndpoint for Bury {
    const ID: &'static str = "lifecycle.bury";
    const SUMMARY: &'static str = "Fail the deployments of messages that could not be processed";
    const ENTRY: Entry = Entry::DeadLetters;
    const GRANTS: &'static [Grant] =
        &[grant::READ_SEVERAL, grant::DELETE, RETIRE, SPARE, UNTELL, ALIGN, ALIGN_AS, grant::SEND];
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = SqsEvent;
    type Answer = BatchAnswer;

    async fn handle(context: &Context, event: SqsEvent) -> Result<BatchAnswer, EventError> {
        Ok(each(&event, |message| bury(context, message)).await)
    }
}

/// As much of a message as can be made out: what made it undeliverable may be the message itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Remains {
    project: ProjectKey,
    #[serde(default)]
    kind: WorkKind,
    #[serde(alias = "deploymentId")]
    id: Uuid,
    #[serde(default)]
    operation_id: Value,
}

async fn bury(context: &Context, message: &SqsMessage) -> Result<(), String> {
    let body = message.body.as_deref().unwrap_or_default();
    let Ok(remains) = serde_json::from_str::<Remains>(body) else {
        tracing::error!(message_id = message.message_id, "a dead letter that names nothing");
        return Ok(());
    };
    match remains.kind {
        WorkKind::FlowDeployment => bury_a::<Deployment>(context, remains).await,
        WorkKind::ConnectorDeployment => bury_a::<ConnectorDeployment>(context, remains).await,
        WorkKind::ConnectorStaged => bury_a::<ConnectorStaged>(context, remains).await,
        WorkKind::PackageDeployment => bury_a::<PackageDeployment>(context, remains).await,
    }
}

async fn bury_a<W: Subject>(context: &Context, remains: Remains) -> Result<(), String> {
    let project = context.project(&remains.project);
    let stored = project.worked::<W>(remains.id).await.map_err(|error| error.to_string())?;
    let Some(subject) = stored.map(|stored| stored.entity) else { return Ok(()) };
    let meant = serde_json::from_value::<OperationId>(remains.operation_id).ok();
    if !subject.in_progress() || meant.is_some_and(|meant| Some(meant) != subject.operation_id()) {
        return Ok(());
    }
    if subject.hold().is_held(context.clock.now()) {
        return Err("a worker has it after all; look again later".to_owned());
    }
    let reason = "The message to the worker could not be processed, however often it was tried; try again";
    give_up(context, project, subject, reason.to_owned()).await.map(|_| ()).map_err(|fault| fault.to_string())
}
