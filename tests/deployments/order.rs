//! Of two requests for the same flow and place the one that was accepted last has the last word, however long each takes.

use futures::future::{join, join_all};
use serde_json::json;

use super::entries;
use crate::harness::{Deployment, Environment, Flow, Project, definitions};

/// A flow whose first release takes long to be built.
async fn flow(project: &Project) -> Flow<'_> {
    let large = json!({ "release": 1, "filling": "x".repeat(150_000) });
    let definition = definitions::putting_out(large);
    let flow = project.flow_with(json!({ "kind": "api", "definition": definition })).await.saved().await;
    flow.release("large").await;
    flow.save_as(definitions::putting_out(json!({ "release": 2 }))).await;
    flow.release("small").await;
    flow
}

/// The older one is deployed and off, and where it was ready last it says what it was overtaken by.
async fn is_overtaken(older: &Deployment<'_>, newer: &Deployment<'_>) {
    newer.settled().await.has(json!({ "status": "Deployed", "active": true }));
    let seen = older.settled().await.has(json!({ "status": "Deployed", "active": false }));
    let told = entries(&seen, "Information");
    let overtaken = told.iter().find(|(title, _)| title == "Overtaken");
    let by = overtaken.map_or(newer.id.as_str(), |(_, words)| words.as_str());
    assert!(by.contains(&newer.id), "{seen}");
}

#[tokio::test]
async fn an_older_deployment_never_switches_over_a_newer_one() {
    let project = Project::new().await;
    let flow = flow(&project).await;
    let races = (0..12).map(async |turn: usize| {
        let environment = project.environment(&format!("place-{turn}"), &[]).await;
        let older = flow.start_deploying(1, &environment).await;
        let newer = flow.start_deploying(2, &environment).await;
        is_overtaken(&older, &newer).await;
        answers(&flow, &environment, 2).await;
    });
    // Whether the older one was ready last is up to the workers; `lifecycle::overtaken` holds one back.
    join_all(races).await;
}

async fn answers(flow: &Flow<'_>, environment: &Environment, release: u64) {
    let path = format!("/triggers/{}/{}", environment.id, flow.id);
    let said = flow.project.post(&path, json!({})).await.expect(200);
    assert_eq!(said["release"], release, "{said}");
}

#[tokio::test]
async fn what_was_overtaken_can_be_enabled_and_rolled_back() {
    let project = Project::new().await;
    let flow = flow(&project).await;
    let staging = project.environment("staging", &[]).await;
    let older = flow.start_deploying(1, &staging).await;
    let newer = flow.start_deploying(2, &staging).await;
    is_overtaken(&older, &newer).await;
    older.update(json!({ "action": "enable" })).await.expect(200).has(json!({ "active": true }));
    answers(&flow, &staging, 1).await;
    older.update(json!({ "action": "rollback" })).await.expect(200);
    older.settled().await.has(json!({ "status": "Deployed", "active": false }));
    answers(&flow, &staging, 2).await;
}

#[tokio::test]
async fn an_off_switch_needs_no_version() {
    let project = Project::new().await;
    let flow = flow(&project).await;
    let staging = project.environment("staging", &[]).await;
    let deployment = flow.deploy(2, &staging).await;
    let off = json!({ "actions": [{ "action": "disable" }] });
    for _ in 0..2 {
        let answer = project.post(&deployment.path(), off.clone()).await.expect(200);
        answer.has(json!({ "active": false, "status": "Deployed" }));
    }
    for actions in [
        json!([{ "action": "enable" }]),
        json!([{ "action": "disable" }, { "action": "setPriority", "priority": 1 }]),
        json!([]),
    ] {
        let answer = project.post(&deployment.path(), json!({ "actions": actions })).await.expect(400);
        answer.error("InvalidJsonInput").says("only an update whose single action is 'disable'");
    }
    let stale = json!({ "version": 1, "actions": [{ "action": "disable" }] });
    project.post(&deployment.path(), stale).await.expect(409).error("ConcurrentModification");
}

#[tokio::test]
async fn what_is_asked_for_right_after_a_create_is_done_when_it_rests() {
    let project = Project::new().await;
    let flow = flow(&project).await;
    let staging = project.environment("staging", &[]).await;
    let first = flow.deploy(2, &staging).await;

    // Never mind: what answered goes on answering, and the new one is gone.
    let unwanted = flow.start_deploying(1, &staging).await;
    project.delete(&unwanted.path()).await.expect(202);
    project.gone(&unwanted.path()).await;
    answers(&flow, &staging, 2).await;

    // Switched off before it was ever on.
    let held_back = flow.start_deploying(1, &staging).await;
    let off = json!({ "actions": [{ "action": "disable" }] });
    project.post(&held_back.path(), off).await.expect(200).has(json!({ "active": false }));
    held_back.settled().await.has(json!({ "status": "Deployed", "active": false }));

    // Deployed off, and switched on in the same breath, with a priority.
    let draft = json!({
        "flow": flow.id, "release": 1, "environment": staging.id, "description": "for a story",
        "deployDisabled": true,
    });
    let made = project.post("/flow-deployments", draft).await.expect(201).id();
    let made = project.deployment(&made);
    let (enabled, prioritised) = join(
        repeated(&made, json!({ "action": "enable" })),
        repeated(&made, json!({ "action": "setPriority", "priority": 7 })),
    )
    .await;
    assert_eq!([enabled, prioritised], [200, 200]);
    made.settled().await.has(json!({ "status": "Deployed", "active": true, "priority": 7 }));
    first.get().await.has(json!({ "active": false }));
    answers(&flow, &staging, 1).await;
}

/// Repeats an action whose version was overtaken by the worker. The status it ends with.
async fn repeated(deployment: &Deployment<'_>, action: serde_json::Value) -> u16 {
    loop {
        let status = deployment.update(action.clone()).await.status;
        if status != 409 {
            return status;
        }
    }
}
