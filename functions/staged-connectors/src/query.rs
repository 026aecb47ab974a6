use api::listing::{NEWEST_FIRST, Order, PAGE, PageRequest, Paged, list};
use api::operation::{Param, ParamKind};
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use contract::connect::staged_connectors::ConnectorStagedView;
use domain::connector::ConnectorStaged;
use domain::scope::Scope;
use runtime::connector_view::{INTEGRATION_TYPES, has_any, integration_types};
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

const ORDER: Order = Order {
    fields: &["createdAt", "lastModifiedAt", "id", "key", "version", "name", "status"],
    ..NEWEST_FIRST
};

const FILTERS: &[Param] = &[Param {
    name: "isPrivate",
    description: "`true`: only private ones; `false`: only public ones",
    kind: ParamKind::Boolean,
}];

/// Lists staged connectors.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "staged-connectors.query";
    const SUMMARY: &'static str = "List the project's staged connectors, newest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/connectors/drafts";
    const SCOPE: Scope = Scope::ViewConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    const QUERY: &'static [&'static [Param]] = &[PAGE, FILTERS, INTEGRATION_TYPES];
    type Path = ();
    type Body = NoBody;
    type Answer = Paged<ConnectorStagedView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Paged<ConnectorStagedView>, ApiError> {
        let types = integration_types(&call.query);
        let (request, types) = ApiError::both(PageRequest::of(&call.query, &ORDER), types)?;
        let private = call.query.parsed::<bool>("isPrivate");
        let keep = |stored: &Stored<ConnectorStaged>| {
            let staged = &stored.entity;
            private.is_none_or(|private| staged.private == private)
                && has_any(&staged.profile.integration_types, &types)
        };
        let filtered = private.is_some() || !types.is_empty();
        let listing = Listing::project(Kind::ConnectorStaged);
        let view = |stored: Stored<ConnectorStaged>| stored.entity.into();
        list(&context.project_of(&call), &listing, &request, filtered.then_some(&keep), view).await
    }
}
