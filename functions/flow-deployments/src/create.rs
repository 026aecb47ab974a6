use api::{ApiError, Call, Grant, Method, Reference, grant};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::scope::Scope;
use domain::text::Description;
use futures::future::try_join;
use runtime::deploying::{Deploy, deploy};
use runtime::{Context, HttpEndpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use store::StoreError;

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
        let flow = draft.flow.find::<Flow>(&project, "flow");
        let environment = draft.environment.find::<Environment>(&project, "environment");
        let (flow, environment) = try_join(flow, environment).await?;
        let (flow, environment) = (flow.entity, environment.entity.id);
        project.release(flow.id, draft.release).await.map_err(|error| match error {
            StoreError::NotFound { .. } => {
                let message = format!("The flow has no release {}; create one first", draft.release);
                ApiError::reference_not_found("release", draft.release, message)
            }
            other => other.into(),
        })?;
        let wanted =
            Deploy { flow: &flow, release: draft.release, environment, description: draft.description };
        let stored = deploy(context, &project, wanted, &call.actor.principal).await?;
        Ok(FlowDeploymentView::new(stored, &call.project, &call.base_url))
    }
}
