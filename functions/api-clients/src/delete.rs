use api::update::Deletion;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::api_clients::ClientView;
use domain::client::ApiClient;
use domain::ids::ApiClientId;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Deletes an API client and its credential.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "api-clients.delete";
    const SUMMARY: &'static str =
        "Delete an API client; its key works for a minute more at most, its tokens until they expire";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/{projectKey}/api-clients/{id}";
    const SCOPE: Scope = Scope::ManageApiClients;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::DELETE, grant::DELETE_CREDENTIAL];
    type Path = ById<ApiClientId>;
    type Query = Deletion;
    type Body = NoBody;
    type Answer = ClientView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<ClientView, ApiError> {
        let project = context.project_of(&call);
        let id = call.path.id;
        let expected = call.query.version;
        let stored = project.get_by_id::<ApiClient>(id.uuid()).await?.at_version(expected)?;
        project.delete_client(&stored.entity).await?;
        Ok(stored.entity.into())
    }
}
