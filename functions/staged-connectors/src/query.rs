use api::listing::{NEWEST_FIRST, Order, Page, PageRequest, Paged, list};
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::connect::staged_connectors::ConnectorStagedView;
use domain::connector::ConnectorStaged;
use domain::scope::Scope;
use runtime::connector_view::{OfTypes, has_any};
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

const ORDER: Order = Order {
    fields: &["createdAt", "lastModifiedAt", "id", "key", "version", "name", "status"],
    ..NEWEST_FIRST
};

query! {
    /// Which staged connectors a list shows.
    pub struct ListStaged {
        /// The page.
        page: Page,
        /// `true`: only private ones; `false`: only public ones.
        is_private as "isPrivate": Option<bool>,
        /// The integration types.
        of_types: OfTypes,
    }
}

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
    type Path = ();
    type Query = ListStaged;
    type Body = NoBody;
    type Answer = Paged<ConnectorStagedView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<ConnectorStagedView>, ApiError> {
        let types = call.query.of_types.types();
        let (request, types) = ApiError::both(PageRequest::of(&call.query.page, &ORDER), types)?;
        let private = call.query.is_private;
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
