use api::ErrorCode;
use api::validate::Validator;
use domain::lifecycle::Status;
use schemars::schema_for;
use serde_json::{Value, json};

use super::*;
use crate::samples::{actor, deployment};

fn actions(actions: &Value) -> Result<Vec<Action>, Vec<String>> {
    let body = json!({ "version": 3, "actions": actions });
    let validator = Validator::new(schema_for!(api::Update<Action>).as_value()).unwrap();
    let problems = validator.problems(&body);
    if problems.is_empty() {
        return Ok(serde_json::from_value::<api::Update<Action>>(body).unwrap().actions);
    }
    Err(problems.into_iter().map(|problem| problem.pointer).collect())
}

fn redeploy_of(action: &Value) -> Redeploy {
    let Some(Action::Redeploy(redeploy)) = one(actions(&json!([action])).unwrap()).unwrap() else {
        panic!("one action")
    };
    redeploy
}

#[test]
fn a_deployment_does_one_operation_at_a_time() {
    assert!(one(actions(&json!([])).unwrap()).unwrap().is_none());
    let two = actions(&json!([{ "action": "redeploy" }, { "action": "redeploy" }])).unwrap();
    assert_eq!(one(two).unwrap_err().errors.first().unwrap().members["field"], "/actions");
    assert!(actions(&json!([{ "action": "undeploy" }])).is_err());
}

#[test]
fn members_that_redeploy_does_not_have_change_nothing() {
    let stray = json!({ "action": "redeploy", "configurations": [{ "applicationName": "unknown" }] });
    let mut deployment = deployment();
    let before = deployment.clone();
    let secrets = configure(&mut deployment, None, &actor(&[]), redeploy_of(&stray)).unwrap();
    assert!(secrets.is_empty());
    assert_eq!(deployment, before);
}

#[test]
fn empty_lists_and_masks_change_nothing() {
    let same = json!({
        "action": "redeploy",
        "configurationValues": [{
            "applicationName": "calc", "standardConfiguration": [],
            "securedConfiguration": [{ "key": "TOKEN", "value": "****" }],
        }],
        "globalConfiguration": { "standardConfiguration": [], "securedConfiguration": [] },
    });
    let mut deployment = deployment();
    let before = deployment.clone();
    assert!(configure(&mut deployment, None, &actor(&[]), redeploy_of(&same)).unwrap().is_empty());
    assert_eq!(deployment, before);
}

#[test]
fn null_is_as_good_as_absent() {
    let nulls = json!({
        "action": "redeploy", "skipScripts": null, "configurationValues": null, "globalConfiguration": null,
        "updateConnector": null,
    });
    let inside = json!({
        "action": "redeploy",
        "configurationValues": [{
            "applicationName": "calc", "standardConfiguration": null, "securedConfiguration": null,
            "schedule": null, "retryPolicy": null,
        }],
        "globalConfiguration": { "standardConfiguration": null, "securedConfiguration": null },
    });
    let mut deployment = deployment();
    let before = deployment.clone();
    for action in [nulls, inside] {
        let wanted = redeploy_of(&action);
        assert!(configure(&mut deployment, None, &actor(&[]), wanted).unwrap().is_empty(), "{action}");
        assert_eq!(deployment, before);
    }
}

#[test]
fn what_is_wrong_with_values_points_into_the_action() {
    let wrong = json!({
        "action": "redeploy",
        "configurationValues": [{ "applicationName": "calc", "schedule": "0 3 * * *" }],
        "globalConfiguration": { "standardConfiguration": [{ "key": "NO", "value": "" }] },
    });
    let refused = configure(&mut deployment(), None, &actor(&[]), redeploy_of(&wrong)).unwrap_err();
    let refused = at_action(0, refused);
    let codes: Vec<_> = refused.errors.iter().map(|item| item.code).collect();
    assert_eq!(codes, [ErrorCode::InvalidJsonInput, ErrorCode::DeploymentUnknownGlobalConfigurationKey]);
    let field = &refused.errors.first().unwrap().members["field"];
    assert_eq!(field, "/actions/0/configurationValues/0/schedule");
}

#[test]
fn a_newer_connector_is_moved_to_and_may_want_a_client() {
    let mut newer = deployment().connector;
    newer.version = 9;
    newer.specification.api_client_scopes = Some(vec!["view_runs".to_owned()]);
    let redeploy = || redeploy_of(&json!({ "action": "redeploy", "updateConnector": true }));
    let refused = configure(&mut deployment(), Some(newer.clone()), &actor(&[]), redeploy()).unwrap_err();
    assert_eq!(refused.status, 403);
    let mut moved = deployment();
    configure(&mut moved, Some(newer), &actor(&[Scope::ManageApiClients]), redeploy()).unwrap();
    assert_eq!(moved.connector.version, 9);
}

#[test]
fn a_refusal_says_what_is_under_way() {
    for (status, words) in [
        (Status::Queued, "Already queued"),
        (Status::Deploying, "Already deploying"),
        (Status::Undeploying, "Already undeploying"),
    ] {
        let mut deployment = deployment();
        deployment.status = status;
        let request = Request {
            operation: domain::ids::OperationId::new(deployment.id.uuid()),
            build: domain::ids::BuildId::new(deployment.id.uuid()),
            at: crate::samples::now(),
            by: actor(&[]).principal,
        };
        let refused = at_action(0, queue(&mut deployment, false, &request).unwrap_err());
        let item = refused.errors.first().unwrap();
        assert_eq!((refused.status, item.code), (400, ErrorCode::DeploymentInvalidStatusTransition));
        assert!(item.message.contains(words), "{}", item.message);
    }
}
