use api::collection::{Collected, Slice};
use api::{ApiError, Grant, Method, NoBody, grant};
use contract::flow_versions::deployments::DeploymentView;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::including;
use crate::listing::{self, DeploymentFilter, ListDeployments};

/// Lists deployments of flow versions; to a limited caller only those in its environment.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "flow-versions.query";
    const SUMMARY: &'static str = "List deployments of flow versions, oldest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/flow-version-deployments";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_MANY, grant::SUMMARIES];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = ListDeployments;
    type Body = NoBody;
    type Answer = Collected<DeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Collected<DeploymentView>, ApiError> {
        let (project, ListDeployments { page, sort, include, .. }) = (context.project_of(&call), &call.query);
        let filter = DeploymentFilter::of(&project, &call.query).await?;
        let Slice { data, total, next, previous } = listing::page(&project, page, sort, &filter).await?;
        let data = including::views(&project, &data, include).await?;
        Ok(page.answer(Slice { data, total, next, previous }))
    }
}
