use api::{ApiError, Call, Grant, Method, grant};
use contract::native::flows::{FlowDraft, FlowView};
use domain::flow::{Content, Flow, FlowKind, Trigger};
use domain::ids::{FlowId, IntegrationId};
use domain::metadata::Metadata;
use domain::scope::Scope;
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint};

use crate::definition::Definition;
use crate::editing::{check_trigger, integration_gone, integration_of};

/// Creates a flow.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "flows.create";
    const SUMMARY: &'static str = "Create a flow";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/flows";
    const SCOPE: Scope = Scope::ManageIntegrations;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::PUT_PAYLOAD];
    type Path = ();
    type Query = ();
    type Body = FlowDraft;
    type Answer = FlowView;

    async fn handle(context: &Context, call: Call<FlowDraft>) -> Result<FlowView, ApiError> {
        let (project, draft) = (context.project_of(&call), call.body);
        let kind = draft.kind.unwrap_or(FlowKind::Flow);
        let trigger = draft.trigger.map_or_else(|| Trigger::default_of(kind), Trigger::from);
        let definition = draft.definition.map(Definition::weigh).transpose();
        let integration = match &draft.integration {
            Some(named) => integration_of(&project, named).await,
            None => Ok(IntegrationId::standalone_flows(&call.project)),
        };
        let working = ApiError::both(check_trigger(&trigger, kind, context.clock.now()), definition);
        let (((), definition), integration) = ApiError::both(working, integration)?;
        let definition = match definition {
            Some(definition) => Some(definition.store(context).await?),
            None => None,
        };
        let flow = Flow {
            id: FlowId::new(new_id()),
            key: draft.key,
            integration,
            name: draft.name,
            description: draft.description,
            kind,
            working: Content { definition, trigger },
            saved: None,
            released: None,
            metadata: Metadata::begin(context.clock.now(), &call.actor.principal),
        };
        project.create_flow(&flow).await.map_err(integration_gone)?;
        Ok(flow.into())
    }
}
