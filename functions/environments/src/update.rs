use api::{ApiError, Call, Grant, Method, grant};
use domain::environment::Environment;
use domain::scope::Scope;
use domain::text::{Name, VariableName};
use runtime::sealing::{ToSeal, seal};
use runtime::{Context, HttpEndpoint};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::representation::EnvironmentView;
use crate::variables::{self, VariableDraft};

/// What can be changed about an environment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "action")]
pub enum Action {
    /// Call it something else.
    SetName {
        /// The new name.
        name: Name,
    },
    /// Move it in the order of stages.
    SetPosition {
        /// The new place.
        position: u32,
    },
    /// Set a variable. Deployments see it when they are deployed again.
    SetVariable(VariableDraft),
    /// Remove a variable. Deployments keep the value they were made with.
    UnsetVariable {
        /// Which.
        name: VariableName,
    },
}

/// Changes an environment.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "environments.update";
    const SUMMARY: &'static str = "Change an environment and its variables";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/environments/{id}";
    const SCOPE: Scope = Scope::ManageEnvironments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::SEAL];
    const VERSIONED: bool = true;
    type Body = api::Update<Action>;
    type Answer = EnvironmentView;

    async fn handle(context: &Context, call: Call<Self::Body>) -> Result<EnvironmentView, ApiError> {
        let project = context.project(&call.project);
        let expected = call.body.version;
        let stored = project.get::<Environment>(&call.address()?).await?.at_version(Some(expected))?;
        let mut environment = stored.entity;
        if call.body.actions.is_empty() {
            return Ok(environment.into());
        }
        let mut to_seal = Vec::new();
        call.body.apply(|action| act(&mut environment, action, &mut to_seal))?;
        environment.trail.touch(context.clock.now(), &call.actor.principal);
        let sealed = seal(context, &call.project, environment.id, to_seal).await?;
        project.update_environment(&environment, expected, &sealed).await?;
        Ok(environment.into())
    }
}

fn act(environment: &mut Environment, action: Action, to_seal: &mut Vec<ToSeal>) -> Result<(), ApiError> {
    match action {
        Action::SetName { name } => environment.name = name,
        Action::SetPosition { position } => environment.position = position,
        Action::SetVariable(draft) => variables::set(environment, draft, "", to_seal)?,
        Action::UnsetVariable { name } => environment
            .unset(&name)
            .map_err(|refused| ApiError::rule("EnvironmentVariableRefused", refused))?,
    }
    Ok(())
}
