use api::collection::{self, Collected, CollectionRequest, FilterKind, filter, sort};
use api::operation::Param;
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use contract::flow_versions::environments::{EnvironmentView, STATUSES, status_of};
use domain::environment::Environment;
use domain::scope::Scope;
use runtime::flow_versions::names;
use runtime::flow_versions::paging;
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

use crate::environment_view;

const FILTERS: &[Param] = &[
    names::NAME,
    filter("filter[type]", "Only environments of this type", FilterKind::OneOf(&["test", "live"])),
    filter(
        "filter[status]",
        "Only environments with this status. No environment has the status `Draft`",
        FilterKind::OneOf(STATUSES),
    ),
    filter(
        "filter[hasDeployedVersion]",
        "`true`: only environments with deployments, those being deployed included; `false`: only those without",
        FilterKind::Boolean,
    ),
    filter(
        "filter[labelled]",
        "`true`: only environments with labels; `false`: only those without",
        FilterKind::Boolean,
    ),
];

/// Lists virtual environments in which there are deployments; to a limited caller its own.
#[derive(Debug)]
pub struct Environments;

impl HttpEndpoint for Environments {
    const ID: &'static str = "flow-versions.virtual-environments";
    const SUMMARY: &'static str = "List the virtual environments in which there are deployments";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/flow-version-deployments/virtual-environments";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    const QUERY: &'static [&'static [Param]] = &[collection::PAGE, FILTERS, &[sort(names::SORTS)]];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Body = NoBody;
    type Answer = Collected<EnvironmentView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Collected<EnvironmentView>, ApiError> {
        let (project, request) = (context.project_of(&call), CollectionRequest::of(&call));
        let keep = |stored: &Stored<Environment>| is_wanted(&request, stored);
        // There are as many as a team has stages: no list is kept of those that hold something.
        let found = project.walk::<Environment>(&Listing::project(Kind::Environment), keep).await?;
        let slice = names::in_order(&request, found, |stored| stored.entity.name.as_str());
        Ok(paging::answer(&request, slice, |stored| environment_view::view(&stored)))
    }
}

fn is_wanted(request: &CollectionRequest, stored: &Stored<Environment>) -> bool {
    let environment = &stored.entity;
    let is_one_of = |filter: &str, value: &str| {
        request.filter(filter).is_none_or(|wanted| wanted.iter().any(|wanted| wanted == value))
    };
    let is = |filter: &str, value: bool| request.flag(filter).is_none_or(|wanted| wanted == value);
    stored.derived.deployments > 0
        && names::is_wanted(request, environment.name.as_str())
        && is_one_of("type", environment.environment_type.as_str())
        && is_one_of("status", status_of(stored.derived.routes))
        && is("hasDeployedVersion", stored.derived.routes > 0)
        && is("labelled", !environment.labels.is_empty())
}
