use api::collection::{self, Collected, CollectionRequest, Slice, include, sort};
use api::operation::Param;
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use contract::flow_versions::deployments::DeploymentView;
use domain::scope::Scope;
use runtime::{Context, HttpEndpoint};

use crate::including::{self, INCLUDES};
use crate::listing::{self, DeploymentFilter, FILTERS, SORTS};

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
    const QUERY: &'static [&'static [Param]] =
        &[collection::PAGE, FILTERS, &[include(INCLUDES), sort(SORTS)]];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Body = NoBody;
    type Answer = Collected<DeploymentView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Collected<DeploymentView>, ApiError> {
        let (project, request) = (context.project_of(&call), CollectionRequest::of(&call));
        let filter = DeploymentFilter::of(&project, &request).await?;
        let Slice { data, total, next, previous } = listing::page(&project, &request, &filter).await?;
        let data = including::views(&project, &data, &request.includes).await?;
        Ok(request.answer(Slice { data, total, next, previous }))
    }
}
