use api::collection::Data;
use api::{ApiError, Grant, Method, NoBody};
use app::amend;
use contract::flow_versions::deployments::DeploymentView;
use domain::amendment::Wanted;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::found::VersionDeployment;
use crate::switched::switched;

/// Switch a deployment off. Doing it twice is doing it once.
#[derive(Debug)]
pub struct Disable;

impl HttpEndpoint for Disable {
    const ID: &'static str = "flow-versions.disable";
    const SUMMARY: &'static str = "Switch a deployment off";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/flow-versions/{flow_version}/deployments/{deployment}/disable";
    const SCOPE: Scope = Scope::OperateFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = amend::GRANTS;
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = VersionDeployment;
    type Query = ();
    type Body = NoBody;
    type Answer = Data<DeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Data<DeploymentView>, ApiError> {
        switched(context, &call, Wanted::Off).await
    }
}
