use api::operation::Resource;
use api::update::at_action;
use api::{ApiError, ById, Grant, Method, grant};
use contract::native::flows::{Action, FlowView};
use domain::flow::Flow;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::editing::{Edited, Editing, integration_gone};

/// Changes a flow.
#[derive(Debug)]
pub struct Update;

/// Where a flow lay in the integration that it leaves.
const LEAVE: Grant = Grant { on: Resource::Table, actions: &["dynamodb:DeleteItem"] };
const VALIDATE: Grant = Grant { on: Resource::Account, actions: &["states:ValidateStateMachineDefinition"] };

impl HttpEndpoint for Update {
    const ID: &'static str = "flows.update";
    const SUMMARY: &'static str = "Change, save or move a flow";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/flows/{id}";
    const SCOPE: Scope = Scope::ManageIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] =
        &[grant::READ, grant::CREATE, LEAVE, grant::GET_PAYLOAD, grant::PUT_PAYLOAD, VALIDATE];
    const VERSIONED: bool = true;
    type Path = ById;
    type Query = ();
    type Body = api::Update<Action>;
    type Answer = FlowView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<FlowView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.body.version;
        let stored = project.get::<Flow>(&call.path.id).await?.at_version(Some(expected))?;
        if call.body.actions.is_empty() {
            return Ok(stored.entity.into());
        }
        let from = stored.entity.integration;
        let mut editing = Editing::begin(context, &project, stored);
        for (place, action) in call.body.actions.into_iter().enumerate() {
            editing.act(action).await.map_err(|error| at_action(place, error))?;
        }
        let Edited { mut stored, warnings } = editing.end().await?;
        stored.entity.metadata.touch(context.clock.now(), &call.actor.principal);
        if stored.entity.integration == from {
            project.update(&stored.entity, expected).await?;
        } else {
            project.move_flow(&stored, from, expected).await.map_err(integration_gone)?;
        }
        Ok(FlowView { warnings, ..stored.entity.into() })
    }
}
