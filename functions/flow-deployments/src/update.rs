use api::update::at_action;
use api::{ApiError, Call, Grant, Method, grant};
use domain::deployment::{Deployment, OperationKind};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::DeploymentId;
use domain::scope::Scope;
use futures::future::join;
use runtime::deploying::{request, tell_worker};
use runtime::{Context, HttpEndpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use store::{ProjectStore, StoreError, Stored};

use crate::representation::FlowDeploymentView;

/// What can be asked of a deployment. Each is an operation for the worker, so one at a time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "action")]
pub enum Action {
    /// Deploy the same release again, with the values that the variables have now.
    Redeploy,
    /// Let what answered before this deployment answer again, with the values it ran with.
    Rollback {
        /// The deployment to go back to; the one that answered last when absent.
        to: Option<DeploymentId>,
    },
}

/// Asks for an operation on a flow deployment.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "flow-deployments.update";
    const SUMMARY: &'static str = "Redeploy a flow deployment, or roll it back to what ran before";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/flow-deployments/{id}";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::SEND];
    const VERSIONED: bool = true;
    type Body = api::Update<Action>;
    type Answer = FlowDeploymentView;

    async fn handle(context: &Context, call: Call<Self::Body>) -> Result<FlowDeploymentView, ApiError> {
        let project = context.project(&call.project);
        let id: DeploymentId = call.path_value("id")?;
        let expected = call.body.version;
        let mut stored = project.get_by_id::<Deployment>(id.uuid()).await?.at_version(Some(expected))?;
        let mut actions = call.body.actions.into_iter();
        if let Some(action) = actions.next() {
            if actions.next().is_some() {
                let message = "A deployment does one operation at a time; send one action";
                return Err(ApiError::invalid_field("/actions", message));
            }
            let kind = operation(&project, &stored, action).await.map_err(|error| at_action(0, error))?;
            let rule = |refused| at_action(0, ApiError::rule("DeploymentInvalidStatusTransition", refused));
            stored.entity.request(kind, &request(context, &call.actor.principal)).map_err(rule)?;
            project.request_operation(&stored.entity, expected).await?;
            tell_worker(context, &call.project, &stored.entity).await;
        }
        Ok(FlowDeploymentView::new(stored, &call.project, &call.base_url))
    }
}

/// The operation that an action asks for, if it can be done at all: better said here than in a failed build.
async fn operation(
    project: &ProjectStore,
    stored: &Stored<Deployment>,
    action: Action,
) -> Result<OperationKind, ApiError> {
    let Action::Rollback { to } = action else {
        let Deployment { flow, environment, .. } = &stored.entity;
        let flow = project.get_by_id::<Flow>(flow.uuid());
        let (flow, environment) = join(flow, project.get_by_id::<Environment>(environment.uuid())).await;
        ApiError::both(still("DeploymentFlowGone", flow), still("DeploymentEnvironmentGone", environment))?;
        return Ok(OperationKind::Redeploy);
    };
    let Deployment { id, flow, environment, status, .. } = &stored.entity;
    let nothing = |why: &str| ApiError::rule("DeploymentNothingToRollBackTo", why);
    let route = project.route(*flow, *environment).await?;
    let route = route.filter(|route| route.entries.iter().any(|entry| entry.deployment == *id));
    let Some(route) = route.filter(|_| stored.sides.active(*status)) else {
        return Err(nothing("This deployment does not answer; roll back the one that does (active=true)"));
    };
    let target = match to {
        Some(to) => route.retained.iter().find(|entry| entry.deployment == to),
        None => route.previous(),
    };
    let target = target.ok_or_else(|| nothing("There is no such deployment that answered here before"))?;
    Ok(OperationKind::Rollback { to: Some(target.deployment) })
}

/// Refuses with `code` what needs an entity that is gone.
fn still<E>(code: &'static str, found: Result<Stored<E>, StoreError>) -> Result<(), ApiError> {
    match found {
        Ok(_) => Ok(()),
        Err(error @ StoreError::NotFound { .. }) => {
            Err(ApiError::rule(code, format!("The deployment cannot be repeated: {error}")))
        }
        Err(error) => Err(error.into()),
    }
}
