//! A message is a hint: it may come again, and to several at once.

use crate::lifecycle::work;
use domain::deployment::OperationKind;
use futures::future::join_all;
use futures::join;
use serde_json::{Value, json};
use worker::{Done, Stage};

use super::scene::titles;
use super::workshop::{Stop, Task, Workshop};
use crate::harness::{Answer, Behind, Environment, Flow, Project, build_of, plain};

/// A released flow, and an environment to deploy it to.
async fn released(project: &Project) -> (Flow<'_>, u64, Environment) {
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    (flow, release, project.environment("staging", &[plain("greeting", "hello")]).await)
}

/// The deployment went through its stages once.
async fn deployed_once(project: &Project, task: &Task) -> Answer {
    let seen = project.deployment(&task.deployment).get().await;
    let seen = seen.has(json!({ "status": "Deployed", "active": true }));
    assert_eq!(
        titles(&seen),
        [
            "Release resolved",
            "Configured",
            "Definition valid",
            "Provisioned",
            "Verified",
            "Switched",
            "Deployed"
        ]
    );
    assert_eq!(Behind::look().await.provisioned(&[&task.build]).await.len(), 1);
    seen
}

#[tokio::test]
async fn the_same_message_three_times_deploys_once() {
    let project = Project::new().await;
    let (flow, release, staging) = released(&project).await;
    let workshop = Workshop::of(&project).await;
    let task = workshop.deploy(&flow, release, &staging).await;
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    let once = deployed_once(&project, &task).await;
    for _ in 0..2 {
        assert_eq!(workshop.deliver(&task).await, Done::Nothing);
    }
    assert_eq!(deployed_once(&project, &task).await.body, once.body);
}

#[tokio::test]
async fn the_same_message_three_times_at_once_deploys_once() {
    let project = Project::new().await;
    let (flow, release, staging) = released(&project).await;
    let workshop = Workshop::of(&project).await;
    for _ in 0..5 {
        let task = workshop.deploy(&flow, release, &staging).await;
        let done = join_all((0..3).map(|_| workshop.deliver(&task))).await;
        assert_eq!(done.iter().filter(|done| **done == Done::Finished).count(), 1, "{done:?}");
        deployed_once(&project, &task).await;
    }
}

#[tokio::test]
async fn of_two_workers_exactly_one_does_it() {
    let project = Project::new().await;
    let (flow, release, staging) = released(&project).await;
    let (one, other) = (Workshop::of(&project).await, Workshop::of(&project).await);
    let task = one.deploy(&flow, release, &staging).await;
    one.deliver(&task).await;
    let back = flow.deploy(release, &staging).await;
    for kind in [
        OperationKind::Redeploy { in_place: false },
        OperationKind::Rollback { to: None },
        OperationKind::Undeploy,
    ] {
        let task = one.ask(&back.id, kind.clone()).await;
        let (first, second) = join!(one.deliver(&task), other.deliver(&task));
        let finished = [first, second].into_iter().filter(|done| *done == Done::Finished).count();
        assert_eq!(finished, 1, "{kind:?}");
    }
    project.get(&back.path()).await.expect(404);
    deployed_once(&project, &task).await;
}

#[tokio::test]
async fn a_message_for_an_operation_that_is_over_is_dropped() {
    let project = Project::new().await;
    let (flow, release, staging) = released(&project).await;
    let workshop = Workshop::of(&project).await;
    let first = workshop.deploy(&flow, release, &staging).await;
    workshop.deliver(&first).await;
    let again = workshop.ask(&first.deployment, OperationKind::Redeploy { in_place: false }).await;
    assert_eq!(workshop.deliver(&first).await, Done::Nothing);
    let queued = project.deployment(&first.deployment).get().await.has(json!({ "status": "Queued" }));
    assert_eq!(build_of(&queued), again.build);
    assert_eq!(queued["details"]["build"]["report"]["entries"], Value::Array(Vec::new()));
    assert_eq!(workshop.deliver(&again).await, Done::Finished);
    deployed_once(&project, &again).await;
    let mut gone = again.clone();
    gone.message.id = gone.build.parse().unwrap();
    assert_eq!(workshop.deliver(&gone).await, Done::Nothing);
}

#[tokio::test]
async fn a_state_machine_that_is_not_to_be_seen_yet_fails_no_deployment() {
    let project = Project::new().await;
    let (flow, release, staging) = released(&project).await;
    let workshop = Workshop::of(&project).await;
    let task = workshop.deploy(&flow, release, &staging).await;
    let stop = Stop::after(Stage::Provision);
    let hiding = async {
        stop.reached.notified().await;
        let made = workshop.read(&task.deployment).await.candidate.unwrap();
        workshop.context.machines().delete(&made.state_machine).await.unwrap();
        stop.go_on.notify_one();
    };
    let (interrupted, ()) = join!(work(&workshop.context, &task.message, &stop), hiding);
    assert!(interrupted.is_err(), "{interrupted:?}");
    // The lease was given back: the message that comes again finds nobody at it.
    project.deployment(&task.deployment).get().await.has(json!({ "status": "Deploying", "active": false }));
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    deployed_once(&project, &task).await;
}
