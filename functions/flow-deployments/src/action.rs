//! What can be asked of a flow deployment.

use api::update::at_action;
use api::{Actor, ApiError, Reference};
use domain::ids::DeploymentId;
use domain::scope::Scope;
use runtime::deploying::placement_of;
use runtime::switching::{Amendment, Wanted};
use schemars::JsonSchema;
use serde::Deserialize;
use store::ProjectStore;

/// What can be asked of a deployment. `redeploy` and `rollback` are operations for the worker, one at a time; the others
/// take effect together, for the next run. While an operation is under way, `disable` and `setPriority` take effect at
/// once, and `enable` and `setDeployDisabled` when the operation is over.
#[derive(Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "action")]
#[schemars(rename = "FlowDeploymentAction")]
pub enum Action {
    /// Deploy the same release again, with the values that the variables have now.
    Redeploy,
    /// Let what answered before this deployment answer again, with the values it ran with.
    Rollback {
        /// The deployment to go back to; the one that answered last when absent.
        to: Option<DeploymentId>,
    },
    /// Switch it on. What is on already stays as it is.
    Enable {
        /// Beside whatever is on there, not in its place.
        #[serde(default)]
        beside: bool,
    },
    /// Switch it off. The version may be omitted.
    Disable,
    /// Say which of several that are switched on answers: the one with the highest priority.
    // It may be null, and may not be forgotten.
    #[schemars(extend("required" = ["action", "priority"]))]
    SetPriority {
        /// The priority; `null`, which counts as 0, takes it away.
        #[serde(deserialize_with = "Option::deserialize")]
        priority: Option<i32>,
    },
    /// Say whether deploying leaves it switched off, if it is.
    SetDeployDisabled {
        /// Whether the deployment is left switched off when it is deployed again.
        deploy_disabled: bool,
    },
    /// Let it serve somewhere else. It is built there first; until then it stays where it is.
    #[schemars(extend("required" = ["action", "environment"]))]
    MoveTo {
        /// The environment; `null` for a global deployment.
        #[serde(deserialize_with = "Option::deserialize")]
        environment: Option<Reference>,
    },
}

impl Action {
    /// What the caller must be allowed.
    const fn needed(&self) -> Scope {
        match self {
            Self::Enable { .. } | Self::Disable | Self::SetPriority { .. } => Scope::OperateFlowDeployments,
            Self::Redeploy | Self::Rollback { .. } | Self::SetDeployDisabled { .. } | Self::MoveTo { .. } => {
                Scope::ManageFlowDeployments
            }
        }
    }
}

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
