use api::{ApiError, ById, Grant, Method, grant};
use app::deploy::deploy;
use contract::native::releases::{CreatedReleaseView, DeployDraft, ReleaseDraft, ReleaseView};
use domain::deploy::Deploy;
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::EnvironmentId;
use domain::release::Release;
use domain::scope::{Scope, Scopes};
use domain::text::Description;
use runtime::{CallOf, Context, HttpEndpoint};
use store::ProjectStore;

use crate::releasing::release;

/// Releases a flow.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "releases.create";
    const SUMMARY: &'static str = "Release a flow as it was last saved, and deploy the release if asked to";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/flows/{id}/releases";
    const SCOPE: Scope = Scope::ManageIntegrations;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] =
        &[grant::READ, grant::CREATE, grant::GET_PAYLOAD, grant::PUT_PAYLOAD, grant::SEND_FLOWS];
    type Path = ById;
    type Query = ();
    type Body = ReleaseDraft;
    type Answer = CreatedReleaseView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<CreatedReleaseView, ApiError> {
        let (project, by) = (context.project_of(&call), &call.actor.principal);
        // Whatever can be refused is refused before the release is made: nothing takes one back.
        let deployment = match call.body.deploy {
            Some(wanted) => Some(check(&project, wanted, &call.actor.scopes).await?),
            None => None,
        };
        let (release, flow) = release(context, &project, &call.path.id, &call.body.description, by).await?;
        let deployment = match deployment {
            Some((environment, description)) => {
                let wanted = Deploy::new(&flow, release.number, environment.into(), description);
                let started = deploy(context, &project, wanted, by).await;
                Some(started.map_err(|error| but_released(&release, &flow, error.into()))?.entity.into())
            }
            None => None,
        };
        let (release, flow_version) = (ReleaseView::new(release, &[]), flow.metadata.version);
        Ok(CreatedReleaseView { release, flow_version, deployment })
    }
}

/// Whether the caller may deploy, and where to.
async fn check(
    project: &ProjectStore,
    wanted: DeployDraft,
    scopes: &Scopes,
) -> Result<(EnvironmentId, Description), ApiError> {
    if !scopes.grant(Scope::ManageFlowDeployments) {
        return Err(ApiError::forbidden(Scope::ManageFlowDeployments));
    }
    let found = project.get::<Environment>(wanted.environment.address()).await;
    let stored = ApiError::unless_found(found, "deploy.environment", &wanted.environment)?;
    Ok((stored.entity.id, wanted.description))
}

/// Says that the release is there although the request as a whole failed, so that nobody makes it twice.
fn but_released(release: &Release, flow: &Flow, mut error: ApiError) -> ApiError {
    let number = release.number;
    for item in &mut error.errors {
        item.message = format!("Release {number} was made, but deploying it failed: {}", item.message);
        item.members.insert("release".to_owned(), number.into());
        item.members.insert("flowVersion".to_owned(), flow.metadata.version.into());
    }
    error
}
