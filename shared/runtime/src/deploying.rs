//! Asking for a deployment: the item first, then the message. When the message cannot be sent, the sweeper finds
//! the item.

use api::{ApiError, Reference};
use domain::deployment::{Build, Deployment, Operation, OperationKind, Request};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::{DeploymentId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal};
use domain::placement::Placement;
use domain::report::Report;
use domain::route::Route;
use domain::text::Description;
use domain::wishes::Asked;
use domain::work::WorkState;
use store::{ProjectStore, StoreError, Stored};

use crate::asking::{Allowed, NOT_NOW, request, tell_worker};
use crate::clock::new_id;
use crate::context::Context;

/// What is to be deployed where.
#[derive(Debug)]
pub struct Deploy<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// Which release of it; it must exist.
    pub release: u32,
    /// Where; an environment must exist.
    pub placement: Placement,
    /// Why.
    pub description: Description,
    /// Which of several that are switched on answers.
    pub priority: Option<i32>,
    /// Whether to leave it switched off.
    pub disabled: bool,
}

impl<'a> Deploy<'a> {
    /// Deploys and takes over, without a priority.
    pub const fn new(flow: &'a Flow, release: u32, placement: Placement, description: Description) -> Self {
        Self { flow, release, placement, description, priority: None, disabled: false }
    }

    /// The deployment that comes of it, in `Queued`.
    pub fn deployment(self, id: DeploymentId, package: Option<PackageId>, request: &Request) -> Deployment {
        Deployment {
            id,
            flow: self.flow.id,
            integration: self.flow.integration,
            name: self.flow.name.clone(),
            placement: self.placement,
            release: self.release,
            priority: self.priority,
            deploy_disabled: self.disabled,
            package,
            description: self.description,
            status: Status::Queued,
            operation: Operation::of(OperationKind::Deploy, request),
            build: Build { id: request.build, report: Report::default() },
            application: None,
            candidate: None,
            retiring: Vec::new(),
            request_number: 0,
            follow_up: false,
            work_state: WorkState::default(),
            metadata: Metadata::begin(request.at, &request.by),
        }
    }
}

/// The environment that a body names, or everywhere where it names none. 400 when there is no such environment.
pub async fn placement_of(
    project: &ProjectStore,
    environment: Option<&Reference>,
) -> Result<Placement, ApiError> {
    match environment {
        Some(reference) => {
            let stored = api::reference::find::<Environment>(project, reference, "environment").await?;
            Ok(stored.entity.id.into())
        }
        None => Ok(Placement::Global),
    }
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
    let deployment = deploy.deployment(DeploymentId::new(new_id()), None, &request);
    project.create_deployment(&deployment).await?;
    tell_worker(context, project.project(), &deployment).await;
    Ok(Stored::fresh(deployment))
}

/// So often is asked for again what met another change.
const ATTEMPTS: u32 = 8;

/// Asks for a deployment to be taken away: at once, or when the operation under way is over. What goes already is only
/// looked at.
///
/// # Errors
///
/// What `allowed` refuses with, 404 when there is no such deployment, [`NOT_NOW`] when its status does not allow it.
pub async fn undeploy(
    context: &Context,
    project: &ProjectStore,
    id: DeploymentId,
    allowed: Allowed<'_>,
    by: &Principal,
) -> Result<Stored<Deployment>, ApiError> {
    for _ in 0..ATTEMPTS {
        let mut stored = project.get_by_id::<Deployment>(id.uuid()).await?;
        allowed(&stored.entity)?;
        if stored.entity.status == Status::Undeploying || stored.derived.wishes.undeploy.is_some() {
            return Ok(stored);
        }
        if stored.entity.status.in_progress() {
            match undeploy_later(context, project, id, allowed, by).await {
                Err(Later::Rests) => continue,
                Err(Later::Error(error)) => return Err(error),
                Ok(stored) => return Ok(stored),
            }
        }
        let seen = stored.entity.metadata.version;
        let asked = stored.entity.request(OperationKind::Undeploy, &request(context, by));
        asked.map_err(|refused| ApiError::new(NOT_NOW, refused))?;
        match project.update(&stored.entity, seen).await {
            // Whether it may still be done is asked again.
            Err(StoreError::Stale { .. } | StoreError::Raced) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => {
                tell_worker(context, project.project(), &stored.entity).await;
                return Ok(stored);
            }
        }
    }
    Err(StoreError::Raced.into())
}

/// Why it cannot be asked for later.
enum Later {
    Error(ApiError),
    /// The deployment rests by now.
    Rests,
}

impl From<StoreError> for Later {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}

/// Asks for a deployment to be taken away when the operation under way is over.
async fn undeploy_later(
    context: &Context,
    project: &ProjectStore,
    id: DeploymentId,
    allowed: Allowed<'_>,
    by: &Principal,
) -> Result<Stored<Deployment>, Later> {
    let now = context.clock.now();
    let asked = Asked { at: now, by: by.clone() };
    let wish = |stored: &mut Stored<Deployment>, _: &mut Route| {
        allowed(&stored.entity).map_err(Later::Error)?;
        if !stored.entity.status.in_progress() {
            return Err(Later::Rests);
        }
        if stored.entity.status != Status::Undeploying {
            stored.derived.wishes.undeploy.get_or_insert_with(|| asked.clone());
        }
        Ok(())
    };
    project.amend_deployment(id, (now, by), wish).await
}
