//! What is on its way is told as such: whoever comes too early learns that it will be there.

use serde_json::json;

use super::scene::Scene;
use super::workshop::Workshop;
use crate::harness::{Project, plain};

#[tokio::test]
async fn a_run_of_what_is_being_deployed_is_told_to_wait() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let staging = project.environment("staging", &[plain("word", "soon")]).await;
    let workshop = Workshop::of(&project).await;
    let trigger = format!("/triggers/{}/{}", staging.id, flow.id);
    let draft = json!({ "flow": flow.id, "environment": staging.id, "input": {} });
    project.post("/runs", draft.clone()).await.expect(404).error("ResourceNotFound");
    project.post(&trigger, json!({})).await.expect(404).error("ResourceNotFound");

    let task = workshop.deploy(&flow, 2, &staging).await;
    project
        .get(&format!("/flow-deployments/{}", task.deployment))
        .await
        .expect(200)
        .has(json!({ "status": "Queued" }));
    for (path, body) in [("/runs", draft.clone()), (trigger.as_str(), json!({}))] {
        let told = project.post(path, body).await.expect(409).error("DeploymentUnderWay");
        let told = told.says(&task.deployment).says("release 2 is Queued").says("when it is Deployed");
        assert_eq!(told.errors()[0]["deployment"], task.deployment.as_str(), "{told}");
        assert_eq!(told.errors()[0]["status"], "Queued", "{told}");
    }
    // Elsewhere nothing is on its way.
    let elsewhere = project.environment("production", &[]).await;
    let there = json!({ "flow": flow.id, "environment": elsewhere.id, "input": {} });
    project.post("/runs", there).await.expect(404).error("ResourceNotFound");

    workshop.deliver(&task).await;
    project.post("/runs", draft).await.expect(201).has(json!({ "output": { "release": 2, "word": "soon" } }));
}
