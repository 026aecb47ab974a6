use api::operation::Resource;
use api::update::Deletion;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::environments::EnvironmentView;
use domain::environment::Environment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Finds the secured values that go with it.
const SECRETS: Grant = Grant { on: Resource::Table, actions: &["dynamodb:Query"] };

/// Deletes an environment in which nothing is deployed.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "environments.delete";
    const SUMMARY: &'static str = "Delete an environment; refused while anything is deployed there";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/{projectKey}/environments/{id}";
    const SCOPE: Scope = Scope::ManageEnvironments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, SECRETS, grant::DELETE];
    type Path = ById;
    type Query = Deletion;
    type Body = NoBody;
    type Answer = EnvironmentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<EnvironmentView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.query.version;
        let stored = project.get::<Environment>(&call.path.id).await?.at_version(expected)?;
        project.delete_environment(&stored.entity).await?;
        Ok(stored.entity.into())
    }
}
