//! What a new deployment is configured with: the rules of the contract, all broken ones in one answer.

use serde_json::{Value, json};

use super::codes;
use crate::harness::{
    Answer, Archive, Behind, ConnectorDeployment, Project, StagedConnector, configured, definitions,
};

const SPECIFICATION: &str = r#"
deployAs:
  - name: calc
    applicationType: service
    endpoint: /calc
    configuration:
      standardConfiguration:
        - { key: MODE, description: live or test, required: true, default: test }
        - { key: SHOP, description: which shop, required: true }
        - { key: NOTE, description: anything }
      securedConfiguration:
        - { key: TOKEN, description: API token, required: true }
        - { key: PIN, description: another }
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: "0 3 * * *"
  - name: changes
    applicationType: event
    endpoint: /changes
    retryPolicy: { strategy: immediate }
inheritAs:
  configuration:
    standardConfiguration:
      - { key: REGION_NAME, description: where, required: true, default: north }
      - { key: CURRENCY, description: which currency, required: true }
    securedConfiguration:
      - { key: LICENCE, description: the licence, required: true }
"#;

async fn published(project: &Project) -> StagedConnector<'_> {
    let archive = Archive::of(SPECIFICATION)
        .flow("calc", &definitions::putting_out(json!({ "mode": "${MODE}", "region": "${REGION_NAME}" })))
        .flow("nightly", &definitions::greeting())
        .flow("changes", &definitions::greeting());
    StagedConnector::publishing(project, &archive).await.1
}

fn calc() -> Value {
    configured("calc", &[("SHOP", "berlin")], &[("TOKEN", "t0p")])
}

/// A draft with these applications, and global values that are right.
fn draft(connector: &StagedConnector<'_>, applications: Value) -> Value {
    let mut draft = connector.draft(applications);
    draft["globalConfiguration"] = json!({
        "standardConfiguration": [{ "key": "CURRENCY", "value": "EUR" }],
        "securedConfiguration": [{ "key": "LICENCE", "value": "l1c" }],
    });
    draft
}

async fn refuse(project: &Project, draft: Value) -> Answer {
    let refused = project.post("/deployments", draft).await.expect(400);
    project.get("/deployments").await.expect(200).has(json!({ "total": 0 }));
    refused
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let mut draft = connector.draft(json!([
        configured("calcc", &[], &[]),
        configured(
            "calc",
            &[("MODE", ""), ("FOO", "1"), ("TOKEN", "v1s1ble"), ("CURRENCY", "EUR")],
            &[("PIN", ""), ("NOTE", "x"), ("TOKEN", "")],
        ),
        configured("nightly", &[("MODE", "live")], &[]),
    ]));
    draft["globalConfiguration"] = json!({
        "standardConfiguration": [{ "key": "REGION_NAME", "value": "" }, { "key": "LICENCE", "value": "v1s1ble" }],
        "securedConfiguration": [{ "key": "NO", "value": "x" }],
    });
    let refused = refuse(&project, draft).await;
    assert_eq!(
        codes(&refused),
        [
            "DeploymentUnknownApplicationConfiguration",
            "DeploymentEmptyRequiredApplicationConfigurationKey",
            "DeploymentUnknownApplicationConfigurationKey",
            "DeploymentUnknownApplicationConfigurationKey",
            "DeploymentUnknownApplicationConfigurationKey",
            "DeploymentUnknownApplicationConfigurationKey",
            "DeploymentEmptyRequiredApplicationConfigurationKey",
            "DeploymentUnknownApplicationConfigurationKey",
            "DeploymentEmptyRequiredGlobalConfigurationKey",
            "DeploymentUnknownGlobalConfigurationKey",
            "DeploymentUnknownGlobalConfigurationKey",
            "DeploymentMissingApplicationConfigurationKey",
            "DeploymentMissingGlobalConfigurationKey",
            "DeploymentMissingGlobalConfigurationKey",
        ],
        "{refused}"
    );
    assert!(!refused.plain.contains("v1s1ble"), "what may be a secret is not repeated: {refused}");
    refused
        .says("unknown application 'calcc'")
        .says("'FOO' is not a standard key of application 'calc'")
        .says("'TOKEN' is not a standard key of application 'calc'; it is a secured one")
        .says("'CURRENCY' is not a standard key of application 'calc'; it is a global standard key")
        .says("'NOTE' is not a secured key of application 'calc'")
        .says("'MODE' is not a standard key of application 'nightly'")
        .says("'LICENCE' is not a global standard key")
        .says("The standard key 'SHOP' of application 'calc' is required")
        .says("'CURRENCY' is required");
}

#[tokio::test]
async fn defaults_are_filled_in_and_listed() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let made = project.post("/deployments", draft(&connector, json!([calc()]))).await.expect(201);
    let made = made.has(json!({
        "globalConfiguration": {
            "standardConfiguration": [
                { "key": "CURRENCY", "value": "EUR" }, { "key": "REGION_NAME", "value": "north" },
            ],
            "securedConfiguration": [{ "key": "LICENCE", "value": "****" }],
        },
    }));
    let deployment = ConnectorDeployment { project: &project, id: made.id() };
    deployment.settled().await.has(json!({ "status": "Deployed" }));
    let application = deployment.application("calc").await;
    let standard = json!([{ "key": "MODE", "value": "test" }, { "key": "SHOP", "value": "berlin" }]);
    assert_eq!(application["standardConfiguration"], standard);
    assert_eq!(application["securedConfiguration"], json!([{ "key": "TOKEN", "value": "****" }]));
    let url = format!("{}/calc", deployment.url("calc").await);
    let answer = crate::harness::Client::call(&url, json!({})).await.expect(200);
    assert_eq!(answer.body, json!({ "mode": "test", "region": "north" }));
}

#[tokio::test]
async fn only_the_applications_that_are_listed_are_deployed() {
    let project = Project::new().await;
    let connector = published(&project).await;
    // Neither list has to be there.
    let made = project.post("/deployments", draft(&connector, json!([{ "applicationName": "nightly" }])));
    let deployment = ConnectorDeployment { project: &project, id: made.await.expect(201).id() };
    let settled = deployment.settled().await.has(json!({ "status": "Deployed" }));
    let applications = settled["applications"].as_array().unwrap();
    assert_eq!(applications.len(), 1, "{settled}");
    assert_eq!(applications[0]["applicationName"], "nightly", "{settled}");
    assert_eq!(applications[0]["standardConfiguration"], json!([]), "{settled}");
    assert_eq!(applications[0]["securedConfiguration"], json!([]), "{settled}");
    assert_eq!(settled["connector"]["configurations"].as_array().unwrap().len(), 3, "{settled}");
}

#[tokio::test]
async fn a_deployment_has_an_application() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let mut without = draft(&connector, json!([]));
    let refused = refuse(&project, without.clone()).await.error("DeploymentApplicationRequired");
    refused.says("calc, nightly, changes");
    without.as_object_mut().unwrap().remove("configurations");
    refuse(&project, without).await.error("DeploymentApplicationRequired");
}

#[tokio::test]
async fn what_is_given_twice_is_no_json_input() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let applications = json!([
        configured("calc", &[("SHOP", "a"), ("SHOP", "b")], &[("TOKEN", "a"), ("TOKEN", "b")]),
        configured("nightly", &[], &[]),
        configured("nightly", &[], &[]),
    ]);
    let refused = refuse(&project, draft(&connector, applications)).await;
    assert_eq!(codes(&refused), ["InvalidJsonInput"; 3], "{refused}");
    let fields: Vec<_> = refused.errors().iter().map(|error| error["field"].clone()).collect();
    let expected = [
        "/configurations/0/standardConfiguration/1/key",
        "/configurations/0/securedConfiguration/1/key",
        "/configurations/2/applicationName",
    ];
    assert_eq!(fields, expected, "{refused}");
    for error in refused.errors() {
        assert!(error["detailedErrorMessage"].as_str().unwrap().contains("twice"), "{refused}");
    }
}

#[tokio::test]
async fn a_mask_is_no_secret_to_begin_with() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let applications = json!([configured("calc", &[("SHOP", "a")], &[("TOKEN", "****")])]);
    let refused = refuse(&project, draft(&connector, applications)).await.error("InvalidJsonInput");
    assert_eq!(refused.errors()[0]["field"], "/configurations/0/securedConfiguration/0/value", "{refused}");
}

#[tokio::test]
async fn a_job_can_have_another_schedule_and_an_event_another_retry_policy() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let behind = Behind::look().await;
    let policy = json!({
        "strategy": "exponential-backoff", "minBackoffSeconds": 5, "maxBackoffSeconds": 60, "maxAttempts": 7,
    });
    for (schedule, retries, shown, expression, policy_shown) in [
        (None, None, "0 3 * * *", "cron(0 3 * * ? *)", json!({ "strategy": "immediate" })),
        (Some("*/40 * * * *"), Some(&policy), "*/40 * * * *", "cron(*/40 * * * ? *)", policy.clone()),
        (Some("@every 2h"), None, "@every 2h", "rate(120 minutes)", json!({ "strategy": "immediate" })),
    ] {
        let mut applications = json!([configured("nightly", &[], &[]), configured("changes", &[], &[])]);
        if let Some(schedule) = schedule {
            applications[0]["schedule"] = schedule.into();
        }
        if let Some(retries) = retries {
            applications[1]["retryPolicy"] = retries.clone();
        }
        let made = project.post("/deployments", draft(&connector, applications)).await.expect(201);
        let deployment = ConnectorDeployment { project: &project, id: made.id() };
        deployment.settled().await.has(json!({ "status": "Deployed" }));
        let nightly = deployment.application("nightly").await;
        assert_eq!(nightly["schedule"], shown);
        assert_eq!(deployment.application("changes").await["retryPolicy"], policy_shown);
        let set = behind.schedule_of_application(nightly["id"].as_str().unwrap()).await.unwrap();
        assert_eq!(set.schedule_expression(), Some(expression));
    }
}

#[tokio::test]
async fn an_override_that_does_not_fit_is_refused() {
    let project = Project::new().await;
    let connector = published(&project).await;
    let mut misplaced = json!([calc(), configured("nightly", &[], &[]), configured("changes", &[], &[])]);
    misplaced[0]["schedule"] = "0 3 * * *".into();
    misplaced[0]["retryPolicy"] = json!({ "strategy": "immediate" });
    misplaced[1]["schedule"] = "whenever".into();
    misplaced[1]["retryPolicy"] = json!({ "strategy": "immediate" });
    misplaced[2]["schedule"] = "0 3 * * *".into();
    misplaced[2]["retryPolicy"] = json!({ "strategy": "exponential-backoff", "minBackoffSeconds": 5 });
    let refused = refuse(&project, draft(&connector, misplaced)).await;
    assert_eq!(
        codes(&refused),
        [
            "InvalidJsonInput",
            "DeploymentRetryPolicyOverrideNotAllowed",
            "InvalidJsonInput",
            "DeploymentRetryPolicyOverrideNotAllowed",
            "InvalidJsonInput",
            "DeploymentInvalidRetryPolicy",
        ],
        "{refused}"
    );
    let fields: Vec<_> = refused.errors().iter().map(|error| error["field"].clone()).collect();
    for place in 0..3 {
        assert_eq!(fields[2 * place], format!("/configurations/{place}/schedule"), "{refused}");
    }
    refused.says("\"whenever\" is no schedule").says("maxBackoffSeconds is missing").says("only a job does");
}
