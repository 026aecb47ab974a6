//! A message that never arrives is found, and what can never be done is given up.

use domain::deployment::OperationKind;
use serde_json::{Value, json};
use worker::SweepOutcome;

use super::scene::Scene;
use super::workshop::{Task, Workshop};
use crate::harness::{Answer, Behind, Project, SOON, Stack, eventually};

/// Runs for much longer than any story.
fn waiting() -> Value {
    let wait = json!({ "Type": "Wait", "Seconds": 3_600, "End": true });
    json!({ "QueryLanguage": "JSONata", "StartAt": "Wait", "States": { "Wait": wait } })
}

/// Nobody has heard of the operation for so long, in seconds.
pub(super) const OVERDUE: i64 = -61;
pub(super) const PAST_THE_DEADLINE: i64 = -31 * 60;

/// Sweeps until the operation is over, and answers the deployment.
pub(super) async fn swept(project: &Project, task: &Task) -> Answer {
    let path = format!("/flow-deployments/{}", task.deployment);
    eventually(SOON, "the sweeper brings the operation to its end", async || {
        let sweep = Stack::get().invoke("flow-lifecycle.sweep", &json!({})).await;
        assert!(!sweep.failed, "{:#}", sweep.payload);
        let seen = project.get(&path).await;
        let under_way = ["Queued", "Deploying", "Undeploying"].iter().any(|status| seen["status"] == *status);
        if under_way { Err(seen) } else { Ok(seen) }
    })
    .await
}

/// The last entry of the build report says that the operation was given up, and why.
#[track_caller]
fn given_up(deployment: &Answer, why: &str) {
    let entries = deployment["details"]["build"]["report"]["entries"].as_array().unwrap();
    let last = entries.last().unwrap_or_else(|| deployment.fail("the report should say why"));
    assert_eq!(last["type"], "Error", "{deployment}");
    assert_eq!(last["title"], "Given up", "{deployment}");
    assert!(last["message"].as_str().unwrap().contains(why), "{deployment}");
}

#[tokio::test]
async fn a_message_that_never_arrived_is_sent_again() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let late = Workshop::ahead(&project, OVERDUE).await;
    let task = late.deploy(&flow, 2, &scene.environment).await;
    swept(&project, &task).await.has(json!({ "status": "Deployed", "active": true }));
    scene.call().await.expect(200).has(json!({ "release": 2 }));

    let back = late.ask(&task.deployment, OperationKind::Rollback { to: None }).await;
    swept(&project, &back).await.has(json!({ "status": "Deployed", "active": false }));
    scene.call().await.expect(200).has(json!({ "release": 1 }));

    let gone = late.ask(&scene.first.id, OperationKind::Undeploy).await;
    swept(&project, &gone).await.expect(404);
    scene.call().await.expect(404);
}

#[tokio::test]
async fn what_is_not_overdue_is_left_to_its_worker() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let task = scene.workshop.deploy(&flow, 2, &scene.environment).await;
    let deployment = project.deployment(&task.deployment);
    let queued = deployment.get().await.has(json!({ "status": "Queued" }));
    for _ in 0..3 {
        Stack::get().invoke("flow-lifecycle.sweep", &json!({})).await;
    }
    assert_eq!(deployment.get().await.body, queued.body);
    scene.workshop.deliver(&task).await;
    deployment.get().await.has(json!({ "status": "Deployed" }));
}

#[tokio::test]
async fn an_operation_past_its_deadline_is_given_up() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let late = Workshop::ahead(&project, PAST_THE_DEADLINE).await;
    let task = late.deploy(&flow, 2, &scene.environment).await;
    let failed = swept(&project, &task).await.has(json!({ "status": "Failed", "active": false }));
    given_up(&failed, "30 minutes");
    scene.call().await.expect(200).has(json!({ "release": 1, "word": "old" }));
    // It can be asked for again, and then it works.
    let again = project.deployment(&task.deployment);
    again.update(json!({ "action": "redeploy" })).await.expect(200).has(json!({ "status": "Queued" }));
    again.settled().await.has(json!({ "status": "Deployed", "active": true }));
}

#[tokio::test]
async fn an_operation_that_was_taken_up_too_often_is_given_up() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let late = Workshop::ahead(&project, OVERDUE).await;
    let task = late.deploy(&flow, 2, &scene.environment).await;
    let mut deployment = late.read(&task.deployment).await;
    deployment.work_state.attempts = worker::MAX_ATTEMPTS;
    late.store().save_progress(&deployment, deployment.work_state.epoch).await.unwrap();
    let failed = swept(&project, &task).await.has(json!({ "status": "Failed", "active": false }));
    given_up(&failed, "5 times");
    scene.call().await.expect(200).has(json!({ "release": 1 }));
    assert_eq!(scene.workshop.led_to(&flow, &scene.environment).await.len(), 1);
}

#[tokio::test]
async fn an_undeployment_that_is_given_up_can_be_asked_for_again() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let late = Workshop::ahead(&project, PAST_THE_DEADLINE).await;
    let task = late.ask(&scene.first.id, OperationKind::Undeploy).await;
    let failed = swept(&project, &task).await.has(json!({ "status": "UndeployFailed" }));
    given_up(&failed, "30 minutes");
    scene.call().await.expect(200).has(json!({ "release": 1 }));
    scene.first.undeploy().await;
    scene.call().await.expect(404);
}

#[tokio::test]
async fn one_look_sets_the_schedule_and_retires_what_nothing_leads_to() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let workshop = &scene.workshop;
    let mut rests = workshop.read(&scene.first.id).await;
    rests.follow_up = true;
    rests.retiring.push("no state machine".to_owned());
    workshop.store().update(&rests, rests.metadata.version).await.unwrap();
    workshop.outlive_runs();
    // Each is noted by itself, the schedule first.
    assert_eq!(workshop.look_after(&scene.first.id).await, SweepOutcome::Tidied);
    let left = workshop.read(&scene.first.id).await;
    assert_eq!((left.follow_up, left.retiring), (false, Vec::new()));
}

#[tokio::test]
async fn what_cannot_be_cleared_away_yet_is_put_off_longer_each_time() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "definition": waiting() })).await.saved().await;
    let release = flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    let workshop = Workshop::of(&project).await;
    let first = workshop.deploy(&flow, release, &staging).await;
    workshop.deliver(&first).await;
    project.post("/runs", json!({ "flow": flow.id, "environment": staging.id })).await.expect(201);
    let again = workshop.ask(&first.deployment, OperationKind::Redeploy { in_place: false }).await;
    workshop.deliver(&again).await;
    let before = project.deployment(&first.deployment).get().await;
    assert!(!workshop.is_overdue(&first.deployment).await, "not at once");
    assert_eq!(workshop.look_after(&first.deployment).await, SweepOutcome::None);
    assert!(!workshop.is_overdue(&first.deployment).await, "put off for a minute");
    workshop.wait(65);
    assert!(workshop.is_overdue(&first.deployment).await);
    assert_eq!(workshop.look_after(&first.deployment).await, SweepOutcome::None);
    workshop.wait(61);
    assert!(
        !workshop.is_overdue(&first.deployment).await,
        "it has waited three minutes, so it waits three more"
    );
    workshop.wait(150);
    assert!(workshop.is_overdue(&first.deployment).await);
    assert_eq!(project.deployment(&first.deployment).get().await.body, before.body, "nothing has changed");
    assert_eq!(Behind::look().await.provisioned(&[&first.build]).await.len(), 1, "it still runs");
}

#[tokio::test]
async fn what_answers_synchronously_is_kept_until_no_run_of_it_can_be_left() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "kind": "api" })).await.saved().await;
    let release = flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    let workshop = Workshop::of(&project).await;
    let first = workshop.deploy(&flow, release, &staging).await;
    workshop.deliver(&first).await;
    let again = workshop.ask(&first.deployment, OperationKind::Redeploy { in_place: false }).await;
    workshop.deliver(&again).await;
    let behind = Behind::look().await;
    assert_eq!(workshop.look_after(&first.deployment).await, SweepOutcome::None);
    assert_eq!(behind.provisioned(&[&first.build]).await.len(), 1, "nobody can say whether it still runs");
    workshop.outlive_runs();
    assert_eq!(workshop.look_after(&first.deployment).await, SweepOutcome::Tidied);
    assert!(behind.provisioned(&[&first.build]).await.is_empty());
    assert_eq!(behind.provisioned(&[&again.build]).await.len(), 1);
}
