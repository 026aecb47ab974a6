use api::collection::{Collected, CollectionRequest, Sort};
use api::query::{Flag, Words};
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::flow_versions::environments::{EnvironmentView, status_of};
use domain::environment::{Environment, EnvironmentType};
use domain::scope::Scope;
use runtime::flow_versions::names::{self, ByName, InName};
use runtime::flow_versions::paging;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

use crate::environment_view;

/// What a virtual environment's status can be. What is a draft elsewhere is never deployed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnvironmentStatus {
    /// No environment has it.
    Draft,
    /// Something is deployed there, or is being deployed.
    Deployed,
    /// Nothing is.
    Inactive,
}

api::words!(EnvironmentStatus { Draft = "Draft", Deployed = "Deployed", Inactive = "Inactive" });

query! {
    /// Which environments a list shows.
    pub struct ListEnvironments {
        /// The page.
        page: CollectionRequest,
        /// The filter by the name.
        in_name: InName,
        /// Only environments of this type.
        environment_type as "filter[type]": Option<Vec<EnvironmentType>>,
        /// Only environments with this status. No environment has the status `Draft`.
        status as "filter[status]": Option<Vec<EnvironmentStatus>>,
        /// `true`: only environments with deployments, those being deployed included; `false`: only those without.
        has_deployed_version as "filter[hasDeployedVersion]": Flag,
        /// `true`: only environments with labels; `false`: only those without.
        labelled as "filter[labelled]": Flag,
        /// The order.
        sort: Sort<ByName>,
    }
}

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
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = ListEnvironments;
    type Body = NoBody;
    type Answer = Collected<EnvironmentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Collected<EnvironmentView>, ApiError> {
        let (project, query) = (context.project_of(&call), &call.query);
        let keep = |stored: &Stored<Environment>| is_wanted(query, stored);
        // There are as many as a team has stages: no list is kept of those that hold something.
        let found = project.walk::<Environment>(&Listing::project(Kind::Environment), keep).await?;
        let slice = names::in_order(&query.page, &query.sort, found, |stored| stored.entity.name.as_str());
        Ok(paging::answer(&query.page, slice, |stored| environment_view::view(&stored)))
    }
}

fn is_wanted(query: &ListEnvironments, stored: &Stored<Environment>) -> bool {
    let environment = &stored.entity;
    let status = EnvironmentStatus::of_word(status_of(stored.derived.routes));
    stored.derived.deployments > 0
        && query.in_name.is_met_by(environment.name.as_str())
        && query.environment_type.as_ref().is_none_or(|any| any.contains(&environment.environment_type))
        && query.status.as_ref().is_none_or(|any| status.is_some_and(|status| any.contains(&status)))
        && query.has_deployed_version.allows(stored.derived.routes > 0)
        && query.labelled.allows(!environment.labels.is_empty())
}
