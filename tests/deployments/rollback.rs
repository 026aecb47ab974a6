use serde_json::{Value, json};

use crate::harness::{
    Behind, Deployment, Environment, Flow, Listener, Project, build_of, definitions, plain, secured,
};
use crate::lifecycle::Workshop;

/// Rolls back, and comes back when that is done.
async fn roll_back(deployment: &Deployment<'_>, action: Value) {
    let mut asked = json!({ "action": "rollback" });
    for (name, value) in action.as_object().unwrap() {
        asked[name] = value.clone();
    }
    let asked = deployment.update(asked).await.expect(200);
    asked.has(json!({ "status": "Queued", "active": true, "operation": { "kind": "rollback" } }));
    deployment.settled().await.has(json!({ "status": "Deployed", "active": false }));
}

/// So many deployments of one release each, which tell their numbers.
async fn deployed_in_turn(project: &Project, count: u64) -> (Flow<'_>, Environment, Vec<Deployment<'_>>) {
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await;
    let mut deployments = Vec::new();
    for number in 1..=count {
        flow.save_as(definitions::putting_out(json!({ "number": number }))).await;
        let release = flow.release("next").await;
        deployments.push(flow.deploy(release, &staging).await);
    }
    (flow, staging, deployments)
}

#[tokio::test]
async fn a_rollback_brings_back_the_values_that_it_ran_with() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let variables = [plain("word", "first word"), secured("token", "first secret")];
    let staging = project.environment("staging", &variables).await;
    let headers = json!({ "x-word": "${word}", "authorization": "Bearer ${secret.token}" });
    let flow = project.flow(definitions::calling(&server.url(), headers.clone())).await.saved().await;
    let one = flow.release("first").await;
    let first = flow.deploy(one, &staging).await;
    let sends = async |word: &str, secret: &str| {
        flow.run(&staging, json!(null)).await.has(json!({ "status": "Succeeded" }));
        assert_eq!(server.last("x-word"), word);
        assert_eq!(server.last("authorization"), format!("Bearer {secret}"));
    };
    sends("first word", "first secret").await;

    staging.set(&project, plain("word", "second word")).await;
    staging.set(&project, secured("token", "second secret")).await;
    sends("first word", "first secret").await;
    let mut changed = definitions::calling(&server.url(), headers);
    changed["Comment"] = json!("changed");
    flow.save_as(changed).await;
    let two = flow.release("second").await;
    let second = flow.deploy(two, &staging).await;
    sends("second word", "second secret").await;

    roll_back(&second, json!({})).await;
    sends("first word", "first secret").await;
    first.get().await.has(json!({ "status": "Deployed", "active": true }));
    let releases = project.get(&flow.releases()).await.expect(200);
    assert_eq!(
        releases.each("deployedIn"),
        [json!([]), json!([{ "environment": staging.id, "deployment": first.id }])]
    );

    first.update(json!({ "action": "redeploy" })).await.expect(200);
    first.settled().await.has(json!({ "status": "Deployed", "active": true }));
    sends("second word", "second secret").await;
}

#[tokio::test]
async fn rolling_back_twice_goes_two_steps() {
    let project = Project::new().await;
    let (flow, staging, deployments) = deployed_in_turn(&project, 3).await;
    roll_back(&deployments[2], json!({})).await;
    flow.run(&staging, json!(null)).await.has(json!({ "output": { "number": 2 } }));
    roll_back(&deployments[1], json!({})).await;
    flow.run(&staging, json!(null)).await.has(json!({ "output": { "number": 1 } }));
    deployments[0].get().await.has(json!({ "active": true, "release": 1 }));
    // Not forth again: what was gone back from is gone back to only by its name.
    let refused = deployments[0].update(json!({ "action": "rollback" })).await.expect(400);
    refused.error("DeploymentNothingToRollBackTo");
    project.get("/flow-deployments?active=true").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn a_rollback_can_go_to_any_deployment_that_answered_here() {
    let project = Project::new().await;
    let (flow, staging, deployments) = deployed_in_turn(&project, 3).await;
    roll_back(&deployments[2], json!({ "to": deployments[0].id })).await;
    flow.run(&staging, json!(null))
        .await
        .has(json!({ "output": { "number": 1 }, "deployment": deployments[0].id }));
    roll_back(&deployments[0], json!({ "to": deployments[2].id })).await;
    flow.run(&staging, json!(null)).await.has(json!({ "output": { "number": 3 } }));
}

#[tokio::test]
async fn a_state_machine_that_was_given_up_is_made_again() {
    let project = Project::new().await;
    let (flow, staging, deployments) = deployed_in_turn(&project, 6).await;
    Workshop::of(&project).await.clear_away(&project, &staging).await;
    let behind = Behind::look().await;
    let mut kept = Vec::new();
    for deployment in &deployments {
        kept.push(behind.machine_of(&build_of(&deployment.get().await)).await.is_some());
    }
    assert_eq!(kept, [false, false, true, true, true, true], "the one that answers, and three to go back to");
    let build = build_of(&deployments[0].get().await);
    roll_back(&deployments[5], json!({ "to": deployments[0].id })).await;
    flow.run(&staging, json!(null)).await.has(json!({ "status": "Succeeded", "output": { "number": 1 } }));
    assert!(behind.machine_of(&build).await.is_some());
    assert_eq!(build_of(&deployments[0].get().await), build, "it is the build that it was");
}

#[tokio::test]
async fn what_cannot_be_rolled_back_is_refused_and_nothing_changes() {
    let project = Project::new().await;
    let (flow, staging, deployments) = deployed_in_turn(&project, 2).await;
    let elsewhere = project.environment("production", &[]).await;
    let elsewhere = flow.deploy(1, &elsewhere).await;
    let failing = project.environment("empty", &[]).await;
    flow.save_as(definitions::telling("missing")).await;
    let broken = flow.release("broken").await;
    let failed = flow.start_deploying(broken, &failing).await;
    failed.settled().await.has(json!({ "status": "Failed" }));
    let nobody = "00000000-0000-4000-8000-000000000000";
    for (deployment, action, words) in [
        (&elsewhere, json!({ "action": "rollback" }), "answered here before"),
        (&deployments[0], json!({ "action": "rollback" }), "does not answer"),
        (&failed, json!({ "action": "rollback" }), "does not answer"),
        (&deployments[1], json!({ "action": "rollback", "to": elsewhere.id }), "answered here before"),
        (&deployments[1], json!({ "action": "rollback", "to": deployments[1].id }), "answered here before"),
        (&deployments[1], json!({ "action": "rollback", "to": nobody }), "answered here before"),
    ] {
        let before = deployment.get().await;
        let refused = deployment.update(action.clone()).await.about(&action.to_string());
        refused.expect(400).error("DeploymentNothingToRollBackTo").says(words);
        assert_eq!(deployment.get().await.body, before.body);
    }
    flow.run(&staging, json!(null)).await.has(json!({ "output": { "number": 2 } }));
}
