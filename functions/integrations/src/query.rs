use api::listing::{NEWEST_FIRST, Page, PageRequest, Paged, list};
use api::{ApiError, Grant, Method, NoBody, grant};
use contract::native::integrations::IntegrationView;
use domain::integration::Integration;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing};

use crate::representation::view;

/// Lists integrations.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "integrations.query";
    const SUMMARY: &'static str = "List integrations, newest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/integrations";
    const SCOPE: Scope = Scope::ViewIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = Page;
    type Body = NoBody;
    type Answer = Paged<IntegrationView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<IntegrationView>, ApiError> {
        let request = PageRequest::of(&call.query, &NEWEST_FIRST)?;
        let listing = Listing::project(Kind::Integration);
        let project = context.project_of(&call);
        list::<Integration, _>(&project, &listing, &request, None, view).await
    }
}
