//! Asking for a deployment: the item first, then the message. When the message cannot be sent, the sweeper finds
//! the item.

use domain::deploy::Deploy;
use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::metadata::Principal;
use runtime::Context;
use runtime::clock::new_id;
use store::{ProjectStore, Stored};

use crate::error::AppError;
use crate::operation::{request, tell_worker};

/// Stores a new deployment in `Queued` and tells the worker.
///
/// # Errors
///
/// [`StoreError::NotFound`](store::StoreError::NotFound) when flow or environment vanished meanwhile.
pub async fn deploy(
    context: &Context,
    project: &ProjectStore,
    deploy: Deploy<'_>,
    by: &Principal,
) -> Result<Stored<Deployment>, AppError> {
    let deployment = deploy.deployment(DeploymentId::new(new_id()), None, &request(context, by));
    project.create_deployment(&deployment).await?;
    tell_worker(context, project.project(), &deployment).await;
    Ok(Stored::fresh(deployment))
}
