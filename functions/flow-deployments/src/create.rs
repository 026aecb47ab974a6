use api::{ApiError, Call, Grant, Method, Reference, grant};
use domain::flow::Flow;
use domain::scope::Scope;
use domain::text::Description;
use futures::future::join;
use runtime::deploying::{Deploy, deploy, placement_of};
use runtime::{Context, HttpEndpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use store::{ProjectStore, StoreError};

use crate::representation::FlowDeploymentView;

/// A release, and the environment to deploy it to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["flow", "release", "environment", "description"]))]
pub struct FlowDeploymentDraft {
    /// The flow.
    pub flow: Reference,
    /// The number of its release.
    pub release: u32,
    /// The environment. `null` for a global deployment: it is built without variables and secrets, and serves every
    /// environment that has nothing better. It has to be said, so that nothing is deployed everywhere by accident.
    #[schemars(extend("examples" = ["key=staging", null]))]
    pub environment: Option<Reference>,
    /// The highest answers where several are switched on. Absent counts as 0.
    pub priority: Option<i32>,
    /// Leave it switched off once it is deployed. Otherwise it takes over.
    #[serde(default)]
    pub deploy_disabled: bool,
    /// Why; it stays in the history.
    pub description: Description,
}

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
        Ok(FlowDeploymentView::new(stored, &call.project, &call.base_url))
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
