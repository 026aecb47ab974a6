use serde_json::json;

use crate::harness::{Behind, Project, build_of, plain};

#[tokio::test]
async fn what_is_undeployed_leaves_nothing_behind() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let orders = project.integration("orders").await;
    let trigger = json!({ "type": "job", "schedule": "rate(1 day)" });
    let flow =
        project.flow_with(json!({ "integration": "key=orders", "trigger": trigger })).await.saved().await;
    let one = flow.release("first").await;
    let first = flow.deploy(one, &staging).await;
    flow.update(json!([{ "action": "setTrigger", "trigger": { "type": "service" } }, { "action": "save" }]))
        .await;
    let two = flow.release("second").await;
    let second = flow.deploy(two, &staging).await;
    let third = flow.deploy(one, &staging).await;
    let mut builds = Vec::new();
    for deployment in [&first, &second, &third] {
        builds.push(build_of(&deployment.get().await));
    }
    let builds: Vec<&str> = builds.iter().map(String::as_str).collect();
    let behind = Behind::look().await;
    assert_eq!(behind.provisioned(&builds).await.len(), 3);
    assert!(behind.schedule(&flow, &staging).await.is_some());
    for path in [staging.path(), flow.path(), format!("/integrations/{orders}")] {
        project.delete(&path).await.expect(400).error("EntityInUse").says("undeploy");
        project.get(&path).await.expect(200);
    }
    third.undeploy().await;
    assert!(behind.provisioned(&builds).await.is_empty(), "whatever could be gone back to is gone too");
    assert!(behind.schedule(&flow, &staging).await.is_none());
    let run = json!({ "flow": flow.id, "environment": staging.id });
    project.post("/runs", run).await.expect(404).error("ResourceNotFound");
    project.get(&third.path()).await.expect(404).error("ResourceNotFound");
    // What answered before is history: nobody is switched on in its place.
    for deployment in [&first, &second] {
        deployment.get().await.has(json!({ "status": "Deployed", "active": false }));
    }
    for path in [flow.path(), staging.path(), format!("/integrations/{orders}")] {
        project.delete(&path).await.expect(200);
    }
    // History can be cleared even then.
    first.undeploy().await;
    second.undeploy().await;
    project.get("/flow-deployments").await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn the_url_of_what_is_undeployed_stops_answering() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "hello")]).await;
    let flow = project.flow_with(json!({ "kind": "api" })).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await;
    let path = format!("/triggers/{}/{}", staging.id, flow.id);
    project.post(&path, json!({})).await.expect(200).has(json!({ "greeting": "hello" }));
    deployment.undeploy().await;
    project.post(&path, json!({})).await.expect(404).error("ResourceNotFound");
}

#[tokio::test]
async fn one_of_two_environments_goes_and_the_other_stays() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    let gone = flow.deploy(release, &staging).await;
    let stays = flow.deploy(release, &production).await;
    gone.undeploy().await;
    project.delete(&staging.path()).await.expect(200);
    project.delete(&flow.path()).await.expect(400).error("EntityInUse");
    stays.get().await.has(json!({ "status": "Deployed", "active": true }));
    flow.run(&production, json!(null)).await.has(json!({ "status": "Succeeded" }));
}

#[tokio::test]
async fn what_is_superseded_goes_without_a_trace_in_what_answers() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    let first = flow.deploy(release, &staging).await;
    let build = build_of(&first.get().await);
    let second = flow.deploy(release, &staging).await;
    let before = second.get().await;
    first.undeploy().await;
    assert_eq!(second.get().await.body, before.body);
    assert_eq!(Behind::look().await.machine_of(&build).await, None);
    flow.run(&staging, json!(null)).await.has(json!({ "status": "Succeeded", "deployment": second.id }));
    let refused = second.update(json!({ "action": "rollback" })).await;
    refused.expect(400).error("DeploymentNothingToRollBackTo");
}
