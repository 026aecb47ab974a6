use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::connect::deployments::DeploymentView;
use domain::connector_deployment::ConnectorDeployment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::representation;

/// Gets a deployment and its build report.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "deployments.get";
    const SUMMARY: &'static str = "Get a deployment of a connector and its build report";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/deployments/{id}";
    const SCOPE: Scope = Scope::ViewConnectorsDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    type Path = ById;
    type Query = ();
    type Body = NoBody;
    type Answer = DeploymentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<DeploymentView, ApiError> {
        let project = context.project_of(&call);
        let stored = project.get::<ConnectorDeployment>(&call.path.id).await?;
        Ok(representation::view(stored.entity, &call.project, &call.base_url))
    }
}
