use api::update::at_action;
use api::{ApiError, ById, ErrorCode, Grant, Method};
use app::AppError;
use app::amend::{self, amend, at_version};
use app::operation::{ask, gone};
use contract::native::flow_deployments::{Action, FlowDeploymentUpdate, FlowDeploymentView};
use domain::deployment::{Deployment, OperationKind};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::DeploymentId;
use domain::route::RouteEntry;
use domain::scope::Scope;
use futures::future::join;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{ProjectStore, Stored};

use crate::action::{amendment, permitted};
use crate::representation::view;

/// The actions of an update, if they may be done without a version or there is one.
fn checked(update: FlowDeploymentUpdate) -> Result<Vec<Action>, ApiError> {
    let FlowDeploymentUpdate { version, actions } = update;
    let switches_off = !actions.is_empty() && actions.iter().all(|action| *action == Action::Disable);
    if version.is_some() || switches_off {
        return Ok(actions);
    }
    let message = "is required; only an update whose single action is 'disable' can do without";
    Err(ApiError::invalid_field("/version", message))
}

/// Changes a flow deployment, or asks for an operation on it.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "flow-deployments.update";
    const SUMMARY: &'static str =
        "Enable, disable, prioritise, move, redeploy or roll back a flow deployment";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/flow-deployments/{id}";
    const SCOPE: Scope = Scope::OperateFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = amend::GRANTS;
    const VERSIONED: bool = true;
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById<DeploymentId>;
    type Query = ();
    type Body = FlowDeploymentUpdate;
    type Answer = FlowDeploymentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<FlowDeploymentView, ApiError> {
        let project = context.project_of(&call);
        let id = call.path.id;
        let (actor, version) = (&call.actor, call.body.version);
        let actions = checked(call.body)?;
        permitted(actor, &actions)?;
        let stored = project.get_by_id::<Deployment>(id.uuid()).await?;
        let stored = stored.at_version(version)?;
        let by = &actor.principal;
        let first = |error: ApiError| at_action(0, error);
        let asked = |error: AppError| match error {
            AppError::Refused(_) => first(error.into()),
            error => error.into(),
        };
        let changed = match actions.as_slice() {
            [] => stored,
            [Action::Redeploy] => {
                let kind = redeploy(&project, &stored).await.map_err(first)?;
                ask(context, &project, stored, kind, by).await.map_err(asked)?
            }
            [Action::Rollback { to }] => {
                let kind = rollback(&project, &stored, *to).await.map_err(first)?;
                ask(context, &project, stored, kind, by).await.map_err(asked)?
            }
            _ => {
                let amendment = amendment(&project, actions).await?;
                let allowed =
                    |deployment: &Deployment| at_version(deployment, version).map_err(ApiError::from);
                amend(context, &project, id, &amendment, &allowed, by).await?
            }
        };
        Ok(view(changed, &call.project, &call.base_url))
    }
}

/// The operation that repeats a deployment, if there still is all that it needs: better said here than in a failed build.
async fn redeploy(project: &ProjectStore, stored: &Stored<Deployment>) -> Result<OperationKind, ApiError> {
    let deployment = &stored.entity;
    let flow = project.get_by_id::<Flow>(deployment.flow.uuid());
    let environment = async {
        match deployment.placement.environment() {
            Some(id) => project.get_by_id::<Environment>(id.uuid()).await.map(drop),
            None => Ok(()),
        }
    };
    let (flow, environment) = join(flow, environment).await;
    let gone = |error| ApiError::from(gone(error));
    ApiError::both(flow.map_err(gone), environment.map_err(gone))?;
    Ok(OperationKind::Redeploy { in_place: stored.derived.active(deployment.status) })
}

/// The operation that rolls back, if it can be done at all: better said here than in a failed build. It lets one
/// deployment answer in place of everything that is switched on, so only what answers can be rolled back.
async fn rollback(
    project: &ProjectStore,
    stored: &Stored<Deployment>,
    to: Option<DeploymentId>,
) -> Result<OperationKind, ApiError> {
    let Deployment { id, flow, placement, status, .. } = &stored.entity;
    let nothing = |why: &str| ApiError::new(ErrorCode::DeploymentNothingToRollBackTo, why);
    let route = project.route(*flow, *placement).await?;
    let answers = |entry: &RouteEntry| entry.deployment == *id && stored.derived.active(*status);
    let Some(route) = route.filter(|route| route.answering().is_some_and(answers)) else {
        return Err(nothing("This deployment does not answer; roll back the one that does"));
    };
    let target = match to {
        // Off, or on beside it. What never was switched on never answered.
        Some(to) => {
            let mut known = route.retained.iter().chain(&route.entries);
            known.find(|entry| entry.deployment == to && to != *id && entry.enabled.is_some())
        }
        None => route.previous(),
    };
    let target = target.ok_or_else(|| nothing("There is no such deployment that answered here before"))?;
    Ok(OperationKind::Rollback { to: Some(target.deployment) })
}
