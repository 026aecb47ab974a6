use api::listing::{NEWEST_FIRST, PAGE, PageRequest, Paged, list};
use api::operation::Param;
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use contract::native::api_clients::ClientView;
use domain::client::ApiClient;
use domain::scope::Scope;
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

/// Lists API clients.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "api-clients.query";
    const SUMMARY: &'static str = "List API clients, newest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/api-clients";
    const SCOPE: Scope = Scope::ViewApiClients;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    const QUERY: &'static [&'static [Param]] = &[PAGE];
    type Path = ();
    type Body = NoBody;
    type Answer = Paged<ClientView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Paged<ClientView>, ApiError> {
        let request = PageRequest::of(&call.query, &NEWEST_FIRST)?;
        let listing = Listing::project(Kind::ApiClient);
        let view = |stored: Stored<ApiClient>| stored.entity.into();
        list(&context.project_of(&call), &listing, &request, None, view).await
    }
}
