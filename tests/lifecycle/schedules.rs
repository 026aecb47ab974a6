//! A schedule follows its route, whatever becomes of the worker after the switch.

use ::lifecycle::{Done, MAX_ATTEMPTS, Stage};
use domain::deployment::OperationKind;
use futures::future::join_all;
use serde_json::json;

use super::workshop::Workshop;
use crate::harness::{Answer, Behind, Environment, Flow, Project};

/// A flow whose release starts at a rate, and an environment.
async fn job<'p>(project: &'p Project, rate: &str) -> (Flow<'p>, Environment) {
    let flow =
        project.flow_with(json!({ "trigger": { "type": "job", "schedule": rate } })).await.saved().await;
    flow.release("first").await;
    (flow, project.environment("staging", &[]).await)
}

async fn expression(flow: &Flow<'_>, environment: &Environment) -> Option<String> {
    let found = Behind::look().await.schedule(flow, environment).await?;
    found.schedule_expression().map(str::to_owned)
}

/// The titles of the errors in the build report, and what they say.
fn errors(deployment: &Answer) -> Vec<(&str, &str)> {
    let entries = deployment["details"]["build"]["report"]["entries"].as_array().unwrap();
    let errors = entries.iter().filter(|entry| entry["type"] == "Error");
    errors.map(|entry| (entry["title"].as_str().unwrap(), entry["message"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_schedule_that_is_refused_fails_a_deployment_that_answers_and_says_so() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let elsewhere = Workshop::told(&project, &[("SCHEDULE_GROUP", "no-such-group")]).await;
    let task = elsewhere.deploy(&flow, 1, &staging).await;
    assert_eq!(elsewhere.deliver(&task).await, Done::Finished);
    let failed = project.deployment(&task.deployment).get().await;
    let failed = failed.has(json!({ "status": "Failed", "active": true }));
    let errors = errors(&failed);
    assert_eq!(errors.len(), 1, "{failed}");
    assert_eq!(errors[0].0, "The schedule could not be set", "{failed}");
    assert!(errors[0].1.contains("nothing starts it at rate(1 day)"), "{failed}");
    assert_eq!(elsewhere.led_to(&flow, &staging).await.len(), 1, "the new build answers");
    // Once the cause is mended the same deployment gets its schedule.
    let workshop = Workshop::of(&project).await;
    let again = workshop.ask(&task.deployment, OperationKind::Redeploy).await;
    workshop.deliver(&again).await;
    project.deployment(&task.deployment).get().await.has(json!({ "status": "Deployed", "active": true }));
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
}

#[tokio::test]
async fn a_deployment_that_is_given_up_after_the_switch_has_its_schedule() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let workshop = Workshop::of(&project).await;
    let first = workshop.deploy(&flow, 1, &staging).await;
    workshop.deliver(&first).await;
    let trigger = json!({ "type": "job", "schedule": "rate(2 days)" });
    flow.update(json!([{ "action": "setTrigger", "trigger": trigger }, { "action": "save" }])).await;
    flow.release("second").await;
    let task = workshop.deploy(&flow, 2, &staging).await;
    assert_eq!(workshop.deliver_and_kill(&task, Stage::Switch).await, None);
    workshop.outlive_leases();
    for _ in 1..MAX_ATTEMPTS {
        assert_eq!(workshop.deliver_and_kill(&task, Stage::Claim).await, None);
        workshop.outlive_leases();
    }
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    let failed = project.deployment(&task.deployment).get().await;
    let failed = failed.has(json!({ "status": "Failed", "active": true }));
    assert_eq!(errors(&failed).iter().map(|(title, _)| *title).collect::<Vec<_>>(), ["Given up"]);
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(2 days)"));
}

#[tokio::test]
async fn first_deployments_at_once_set_one_schedule() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let workshop = Workshop::of(&project).await;
    let tasks = join_all((0..8).map(|_| workshop.deploy(&flow, 1, &staging))).await;
    let done = join_all(tasks.iter().map(|task| workshop.deliver(task))).await;
    assert_eq!(done, [Done::Finished; 8]);
    for task in &tasks {
        project.deployment(&task.deployment).get().await.has(json!({ "status": "Deployed" }));
    }
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
}
