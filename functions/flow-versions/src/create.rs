use api::collection::Data;
use api::{ApiError, Grant, Method, grant};
use app::deploy::deploy;
use contract::flow_versions::deployments::{DeploymentDraft, DeploymentView};
use domain::deploy::Deploy;
use domain::flow::Flow;
use domain::placement::Placement;
use domain::release::ReleaseId;
use domain::scope::Scope;
use futures::future::join3;
use runtime::flow_versions::environment::placement;
use runtime::{CallOf, Context, HttpEndpoint};
use store::ProjectStore;

use crate::found::{FlowVersion, same_version};
use crate::representation;

/// Why something was deployed, where the contract has no words for it.
const DESCRIPTION: &str = "Deployed as a flow version";

/// Deploys a flow version.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "flow-versions.create";
    const SUMMARY: &'static str = "Deploy a flow version to a virtual environment, or everywhere";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/flow-versions/{flow_version}/deployments";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::SEND_FLOWS];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = FlowVersion;
    type Query = ();
    type Body = DeploymentDraft;
    type Answer = Data<DeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Data<DeploymentView>, ApiError> {
        let (project, version) = (context.project_of(&call), call.path.flow_version);
        let (flow, placement) = read(&project, version, &call.body).await?;
        let description = DESCRIPTION.parse().map_err(ApiError::internal)?;
        let wanted = Deploy {
            priority: call.body.priority,
            disabled: call.body.deploy_disabled.unwrap_or_default(),
            ..Deploy::new(&flow, version.number, placement, description)
        };
        let stored = deploy(context, &project, wanted, &call.actor.principal).await?;
        Ok(Data { data: representation::view(&stored) })
    }
}

/// The flow that has the version, and where it is to serve: all that is wrong with either, at once.
async fn read(
    project: &ProjectStore,
    version: ReleaseId,
    draft: &DeploymentDraft,
) -> Result<(Flow, Placement), ApiError> {
    let (flow, release, placement) = join3(
        project.get_by_id::<Flow>(version.flow.uuid()),
        project.release(version.flow, version.number),
        placement(project, draft.virtual_environment_id.as_ref()),
    )
    .await;
    let (flow, _) = (flow?, release?);
    let (placement, ()) = ApiError::both(placement, same_version(version, draft.flow_version_id))?;
    Ok((flow.entity, placement))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_without_words_is_a_description() {
        assert!(DESCRIPTION.parse::<domain::text::Description>().is_ok());
    }
}
