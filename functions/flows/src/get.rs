use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::flows::FlowView;
use domain::flow::Flow;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Gets a flow by id or key.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "flows.get";
    const SUMMARY: &'static str = "Get a flow by id or key";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/flows/{id}";
    const SCOPE: Scope = Scope::ViewIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById;
    type Query = ();
    type Body = NoBody;
    type Answer = FlowView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<FlowView, ApiError> {
        let stored = context.project_of(&call).get::<Flow>(&call.path.id).await?;
        Ok(stored.entity.into())
    }
}
