use api::update::at_action;
use api::{Actor, ApiError, ById, ErrorCode, Grant, Method};
use app::operation::{request, tell_worker};
use contract::connect::deployments::{Action, DeploymentView, Redeploy};
use domain::connector_deployment::{
    ConnectorDeployment, DeployedConnector, OperationKind, Secret, reconfigure,
};
use domain::deployment::Request;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{ProjectStore, SealedVariable};

use crate::admission::check_scope;
use crate::api_client::{Minted, mint};
use crate::configuration::{draft as configuration, refused, seal_all};
use crate::connector::successor;
use crate::representation;

/// Where the applications lie in the action.
const LIST: &str = "/configurationValues";

/// Asks for an operation on a deployment.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "deployments.update";
    const SUMMARY: &'static str = "Redeploy a connector, with other values or in its newest version";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/deployments/{id}";
    const SCOPE: Scope = Scope::ManageConnectorsDeployments;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = crate::DEPLOY;
    const VERSIONED: bool = true;
    type Path = ById;
    type Query = ();
    type Body = api::Update<Action>;
    type Answer = DeploymentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<DeploymentView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.body.version;
        let stored = project.get::<ConnectorDeployment>(&call.path.id).await?.at_version(Some(expected))?;
        let mut deployment = stored.entity;
        if let Some(Action::Redeploy(wanted)) = one(call.body.actions)? {
            let news = redeploy(context, &project, &call.actor, &mut deployment, wanted).await;
            let (sealed, client) = news.map_err(|error| at_action(0, error))?;
            let client = client.as_ref().map(Minted::parts);
            project.request_connector_operation(&deployment, expected, &sealed, client).await?;
            tell_worker(context, &call.project, &deployment).await;
        }
        Ok(representation::view(deployment, &call.project, &call.base_url))
    }
}

/// The one action, if there is any.
fn one(actions: Vec<Action>) -> Result<Option<Action>, ApiError> {
    let mut actions = actions.into_iter();
    let first = actions.next();
    if actions.next().is_some() {
        let message = "has several actions, and a deployment does one operation at a time; send one";
        return Err(ApiError::invalid_field("/actions", message));
    }
    Ok(first)
}

/// Puts the deployment back into the queue, configured as it is wanted. Returns what is to be stored with it.
async fn redeploy(
    context: &Context,
    project: &ProjectStore,
    actor: &Actor,
    deployment: &mut ConnectorDeployment,
    wanted: Redeploy,
) -> Result<(Vec<SealedVariable>, Option<Minted>), ApiError> {
    let request = request(context, &actor.principal);
    queue(deployment, wanted.skip_scripts.unwrap_or_default(), &request)?;
    let newer = if wanted.update_connector.unwrap_or_default() {
        Some(successor(&context.config, project, deployment).await?)
    } else {
        None
    };
    let moves = newer.is_some();
    let mut secrets = configure(deployment, newer, actor, wanted)?;
    // Only a newer connector can want a client that the deployment does not have.
    let client = if moves { mint(deployment, actor, &mut secrets, request.at)? } else { None };
    let sealed = seal_all(context, &actor.project, deployment.id, secrets, LIST).await?;
    Ok((sealed, client))
}

/// Asks for the operation, which says first whether the status allows it.
fn queue(
    deployment: &mut ConnectorDeployment,
    skip_scripts: bool,
    request: &Request,
) -> Result<(), ApiError> {
    let asked = deployment.request(OperationKind::Redeploy { skip_scripts }, request);
    asked.map_err(|refused| ApiError::new(ErrorCode::DeploymentInvalidStatusTransition, refused))
}

/// Merges the values into the deployment, and moves it to a newer connector. Returns the secrets that are new.
fn configure(
    deployment: &mut ConnectorDeployment,
    newer: Option<DeployedConnector>,
    actor: &Actor,
    wanted: Redeploy,
) -> Result<Vec<Secret>, ApiError> {
    if let Some(newer) = newer.as_ref().filter(|_| deployment.api_client.is_none()) {
        check_scope(actor, newer)?;
    }
    let values = configuration(wanted.configuration_values, wanted.global_configuration);
    let specification = newer.as_ref().map(|newer| &newer.specification);
    let secrets = reconfigure(deployment, values, specification);
    let secrets = secrets.map_err(|problems| refused(problems, LIST))?;
    if let Some(newer) = newer {
        deployment.connector = newer;
    }
    Ok(secrets)
}

#[cfg(test)]
mod tests;
