use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::connect::connectors::ConnectorView;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Gets a published connector by id or key.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "connectors.get";
    const SUMMARY: &'static str = "Get a published connector by id or key";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/connectors/{id}";
    const SCOPE: Scope = Scope::ViewConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    type Path = ById;
    type Query = ();
    type Body = NoBody;
    type Answer = ConnectorView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<ConnectorView, ApiError> {
        let stored = context.project_of(&call).open_connector(&call.path.id).await?;
        Ok(stored.entity.into())
    }
}
