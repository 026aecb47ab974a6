use api::collection::{Data, Include};
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::flow_versions::deployments::DeploymentView;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::found::{self, VersionDeployment};
use crate::including::{self, Parts};

query! {
    /// What to answer with.
    pub struct WithIncludes {
        /// What comes with the deployment.
        include: Include<Parts>,
    }
}

/// Gets a deployment of a flow version.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "flow-versions.get";
    const SUMMARY: &'static str = "Get a deployment of a flow version";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/flow-versions/{flow_version}/deployments/{deployment}";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_SEVERAL];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = VersionDeployment;
    type Query = WithIncludes;
    type Body = NoBody;
    type Answer = Data<DeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Data<DeploymentView>, ApiError> {
        let project = context.project_of(&call);
        let stored = found::deployment(&project, &call.path).await?;
        let mut views = including::views(&project, &[stored], &call.query.include).await?;
        let data = views.pop().ok_or_else(|| ApiError::internal("a deployment without a view"))?;
        Ok(Data { data })
    }
}
