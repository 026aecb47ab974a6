use api::{ApiError, Call, Grant, Method, Reference, grant};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::scope::Scope;
use domain::text::Description;
use futures::future::join;
use runtime::deploying::{Deploy, deploy};
use runtime::{Context, HttpEndpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use store::{ProjectStore, StoreError};

use crate::representation::FlowDeploymentView;

/// What to deploy where.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct FlowDeploymentDraft {
    /// The flow.
    pub flow: Reference,
    /// The number of its release.
    pub release: u32,
    /// The environment.
    pub environment: Reference,
    /// Why; it stays in the history.
    pub description: Description,
}

/// Deploys a release to an environment.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "flow-deployments.create";
    const SUMMARY: &'static str = "Deploy a release to an environment";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/flow-deployments";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::SEND];
    type Body = FlowDeploymentDraft;
    type Answer = FlowDeploymentView;

    async fn handle(
        context: &Context,
        call: Call<FlowDeploymentDraft>,
    ) -> Result<FlowDeploymentView, ApiError> {
        let project = context.project(&call.project);
        let draft = call.body;
        let environment = draft.environment.find::<Environment>(&project, "environment");
        let (flow, environment) = join(releasing(&project, &draft), environment).await;
        let (flow, environment) = ApiError::both(flow, environment)?;
        let environment = environment.entity.id;
        let wanted =
            Deploy { flow: &flow, release: draft.release, environment, description: draft.description };
        let stored = deploy(context, &project, wanted, &call.actor.principal).await?;
        Ok(FlowDeploymentView::new(stored, &call.project, &call.base_url))
    }
}

/// The flow, if it has the release.
async fn releasing(project: &ProjectStore, draft: &FlowDeploymentDraft) -> Result<Flow, ApiError> {
    let flow = draft.flow.find::<Flow>(project, "flow").await?.entity;
    match project.release(flow.id, draft.release).await {
        Ok(_) => Ok(flow),
        Err(StoreError::NotFound { .. }) => {
            let message = format!("The flow has no release {}; create one first", draft.release);
            Err(ApiError::reference_not_found("release", draft.release, message))
        }
        Err(error) => Err(error.into()),
    }
}
