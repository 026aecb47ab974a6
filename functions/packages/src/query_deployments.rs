use api::collection::{Collected, CollectionRequest, Sort, SortField, SortFields, directions};
use api::query::Words;
use api::{ApiError, ById, Grant, Method, NoBody, grant, query};
use contract::flow_versions::package_deployments::PackageDeploymentView;
use domain::ids::PackageId;
use domain::lifecycle::Status;
use domain::package::{Package, PackageDeployment};
use domain::scope::Scope;
use runtime::flow_versions::paging;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Direction, Listing, Stored};

const CREATED_AT: &str = "created_at";

/// Where a deployment of a package can stand: there is no way to take one away.
const STATUSES: &[&str] = &["Queued", "Deploying", "Deployed", "Failed"];

/// A status that the filter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeployStatus(Status);

impl Words for DeployStatus {
    const WORDS: &'static [&'static str] = STATUSES;

    fn of_word(word: &str) -> Option<Self> {
        Status::of_word(word).map(Self)
    }
}

/// What a list can be sorted by.
#[derive(Debug, Clone)]
pub(crate) struct ByCreation;

impl SortFields for ByCreation {
    const FIELDS: &'static [SortField] = &[SortField {
        name: CREATED_AT,
        aliases: &[],
        description: "When the deployment was requested; the default",
    }];
}

query! {
    /// Which deployments of a package a list shows.
    pub struct ListDeployments {
        /// The page.
        page: CollectionRequest,
        /// Only deployments with this status.
        status as "filter[status]": Option<Vec<DeployStatus>>,
        /// The order.
        sort: Sort<ByCreation>,
    }
}

/// Lists the deployments of a package; to a limited caller only those in its environment.
#[derive(Debug)]
pub struct QueryDeployments;

impl HttpEndpoint for QueryDeployments {
    const ID: &'static str = "packages.query-deployments";
    const SUMMARY: &'static str = "List the deployments of a package, oldest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/packages/{id}/deployments";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_MANY];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById<PackageId>;
    type Query = ListDeployments;
    type Body = NoBody;
    type Answer = Collected<PackageDeploymentView>;

    async fn handle(
        context: &Context,
        call: CallOf<Self>,
    ) -> Result<Collected<PackageDeploymentView>, ApiError> {
        let (project, ListDeployments { page, status, sort }) = (context.project_of(&call), &call.query);
        let package = call.path.id;
        // The list of a package that is not there would be empty.
        project.get_by_id::<Package>(package.uuid()).await?;
        let listing = Listing::package_deployments_of(package);
        let order = sort.order((CREATED_AT, Direction::Ascending));
        let slice = if let Some(wanted) = status {
            let keep = |stored: &Stored<PackageDeployment>| is_wanted(wanted, stored.entity.status);
            let deployments = project.walk::<PackageDeployment>(&listing, keep).await?;
            let place = |stored: &Stored<PackageDeployment>| paging::place_of(&stored.entity);
            paging::in_order(page, &order, deployments, place, |_, stored| place(stored).into())
        } else {
            paging::page(&project, &listing, page, directions(&order).own).await?
        };
        Ok(paging::answer(page, slice, |stored| stored.entity.into()))
    }
}

/// Whether a status is one of those that the filter asks for.
fn is_wanted(wanted: &[DeployStatus], status: Status) -> bool {
    wanted.contains(&DeployStatus(status))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::lifecycle::{Event, Next, next};

    use super::*;

    #[test]
    fn the_words_of_the_filter_are_those_that_deploying_leads_to() {
        // What a worker does, and nothing that a user asks of other deployments.
        let events = [Event::Acquire, Event::Succeed, Event::Fail];
        let mut reached = BTreeSet::from([Status::Queued]);
        for _ in Status::ALL {
            let steps = reached.iter().flat_map(|status| events.map(|event| next(*status, event)));
            let steps: Vec<_> = steps.collect();
            reached.extend(steps.into_iter().filter_map(|step| match step {
                Ok(Next::Status(status)) => Some(status),
                _ => None,
            }));
        }
        assert_eq!(reached.iter().map(|status| status.as_str()).collect::<Vec<_>>(), STATUSES);
    }

    #[test]
    fn the_filter_is_met_by_any_of_its_statuses() {
        for (statuses, wanted) in [(&["Failed", "Queued"][..], true), (&["Failed"], false)] {
            let asked: Vec<_> = statuses.iter().filter_map(|word| DeployStatus::of_word(word)).collect();
            assert_eq!(is_wanted(&asked, Status::Queued), wanted, "{statuses:?}");
        }
    }
}
