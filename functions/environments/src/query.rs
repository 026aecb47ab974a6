use api::listing::{Order, Page, PageRequest, Paged, list};
use api::{ApiError, Grant, Method, NoBody, grant};
use contract::native::environments::EnvironmentView;
use domain::environment::Environment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Direction, Kind, Listing, Stored};

/// Environments lie in the order of stages.
const ORDER: Order = Order {
    own: "position",
    default: Direction::Ascending,
    fields: &["position", "createdAt", "lastModifiedAt", "id", "key", "name", "version"],
};

/// Lists environments; to a limited caller only its own.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "environments.query";
    const SUMMARY: &'static str = "List environments in the order of stages";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/environments";
    const SCOPE: Scope = Scope::ViewEnvironments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = Page;
    type Body = NoBody;
    type Answer = Paged<EnvironmentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<EnvironmentView>, ApiError> {
        let request = PageRequest::of(&call.query, &ORDER)?;
        let listing = Listing::project(Kind::Environment);
        let view = |stored: Stored<Environment>| stored.entity.into();
        list(&context.project_of(&call), &listing, &request, None, view).await
    }
}
