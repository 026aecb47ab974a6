//! What is the same in every attempt fails at once and says why; what may pass is tried again, and the last cause is kept.

use crate::lifecycle::work;
use domain::environment::Environment as StoredEnvironment;
use serde_json::json;
use worker::{Done, MAX_ATTEMPTS, NoObserver, Stage};

use super::workshop::Workshop;
use crate::harness::{Answer, Project, definitions};

/// Title and message of the errors of the build report.
fn errors(deployment: &Answer) -> Vec<(String, String)> {
    let entries = deployment["details"]["build"]["report"]["entries"].as_array().unwrap();
    let errors = entries.iter().filter(|entry| entry["type"] == "Error");
    let text =
        |entry: &serde_json::Value, member: &str| entry[member].as_str().unwrap_or_default().to_owned();
    errors.map(|entry| (text(entry, "title"), text(entry, "message"))).collect()
}

#[tokio::test]
async fn a_value_that_cannot_be_kept_fails_a_deployment_at_once_and_leaves_what_answers() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[crate::harness::plain("word", "old")]).await;
    let flow = project.flow(definitions::telling("word")).await.saved().await;
    let release = flow.release("first").await;
    let live = flow.deploy(release, &staging).await;
    // A variable from before such numbers were refused where they are given.
    let workshop = Workshop::of(&project).await;
    let store = workshop.store();
    let id = staging.id.parse().unwrap();
    let mut environment = store.get_by_id::<StoredEnvironment>(id).await.unwrap().entity;
    environment.set_plain("word".parse().unwrap(), json!(1_234_567_890_123_456_789_u64)).unwrap();
    store.update(&environment, environment.metadata.version).await.unwrap();

    let task = workshop.deploy(&flow, release, &staging).await;
    assert_eq!(workshop.deliver(&task).await, Done::Finished, "one attempt");
    let failed = project.deployment(&task.deployment).get().await.has(json!({ "status": "Failed" }));
    let [(title, message)] = errors(&failed).try_into().unwrap();
    assert_eq!(title, "The build cannot be stored");
    assert_eq!(message, "the number 1234567890123456789 cannot be kept exactly; write it as a string");
    live.get().await.has(json!({ "status": "Deployed", "active": true }));
    // And what is live can be worked on.
    live.update(json!({ "action": "disable" })).await.expect(200);
}

#[tokio::test]
async fn an_operation_that_is_given_up_says_why_its_last_attempt_did_not_end() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow(definitions::greeting()).await.saved().await;
    let release = flow.release("first").await;
    let astray = Workshop::told(&project, &[("HTTP_TASK_ARN", "nowhere")]).await;
    let task = astray.deploy(&flow, release, &staging).await;
    for _ in 0..MAX_ATTEMPTS {
        assert!(work(&astray.context, &task.message, &NoObserver).await.is_err());
    }
    assert_eq!(astray.deliver(&task).await, Done::Finished);
    let failed = project.deployment(&task.deployment).get().await.has(json!({ "status": "Failed" }));
    let [(title, message)] = errors(&failed).try_into().unwrap();
    assert_eq!(title, "Given up");
    assert!(
        message.contains("taken up 5 times") && message.contains("The last attempt: HTTP_TASK_ARN"),
        "{message}"
    );

    // A worker that is killed cannot say why, but that is told as well.
    let workshop = Workshop::of(&project).await;
    let task = workshop.deploy(&flow, release, &staging).await;
    for _ in 0..MAX_ATTEMPTS {
        assert_eq!(workshop.deliver_and_kill(&task, Stage::Acquire).await, None);
        workshop.outlive_leases();
    }
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    let failed = project.deployment(&task.deployment).get().await.has(json!({ "status": "Failed" }));
    let [(title, message)] = errors(&failed).try_into().unwrap();
    assert_eq!(title, "Given up");
    assert!(message.contains("The last attempt: the worker was stopped before it was done"), "{message}");
}
