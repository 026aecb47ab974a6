use api::collection::Deleted;
use api::{ApiError, Grant, Method, NoBody, grant};
use app::amend::undeploy;
use domain::deployment::Deployment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::found::{self, VersionDeployment};

/// Takes a deployment of a flow version away. Doing it twice is doing it once.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "flow-versions.delete";
    const SUMMARY: &'static str = "Take a deployment of a flow version away; it is gone when GET answers 404";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/flow-versions/{flow_version}/deployments/{deployment}";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::UPDATE, grant::SEND_FLOWS];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = VersionDeployment;
    type Query = ();
    type Body = NoBody;
    type Answer = Deleted;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Deleted, ApiError> {
        let project = context.project_of(&call);
        let id = call.path.deployment;
        let meant = |deployment: &Deployment| found::is_meant(&call.path, deployment);
        undeploy(context, &project, id, &meant, &call.actor.principal).await?;
        let message = "The deployment is being taken away; it is gone when GET answers 404".to_owned();
        Ok(Deleted { message })
    }
}
