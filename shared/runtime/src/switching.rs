//! Changing a deployment: switching it on or off, its priority, where it serves. What is ready is switched in one
//! transaction, for the next run; what has to be built first is asked of the worker. While a worker has the deployment,
//! what is asked for is kept and done when the operation is over (`later.rs`).

use api::{ApiError, ErrorCode, Grant, grant};
use domain::deployment::{Arrival, Deployment, OperationKind};
use domain::ids::DeploymentId;
use domain::lifecycle::{Event, IllegalTransition, Status};
use domain::metadata::{Principal, Timestamp};
use domain::placement::Placement;
use domain::route::{Enabled, NotEnabled, Route, Switch};
use store::{Kind, ProjectStore, StoreError, Stored};

use crate::asking::{Allowed, NOT_NOW, request, tell_worker};
use crate::context::Context;

mod later;
#[cfg(test)]
mod tests;

/// What changing a deployment needs.
pub const GRANTS: &[Grant] = &[grant::READ, grant::CREATE, grant::SEND_FLOWS];

/// The code of what would be one too many that is switched on.
pub const TOO_MANY: ErrorCode = ErrorCode::DeploymentTooManyEnabled;

/// So often a request for the worker is repeated that met another change, when its caller did not say which version it
/// means.
const ATTEMPTS: u32 = 8;

/// What is to be changed. What is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Amendment {
    /// The priority; `Some(None)` takes it away.
    pub priority: Option<Option<i32>>,
    /// Whether deploying leaves it switched off.
    pub deploy_disabled: Option<bool>,
    /// On or off.
    pub switch: Option<Wanted>,
    /// Where it is to serve. It is built there first.
    pub placement: Option<Placement>,
}

/// What a deployment is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// On, and everything else off. What is on already stays as it is.
    TakeOver,
    /// On, beside whatever is on. What is on already stays as it is.
    Beside,
    /// Off.
    Off,
    /// On since then, beside whatever is on, or off. To be since when it is asks for nothing: whoever sends a whole
    /// object back names it without meaning it.
    EnabledAt(Option<Timestamp>),
}

impl Amendment {
    /// How a deployment is to be switched, if it is.
    fn switch_of(&self, deployment: &Deployment, route: &Route) -> Option<Wanted> {
        self.switch.filter(|wanted| *wanted != Wanted::EnabledAt(enabled_at(deployment, route)))
    }
}

/// Since when a deployment is on, as everybody is told.
fn enabled_at(deployment: &Deployment, route: &Route) -> Option<Timestamp> {
    let entry = route.enabled(deployment.id).filter(|_| deployment.status != Status::Undeploying)?;
    entry.enabled.as_ref().map(|enabled| enabled.at)
}

/// Why a change did not come of one transaction.
#[derive(Debug)]
enum Refusal {
    Error(ApiError),
    /// The worker has to do it, on the deployment as it is otherwise changed.
    Operation(Box<Stored<Deployment>>, OperationKind),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Error(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}

/// Allows changes of what is at this version.
pub fn at_version(expected: u64) -> impl Fn(&Deployment) -> Result<(), ApiError> + Send + Sync {
    move |deployment| match deployment.metadata.version {
        current if current == expected => Ok(()),
        current => Err(StoreError::Stale { kind: Kind::Deployment, expected, current }.into()),
    }
}

/// Changes a deployment. Doing it twice is doing it once.
///
/// # Errors
///
/// What `allowed` refuses with, 404 when there is no such deployment, [`NOT_NOW`] when its status does not allow the
/// change, [`TOO_MANY`] when no more can be switched on beside what is, and as [`gone`] says.
pub async fn amend(
    context: &Context,
    project: &ProjectStore,
    id: DeploymentId,
    amendment: &Amendment,
    allowed: Allowed<'_>,
    by: &Principal,
) -> Result<Stored<Deployment>, ApiError> {
    let now = context.clock.now();
    for _ in 0..ATTEMPTS {
        let amended = project.amend_deployment(id, (now, by), |stored, route| {
            allowed(&stored.entity)?;
            apply(stored, route, amendment, &Enabled { at: now, by: by.clone() })
        });
        let (stored, kind) = match amended.await {
            Err(Refusal::Error(error)) => return Err(error),
            Err(Refusal::Operation(stored, kind)) => (*stored, kind),
            Ok(stored) => {
                if stored.entity.follow_up {
                    tell_worker(context, project.project(), &stored.entity).await;
                }
                return Ok(stored);
            }
        };
        if let Some(asked) = ask_worker(context, project, stored, kind, by).await? {
            return Ok(asked);
        }
    }
    Err(ApiError::unavailable("the deployment is being changed too often"))
}

/// Asks the worker for an operation. Nothing when the deployment was changed meanwhile: whether it may still be done is
/// to be asked again.
async fn ask_worker(
    context: &Context,
    project: &ProjectStore,
    mut stored: Stored<Deployment>,
    kind: OperationKind,
    by: &Principal,
) -> Result<Option<Stored<Deployment>>, ApiError> {
    let seen = stored.entity.metadata.version;
    let asked = stored.entity.request(kind, &request(context, by));
    asked.map_err(|refused| ApiError::new(NOT_NOW, refused))?;
    match project.request_operation(&stored.entity, seen).await {
        Err(StoreError::Stale { .. }) => Ok(None),
        Err(error) => Err(gone(error)),
        Ok(()) => {
            tell_worker(context, project.project(), &stored.entity).await;
            Ok(Some(stored))
        }
    }
}

/// The error of an operation that cannot be asked for. Where the flow or the environment is gone, the deployment itself
/// is still there, so that is no 404: `DeploymentFlowGone`, `DeploymentEnvironmentGone`.
pub fn gone(error: StoreError) -> ApiError {
    let code = match &error {
        StoreError::NotFound { kind: Kind::Flow, .. } => ErrorCode::DeploymentFlowGone,
        StoreError::NotFound { kind: Kind::Environment, .. } => ErrorCode::DeploymentEnvironmentGone,
        _ => return error.into(),
    };
    ApiError::new(code, format!("It cannot be deployed: {}", error.sentence()))
}

fn apply(
    stored: &mut Stored<Deployment>,
    route: &mut Route,
    amendment: &Amendment,
    enabled: &Enabled,
) -> Result<(), Refusal> {
    let deployment = &mut stored.entity;
    let switch = amendment.switch_of(deployment, route);
    if deployment.status.in_progress() {
        return Ok(later::keep(stored, route, (amendment, switch), enabled)?);
    }
    if let Some(to) = amendment.placement.filter(|to| *to != deployment.placement) {
        let arrival = arrival(deployment, route, switch, enabled.at);
        let kind = OperationKind::Move { from: deployment.placement, to, arrival };
        amend_both(deployment, route, amendment, switch);
        return Err(Refusal::Operation(Box::new(stored.clone()), kind));
    }
    amend_both(deployment, route, amendment, switch);
    match switch {
        Some(Wanted::Off | Wanted::EnabledAt(None)) => {
            let retired = route.disable(deployment.id);
            deployment.retiring.extend(retired);
            Ok(())
        }
        Some(Wanted::TakeOver) => switch_on(stored, route, Switch::TakeOver, enabled),
        Some(Wanted::Beside) => switch_on(stored, route, Switch::Beside, enabled),
        Some(Wanted::EnabledAt(Some(at))) => {
            switch_on(stored, route, Switch::Beside, &Enabled { at, by: enabled.by.clone() })
        }
        None => Ok(()),
    }
}

/// Changes what a deployment and its entry say, and nothing of what is on.
fn amend_both(deployment: &mut Deployment, route: &mut Route, amendment: &Amendment, switch: Option<Wanted>) {
    deployment.priority = amendment.priority.unwrap_or(deployment.priority);
    deployment.deploy_disabled = amendment.deploy_disabled.unwrap_or(deployment.deploy_disabled);
    let since = match switch {
        Some(Wanted::EnabledAt(at)) => at,
        _ => None,
    };
    route.amend(deployment.id, deployment.priority.unwrap_or_default(), since);
}

/// Whether what moves is switched on where it moves to: as it was, or would have been had it been deployed.
fn arrival(deployment: &Deployment, route: &Route, switch: Option<Wanted>, now: Timestamp) -> Arrival {
    let since = enabled_at(deployment, route);
    let goes_live = deployment.application.is_none() && !deployment.deploy_disabled;
    match switch {
        Some(Wanted::TakeOver) => Arrival::TakeOver,
        Some(Wanted::Beside) => Arrival::Beside(since.unwrap_or(now)),
        Some(Wanted::EnabledAt(Some(at))) => Arrival::Beside(at),
        None if since.is_some() || goes_live => Arrival::TakeOver,
        Some(Wanted::Off | Wanted::EnabledAt(None)) | None => Arrival::Off,
    }
}

fn switch_on(
    stored: &mut Stored<Deployment>,
    route: &mut Route,
    how: Switch,
    enabled: &Enabled,
) -> Result<(), Refusal> {
    let Deployment { id, status, .. } = stored.entity;
    if route.enabled(id).is_none() && status != Status::Deployed {
        let refused = IllegalTransition { status, event: Event::Enable };
        return Err(ApiError::new(NOT_NOW, refused).into());
    }
    match route.enable(id, how, enabled.clone()) {
        Ok(retired) => {
            stored.entity.retiring.extend(retired);
            Ok(())
        }
        Err(NotEnabled::NotReady) => {
            let kind = OperationKind::Enable { beside: (how == Switch::Beside).then_some(enabled.at) };
            Err(Refusal::Operation(Box::new(stored.clone()), kind))
        }
        Err(crowded @ NotEnabled::Crowded) => Err(ApiError::new(TOO_MANY, crowded).into()),
    }
}
