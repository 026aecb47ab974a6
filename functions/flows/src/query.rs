use api::listing::{NEWEST_FIRST, Page, PageRequest, Paged, list};
use api::query::Named;
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::native::flows::FlowView;
use domain::flow::{Flow, FlowKind, FlowStatus};
use domain::ids::IntegrationId;
use domain::integration::Integration;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

query! {
    /// Which flows a list shows.
    pub struct ListFlows {
        /// The page.
        page: Page,
        /// Only flows of this integration: an id, or key={key}.
        integration: Option<Named<Integration>>,
        /// Only flows of this kind, at most 10,000 unless withTotal=false: counting them reads the whole list.
        kind: Option<FlowKind>,
        /// Only flows with this status, at most 10,000 unless withTotal=false: counting them reads the whole list.
        status: Option<FlowStatus>,
    }
}

/// Lists flows.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "flows.query";
    const SUMMARY: &'static str = "List flows, newest first, by integration, kind or status";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/flows";
    const SCOPE: Scope = Scope::ViewIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_MANY, grant::LIST];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = ListFlows;
    type Body = NoBody;
    type Answer = Paged<FlowView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<FlowView>, ApiError> {
        let project = context.project_of(&call);
        let integration = Named::id(call.query.integration.as_ref(), &project).await;
        let (request, integration) =
            ApiError::both(PageRequest::of(&call.query.page, &NEWEST_FIRST), integration)?;
        let listing = integration.map(IntegrationId::new);
        let listing = listing.map_or(const { Listing::project(Kind::Flow) }, Listing::flows_of);
        let (kind, status) = (call.query.kind, call.query.status);
        let matches = |stored: &Stored<Flow>| matches(&stored.entity, kind, status);
        let filtered = kind.is_some() || status.is_some();
        let view = |stored: Stored<Flow>| FlowView::from(stored.entity);
        list(&project, &listing, &request, filtered.then_some(&matches as _), view).await
    }
}

fn matches(flow: &Flow, kind: Option<FlowKind>, status: Option<FlowStatus>) -> bool {
    kind.is_none_or(|kind| flow.kind == kind) && status.is_none_or(|status| flow.status() == status)
}
