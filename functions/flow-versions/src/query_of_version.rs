use api::collection::{Collected, CollectionRequest, Include, Slice, Sort};
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::flow_versions::deployments::DeploymentView;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::found::FlowVersion;
use crate::including::{self, Parts};
use crate::listing::{self, ByDeployment, DeploymentFilter};

query! {
    /// Which deployments of a flow version a list shows.
    pub struct ListOfVersion {
        /// The page.
        page: CollectionRequest,
        /// What comes with each.
        include: Include<Parts>,
        /// The order.
        sort: Sort<ByDeployment>,
    }
}

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
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = FlowVersion;
    type Query = ListOfVersion;
    type Body = NoBody;
    type Answer = Collected<DeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Collected<DeploymentView>, ApiError> {
        let (project, ListOfVersion { page, include, sort }) = (context.project_of(&call), &call.query);
        let version = call.path.flow_version;
        // The list of a flow version that is not there would be empty.
        project.release(version.flow, version.number).await?;
        let filter = DeploymentFilter::of_version(version, project.limit());
        let Slice { data, total, next, previous } = listing::page(&project, page, sort, &filter).await?;
        let data = including::views(&project, &data, include).await?;
        Ok(page.answer(Slice { data, total, next, previous }))
    }
}
