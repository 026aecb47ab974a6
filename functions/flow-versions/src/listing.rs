//! Which deployments a list shows, and in which order. Where the table keeps a list in that order the page costs what is
//! on it; anything else walks the summaries of all deployments and reads the page.

use std::collections::BTreeSet;

use api::collection::{CollectionRequest, Include, Slice, Sort, SortField, SortFields};
use api::paging::Key;
use api::query::Flag;
use api::{ApiError, query};
use contract::flow_versions::EnvironmentReference;
use domain::address::Address;
use domain::deployment::Deployment;
use domain::flow::Flow;
use domain::ids::{DeploymentId, EnvironmentId, FlowId, PackageId};
use domain::placement::Placement;
use domain::release::ReleaseId;
use futures::future::{join, try_join_all};
use runtime::flow_versions::environment;
use runtime::flow_versions::names::InNameOrLike;
use runtime::flow_versions::paging;
use store::{DeploymentSummary, Direction, Listing, ProjectStore, StoreError, Stored};

use crate::including::Parts;

#[cfg(test)]
mod tests;

const CREATED_AT: &str = "created_at";
const ENABLED_AT: &str = "enabled_at";
const FLOW_NAME: &str = "flow_name";
const ITERATION: &str = "flow_version_iteration";

const ENVIRONMENT_FILTER: &str = "filter[virtual_environment_id]";
const FLOW_FILTER: &str = "filter[flowVersion.flow]";

query! {
    /// Which deployments a list shows.
    pub struct ListDeployments {
        /// The page.
        pub(crate) page: CollectionRequest,
        /// Only deployments that were created by a deployment of the package with this id.
        package as "filter[package_id]": Option<Vec<PackageId>>,
        /// Only deployments in the virtual environment with this id or key.
        environment as ENVIRONMENT_FILTER: Option<Vec<String>>,
        /// `true`: only global deployments; `false`: only deployments in an environment.
        global as "filter[global]": Flag,
        /// Only deployments of the flow with this id, or `key=` and its key.
        flow as FLOW_FILTER: Option<Vec<Address>>,
        /// The filters by the name.
        names: InNameOrLike,
        /// What comes with each.
        pub(crate) include: Include<Parts>,
        /// The order.
        pub(crate) sort: Sort<ByDeployment>,
    }
}

/// What a list can be sorted by.
#[derive(Debug, Clone)]
pub(crate) struct ByDeployment;

impl SortFields for ByDeployment {
    const FIELDS: &'static [SortField] = &[
        SortField {
            name: CREATED_AT,
            aliases: &[],
            description: "When the deployment was created; the default",
        },
        SortField {
            name: ENABLED_AT,
            aliases: &[],
            description: "When the deployment was switched on; those that are off come first",
        },
        SortField {
            name: FLOW_NAME,
            aliases: &["flows.name", "flows.id", "flow_versions.flow_id"],
            description: "The name of the flow when it was deployed",
        },
        SortField {
            name: ITERATION,
            aliases: &[
                "flow_versions.id",
                "flow_version_deployments.flow_version_id",
                "iteration",
                "iteration_calc.id",
                "iteration_calc.iteration",
            ],
            description: "The number of the release",
        },
    ];
}

/// Which deployments are wanted. All that is given has to be met, by any of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DeploymentFilter {
    version: Option<ReleaseId>,
    flows: Option<BTreeSet<FlowId>>,
    environments: Option<BTreeSet<EnvironmentId>>,
    packages: Option<BTreeSet<PackageId>>,
    global: Option<bool>,
    names: InNameOrLike,
}

impl DeploymentFilter {
    /// What a request asks for, of what the caller reaches.
    pub(crate) async fn of(project: &ProjectStore, query: &ListDeployments) -> Result<Self, ApiError> {
        let ListDeployments { flow, environment, package, global, names, .. } = query;
        let flows = flows(project, flow.as_deref());
        let (flows, environments) = join(flows, environments(project, environment.as_deref())).await;
        let (flows, environments) = ApiError::both(flows, environments)?;
        let packages = package.as_ref().map(|asked| asked.iter().copied().collect());
        let names = names.clone();
        let wish = Self { version: None, flows, environments, packages, global: global.0, names };
        Ok(wish.within(project.limit()))
    }

    /// The deployments of a flow version, as far as the caller may see them.
    pub(crate) fn of_version(version: ReleaseId, within: Option<EnvironmentId>) -> Self {
        Self { version: Some(version), ..Self::default() }.within(within)
    }

    fn within(mut self, within: Option<EnvironmentId>) -> Self {
        if let Some(own) = within {
            let may_be = self.environments.is_none_or(|asked| asked.contains(&own));
            self.environments = Some(may_be.then_some(own).into_iter().collect());
        }
        self
    }

    /// The list of the table that is exactly this, if it keeps one.
    fn listing(&self) -> Option<Listing> {
        if !self.names.is_empty() {
            return None;
        }
        let flow = only(self.flows.as_ref())?;
        let environment = only(self.environments.as_ref())?;
        let package = only(self.packages.as_ref())?;
        let placement = match (environment, self.global) {
            // What is in an environment is not global.
            (Some(environment), None | Some(false)) => Some(environment.into()),
            (None, Some(true)) => Some(Placement::Global),
            (None, None) => None,
            (Some(_), Some(true)) | (None, Some(false)) => return None,
        };
        match (self.version, package, flow, placement) {
            (None, None, flow, placement) => {
                Some(Listing::deployments_at(flow, placement, Listing::deployments()))
            }
            (Some(version), None, None, None) => {
                Some(Listing::deployments_of_release(version.flow, version.number))
            }
            (None, Some(package), None, None) => Some(Listing::deployments_of_package(package)),
            _ => None,
        }
    }

    fn is_met_by(&self, summary: &DeploymentSummary) -> bool {
        let version = ReleaseId { flow: summary.flow, number: summary.release };
        let environment = summary.placement.environment();
        self.version.is_none_or(|wanted| wanted == version)
            && is_among(Some(summary.flow), self.flows.as_ref())
            && is_among(environment, self.environments.as_ref())
            && is_among(summary.package, self.packages.as_ref())
            && self.global.is_none_or(|global| global == environment.is_none())
            && self.names.is_met_by(&summary.name)
    }
}

/// Nothing where everything will do, the one value where one is asked for. No list is kept for several, or for none.
#[expect(clippy::option_option, reason = "whether there is a list, and whether it is of one thing")]
fn only<T: Copy + Ord>(asked: Option<&BTreeSet<T>>) -> Option<Option<T>> {
    match asked {
        None => Some(None),
        Some(values) => values.first().filter(|_| values.len() == 1).map(|value| Some(*value)),
    }
}

fn is_among<T: Ord>(value: Option<T>, asked: Option<&BTreeSet<T>>) -> bool {
    asked.is_none_or(|asked| value.is_some_and(|value| asked.contains(&value)))
}

/// The deployments of a page.
pub(crate) async fn page(
    project: &ProjectStore,
    request: &CollectionRequest,
    sort: &Sort<ByDeployment>,
    wish: &DeploymentFilter,
) -> Result<Slice<Stored<Deployment>>, ApiError> {
    let order = sort.order((CREATED_AT, Direction::Ascending));
    let by_creation = match order.as_slice() {
        [(CREATED_AT, direction)] => Some(*direction),
        _ => None,
    };
    match (wish.listing(), by_creation) {
        (Some(listing), Some(direction)) => paging::page(project, &listing, request, direction).await,
        _ => page_of_summaries(project, request, wish, &order).await,
    }
}

async fn page_of_summaries(
    project: &ProjectStore,
    request: &CollectionRequest,
    wish: &DeploymentFilter,
    order: &[(&'static str, Direction)],
) -> Result<Slice<Stored<Deployment>>, ApiError> {
    let summaries = project.summaries(|summary| wish.is_met_by(summary)).await?;
    let place = |summary: &DeploymentSummary| paging::by_creation(summary.created_at, summary.id.uuid());
    let slice = paging::in_order(request, order, summaries, place, key);
    let Slice { data, total, next, previous } = slice;
    let ids: Vec<DeploymentId> = data.iter().map(|summary| summary.id).collect();
    let data = project.deployments_by_id(&ids).await?;
    Ok(Slice { data, total, next, previous })
}

/// The value of a deployment for a field that can be sorted by. Nothing comes before anything.
fn key(field: &str, summary: &DeploymentSummary) -> Key {
    match field {
        ENABLED_AT => summary.enabled_at.map(|at| at.to_string()).into(),
        FLOW_NAME => summary.name.as_str().into(),
        ITERATION => summary.release.into(),
        _ => summary.created_at.to_string().into(),
    }
}

async fn flows(
    project: &ProjectStore,
    asked: Option<&[Address]>,
) -> Result<Option<BTreeSet<FlowId>>, ApiError> {
    let Some(asked) = asked else { return Ok(None) };
    let found = try_join_all(asked.iter().map(|address| async move {
        match address {
            Address::Id(id) => Ok(FlowId::new(*id)),
            Address::Key(_) => Ok(project.get::<Flow>(address).await?.entity.id),
        }
    }));
    let found = found.await.map_err(|error| names_nothing(FLOW_FILTER, error))?;
    Ok(Some(found.into_iter().collect()))
}

async fn environments(
    project: &ProjectStore,
    asked: Option<&[String]>,
) -> Result<Option<BTreeSet<EnvironmentId>>, ApiError> {
    let Some(asked) = asked else { return Ok(None) };
    let read = asked.iter().map(|text| EnvironmentReference::try_from(text.clone()));
    let references: Vec<_> = read.collect::<Result<_, _>>().map_err(|invalid| {
        ApiError::invalid_parameter(
            ENVIRONMENT_FILTER,
            format!("Query parameter '{ENVIRONMENT_FILTER}' {invalid}"),
        )
    })?;
    let found = try_join_all(references.iter().map(|reference| environment::id(project, reference))).await;
    let found = found.map_err(|error| names_nothing(ENVIRONMENT_FILTER, error))?;
    Ok(Some(found.into_iter().collect()))
}

/// A key that is nobody's.
fn names_nothing(parameter: &str, error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound { .. } => {
            let problem = format!("Query parameter '{parameter}' names nothing: {}", error.sentence());
            ApiError::invalid_parameter(parameter, problem)
        }
        error => error.into(),
    }
}
