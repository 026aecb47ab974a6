//! Whether a project takes production deployments: who may say so, and what saying so does.

use serde_json::{Value, json};

use super::{greeter, greeters};
use crate::harness::{ConnectorDeployment, Project, Repository, StagedConnector};

fn enable(enabled: impl Into<Value>) -> Value {
    json!({ "action": "setProductionEnabled", "productionEnabled": enabled.into() })
}

#[tokio::test]
async fn what_does_not_fit_changes_nothing() {
    let project = Project::new().await;
    for (body, field) in [
        (json!({ "version": 0, "actions": [enable(false), enable("no")] }), "/actions/1/productionEnabled"),
        (json!({ "version": 0, "actions": [{ "action": "setProductionEnabled" }] }), "/actions/0"),
        (json!({ "version": 0, "actions": [{ "action": "setColour", "colour": "red" }] }), "/actions/0"),
        (json!({ "version": -1, "actions": [] }), "/version"),
        (json!({ "version": 0, "actions": {} }), "/actions"),
    ] {
        let refused = project.post("", body).await.expect(400).error("InvalidJsonInput");
        let pointed = refused.errors()[0]["field"].as_str().unwrap().starts_with(field);
        assert!(pointed, "{field}: {refused}");
    }
    project.post("", json!({ "actions": [] })).await.expect(400).error("InvalidJsonInput");
    let untouched = json!({
        "key": project.project, "version": 0, "productionEnabled": true, "serviceOrigins": [],
        "permissionsRequired": false,
    });
    assert_eq!(project.get("").await.expect(200).body, untouched);
}

#[tokio::test]
async fn only_who_manages_the_project_decides() {
    let (project, other) = (Project::new().await, Project::new().await);
    let off = json!({ "version": 0, "actions": [enable(false)] });
    let viewer = project.client(&["view_project_settings"]).await;
    viewer.get("").await.expect(200).has(json!({ "productionEnabled": true }));
    viewer.post("", off.clone()).await.expect(403).error("AuthorizationError");
    let deployer = project.client(&["manage_connectors_deployments"]).await;
    deployer.get("").await.expect(403).error("AuthorizationError");
    other.at(&project.project).get("").await.expect(404).error("ResourceNotFound");
    other.at(&project.project).post("", off.clone()).await.expect(404).error("ResourceNotFound");
    let manager = project.client(&["manage_project_settings"]).await;
    manager.post("", off).await.expect(200).has(json!({ "version": 1, "productionEnabled": false }));
}

#[tokio::test]
async fn switching_production_off_stops_new_deployments_and_spares_what_runs() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    repository.push("v1", &greeter());
    let staged = StagedConnector::of(&project, &repository, "v1").await.published().await;
    let mut draft = staged.draft(greeters());
    draft["type"] = "production".into();
    let running = ConnectorDeployment::ask(&project, draft.clone()).await;
    running.settled().await.has(json!({ "status": "Deployed", "type": "production" }));

    project.post("", json!({ "version": 0, "actions": [enable(false)] })).await.expect(200);
    project.post("/deployments", draft.clone()).await.expect(400).error("DeploymentProductionDeactivated");
    project.get("/deployments").await.expect(200).has(json!({ "total": 1 }));
    staged.deploy(greeters()).await;
    running.get().await.has(json!({ "status": "Deployed", "type": "production" }));
    running.redeploy(json!({})).await.expect(201);
    running.settled().await.has(json!({ "status": "Deployed", "type": "production" }));

    project.post("", json!({ "version": 1, "actions": [enable(true)] })).await.expect(200);
    project.post("/deployments", draft).await.expect(201).has(json!({ "type": "production" }));
}
