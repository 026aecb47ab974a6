use api::listing::{NEWEST_FIRST, Page, PageRequest, Paged, list};
use api::{ApiError, Grant, Method, NoBody, grant};
use contract::native::api_clients::ClientView;
use domain::client::ApiClient;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
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
    type Path = ();
    type Query = Page;
    type Body = NoBody;
    type Answer = Paged<ClientView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<ClientView>, ApiError> {
        let request = PageRequest::of(&call.query, &NEWEST_FIRST)?;
        let listing = Listing::project(Kind::ApiClient);
        let view = |stored: Stored<ApiClient>| stored.entity.into();
        list(&context.project_of(&call), &listing, &request, None, view).await
    }
}
