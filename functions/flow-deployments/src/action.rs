//! What can be asked of a flow deployment.

use api::placement_of;
use api::update::at_action;
use api::{Actor, ApiError};
use contract::native::flow_deployments::Action;
use domain::amendment::{Amendment, Wanted};
use store::ProjectStore;

/// Refuses a caller who may not do all of it.
pub(crate) fn permitted(actor: &Actor, actions: &[Action]) -> Result<(), ApiError> {
    let mut needed = actions.iter().map(Action::needed);
    needed
        .find(|needed| !actor.scopes.grant(*needed))
        .map_or(Ok(()), |lacking| Err(ApiError::forbidden(lacking)))
}

/// What the actions amount to, in order: of two that contradict each other the last counts.
pub(crate) async fn amendment(project: &ProjectStore, actions: Vec<Action>) -> Result<Amendment, ApiError> {
    let mut amendment = Amendment::default();
    for (place, action) in actions.into_iter().enumerate() {
        match action {
            Action::Enable { beside: false } => amendment.switch = Some(Wanted::TakeOver),
            Action::Enable { beside: true } => amendment.switch = Some(Wanted::Beside),
            Action::Disable => amendment.switch = Some(Wanted::Off),
            Action::SetPriority { priority } => amendment.priority = Some(priority),
            Action::SetDeployDisabled { deploy_disabled } => {
                amendment.deploy_disabled = Some(deploy_disabled);
            }
            Action::MoveTo { environment } => {
                let found = placement_of(project, environment.as_ref()).await;
                let to = found.map_err(|error| at_action(place, error))?;
                amendment.placement = Some(to);
            }
            Action::Redeploy | Action::Rollback { .. } => {
                let message = "A deployment does one operation at a time; send this action alone";
                return Err(ApiError::invalid_field(&format!("/actions/{place}"), message));
            }
        }
    }
    Ok(amendment)
}

#[cfg(test)]
mod tests {
    use domain::scope::Scope;
    use std::collections::BTreeSet;

    use api::validate::Validator;
    use domain::metadata::Principal;
    use domain::scope::Scopes;

    use super::*;
    use api::ErrorCode;

    const OPERATING: &[&str] = &[
        r#"{ "action": "enable" }"#,
        r#"{ "action": "enable", "beside": true }"#,
        r#"{ "action": "disable" }"#,
        r#"{ "action": "setPriority", "priority": -7 }"#,
        r#"{ "action": "setPriority", "priority": null }"#,
    ];

    const MANAGING: &[&str] = &[
        r#"{ "action": "redeploy" }"#,
        r#"{ "action": "rollback" }"#,
        r#"{ "action": "setDeployDisabled", "deployDisabled": true }"#,
        r#"{ "action": "moveTo", "environment": null }"#,
        r#"{ "action": "moveTo", "environment": "key=staging" }"#,
    ];

    fn actor(scope: Scope) -> Actor {
        Actor {
            project: "acme".parse().unwrap(),
            scopes: Scopes(BTreeSet::from([scope])),
            principal: Principal::system("tests"),
            environment: None,
        }
    }

    fn parsed(texts: &[&str]) -> Vec<Action> {
        texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    #[test]
    fn who_operates_switches_and_who_manages_does_all() {
        let (operator, manager) = (actor(Scope::OperateFlowDeployments), actor(Scope::ManageFlowDeployments));
        assert!(permitted(&operator, &[]).is_ok());
        assert!(permitted(&operator, &parsed(OPERATING)).is_ok());
        assert!(permitted(&manager, &parsed(&[OPERATING, MANAGING].concat())).is_ok());
        for text in MANAGING {
            let refused = permitted(&operator, &parsed(&[OPERATING, &[text]].concat())).unwrap_err();
            assert_eq!(
                (refused.status, refused.errors[0].code),
                (403, ErrorCode::AuthorizationError),
                "{text}"
            );
            assert!(refused.errors[0].message.contains("manage_flow_deployments"), "{text}");
        }
    }

    #[test]
    fn the_schema_asks_for_what_may_be_null() {
        let schema = serde_json::to_value(schemars::schema_for!(Action)).unwrap();
        let validator = Validator::new(&schema).unwrap();
        let problems = |text: &str| validator.problems(&serde_json::from_str(text).unwrap()).len();
        for text in [OPERATING, MANAGING].concat() {
            assert_eq!(problems(text), 0, "{text}");
        }
        for text in [r#"{ "action": "setPriority" }"#, r#"{ "action": "moveTo" }"#] {
            assert_ne!(problems(text), 0, "{text}");
        }
    }

    #[test]
    fn what_takes_something_away_says_so() {
        for text in [
            r#"{ "action": "setPriority" }"#,
            r#"{ "action": "setPriority", "priority": 2147483648 }"#,
            r#"{ "action": "setDeployDisabled" }"#,
            r#"{ "action": "moveTo" }"#,
            r#"{ "action": "moveTo", "environment": "staging" }"#,
            r#"{ "action": "promote" }"#,
        ] {
            assert!(serde_json::from_str::<Action>(text).is_err(), "{text}");
        }
    }
}
