use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::repository_hosts::RepositoryHostView;
use domain::repository_host::RepositoryHost;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Gets a repository host by id or key.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "repository-hosts.get";
    const SUMMARY: &'static str = "Get a repository host by id or key";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/repository-hosts/{id}";
    const SCOPE: Scope = Scope::ViewConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    type Path = ById;
    type Query = ();
    type Body = NoBody;
    type Answer = RepositoryHostView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<RepositoryHostView, ApiError> {
        let stored = context.project_of(&call).get::<RepositoryHost>(&call.path.id).await?;
        Ok(stored.entity.into())
    }
}
