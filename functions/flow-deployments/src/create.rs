use api::placement_of;
use api::{ApiError, Call, Grant, Method, grant};
use app::deploy::deploy;
use contract::native::flow_deployments::{FlowDeploymentDraft, FlowDeploymentView};
use domain::deploy::Deploy;
use domain::flow::Flow;
use domain::scope::Scope;
use futures::future::join;
use runtime::{Context, HttpEndpoint};
use store::{ProjectStore, StoreError};

use crate::representation::view;

/// Deploys a release to an environment, or everywhere.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "flow-deployments.create";
    const SUMMARY: &'static str = "Deploy a release to an environment, or to all that have nothing better";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/flow-deployments";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::SEND_FLOWS];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = ();
    type Body = FlowDeploymentDraft;
    type Answer = FlowDeploymentView;

    async fn handle(
        context: &Context,
        call: Call<FlowDeploymentDraft>,
    ) -> Result<FlowDeploymentView, ApiError> {
        let project = context.project_of(&call);
        let draft = call.body;
        let placement = placement_of(&project, draft.environment.as_ref());
        let (flow, placement) = join(releasing(&project, &draft), placement).await;
        let (flow, placement) = ApiError::both(flow, placement)?;
        let wanted = Deploy {
            priority: draft.priority,
            disabled: draft.deploy_disabled,
            ..Deploy::new(&flow, draft.release, placement, draft.description)
        };
        let stored = deploy(context, &project, wanted, &call.actor.principal).await?;
        Ok(view(stored, &call.project, &call.base_url))
    }
}

/// The flow, if it has the release.
async fn releasing(project: &ProjectStore, draft: &FlowDeploymentDraft) -> Result<Flow, ApiError> {
    let flow = api::reference::find::<Flow>(project, &draft.flow, "flow").await?.entity;
    match project.release(flow.id, draft.release).await {
        Ok(_) => Ok(flow),
        Err(StoreError::NotFound { .. }) => {
            let message = format!("The flow has no release {}; create one first", draft.release);
            Err(ApiError::reference_not_found("release", draft.release, message))
        }
        Err(error) => Err(error.into()),
    }
}
