//! Asking for a deployment: the item first, then the message. When the message cannot be sent, the sweeper finds
//! the item.

use api::ApiError;
use domain::deployment::{Build, Deployment, Operation, OperationKind, Request};
use domain::flow::Flow;
use domain::ids::{BuildId, DeploymentId, EnvironmentId, OperationId};
use domain::lifecycle::Status;
use domain::report::Report;
use domain::text::{Description, ProjectKey};
use domain::trail::{Principal, Trail};
use domain::work::{Hold, Worked};
use store::{Entity, ProjectStore, Stored};

use crate::aws::WorkMessage;
use crate::clock::fresh;
use crate::context::Context;

/// What is to be deployed where.
#[derive(Debug)]
pub struct Deploy<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// Which release of it; it must exist.
    pub release: u32,
    /// The environment; it must exist.
    pub environment: EnvironmentId,
    /// Why.
    pub description: Description,
}

/// Stores a new deployment in `Queued` and tells the worker. Fails with 404 when flow or environment vanished
/// meanwhile.
pub async fn deploy(
    context: &Context,
    project: &ProjectStore,
    deploy: Deploy<'_>,
    by: &Principal,
) -> Result<Stored<Deployment>, ApiError> {
    let request = request(context, by);
    let deployment = Deployment {
        id: DeploymentId::new(fresh()),
        flow: deploy.flow.id,
        integration: deploy.flow.integration,
        environment: deploy.environment,
        release: deploy.release,
        description: deploy.description,
        status: Status::Queued,
        operation: Operation::of(OperationKind::Deploy, &request),
        build: Build { id: request.build, report: Report::default() },
        application: None,
        candidate: None,
        retiring: Vec::new(),
        hold: Hold::default(),
        trail: Trail::begin(request.at, by),
    };
    project.create_deployment(&deployment).await?;
    tell_worker(context, project.project(), &deployment).await;
    Ok(Stored::fresh(deployment))
}

/// The fresh ids that an operation needs, now and in the name of `by`.
pub fn request(context: &Context, by: &Principal) -> Request {
    Request {
        operation: OperationId::new(fresh()),
        build: BuildId::new(fresh()),
        at: context.clock.now(),
        by: by.clone(),
    }
}

/// Sends the worker a hint. A failure is logged and no more: the sweeper sends it again.
pub async fn tell_worker<W: Worked + Entity>(context: &Context, project: &ProjectKey, worked: &W) {
    let Some(operation_id) = worked.operation_id() else { return };
    let project = worked.owner().unwrap_or(project).clone();
    let message = WorkMessage { project, kind: W::WORK, id: worked.uuid(), operation_id };
    let sent = match context.queue() {
        Ok(queue) => queue.send(&message).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(cause) = sent {
        tracing::warn!(id = %message.id, cause, "message not sent; the sweeper will");
    }
}
