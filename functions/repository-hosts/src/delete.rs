use api::update::Deletion;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::repository_hosts::RepositoryHostView;
use domain::repository_host::RepositoryHost;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Deletes a repository host and its token.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "repository-hosts.delete";
    const SUMMARY: &'static str = "Delete a repository host and its token; what was fetched from it stays";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/{projectKey}/repository-hosts/{id}";
    const SCOPE: Scope = Scope::ManageConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::DELETE];
    type Path = ById;
    type Query = Deletion;
    type Body = NoBody;
    type Answer = RepositoryHostView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<RepositoryHostView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.query.version;
        let stored = project.get::<RepositoryHost>(&call.path.id).await?.at_version(expected)?;
        project.delete_repository_host(&stored.entity).await?;
        Ok(stored.entity.into())
    }
}
