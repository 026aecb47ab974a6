use api::operation::{Param, ParamKind};
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use domain::flow::Flow;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use serde_json::Value;

const COPY: &[Param] = &[Param {
    name: "copy",
    description: "`working`, the copy that is being edited (when absent), or `saved`",
    kind: ParamKind::OneOf(&["working", "saved"]),
}];

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
    const QUERY: &'static [&'static [Param]] = &[COPY];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById;
    type Body = NoBody;
    type Answer = Value;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Value, ApiError> {
        let flow = context.project_of(&call).get::<Flow>(&call.path.id).await?.entity;
        let copy = call.query.get("copy").unwrap_or("working");
        let chosen = if copy == "saved" { flow.saved } else { Some(flow.working) };
        let payload = chosen.and_then(|content| content.definition);
        let none = || ApiError::not_found(format!("The flow '{}' has no {copy} definition", flow.id));
        context.get_payload(&payload.ok_or_else(none)?).await
    }
}
