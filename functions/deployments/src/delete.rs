use api::update::Deletion;
use api::{ApiError, ById, ErrorCode, Grant, Method, NoBody, grant};
use app::operation::{request, tell_worker};
use contract::connect::deployments::DeploymentView;
use domain::connector_deployment::ConnectorDeployment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::representation;

/// Takes a deployment away.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "deployments.delete";
    const SUMMARY: &'static str =
        "Undeploy: take a deployment of a connector away; it is gone when GET answers 404";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/{projectKey}/deployments/{id}";
    const SCOPE: Scope = Scope::ManageConnectorsDeployments;
    const SUCCESS: u16 = 202;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::UPDATE, grant::SEND_CONNECTORS];
    type Path = ById;
    type Query = Deletion;
    type Body = NoBody;
    type Answer = DeploymentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<DeploymentView, ApiError> {
        let project = context.project_of(&call);
        let wanted = call.query.version;
        let stored = project.get::<ConnectorDeployment>(&call.path.id).await?.at_version(wanted)?;
        let mut deployment = stored.entity;
        let expected = deployment.metadata.version;
        let request = request(context, &call.actor.principal);
        deployment
            .request_undeploy(&request)
            .map_err(|refused| ApiError::new(ErrorCode::DeploymentInvalidStatusTransition, refused))?;
        project.update(&deployment, expected).await?;
        tell_worker(context, &call.project, &deployment).await;
        Ok(representation::view(deployment, &call.project, &call.base_url))
    }
}
