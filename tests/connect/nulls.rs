//! What clients do without thinking: `null` for what they leave out, parameters without a value, one look at the status.

use serde_json::json;

use super::{codes, greeter, greeters};
use crate::harness::{Client, ConnectorDeployment, Project, StagedConnector};

#[tokio::test]
async fn null_is_as_good_as_absent() {
    let project = Project::new().await;
    let (_, connector) = StagedConnector::publishing(&project, &greeter()).await;
    let mut draft = connector.draft(json!([{
        "applicationName": "greeter", "standardConfiguration": null, "securedConfiguration": null,
        "schedule": null, "retryPolicy": null,
    }]));
    for absent in ["key", "type", "globalConfiguration"] {
        draft[absent] = json!(null);
    }
    for absent in ["key", "staged", "version"] {
        draft["connector"][absent] = json!(null);
    }
    let deployment = ConnectorDeployment::ask(&project, draft.clone()).await;
    deployment.settled().await.has(json!({ "status": "Deployed", "type": "sandbox" }));
    let changes = json!({
        "skipScripts": null, "configurationValues": null, "globalConfiguration": null, "updateConnector": null,
    });
    deployment.redeployed(changes).await.has(json!({ "status": "Deployed" }));
    let url = format!("{}/greeter", deployment.url("greeter").await);
    Client::call(&url, json!({})).await.expect(200);
    draft["configurations"] = json!(null);
    let refused = project.post("/deployments", draft).await.expect(400);
    assert_eq!(codes(&refused), ["DeploymentApplicationRequired"], "{refused}");

    let query = "applicationName=greeter&startDate=&endDate=&pageToken=";
    let page = project.get(&format!("{}/logs?{query}", deployment.path())).await.expect(200);
    page.has(json!({ "next": "" }));
    let ended = "applicationName=greeter&endDate=2020-01-01T00:00:00Z";
    let none = project.get(&format!("{}/logs?{ended}", deployment.path())).await.expect(200);
    none.has(json!({ "data": [], "next": "" }));
}

#[tokio::test]
async fn a_region_that_the_stack_does_not_have_supports_nobody() {
    let project = Project::new().await;
    let (_, connector) = StagedConnector::publishing(&project, &greeter()).await;
    let regions = json!({ "action": "setSupportedRegions", "regions": ["us-central1.gcp", "Moon"] });
    let refused = connector.update(json!([regions])).await.expect(400).error("InvalidJsonInput");
    assert_eq!(refused.errors()[0]["field"], "/actions/0/regions/1", "{refused}");
    let comment = json!({ "action": "addCertificationComment", "comment": "" });
    let refused = connector.update(json!([comment])).await.expect(400).error("InvalidJsonInput");
    assert_eq!(refused.errors()[0]["field"], "/actions/0/comment", "{refused}");
}

#[tokio::test]
async fn a_preview_shows_as_being_deployed_from_the_start() {
    let project = Project::new().await;
    let (_, connector) = StagedConnector::publishing(&project, &greeter()).await;
    connector.check().await.has(json!({ "isPreviewable": "true" }));
    let mut draft = connector.draft(greeters());
    draft["connector"]["staged"] = true.into();
    let made = project.post("/deployments", draft).await.expect(201).has(json!({ "status": "Deploying" }));
    let preview = ConnectorDeployment { project: &project, id: made.id() };
    preview.settled().await.has(json!({ "status": "Deployed", "type": "preview" }));
    preview.redeploy(json!({})).await.expect(201).has(json!({ "status": "Deploying" }));
    preview.settled().await.has(json!({ "status": "Deployed" }));
}
