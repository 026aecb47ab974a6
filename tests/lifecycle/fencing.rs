//! A worker that was overtaken can change nothing any more.

use domain::connector_deployment::OperationKind as ConnectorOperation;
use domain::deployment::OperationKind;
use futures::join;
use serde_json::json;
use worker::{Done, Stage};

use super::workshop::{Stop, Task, Workshop};
use crate::harness::{
    Archive, Behind, Client, Environment, Flow, Listener, Project, StagedConnector, configured, definitions,
};

/// Pauses a worker after `stage`. While it sleeps its lease runs out and `meanwhile` happens; then it wakes up.
async fn overtake(
    workshop: &Workshop,
    task: &Task,
    stage: Stage,
    meanwhile: impl Future<Output = ()>,
) -> Done {
    let stop = Stop::after(stage);
    let overtaking = async {
        stop.reached.notified().await;
        workshop.outlive_leases();
        meanwhile.await;
        stop.go_on.notify_one();
    };
    join!(workshop.watched(task, &stop), overtaking).0
}

/// A flow with two releases, and an environment where the first answers.
async fn first_answers<'p>(project: &'p Project, key: &str) -> (Flow<'p>, Environment, String) {
    let flow = project.flow_with(json!({})).await.saved().await;
    let environment = project.environment(key, &[]).await;
    let first = flow.release("first").await;
    let before = flow.deploy(first, &environment).await;
    flow.release("second").await;
    (flow, environment, before.id)
}

#[tokio::test]
async fn a_worker_that_sleeps_past_its_lease_changes_nothing_when_it_wakes() {
    let project = Project::new().await;
    let workshop = Workshop::of(&project).await;
    let behind = Behind::look().await;
    for (number, stage) in Stage::ALL.iter().enumerate() {
        let (flow, environment, _) = first_answers(&project, &format!("stage-{number}")).await;
        let task = workshop.deploy(&flow, 2, &environment).await;
        let after = std::sync::Mutex::new(None);
        let woken = overtake(&workshop, &task, *stage, async {
            assert_eq!(workshop.deliver(&task).await, Done::Finished, "{stage:?}");
            let seen = project.deployment(&task.deployment).get().await;
            let seen = seen.about(&format!("{stage:?}")).has(json!({ "status": "Deployed", "active": true }));
            *after.lock().unwrap() = Some((seen.body, workshop.route(&flow, &environment).await));
        });
        assert_eq!(woken.await, Done::Nothing, "{stage:?}");
        let now = project.deployment(&task.deployment).get().await.body;
        let now = Some((now, workshop.route(&flow, &environment).await));
        assert_eq!(now, after.into_inner().unwrap(), "{stage:?}");
        let led_to = workshop.led_to(&flow, &environment).await;
        let builds: Vec<_> = led_to.iter().map(String::as_str).collect();
        assert_eq!(
            behind.provisioned(&builds).await.len(),
            2,
            "{stage:?}: both releases have their machines"
        );
    }
}

#[tokio::test]
async fn a_worker_that_sleeps_until_its_operation_failed_leaves_no_machine_behind() {
    let project = Project::new().await;
    let workshop = Workshop::of(&project).await;
    let (flow, environment, _) = first_answers(&project, "staging").await;
    let task = workshop.deploy(&flow, 2, &environment).await;
    let woken = overtake(&workshop, &task, Stage::Prepare, async {
        for _ in 0..worker::MAX_ATTEMPTS {
            workshop.deliver_and_kill(&task, Stage::Acquire).await;
            workshop.outlive_leases();
        }
        let given_up = project.deployment(&task.deployment).settled().await;
        given_up.has(json!({ "status": "Failed", "active": false }));
    });
    assert_eq!(woken.await, Done::Nothing);
    assert!(Behind::look().await.provisioned(&[&task.build]).await.is_empty());
}

#[tokio::test]
async fn a_worker_that_sleeps_before_it_deletes_spares_what_answers_again() {
    let project = Project::new().await;
    let workshop = Workshop::of(&project).await;
    let (flow, environment, first) = first_answers(&project, "staging").await;
    for _ in 0..3 {
        flow.deploy(2, &environment).await;
    }
    // The fourth that is superseded makes the worker give the first one's state machine up.
    let task = workshop.deploy(&flow, 2, &environment).await;
    let woken = overtake(&workshop, &task, Stage::Schedule, async {
        assert_eq!(workshop.deliver(&task).await, Done::Finished);
        let to = Some(first.parse().unwrap());
        let back = workshop.ask(&task.deployment, OperationKind::Rollback { to }).await;
        assert_eq!(workshop.deliver(&back).await, Done::Finished);
    });
    assert_eq!(woken.await, Done::Nothing);
    project.deployment(&first).get().await.has(json!({ "status": "Deployed", "active": true }));
    flow.run(&environment, json!(null)).await.has(json!({ "status": "Succeeded", "release": 1 }));
}

#[tokio::test]
async fn a_worker_that_wakes_to_fail_takes_nothing_away_that_answers_by_then() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let service = "deployAs:\n  - { name: calc, applicationType: service, endpoint: /calc }\n";
    let archive = Archive::of(service).flow("calc", &definitions::calling(&server.url(), json!({})));
    let connector = StagedConnector::publishing(&project, &archive).await.1;
    let deployment = connector.deploy(json!([configured("calc", &[], &[])])).await;
    let workshop = Workshop::of(&project).await;
    // Under the names of the build it would make something else, so it is refused once the other has made it.
    let http_task = format!("{}-of-another-stack", workshop.context.config.http_task().unwrap());
    let mistaken = Workshop::told(&project, &[("HTTP_TASK_ARN", &http_task)]).await;
    let redeploy = ConnectorOperation::Redeploy { skip_scripts: true };
    let task = mistaken.ask_connector(&deployment.id, redeploy).await;
    let woken = overtake(&mistaken, &task, Stage::Prepare, async {
        workshop.outlive_leases();
        assert_eq!(workshop.deliver(&task).await, Done::Finished);
    });
    assert_eq!(woken.await, Done::Nothing);
    deployment.get().await.has(json!({ "status": "Deployed" }));
    let url = deployment.url("calc").await;
    Client::call(&format!("{url}/calc"), json!({})).await.expect(200);
    assert_eq!(server.count(), 1);
    deployment.undeploy().await;
}
