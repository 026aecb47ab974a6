use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::flow_deployments::FlowDeploymentView;
use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::representation::view;

/// Gets a flow deployment and its build report.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "flow-deployments.get";
    const SUMMARY: &'static str = "Get a flow deployment and its build report";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/flow-deployments/{id}";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById<DeploymentId>;
    type Query = ();
    type Body = NoBody;
    type Answer = FlowDeploymentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<FlowDeploymentView, ApiError> {
        let id = call.path.id;
        let stored = context.project_of(&call).get_by_id::<Deployment>(id.uuid()).await?;
        Ok(view(stored, &call.project, &call.base_url))
    }
}
