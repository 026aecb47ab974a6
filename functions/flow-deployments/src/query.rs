use api::listing::{NEWEST_FIRST, Order, PAGE, PageRequest, Paged, list};
use api::operation::{Param, ParamKind};
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use domain::deployment::Deployment;
use domain::ids::{EnvironmentId, FlowId};
use domain::scope::Scope;
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

use crate::representation::FlowDeploymentView;

const ORDER: Order =
    Order { fields: &["createdAt", "lastModifiedAt", "id", "release", "status", "version"], ..NEWEST_FIRST };

const FILTERS: &[Param] = &[
    Param { name: "flow", description: "Only deployments of the flow with this id", kind: ParamKind::Id },
    Param {
        name: "environment",
        description: "Only those in the environment with this id",
        kind: ParamKind::Id,
    },
    Param {
        name: "status",
        description: "Only those that stand there",
        kind: ParamKind::OneOf(&[
            "Draft",
            "Queued",
            "Deploying",
            "Deployed",
            "Failed",
            "Undeploying",
            "UndeployFailed",
        ]),
    },
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
        let request = PageRequest::of(&call.query, &ORDER)?;
        let flow: Option<FlowId> = call.query.parsed("flow");
        let environment: Option<EnvironmentId> = call.query.parsed("environment");
        let (status, active) = (call.query.get("status"), call.query.parsed::<bool>("active"));
        // The narrowest list that the table keeps; what it does not tell apart is filtered.
        let listing = match (flow, environment) {
            (Some(flow), _) => Listing::deployments_of(flow),
            (None, Some(environment)) => Listing::deployments_in(environment),
            (None, None) => Listing::project(Kind::Deployment),
        };
        let keep = |stored: &Stored<Deployment>| {
            let deployment = &stored.entity;
            environment.is_none_or(|environment| deployment.environment == environment)
                && status.is_none_or(|status| deployment.status.as_str() == status)
                && active.is_none_or(|active| stored.sides.active(deployment.status) == active)
        };
        let filtered = (flow.is_some() && environment.is_some()) || status.is_some() || active.is_some();
        let view = |stored| FlowDeploymentView::new(stored, &call.project, &call.base_url);
        list(&context.project(&call.project), &listing, &request, filtered.then_some(&keep), view).await
    }
}
