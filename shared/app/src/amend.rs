//! Changing a deployment: switching it on or off, its priority, where it serves, taking it away. What is ready is done in
//! one transaction, for the next run; what has to be built first is asked of the worker.

use api::{Grant, grant};
use contract::{ErrorCode, ErrorItem};
use domain::amendment::{Amendment, NotAmended};
use domain::deployment::{Deployment, OperationKind};
use domain::ids::DeploymentId;
use domain::lifecycle::Status;
use domain::metadata::Principal;
use domain::route::Enabled;
use domain::wishes::Asked;
use retry::Retry;
use runtime::Context;
use store::{Kind, ProjectStore, Routed, StoreError, Stored};

use crate::error::AppError;
use crate::operation::{ask, not_now, tell_worker};

/// What changing a deployment needs.
pub const GRANTS: &[Grant] = &[grant::READ, grant::CREATE, grant::SEND_FLOWS];

/// Whether the change may be made to a deployment as it is when it is made. It may have changed since the caller looked.
pub type Allowed<'a, E> = &'a (dyn Fn(&Deployment) -> Result<(), E> + Send + Sync);

const TOO_OFTEN: &str = "the deployment is being changed too often";

/// Allows changes of what is at this version.
pub fn at_version(deployment: &Deployment, expected: Option<u64>) -> Result<(), StoreError> {
    let current = deployment.metadata.version;
    match expected.filter(|expected| *expected != current) {
        Some(expected) => Err(StoreError::Stale { kind: Kind::Deployment, expected, current }),
        None => Ok(()),
    }
}

/// Changes a deployment. Doing it twice is doing it once.
///
/// # Errors
///
/// What `allowed` refuses with, 404 when there is no such deployment, [`not_now`] when its status does not allow the
/// change, `DeploymentTooManyEnabled` when no more can be switched on beside what is, and as
/// [`gone`](crate::operation::gone) says.
pub async fn amend<E: From<AppError>>(
    context: &Context,
    project: &ProjectStore,
    id: DeploymentId,
    amendment: &Amendment,
    allowed: Allowed<'_, E>,
    by: &Principal,
) -> Result<Stored<Deployment>, E> {
    let now = context.clock.now();
    let mut retry = Retry::patient();
    loop {
        let mut routed = read(project, id).await?;
        allowed(&routed.stored.entity)?;
        let (deployment, wishes) = (&mut routed.stored.entity, &mut routed.stored.derived.wishes);
        let enabled = Enabled { at: now, by: by.clone() };
        let done = match amendment.apply(deployment, wishes, &mut routed.route, &enabled) {
            Err(refused) => return Err(not_amended(refused).into()),
            Ok(Some(kind)) => ask(context, project, routed.stored, kind, by).await,
            Ok(None) => commit(context, project, routed, by).await,
        };
        if let Some(stored) = unless_raced(done)? {
            return Ok(stored);
        }
        retry.again(TOO_OFTEN).await.map_err(AppError::from)?;
    }
}

/// Asks for a deployment to be taken away: at once, or when the operation under way is over. What goes already is only
/// looked at.
///
/// # Errors
///
/// What `allowed` refuses with, 404 when there is no such deployment, [`not_now`] when its status does not allow it.
pub async fn undeploy<E: From<AppError>>(
    context: &Context,
    project: &ProjectStore,
    id: DeploymentId,
    allowed: Allowed<'_, E>,
    by: &Principal,
) -> Result<Stored<Deployment>, E> {
    let mut retry = Retry::patient();
    loop {
        let mut routed = read(project, id).await?;
        allowed(&routed.stored.entity)?;
        let (status, wishes) = (routed.stored.entity.status, &mut routed.stored.derived.wishes);
        if status == Status::Undeploying || wishes.undeploy.is_some() {
            return Ok(routed.stored);
        }
        let done = if status.in_progress() {
            wishes.undeploy = Some(Asked { at: context.clock.now(), by: by.clone() });
            commit(context, project, routed, by).await
        } else {
            ask(context, project, routed.stored, OperationKind::Undeploy, by).await
        };
        if let Some(stored) = unless_raced(done)? {
            return Ok(stored);
        }
        retry.again(TOO_OFTEN).await.map_err(AppError::from)?;
    }
}

async fn read(project: &ProjectStore, id: DeploymentId) -> Result<Routed, AppError> {
    Ok(project.routed(id).await?)
}

/// Writes the change. The worker is told when a schedule has to follow.
async fn commit(
    context: &Context,
    project: &ProjectStore,
    changed: Routed,
    by: &Principal,
) -> Result<Stored<Deployment>, AppError> {
    let stored = project.amend_deployment(changed, (context.clock.now(), by)).await?;
    if stored.entity.follow_up {
        tell_worker(context, project.project(), &stored.entity).await;
    }
    Ok(stored)
}

/// Nothing where somebody else was faster: whether it may still be done is to be asked again.
fn unless_raced<T>(done: Result<T, AppError>) -> Result<Option<T>, AppError> {
    match done {
        Err(AppError::Store(StoreError::Stale { .. } | StoreError::Raced)) => Ok(None),
        done => done.map(Some),
    }
}

fn not_amended(refused: NotAmended) -> AppError {
    match refused {
        NotAmended::NotNow(refused) => not_now(refused),
        NotAmended::Crowded => {
            AppError::rule(ErrorItem::new(ErrorCode::DeploymentTooManyEnabled, refused.to_string()))
        }
    }
}
