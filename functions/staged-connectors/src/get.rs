use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::connect::staged_connectors::ConnectorStagedView;
use domain::connector::ConnectorStaged;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

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
    type Path = ById;
    type Query = ();
    type Body = NoBody;
    type Answer = ConnectorStagedView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<ConnectorStagedView, ApiError> {
        let stored = context.project_of(&call).get::<ConnectorStaged>(&call.path.id).await?;
        Ok(stored.entity.into())
    }
}
