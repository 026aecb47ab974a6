//! A schedule follows its route, whatever becomes of the worker after the switch.

use app::AppError;
use app::amend::amend;
use domain::amendment::{Amendment, Wanted};
use domain::deployment::{Arrival, OperationKind};
use domain::metadata::Principal;
use domain::placement::Placement;
use futures::future::join_all;
use serde_json::json;
use uuid::Uuid;
use worker::{Done, MAX_ATTEMPTS, Stage, SweepOutcome};

use super::sweeper::OVERDUE;
use super::workshop::{Task, Workshop};
use crate::harness::{Answer, Behind, Environment, Flow, Project, SOON, Stack, eventually};

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

/// What stands for everywhere in the names of schedules.
fn everywhere() -> Environment {
    Environment { id: Uuid::nil().to_string() }
}

/// Makes a second release that starts at another rate.
async fn release_at(flow: &Flow<'_>, rate: &str) {
    let trigger = json!({ "type": "job", "schedule": rate });
    flow.update(json!([{ "action": "setTrigger", "trigger": trigger }, { "action": "save" }])).await;
    flow.release("second").await;
}

/// Two releases were deployed, the first each day, and the second every other day; then the first was switched on again,
/// and no worker heard of it.
async fn switched_back(
    workshop: &Workshop,
    by_whom: &Workshop,
    flow: &Flow<'_>,
    staging: &Environment,
) -> Task {
    let first = workshop.deploy(flow, 1, staging).await;
    workshop.deliver(&first).await;
    release_at(flow, "rate(2 days)").await;
    let second = workshop.deploy(flow, 2, staging).await;
    workshop.deliver(&second).await;
    let amendment = Amendment { switch: Some(Wanted::TakeOver), ..Amendment::default() };
    let (store, by) = (by_whom.store(), Principal::system("story"));
    let id = first.deployment.parse().unwrap();
    let amended =
        amend::<AppError>(&by_whom.context, &store, id, &amendment, &|_| Ok(()), &by).await.unwrap();
    assert!(amended.entity.follow_up && amended.derived.enabled.is_some());
    assert_eq!(expression(flow, staging).await.as_deref(), Some("rate(2 days)"));
    first
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
    let again = workshop.ask(&task.deployment, OperationKind::Redeploy { in_place: false }).await;
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
    release_at(&flow, "rate(2 days)").await;
    let task = workshop.deploy(&flow, 2, &staging).await;
    assert_eq!(workshop.deliver_and_kill(&task, Stage::Switch).await, None);
    workshop.outlive_leases();
    for _ in 1..MAX_ATTEMPTS {
        assert_eq!(workshop.deliver_and_kill(&task, Stage::Acquire).await, None);
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

#[tokio::test]
async fn the_sweeper_lets_a_schedule_follow_whose_message_was_lost() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let workshop = Workshop::of(&project).await;
    let first = switched_back(&workshop, &workshop, &flow, &staging).await;
    let before = workshop.read(&first.deployment).await;
    assert_eq!(workshop.look_after(&first.deployment).await, SweepOutcome::Tidied);
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
    let after = workshop.read(&first.deployment).await;
    assert_eq!((after.follow_up, after.metadata.version), (false, before.metadata.version));
    assert_eq!(workshop.look_after(&first.deployment).await, SweepOutcome::None);
}

#[tokio::test]
async fn the_sweeper_of_the_stack_lets_schedules_follow() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let late = Workshop::ahead(&project, OVERDUE).await;
    let first = switched_back(&Workshop::of(&project).await, &late, &flow, &staging).await;
    eventually(SOON, "the schedule follows", async || {
        Stack::get().invoke("flow-lifecycle.sweep", &json!({})).await;
        let seen = late.read(&first.deployment).await;
        if seen.follow_up { Err(format!("{:?}", seen.build)) } else { Ok(()) }
    })
    .await;
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
}

#[tokio::test]
async fn a_message_lets_a_schedule_follow_at_once() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let workshop = Workshop::of(&project).await;
    let first = switched_back(&workshop, &workshop, &flow, &staging).await;
    let done = join_all((0..3).map(|_| workshop.deliver(&first))).await;
    assert!(done.contains(&Done::Finished), "{done:?}");
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
    assert!(!workshop.read(&first.deployment).await.follow_up);
    assert_eq!(workshop.deliver(&first).await, Done::Nothing);
}

#[tokio::test]
async fn a_schedule_that_is_refused_when_it_is_to_follow_is_tried_again_and_told_of_once() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let elsewhere = Workshop::told(&project, &[("SCHEDULE_GROUP", "no-such-group")]).await;
    let workshop = Workshop::of(&project).await;
    let first = switched_back(&workshop, &workshop, &flow, &staging).await;
    let before = workshop.read(&first.deployment).await;
    for _ in 0..2 {
        assert_eq!(elsewhere.deliver(&first).await, Done::Nothing);
        let seen = project.deployment(&first.deployment).get().await;
        let seen = seen.has(json!({ "status": "Deployed", "active": true }));
        let titles: Vec<_> = errors(&seen).iter().map(|(title, _)| *title).collect();
        assert_eq!(titles, ["The schedule could not be set"]);
    }
    let late = workshop.read(&first.deployment).await;
    assert_eq!((late.follow_up, late.metadata.version), (true, before.metadata.version));
    assert_eq!(workshop.look_after(&first.deployment).await, SweepOutcome::Tidied);
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
    let entries = workshop.read(&first.deployment).await.build.report.entries;
    assert_eq!(entries.last().unwrap().title, "Scheduled");
}

#[tokio::test]
async fn a_move_takes_its_schedule_along_even_if_it_is_given_up_after_the_switch() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let workshop = Workshop::of(&project).await;
    let first = workshop.deploy(&flow, 1, &staging).await;
    workshop.deliver(&first).await;
    let from: Placement = staging.id.parse().unwrap();
    let everywhere = everywhere();
    let there = OperationKind::Move { from, to: Placement::Global, arrival: Arrival::TakeOver };
    let task = workshop.ask(&first.deployment, there).await;
    assert_eq!(workshop.deliver_and_kill(&task, Stage::Switch).await, None);
    workshop.outlive_leases();
    for _ in 1..MAX_ATTEMPTS {
        assert_eq!(workshop.deliver_and_kill(&task, Stage::Acquire).await, None);
        workshop.outlive_leases();
    }
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    assert_eq!(expression(&flow, &staging).await, None);
    assert_eq!(expression(&flow, &everywhere).await.as_deref(), Some("rate(1 day)"));
    // And back again, without trouble.
    let back = OperationKind::Move { from: Placement::Global, to: from, arrival: Arrival::TakeOver };
    let task = workshop.ask(&first.deployment, back).await;
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    assert_eq!(expression(&flow, &everywhere).await, None);
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
    project.deployment(&first.deployment).get().await.has(json!({ "status": "Deployed", "active": true }));
}

#[tokio::test]
async fn the_schedules_of_a_package_follow_when_it_is_on() {
    let project = Project::new().await;
    let (flow, staging) = job(&project, "rate(1 day)").await;
    let workshop = Workshop::of(&project).await;
    let first = workshop.deploy(&flow, 1, &staging).await;
    workshop.deliver(&first).await;
    release_at(&flow, "rate(2 days)").await;
    let task = workshop.ship(&[(&flow, 2)], &staging).await;
    assert_eq!(workshop.deliver_and_kill(&task, Stage::Together).await, None);
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(1 day)"));
    workshop.outlive_leases();
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    assert_eq!(expression(&flow, &staging).await.as_deref(), Some("rate(2 days)"));
}
