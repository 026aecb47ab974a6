use api::{ApiError, Grant, Method, NoBody, grant};
use app::payloads;
use domain::release::ReleasePayload;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use serde_json::Value;

use crate::history::{FlowRelease, named_release};

/// Gets the definition that a release froze.
#[derive(Debug)]
pub struct GetDefinition;

impl HttpEndpoint for GetDefinition {
    const ID: &'static str = "releases.definition";
    const SUMMARY: &'static str = "Get the definition that a release froze";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/flows/{id}/releases/{number}/definition";
    const SCOPE: Scope = Scope::ViewIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::GET_PAYLOAD];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = FlowRelease;
    type Query = ();
    type Body = NoBody;
    type Answer = Value;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Value, ApiError> {
        let project = context.project_of(&call);
        let (flow, number) = named_release(&project, &call.path).await?;
        let release = project.release(flow, number).await?;
        let frozen = payloads::get(context, &release.payload).await?;
        let frozen: ReleasePayload = serde_json::from_value(frozen).map_err(ApiError::internal)?;
        Ok(frozen.definition)
    }
}
