use api::update::Deletion;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use app::amend::at_version;
use app::amend::undeploy;
use app::operation::not_now;
use contract::native::flow_deployments::FlowDeploymentView;
use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::lifecycle::{Event, Status, next};
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::representation::view;

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
    const GRANTS: &'static [Grant] = &[grant::READ, grant::UPDATE, grant::SEND_FLOWS];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById<DeploymentId>;
    type Query = Deletion;
    type Body = NoBody;
    type Answer = FlowDeploymentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<FlowDeploymentView, ApiError> {
        let project = context.project_of(&call);
        let id = call.path.id;
        let version: Option<u64> = call.query.version;
        let allowed = |deployment: &Deployment| -> Result<(), ApiError> {
            at_version(deployment, version)?;
            // What goes already cannot be asked to go again. What is under way goes when that is over.
            match next(deployment.status, Event::Undeploy) {
                Err(refused) if deployment.status == Status::Undeploying => Err(not_now(refused).into()),
                _ => Ok(()),
            }
        };
        let stored = undeploy(context, &project, id, &allowed, &call.actor.principal).await?;
        Ok(view(stored, &call.project, &call.base_url))
    }
}
