use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::api_clients::ClientView;
use domain::client::ApiClient;
use domain::ids::ApiClientId;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Gets an API client by id.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "api-clients.get";
    const SUMMARY: &'static str = "Get an API client by id";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/api-clients/{id}";
    const SCOPE: Scope = Scope::ViewApiClients;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    type Path = ById<ApiClientId>;
    type Query = ();
    type Body = NoBody;
    type Answer = ClientView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<ClientView, ApiError> {
        let id = call.path.id;
        let stored = context.project_of(&call).get_by_id::<ApiClient>(id.uuid()).await?;
        Ok(stored.entity.into())
    }
}
