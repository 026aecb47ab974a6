use api::listing::{NEWEST_FIRST, Order, PAGE, PageRequest, Paged, list};
use api::operation::{Param, ParamKind};
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::{EnvironmentId, FlowId};
use domain::scope::Scope;
use futures::future::join;
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

use crate::representation::FlowDeploymentView;

const ORDER: Order =
    Order { fields: &["createdAt", "lastModifiedAt", "id", "release", "status", "version"], ..NEWEST_FIRST };

const STATUSES: &[&str] =
    &["Draft", "Queued", "Deploying", "Deployed", "Failed", "Undeploying", "UndeployFailed"];

const FILTERS: &[Param] = &[
    Param {
        name: "flow",
        description: "Only deployments of this flow: an id, or key={key}",
        kind: ParamKind::Reference,
    },
    Param {
        name: "environment",
        description: "Only those in this environment: an id, or key={key}",
        kind: ParamKind::Reference,
    },
    Param { name: "status", description: "Only those that stand there", kind: ParamKind::OneOf(STATUSES) },
    Param { name: "active", description: "Only those that answer, or that do not", kind: ParamKind::Boolean },
];

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
    const QUERY: &'static [&'static [Param]] = &[PAGE, FILTERS];
    type Body = NoBody;
    type Answer = Paged<FlowDeploymentView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Paged<FlowDeploymentView>, ApiError> {
        let project = context.project(&call.project);
        let flow = call.query.named::<Flow>(&project, "flow");
        let (flow, environment) = join(flow, call.query.named::<Environment>(&project, "environment")).await;
        let named = ApiError::both(flow, environment);
        let (request, (flow, environment)) = ApiError::both(PageRequest::of(&call.query, &ORDER), named)?;
        let (flow, environment) = (flow.map(FlowId::new), environment.map(EnvironmentId::new));
        let (status, active) = (call.query.get("status"), call.query.parsed::<bool>("active"));
        // The narrowest list that the table keeps; what it does not tell apart is filtered.
        let listing = match (flow, environment) {
            (Some(flow), Some(environment)) => Listing::deployments_of_in(flow, environment),
            (Some(flow), None) => Listing::deployments_of(flow),
            (None, Some(environment)) => Listing::deployments_in(environment),
            (None, None) => Listing::project(Kind::Deployment),
        };
        let keep = |stored: &Stored<Deployment>| {
            let deployment = &stored.entity;
            status.is_none_or(|status| deployment.status.as_str() == status)
                && active.is_none_or(|active| stored.sides.active(deployment.status) == active)
        };
        let filtered = status.is_some() || active.is_some();
        let view = |stored| FlowDeploymentView::new(stored, &call.project, &call.base_url);
        list(&project, &listing, &request, filtered.then_some(&keep), view).await
    }
}

#[cfg(test)]
mod tests {
    use domain::lifecycle::Status;

    use super::*;

    #[test]
    fn the_words_of_the_filter_are_those_of_deployments() {
        let all: Vec<_> = Status::ALL.iter().map(|status| status.as_str()).collect();
        assert_eq!(all, STATUSES);
    }
}
