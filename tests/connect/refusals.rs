//! What a new deployment is refused for, and in which order it is looked at.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{codes, greeter, greeters};
use crate::harness::{
    Answer, Archive, Client, ConnectorDeployment, Project, Repository, StagedConnector, configured,
    definitions,
};

/// Wants an API client.
const CLIENT: &str = r"
deployAs:
  - name: calc
    applicationType: service
    endpoint: /calc
inheritAs:
  apiClient:
    scopes: [view_runs]
";

async fn staged<'p>(project: &'p Project, archive: &Archive, members: Value) -> StagedConnector<'p> {
    let repository = Repository::of(project).await;
    repository.push("v1", archive);
    StagedConnector::with(project, &repository, "v1", members).await
}

/// The draft is refused with that code, and nothing is written.
async fn refused(client: &Client, draft: &Value, status: u16, code: &str) -> Answer {
    let before = client.get("/deployments").await.expect(200)["total"].clone();
    let answer = client.post("/deployments", draft.clone()).await.about(code).expect(status).error(code);
    assert_eq!(codes(&answer), [code], "{answer}");
    client.get("/deployments").await.expect(200).has(json!({ "total": before }));
    answer
}

async fn switch_production(project: &Project, version: u64, enabled: bool) {
    let action = json!({ "action": "setProductionEnabled", "productionEnabled": enabled });
    let switched = project.post("", json!({ "version": version, "actions": [action] })).await.expect(200);
    switched.has(json!({ "productionEnabled": enabled, "version": version + 1 }));
}

#[tokio::test]
async fn what_is_wrong_first_is_told_first() {
    let project = Project::new().await;
    let members = json!({ "supportedRegions": ["us-central1.gcp"] });
    let archive = Archive::of(CLIENT).flow("calc", &definitions::greeting());
    let connector = staged(&project, &archive, members).await;
    switch_production(&project, 0, false).await;
    let taken = staged(&project, &greeter(), json!({})).await.published().await;
    let mut of_taken = taken.draft(greeters());
    of_taken["key"] = "taken".into();
    project.post("/deployments", of_taken).await.expect(201);

    // Everything is wrong, and is mended from the first check to the last.
    let mut draft = json!({
        "key": "taken",
        "type": "production",
        "connector": { "id": "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", "staged": true },
        "configurations": [{ "applicationName": "calc", "standardConfiguration": [{ "key": 1, "value": 2 }] }],
        "region": "mars-1",
    });
    let nobody = project.presenting(Some("Bearer nothing"));
    nobody.post("/deployments", draft.clone()).await.expect(401).error("invalid_token");
    let reader = project.client(&["view_connectors_deployments"]).await;
    refused(&reader, &draft, 403, "AuthorizationError").await.says("manage_connectors_deployments");
    // Without `manage_api_clients`.
    let client = project.client(&["manage_connectors_deployments"]).await;
    let shape = client.post("/deployments", draft.clone()).await.expect(400).error("InvalidJsonInput");
    assert_eq!(codes(&shape), ["InvalidJsonInput"; 2], "every problem of the shape: {shape}");
    draft["configurations"] = json!([configured("calcc", &[], &[])]);
    refused(&client, &draft, 400, "ConnectorReferenceNotFound").await;
    draft["connector"]["id"] = connector.id.as_str().into();
    refused(&client, &draft, 400, "ConnectorStagedNotPreviewable").await;
    connector.check().await.has(json!({ "isPreviewable": "true" }));
    refused(&client, &draft, 400, "DeploymentInvalidType").await;
    let connector = connector.published().await;
    draft["connector"]["staged"] = false.into();
    refused(&client, &draft, 400, "DeploymentProductionDeactivated").await;
    draft["type"] = "sandbox".into();
    refused(&client, &draft, 400, "DeploymentUnsupportedRegion")
        .await
        .says("mars-1")
        .says("eu-central-1.aws");
    draft["region"] = "eu-central-1.aws".into();
    let elsewhere = refused(&client, &draft, 400, "DeploymentUnsupportedRegion").await;
    elsewhere.says("eu-central-1.aws").says("us-central1.gcp");
    draft["region"] = "us-central1.gcp".into();
    refused(&client, &draft, 403, "AuthorizationError").await.says("manage_api_clients");
    let duplicate = refused(&project, &draft, 400, "DuplicateField").await;
    let duplicate = duplicate.errors()[0].clone();
    assert_eq!((&duplicate["field"], &duplicate["duplicateValue"]), (&json!("key"), &json!("taken")));
    draft["key"] = "free".into();
    refused(&project, &draft, 400, "DeploymentUnknownApplicationConfiguration").await;
    draft["configurations"] = json!([configured("calc", &[], &[])]);
    let made = project.post("/deployments", draft).await.expect(201);
    made.has(json!({ "connector": { "id": connector.id }, "key": "free", "type": "sandbox" }));
}

#[tokio::test]
async fn a_type_has_to_fit_the_reference() {
    let project = Project::new().await;
    let connector = staged(&project, &greeter(), json!({})).await;
    connector.check().await.has(json!({ "isPreviewable": "true" }));
    let connector = connector.published().await;
    let draft = |staged: bool, kind: Option<&str>| {
        let mut draft = connector.draft(greeters());
        draft["connector"]["staged"] = staged.into();
        if let Some(kind) = kind {
            draft["type"] = kind.into();
        }
        draft
    };
    for (is_staged, kind, allowed) in [
        (true, "sandbox", "allowed: preview"),
        (true, "production", "allowed: preview"),
        (false, "preview", "allowed: sandbox, production"),
    ] {
        let answer = refused(&project, &draft(is_staged, Some(kind)), 400, "DeploymentInvalidType").await;
        answer.says(&format!("'{kind}'")).says(allowed);
    }
    refused(&project, &draft(false, Some("staging")), 400, "InvalidJsonInput").await;
    for (is_staged, kind, becomes) in [
        (true, None, "preview"),
        (true, Some("preview"), "preview"),
        (false, None, "sandbox"),
        (false, Some("sandbox"), "sandbox"),
        (false, Some("production"), "production"),
    ] {
        let made = project.post("/deployments", draft(is_staged, kind)).await.expect(201);
        made.has(json!({ "type": becomes, "preview": is_staged }));
    }
}

#[tokio::test]
async fn production_can_be_switched_off_for_a_project() {
    let project = Project::new().await;
    let connector = staged(&project, &greeter(), json!({})).await.published().await;
    let mut draft = connector.draft(greeters());
    draft["type"] = "production".into();
    let made = project.post("/deployments", draft.clone()).await.expect(201).id();
    switch_production(&project, 0, false).await;
    refused(&project, &draft, 400, "DeploymentProductionDeactivated").await.says("productionEnabled");
    // What is deployed stays, and sandboxes are not asked.
    project.get(&format!("/deployments/{made}")).await.expect(200).has(json!({ "type": "production" }));
    project.post("/deployments", connector.draft(greeters())).await.expect(201);
    switch_production(&project, 1, true).await;
    project.post("/deployments", draft).await.expect(201);
    // Another project's switch is another one.
    project.get("").await.expect(200).has(json!({ "productionEnabled": true }));
}

#[tokio::test]
async fn a_region_is_one_that_the_stack_and_the_connector_know() {
    let project = Project::new().await;
    let members = json!({ "supportedRegions": ["eu-central-1.aws", "europe-west1.gcp"] });
    let connector = staged(&project, &greeter(), members).await.published().await;
    let draft = |region: &str| {
        let mut draft = connector.draft(greeters());
        draft["region"] = region.into();
        draft
    };
    for region in ["us-central1.gcp", "us-east-2.aws", "eastus.azure", "EU-CENTRAL-1.AWS"] {
        refused(&project, &draft(region), 400, "DeploymentUnsupportedRegion").await.says(region);
    }
    refused(&project, &draft("a b"), 400, "InvalidJsonInput").await;
    for region in ["eu-central-1.aws", "europe-west1.gcp"] {
        let made = project.post("/deployments", draft(region)).await.expect(201);
        made.has(json!({ "deployedRegion": region }));
    }
}

#[tokio::test]
async fn of_those_that_want_one_key_at_once_one_gets_it_and_the_others_leave_nothing() {
    let project = Project::new().await;
    let archive = Archive::of(CLIENT).flow("calc", &definitions::greeting());
    let connector = staged(&project, &archive, json!({})).await.published().await;
    let mut draft = connector.draft(json!([configured("calc", &[], &[])]));
    draft["key"] = "wanted".into();
    let before = project.get("/api-clients").await.expect(200).number("/total");
    let drafts = (0..6).map(|_| project.post("/deployments", draft.clone()));
    let (made, others): (Vec<_>, Vec<_>) =
        join_all(drafts).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1, "{made:#?}");
    for answer in others {
        answer.expect(400).error("DuplicateField");
    }
    project.get("/deployments").await.expect(200).has(json!({ "total": 1 }));
    project.get("/api-clients").await.expect(200).has(json!({ "total": before + 1 }));
    let deployment = ConnectorDeployment { project: &project, id: made[0].id() };
    deployment.settled().await.has(json!({ "status": "Deployed" }));
    deployment.undeploy().await;
    project.get("/api-clients").await.expect(200).has(json!({ "total": before }));
    project.delete(&connector.path()).await.expect(200);
}
