//! Asking the worker for an operation: what the entity is told first, and the message that follows. When the message
//! cannot be sent, the sweeper finds the entity.

use contract::{ErrorCode, ErrorItem};
use domain::deployment::{Deployment, OperationKind, Request};
use domain::ids::{BuildId, OperationId};
use domain::lifecycle::IllegalTransition;
use domain::metadata::Principal;
use domain::text::ProjectKey;
use domain::work::Worked;
use runtime::Context;
use runtime::aws::WorkMessage;
use runtime::clock::new_id;
use store::{Entity, Kind, ProjectStore, StoreError, Stored};

use crate::error::AppError;

/// The error of a request that the status of the deployment does not allow.
pub fn not_now(refused: IllegalTransition) -> AppError {
    AppError::rule(ErrorItem::new(ErrorCode::DeploymentInvalidStatusTransition, refused.to_string()))
}

/// The error of an operation that cannot be asked for. Where the flow or the environment is gone, the deployment itself
/// is still there, so that is no 404: `DeploymentFlowGone`, `DeploymentEnvironmentGone`.
pub fn gone(error: StoreError) -> AppError {
    let code = match &error {
        StoreError::NotFound { kind: Kind::Flow, .. } => ErrorCode::DeploymentFlowGone,
        StoreError::NotFound { kind: Kind::Environment, .. } => ErrorCode::DeploymentEnvironmentGone,
        _ => return error.into(),
    };
    AppError::rule(ErrorItem::new(code, format!("It cannot be deployed: {}", error.sentence())))
}

/// The fresh ids that an operation needs, now and in the name of `by`.
pub fn request(context: &Context, by: &Principal) -> Request {
    Request {
        operation: OperationId::new(new_id()),
        build: BuildId::new(new_id()),
        at: context.clock.now(),
        by: by.clone(),
    }
}

/// Asks the worker for an operation on a flow deployment as it was read.
///
/// # Errors
///
/// [`not_now`] when its status does not allow it, [`gone`] when it cannot be built, and [`StoreError::Stale`] when it was
/// changed meanwhile.
pub async fn ask(
    context: &Context,
    project: &ProjectStore,
    stored: Stored<Deployment>,
    kind: OperationKind,
    by: &Principal,
) -> Result<Stored<Deployment>, AppError> {
    let asked = accept(context, project, stored, kind, by).await?;
    tell_worker(context, project.project(), &asked.entity).await;
    Ok(asked)
}

/// As [`ask`], without telling the worker.
///
/// # Errors
///
/// Those of [`ask`].
pub async fn accept(
    context: &Context,
    project: &ProjectStore,
    mut stored: Stored<Deployment>,
    kind: OperationKind,
    by: &Principal,
) -> Result<Stored<Deployment>, AppError> {
    let expected = stored.entity.metadata.version;
    let takes_away = matches!(kind, OperationKind::Undeploy);
    stored.entity.request(kind, &request(context, by)).map_err(not_now)?;
    if takes_away {
        // What goes needs no number among the requests for its route.
        project.update(&stored.entity, expected).await?;
    } else {
        project.request_operation(&stored.entity, expected).await.map_err(gone)?;
    }
    Ok(stored)
}

/// Sends the worker a hint. A failure is logged and no more: the sweeper sends it again.
pub async fn tell_worker<W: Worked + Entity>(context: &Context, project: &ProjectKey, worked: &W) {
    tell_worker_later(context, project, worked, 0).await;
}

/// The same with a hint that is delivered after `delay` seconds.
pub async fn tell_worker_later<W: Worked + Entity>(
    context: &Context,
    project: &ProjectKey,
    worked: &W,
    delay: i64,
) {
    let Some(operation_id) = worked.operation_id() else { return };
    let project = worked.owner().unwrap_or(project).clone();
    let message = WorkMessage { project, kind: W::WORK, id: worked.uuid(), operation_id };
    let sent = match context.queue(W::WORK.queue()) {
        Ok(queue) => queue.send(&message, delay).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(cause) = sent {
        tracing::warn!(id = %message.id, cause, "message not sent; the sweeper will");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_whose_flow_or_environment_is_gone_is_still_there() {
        let missing = |kind| gone(StoreError::NotFound { kind, address: "'x'".to_owned() });
        for (kind, code) in [
            (Kind::Flow, ErrorCode::DeploymentFlowGone),
            (Kind::Environment, ErrorCode::DeploymentEnvironmentGone),
        ] {
            let AppError::Refused(refusal) = missing(kind) else { panic!("it is there") };
            assert_eq!(refusal.errors[0].code, code);
        }
        assert!(matches!(missing(Kind::Deployment), AppError::Store(StoreError::NotFound { .. })));
    }
}
