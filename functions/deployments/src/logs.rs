use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::connect::deployments::DeploymentLogPage;
use domain::connector_deployment::ConnectorDeployment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::log_query::{Asked, ReadLog};

/// Reads the log of a deployment.
#[derive(Debug)]
pub struct Logs;

impl HttpEndpoint for Logs {
    const ID: &'static str = "deployments.logs";
    const SUMMARY: &'static str =
        "Read the log of a deployment of a connector, 100 entries at a time, oldest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/deployments/{id}/logs";
    const SCOPE: Scope = Scope::ViewConnectorsDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::READ_LOGS];
    type Path = ById;
    type Query = ReadLog;
    type Body = NoBody;
    type Answer = DeploymentLogPage;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<DeploymentLogPage, ApiError> {
        let project = context.project_of(&call);
        let deployment = project.get::<ConnectorDeployment>(&call.path.id).await?.entity;
        let now = context.clock.now();
        let asked = Asked::of(&call.query, &deployment, now)?;
        let page = project.log_page(&asked.log_query(&deployment)).await?;
        let next = page.next.map(|position| asked.token(position, now).to_text()).transpose()?;
        Ok(DeploymentLogPage { data: page.entries, next: next.unwrap_or_default() })
    }
}
