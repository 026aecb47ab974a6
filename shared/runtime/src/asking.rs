//! Asking the worker for an operation: what the entity is told first, and the message that follows. When the message
//! cannot be sent, the sweeper finds the entity.

use api::{ApiError, ErrorCode};
use domain::deployment::{Deployment, Request};
use domain::ids::{BuildId, OperationId};
use domain::metadata::Principal;
use domain::text::ProjectKey;
use domain::work::Worked;
use store::Entity;

use crate::aws::WorkMessage;
use crate::clock::new_id;
use crate::context::Context;

/// The error code of a request that the status of the deployment does not allow.
pub const NOT_NOW: ErrorCode = ErrorCode::DeploymentInvalidStatusTransition;

/// Whether the change may be made to a deployment as it is when it is made. It may have changed since the caller looked.
pub type Allowed<'a> = &'a (dyn Fn(&Deployment) -> Result<(), ApiError> + Send + Sync);

/// The fresh ids that an operation needs, now and in the name of `by`.
pub fn request(context: &Context, by: &Principal) -> Request {
    Request {
        operation: OperationId::new(new_id()),
        build: BuildId::new(new_id()),
        at: context.clock.now(),
        by: by.clone(),
    }
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
