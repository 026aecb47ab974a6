use api::collection::{self, Collected, CollectionRequest, FilterKind, SortField, directions, filter, sort};
use api::operation::Param;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::flow_versions::package_deployments::PackageDeploymentView;
use domain::ids::PackageId;
use domain::package::{Package, PackageDeployment};
use domain::scope::Scope;
use runtime::flow_versions::paging;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Direction, Listing, Stored};

const CREATED_AT: &str = "created_at";

/// Where a deployment of a package can stand: there is no way to take one away.
const STATUSES: &[&str] = &["Queued", "Deploying", "Deployed", "Failed"];

const FILTERS: &[Param] =
    &[filter("filter[status]", "Only deployments with this status", FilterKind::OneOf(STATUSES))];

const SORTS: &[SortField] = &[SortField {
    name: CREATED_AT,
    aliases: &[],
    description: "When the deployment was requested; the default",
}];

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
    const QUERY: &'static [&'static [Param]] = &[collection::PAGE, FILTERS, &[sort(SORTS)]];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById<PackageId>;
    type Body = NoBody;
    type Answer = Collected<PackageDeploymentView>;

    async fn handle(
        context: &Context,
        call: CallOf<Self>,
    ) -> Result<Collected<PackageDeploymentView>, ApiError> {
        let (request, project) = (CollectionRequest::of(&call), context.project_of(&call));
        let package = call.path.id;
        // The list of a package that is not there would be empty.
        project.get_by_id::<Package>(package.uuid()).await?;
        let listing = Listing::package_deployments_of(package);
        let order = request.order((CREATED_AT, Direction::Ascending));
        let slice = if request.filters.is_empty() {
            paging::page(&project, &listing, &request, directions(&order).own).await?
        } else {
            let keep = |stored: &Stored<_>| is_wanted(&request, &stored.entity);
            let deployments = project.walk::<PackageDeployment>(&listing, keep).await?;
            let place = |stored: &Stored<PackageDeployment>| paging::place_of(&stored.entity);
            paging::in_order(&request, &order, deployments, place, |_, stored| place(stored).into())
        };
        Ok(paging::answer(&request, slice, |stored| stored.entity.into()))
    }
}

/// Whether a deployment meets the filter.
fn is_wanted(request: &CollectionRequest, deployment: &PackageDeployment) -> bool {
    let status = deployment.status.as_str();
    request.filter("status").is_none_or(|wanted| wanted.iter().any(|wanted| wanted == status))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::lifecycle::{Event, Next, Status, next};
    use domain::metadata::Principal;
    use domain::placement::Placement;

    use super::*;
    use crate::deploy::deployment;
    use crate::samples;

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
        let request = |statuses: &[&str]| {
            let values = statuses.iter().map(|status| (*status).to_owned()).collect();
            let filters =
                if statuses.is_empty() { BTreeMap::new() } else { BTreeMap::from([("status", values)]) };
            CollectionRequest { filters, ..CollectionRequest::default() }
        };
        let asked = samples::request(Principal::system("tests"));
        let queued = deployment(&samples::package(Vec::new()), Placement::Global, &asked);
        for (statuses, wanted) in [(&[][..], true), (&["Failed", "Queued"], true), (&["Failed"], false)] {
            assert_eq!(is_wanted(&request(statuses), &queued), wanted, "{statuses:?}");
        }
    }
}
