use api::ErrorCode;
use api::validate::Validator;
use contract::connect::deployments::DeploymentGlobalConfiguration;
use domain::connector_deployment::DeploymentType;
use schemars::schema_for;
use serde_json::{Value, json};

use super::*;
use crate::samples::{ID, deployment, now};

fn problems(body: &Value) -> Vec<String> {
    let validator = Validator::new(schema_for!(DeploymentDraft).as_value()).unwrap();
    validator.problems(body).into_iter().map(|problem| problem.pointer).collect()
}

fn body(configurations: &Value) -> Value {
    json!({
        "connector": { "id": ID }, "region": "europe-west1.gcp", "configurations": configurations,
        "globalConfiguration": { "standardConfiguration": [{ "key": "TENANT", "value": "acme" }] },
    })
}

fn request() -> Request {
    let by = domain::metadata::Principal::system("tests");
    Request {
        operation: domain::ids::OperationId::new(new_id()),
        build: domain::ids::BuildId::new(new_id()),
        at: now(),
        by,
    }
}

#[test]
fn a_draft_may_leave_out_what_clients_leave_out_and_say_more_than_is_known() {
    let smallest = json!({ "connector": { "key": "acme-tax" }, "region": "eu-central-1.aws" });
    assert_eq!(problems(&smallest), Vec::<String>::new());
    let draft: DeploymentDraft = serde_json::from_value(smallest).unwrap();
    assert!(
        draft.configurations.is_none()
            && draft.global_configuration.is_none()
            && draft.connector.staged.is_none()
    );
    let larger = json!({
        "id": "x", "status": "Draft", "connector": { "id": ID, "staged": true, "version": 1, "name": "Acme" },
        "region": "eu-central-1.aws", "configurations": [{ "applicationName": "pages" }], "key": null,
    });
    assert_eq!(problems(&larger), Vec::<String>::new());
}

#[test]
fn null_is_as_good_as_absent() {
    let nulls = json!({
        "key": null, "type": null, "region": "eu-central-1.aws", "configurations": null,
        "globalConfiguration": null,
        "connector": { "id": null, "key": "acme-tax", "staged": null, "version": null },
    });
    assert_eq!(problems(&nulls), Vec::<String>::new());
    let draft: DeploymentDraft = serde_json::from_value(nulls).unwrap();
    let refused = queued(draft, admitted(), &request()).unwrap_err();
    assert_eq!(refused.errors.first().unwrap().code, ErrorCode::DeploymentApplicationRequired);
    let inside = json!({
        "region": "eu-central-1.aws", "connector": { "key": "acme-tax" },
        "globalConfiguration": {
            "standardConfiguration": [{ "key": "TENANT", "value": "acme" }], "securedConfiguration": null,
        },
        "configurations": [{
            "applicationName": "pages", "standardConfiguration": null, "securedConfiguration": null,
            "schedule": null, "retryPolicy": null,
        }],
    });
    assert_eq!(problems(&inside), Vec::<String>::new());
    let (queued, secrets) = queued(serde_json::from_value(inside).unwrap(), admitted(), &request()).unwrap();
    assert_eq!((queued.applications.len(), secrets.len()), (1, 0));
    let none = json!({ "standardConfiguration": null, "securedConfiguration": null });
    serde_json::from_value::<DeploymentGlobalConfiguration>(none).unwrap();
}

fn admitted() -> Admitted {
    Admitted { kind: DeploymentType::Sandbox, connector: deployment().connector }
}

#[test]
fn everything_of_the_wrong_shape_is_told_at_once() {
    let wrong = json!({
        "key": "a b", "type": "staging", "connector": { "id": "7" },
        "configurations": [{ "standardConfiguration": [{ "key": "MODE", "value": 5 }] }],
    });
    let expected = [
        "/configurations/0/applicationName",
        "/configurations/0/standardConfiguration/0/value",
        "/connector/id",
        "/key",
        "/region",
        "/type",
    ];
    assert_eq!(problems(&wrong), expected);
}

#[test]
fn a_deployment_waits_with_what_was_asked_for() {
    let configurations = json!([{
        "applicationName": "calc",
        "standardConfiguration": [{ "key": "MODE", "value": "test" }],
        "securedConfiguration": [{ "key": "TOKEN", "value": "hunter2" }],
    }]);
    let draft = serde_json::from_value(body(&configurations)).unwrap();
    let (queued, secrets) = queued(draft, admitted(), &request()).unwrap();
    assert_eq!((queued.status, queued.metadata.version, queued.applications.len()), (Status::Queued, 1, 1));
    assert_eq!((secrets.len(), queued.last_secret_version), (1, 1));
    assert!(!serde_json::to_string(&queued).unwrap().contains("hunter2"));
}

#[test]
fn a_configuration_is_refused_as_a_whole() {
    let configurations = json!([
        { "applicationName": "calcc" },
        { "applicationName": "nightly", "schedule": "never" },
        { "applicationName": "calc" },
    ]);
    let draft = serde_json::from_value(body(&configurations)).unwrap();
    let refused = queued(draft, admitted(), &request()).unwrap_err();
    let codes: Vec<_> = refused.errors.iter().map(|item| item.code).collect();
    let expected = [
        ErrorCode::DeploymentUnknownApplicationConfiguration,
        ErrorCode::InvalidJsonInput,
        ErrorCode::DeploymentMissingApplicationConfigurationKey,
    ];
    assert_eq!(codes, expected);
    assert_eq!(refused.errors.get(1).unwrap().members["field"], "/configurations/1/schedule");
}
