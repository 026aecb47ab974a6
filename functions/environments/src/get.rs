use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::environments::EnvironmentView;
use domain::environment::Environment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Gets an environment by id or key.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "environments.get";
    const SUMMARY: &'static str = "Get an environment by id or key";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/environments/{id}";
    const SCOPE: Scope = Scope::ViewEnvironments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById;
    type Query = ();
    type Body = NoBody;
    type Answer = EnvironmentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<EnvironmentView, ApiError> {
        let stored = context.project_of(&call).get::<Environment>(&call.path.id).await?;
        Ok(stored.entity.into())
    }
}
