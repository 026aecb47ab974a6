use api::collection::{self, Collected, CollectionRequest, Slice, include, sort};
use api::operation::Param;
use api::{ApiError, Grant, Method, NoBody, grant};
use contract::flow_versions::deployments::DeploymentView;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::found::FlowVersion;
use crate::including::{self, INCLUDES};
use crate::listing::{self, DeploymentFilter, SORTS};

/// Lists the deployments of one flow version; to a limited caller only those in its environment.
#[derive(Debug)]
pub struct QueryOfVersion;

impl HttpEndpoint for QueryOfVersion {
    const ID: &'static str = "flow-versions.query-of-version";
    const SUMMARY: &'static str = "List the deployments of one flow version, oldest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/flow-versions/{flow_version}/deployments";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_MANY, grant::SUMMARIES];
    const QUERY: &'static [&'static [Param]] = &[collection::PAGE, &[include(INCLUDES), sort(SORTS)]];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = FlowVersion;
    type Body = NoBody;
    type Answer = Collected<DeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Collected<DeploymentView>, ApiError> {
        let (project, request) = (context.project_of(&call), CollectionRequest::of(&call));
        let version = call.path.flow_version;
        // The list of a flow version that is not there would be empty.
        project.release(version.flow, version.number).await?;
        let filter = DeploymentFilter::of_version(version, project.limit());
        let Slice { data, total, next, previous } = listing::page(&project, &request, &filter).await?;
        let data = including::views(&project, &data, &request.includes).await?;
        Ok(request.answer(Slice { data, total, next, previous }))
    }
}
