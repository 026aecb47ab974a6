use api::listing::{NEWEST_FIRST, Order, Page, PageRequest, Paged, list};
use api::query::Named;
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::native::flow_deployments::FlowDeploymentView;
use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::{EnvironmentId, FlowId};
use domain::lifecycle::Status;
use domain::placement::Placement;
use domain::scope::Scope;
use futures::future::join;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

use crate::representation;

const ORDER: Order =
    Order { fields: &["createdAt", "lastModifiedAt", "id", "release", "status", "version"], ..NEWEST_FIRST };

query! {
    /// Which deployments a list shows.
    pub struct ListDeployments {
        /// The page.
        page: Page,
        /// Only deployments of this flow: an id, or key={key}.
        flow: Option<Named<Flow>>,
        /// Only deployments in this environment: an id, or key={key}.
        environment: Option<Named<Environment>>,
        /// `true`: only global deployments; `false`: only deployments in an environment.
        global: Option<bool>,
        /// Only deployments with this status.
        status: Option<Status>,
        /// `true`: only deployments that are switched on; `false`: only those that are off.
        active: Option<bool>,
    }
}

/// Lists flow deployments: the deployment history.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "flow-deployments.query";
    const SUMMARY: &'static str = "List flow deployments, newest first: the deployment history";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/flow-deployments";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_MANY, grant::LIST];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = ListDeployments;
    type Body = NoBody;
    type Answer = Paged<FlowDeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<FlowDeploymentView>, ApiError> {
        let project = context.project_of(&call);
        let ListDeployments { page, flow, environment, global, status, active } = &call.query;
        let flow = Named::id(flow.as_ref(), &project);
        let (flow, environment) = join(flow, Named::id(environment.as_ref(), &project)).await;
        let named = ApiError::both(flow, environment);
        let (request, (flow, environment)) = ApiError::both(PageRequest::of(page, &ORDER), named)?;
        let Some(wanted) = PlacementFilter::of(environment.map(EnvironmentId::new), *global, project.limit())
        else {
            return Ok(request.answer(Vec::new(), request.with_total.then_some(0), None));
        };
        let keep = |stored: &Stored<Deployment>| {
            let deployment = &stored.entity;
            status.is_none_or(|status| deployment.status == status)
                && active.is_none_or(|active| stored.derived.active(deployment.status) == active)
                && (wanted != PlacementFilter::InEnvironments || !deployment.placement.is_global())
        };
        let filtered = status.is_some() || active.is_some() || wanted == PlacementFilter::InEnvironments;
        let view = |stored| representation::view(stored, &call.project, &call.base_url);
        // What the table keeps no list of is filtered.
        let everything = Listing::project(Kind::Deployment);
        let listing = Listing::deployments_at(flow.map(FlowId::new), wanted.placement(), everything);
        list(&project, &listing, &request, filtered.then_some(&keep), view).await
    }
}

/// Where the deployments are that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlacementFilter {
    Anywhere,
    In(Placement),
    /// In any, and not everywhere.
    InEnvironments,
}

impl PlacementFilter {
    /// What the filters mean together, of what a caller may see that is limited to the environment `own`; nothing
    /// where they leave nothing.
    fn of(
        environment: Option<EnvironmentId>,
        global: Option<bool>,
        own: Option<EnvironmentId>,
    ) -> Option<Self> {
        if own.is_some() && environment.is_some() && own != environment {
            return None;
        }
        match (environment.or(own), global) {
            (Some(_), Some(true)) => None,
            (Some(environment), _) => Some(Self::In(environment.into())),
            (None, Some(true)) => Some(Self::In(Placement::Global)),
            (None, Some(false)) => Some(Self::InEnvironments),
            (None, None) => Some(Self::Anywhere),
        }
    }

    /// The placement, where there is one; nothing where the list is of several.
    const fn placement(self) -> Option<Placement> {
        match self {
            Self::In(placement) => Some(placement),
            Self::Anywhere | Self::InEnvironments => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn filters_narrow_what_a_caller_may_see_and_never_widen_it() {
        let [own, other] = [1, 2].map(|id| EnvironmentId::new(Uuid::from_u128(id)));
        let (mine, global) =
            (Some(PlacementFilter::In(own.into())), Some(PlacementFilter::In(Placement::Global)));
        for (environment, everywhere, limit, expected) in [
            (None, None, None, Some(PlacementFilter::Anywhere)),
            (None, Some(true), None, global),
            (None, Some(false), None, Some(PlacementFilter::InEnvironments)),
            (Some(own), None, None, mine),
            (Some(own), Some(false), None, mine),
            (Some(own), Some(true), None, None),
            (None, None, Some(own), mine),
            (None, Some(false), Some(own), mine),
            (None, Some(true), Some(own), None),
            (Some(own), None, Some(own), mine),
            (Some(other), None, Some(own), None),
            (Some(other), Some(true), Some(own), None),
        ] {
            let found = PlacementFilter::of(environment, everywhere, limit);
            assert_eq!(found, expected, "{environment:?}, global {everywhere:?}, limited to {limit:?}");
        }
    }
}
