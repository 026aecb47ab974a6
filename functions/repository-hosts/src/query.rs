use api::listing::{NEWEST_FIRST, Order, Page, PageRequest, Paged, list};
use api::{ApiError, Grant, Method, NoBody, grant};
use contract::native::repository_hosts::RepositoryHostView;
use domain::repository_host::RepositoryHost;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

const ORDER: Order =
    Order { fields: &["createdAt", "lastModifiedAt", "id", "key", "host", "version"], ..NEWEST_FIRST };

/// Lists repository hosts.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "repository-hosts.query";
    const SUMMARY: &'static str = "List repository hosts, newest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/repository-hosts";
    const SCOPE: Scope = Scope::ViewConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    type Path = ();
    type Query = Page;
    type Body = NoBody;
    type Answer = Paged<RepositoryHostView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<RepositoryHostView>, ApiError> {
        let request = PageRequest::of(&call.query, &ORDER)?;
        let listing = Listing::project(Kind::RepositoryHost);
        let view = |stored: Stored<RepositoryHost>| stored.entity.into();
        list(&context.project_of(&call), &listing, &request, None, view).await
    }
}
