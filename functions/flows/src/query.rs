use api::listing::{NEWEST_FIRST, PAGE, PageRequest, Paged, list};
use api::operation::{Param, ParamKind};
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use contract::native::flows::FlowView;
use domain::flow::Flow;
use domain::ids::IntegrationId;
use domain::integration::Integration;
use domain::scope::Scope;
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

const KINDS: &[&str] = &["flow", "api", "tool"];
const STATUSES: &[&str] = &["Unsaved", "Saved", "Released"];

const FILTERS: &[Param] = &[
    Param {
        name: "integration",
        description: "Only flows of this integration: an id, or key={key}",
        kind: ParamKind::Reference,
    },
    Param {
        name: "kind",
        description: "Only flows of this kind, at most 10,000 unless withTotal=false: counting them reads the whole list",
        kind: ParamKind::OneOf(KINDS),
    },
    Param {
        name: "status",
        description: "Only flows with this status, at most 10,000 unless withTotal=false: counting them reads the whole list",
        kind: ParamKind::OneOf(STATUSES),
    },
];

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
    const QUERY: &'static [&'static [Param]] = &[PAGE, FILTERS];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Body = NoBody;
    type Answer = Paged<FlowView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Paged<FlowView>, ApiError> {
        let project = context.project_of(&call);
        let integration = call.query.named::<Integration>(&project, "integration").await;
        let (request, integration) =
            ApiError::both(PageRequest::of(&call.query, &NEWEST_FIRST), integration)?;
        let listing = integration.map(IntegrationId::new);
        let listing = listing.map_or(const { Listing::project(Kind::Flow) }, Listing::flows_of);
        let (kind, status) = (call.query.get("kind"), call.query.get("status"));
        let matches = |stored: &Stored<Flow>| matches(&stored.entity, kind, status);
        let filtered = kind.is_some() || status.is_some();
        let view = |stored: Stored<Flow>| FlowView::from(stored.entity);
        list(&project, &listing, &request, filtered.then_some(&matches as _), view).await
    }
}

fn matches(flow: &Flow, kind: Option<&str>, status: Option<&str>) -> bool {
    kind.is_none_or(|kind| flow.kind.to_string() == kind)
        && status.is_none_or(|status| flow.status().to_string() == status)
}

#[cfg(test)]
mod tests {
    use domain::flow::{FlowKind, FlowStatus};

    use super::*;

    #[test]
    fn the_words_of_the_filters_are_those_of_flows() {
        let kinds = [FlowKind::Flow, FlowKind::Api, FlowKind::Tool].map(|kind| kind.to_string());
        assert_eq!(kinds, *KINDS);
        let statuses = [FlowStatus::Unsaved, FlowStatus::Saved, FlowStatus::Released];
        assert_eq!(statuses.map(|status| status.to_string()), *STATUSES);
    }
}
