use api::{Actor, ApiError, ById, ErrorCode, Grant, Method, SealedFor, grant};
use app::seal::{ToSeal, seal};
use contract::native::environments::{Action, EnvironmentView};
use domain::environment::Environment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::execution_role;
use crate::variables;

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
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE, grant::seal(SealedFor::Environments)];
    const VERSIONED: bool = true;
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById;
    type Query = ();
    type Body = api::Update<Action>;
    type Answer = EnvironmentView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<EnvironmentView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.body.version;
        let stored = project.get::<Environment>(&call.path.id).await?;
        let mut environment = stored.at_version(Some(expected))?.entity;
        if call.body.actions.is_empty() {
            return Ok(environment.into());
        }
        may_do(context, &call.actor, &call.body.actions)?;
        let mut to_seal = Vec::new();
        api::update::apply(call.body, |action| act(&mut environment, action, &mut to_seal))?;
        environment.metadata.touch(context.clock.now(), &call.actor.principal);
        let sealed = seal(context, &call.project, environment.id, to_seal).await?;
        project.update_environment(&environment, expected, &sealed).await?;
        Ok(environment.into())
    }
}

/// Refuses roles that the caller may not choose, and roles that nobody may.
fn may_do(context: &Context, actor: &Actor, actions: &[Action]) -> Result<(), ApiError> {
    for (place, action) in actions.iter().enumerate() {
        let Action::SetExecutionRole { execution_role } = action else { continue };
        execution_role::may_choose(actor)?;
        if let Some(role) = execution_role {
            execution_role::check(&context.config, role, &format!("/actions/{place}/executionRole"))?;
        }
    }
    Ok(())
}

fn act(environment: &mut Environment, action: Action, to_seal: &mut Vec<ToSeal>) -> Result<(), ApiError> {
    match action {
        Action::SetName { name } => environment.name = name,
        Action::SetPosition { position } => environment.position = position,
        Action::SetType { environment_type } => environment.environment_type = environment_type,
        Action::SetLabels { labels } => environment.labels = labels,
        Action::SetExecutionRole { execution_role } => environment.execution_role = execution_role,
        Action::SetVariable(draft) => variables::set(environment, draft, "", to_seal)?,
        Action::UnsetVariable { name } => environment
            .unset(&name)
            .map_err(|refused| ApiError::new(ErrorCode::EnvironmentVariableRefused, refused))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::environment::EnvironmentType;
    use std::collections::BTreeMap;

    use api::validate::Validator;
    use domain::ids::EnvironmentId;
    use domain::metadata::{Metadata, Principal};
    use runtime::clock::new_id;
    use serde_json::{Value, json};

    use super::*;

    fn environment() -> Environment {
        Environment {
            id: EnvironmentId::new(new_id()),
            key: None,
            name: "Staging".parse().unwrap(),
            position: 1,
            environment_type: EnvironmentType::Test,
            labels: ["old".parse().unwrap()].into(),
            execution_role: None,
            variables: BTreeMap::new(),
            last_secret_version: 0,
            metadata: Metadata::begin("2026-11-20T10:00:00Z".parse().unwrap(), &Principal::system("tests")),
        }
    }

    fn actions(actions: &Value) -> Value {
        json!({ "version": 1, "actions": actions })
    }

    #[test]
    fn type_and_labels_are_replaced() {
        let body = actions(&json!([
            { "action": "setType", "type": "live" },
            { "action": "setLabels", "labels": ["orders", "eu"] },
        ]));
        let (mut changed, mut to_seal) = (environment(), Vec::new());
        let update: api::Update<Action> = serde_json::from_value(body).unwrap();
        api::update::apply(update, |action| act(&mut changed, action, &mut to_seal)).unwrap();
        let shown = serde_json::to_value(EnvironmentView::from(changed)).unwrap();
        assert_eq!((&shown["type"], &shown["labels"]), (&json!("live"), &json!(["eu", "orders"])));
    }

    #[test]
    fn what_is_published_refuses_other_types_and_too_many_labels() {
        let validator = Validator::new(schemars::schema_for!(api::Update<Action>).as_value()).unwrap();
        let many: Vec<String> = (0..=domain::environment::MAX_LABELS).map(|turn| turn.to_string()).collect();
        let most = many.split_last().unwrap().1;
        for (action, fits) in [
            (json!({ "action": "setType", "type": "test" }), true),
            (json!({ "action": "setType", "type": "production" }), false),
            (json!({ "action": "setType" }), false),
            (json!({ "action": "setLabels", "labels": [] }), true),
            (json!({ "action": "setLabels", "labels": most }), true),
            (json!({ "action": "setLabels", "labels": many }), false),
            (json!({ "action": "setLabels", "labels": ["a", "a"] }), false),
            (json!({ "action": "setLabels", "labels": [""] }), false),
        ] {
            let problems = validator.problems(&actions(&json!([action])));
            assert_eq!(problems.is_empty(), fits, "{action}: {problems:?}");
        }
    }
}
