use api::{ApiError, ById, Grant, Method, NoBody, grant, query};
use app::payloads;
use domain::flow::Flow;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use serde_json::Value;

/// A copy of a flow.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FlowCopy {
    /// The copy that is being edited.
    Working,
    /// The copy that was saved last.
    Saved,
}

api::words!(FlowCopy { Working = "working", Saved = "saved" });

query! {
    /// Which definition of a flow.
    pub struct ChooseCopy {
        /// `working`, the copy that is being edited (when absent), or `saved`.
        copy: Option<FlowCopy>,
    }
}

/// Gets a flow's definition.
#[derive(Debug)]
pub struct GetDefinition;

impl HttpEndpoint for GetDefinition {
    const ID: &'static str = "flows.definition";
    const SUMMARY: &'static str = "Get a flow's definition, its working or its saved copy";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/flows/{id}/definition";
    const SCOPE: Scope = Scope::ViewIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::GET_PAYLOAD];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById;
    type Query = ChooseCopy;
    type Body = NoBody;
    type Answer = Value;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Value, ApiError> {
        let flow = context.project_of(&call).get::<Flow>(&call.path.id).await?.entity;
        let (chosen, copy) = match call.query.copy.unwrap_or(FlowCopy::Working) {
            FlowCopy::Working => (Some(flow.working), "working"),
            FlowCopy::Saved => (flow.saved, "saved"),
        };
        let payload = chosen.and_then(|content| content.definition);
        let none = || ApiError::not_found(format!("The flow '{}' has no {copy} definition", flow.id));
        Ok(payloads::get(context, &payload.ok_or_else(none)?).await?)
    }
}
