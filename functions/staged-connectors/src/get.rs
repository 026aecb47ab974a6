use api::{ApiError, Call, Grant, Method, NoBody, grant};
use domain::connector::ConnectorStaged;
use domain::scope::Scope;
use runtime::{Context, HttpEndpoint};

use crate::representation::ConnectorStagedView;

/// Gets a staged connector by id or key.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "staged-connectors.get";
    const SUMMARY: &'static str = "Get a staged connector by id or key";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/connectors/drafts/{id}";
    const SCOPE: Scope = Scope::ViewConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    type Body = NoBody;
    type Answer = ConnectorStagedView;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<ConnectorStagedView, ApiError> {
        let stored = context.project_of(&call).get::<ConnectorStaged>(&call.address()?).await?;
        Ok(stored.entity.into())
    }
}
