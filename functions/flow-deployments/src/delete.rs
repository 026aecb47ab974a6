use api::operation::Param;
use api::update::VERSION;
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use domain::deployment::{Deployment, OperationKind};
use domain::ids::DeploymentId;
use domain::scope::Scope;
use runtime::deploying::{request, tell_worker};
use runtime::{Context, HttpEndpoint};

use crate::representation::FlowDeploymentView;

/// Takes a flow deployment away.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "flow-deployments.delete";
    const SUMMARY: &'static str = "Undeploy: take a flow deployment away; it is gone when GET answers 404";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/{projectKey}/flow-deployments/{id}";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 202;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::UPDATE, grant::SEND];
    const QUERY: &'static [&'static [Param]] = &[VERSION];
    type Body = NoBody;
    type Answer = FlowDeploymentView;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<FlowDeploymentView, ApiError> {
        let project = context.project(&call.project);
        let id: DeploymentId = call.path_value("id")?;
        let wanted = call.query.parsed("version");
        let mut stored = project.get_by_id::<Deployment>(id.uuid()).await?.at_version(wanted)?;
        let expected = stored.entity.trail.version;
        let rule = |refused| ApiError::rule("DeploymentInvalidStatusTransition", refused);
        let request = request(context, &call.actor.principal);
        stored.entity.request(OperationKind::Undeploy, &request).map_err(rule)?;
        project.update(&stored.entity, expected).await?;
        tell_worker(context, &call.project, &stored.entity).await;
        Ok(FlowDeploymentView::new(stored, &call.project, &call.base_url))
    }
}
