//! AWS takes only so many requests a second, and what is throttled waits. Quotas are told as such.

use domain::deployment::OperationKind;
use futures::future::join_all;
use serde_json::json;
use worker::Done;

use super::scene::titles;
use super::workshop::{Task, Workshop};
use crate::harness::{Answer, Project, Rations, definitions, plain};

/// How long the workers look away between two rounds, in seconds.
const ROUND_SECONDS: i64 = 20;

const CREATE: &str = "CreateStateMachine";
const VALIDATE: &str = "ValidateStateMachineDefinition";

/// Delivers messages until all operations have ended. Returns the number of rounds.
async fn work_off(workshop: &Workshop, rations: &Rations, mut tasks: Vec<Task>) -> u32 {
    for round in 1..200 {
        let mut left = Vec::new();
        for some in tasks.chunks(8) {
            let done = join_all(some.iter().map(|task| workshop.deliver(task))).await;
            let open = some.iter().zip(done).filter(|(_, done)| *done != Done::Finished);
            left.extend(open.map(|(task, _)| task.clone()));
        }
        if left.is_empty() {
            return round;
        }
        tasks = left;
        workshop.wait(ROUND_SECONDS);
        rations.wait(ROUND_SECONDS);
    }
    panic!("{} operations never end", tasks.len());
}

fn messages(deployment: &Answer) -> String {
    deployment["details"]["build"]["report"]["entries"].to_string()
}

#[tokio::test]
async fn more_deployments_than_aws_takes_at_once_are_all_deployed_and_validated_once() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "definition": definitions::telling("word") })).await.saved().await;
    flow.release("first").await;
    let (one, other) = (
        project.environment("one", &[plain("word", "hello")]).await,
        project.environment("other", &[plain("word", "bye")]).await,
    );
    let rations = Rations::of(5);
    let workshop = Workshop::rationed(&project, &rations, false).await;
    let mut tasks = Vec::new();
    for number in 0..30 {
        tasks.push(workshop.deploy(&flow, 1, if number % 2 == 0 { &one } else { &other }).await);
    }
    // Two definitions: what was found valid is not asked about again.
    for task in &tasks[..2] {
        assert_eq!(workshop.deliver(task).await, Done::Finished);
    }
    assert_eq!(rations.count(VALIDATE), (2, 0));
    let rounds = work_off(&workshop, &rations, tasks[2..].to_vec()).await;
    assert!(rounds > 1, "they do not all get through at once");
    assert_eq!(rations.count(VALIDATE), (2, 0));
    let (made, throttled) = rations.count(CREATE);
    assert_eq!(made, 30, "each is made once");
    assert!(throttled > 20, "{throttled}");

    let mut waited = 0;
    for task in &tasks {
        let deployment =
            project.deployment(&task.deployment).get().await.has(json!({ "status": "Deployed" }));
        assert!(workshop.read(&task.deployment).await.work_state.attempts <= 1, "a throttle is no attempt");
        if titles(&deployment).contains(&"Waiting for AWS") {
            waited += 1;
            let said = messages(&deployment);
            assert!(said.contains("Step Functions takes no more requests for the moment"), "{said}");
        }
    }
    assert!(waited >= 20, "{waited}");

    let gone: Vec<_> =
        join_all(tasks[..12].iter().map(|task| workshop.ask(&task.deployment, OperationKind::Undeploy)))
            .await;
    work_off(&workshop, &rations, gone).await;
    for task in &tasks[..12] {
        project.get(&format!("/flow-deployments/{}", task.deployment)).await.expect(404);
    }
    assert!(rations.count("DeleteStateMachine").1 > 0, "deletions are rationed as well");
}

#[tokio::test]
async fn what_was_throttled_is_taken_up_again_by_the_worker_of_the_stack() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "definition": definitions::greeting() })).await.saved().await;
    flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    // Nobody else hears of it: this worker knows no queue when it is asked for.
    let task = Workshop::ahead(&project, 0).await.deploy(&flow, 1, &staging).await;
    let rations = Rations::of(0);
    let workshop = Workshop::rationed(&project, &rations, true).await;
    assert_eq!(workshop.deliver(&task).await, Done::Yielded);
    let work_state = workshop.read(&task.deployment).await.work_state;
    assert!(
        work_state.lease.is_none() && work_state.attempts == 0 && work_state.throttled == 1,
        "{work_state:?}"
    );
    assert_eq!(workshop.deliver(&task).await, Done::Nothing, "it is too early");
    let ended = project.deployment(&task.deployment).settled().await.has(json!({ "status": "Deployed" }));
    assert!(titles(&ended).contains(&"Waiting for AWS"), "{ended}");
    assert_eq!(rations.count(CREATE), (0, 1));
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_told_by_its_name_and_not_tried_again() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "definition": definitions::greeting() })).await.saved().await;
    flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    let rations = Rations::refusing("StateMachineLimitExceeded");
    let workshop = Workshop::rationed(&project, &rations, false).await;
    let task = workshop.deploy(&flow, 1, &staging).await;
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    let failed = project.deployment(&task.deployment).get().await.has(json!({ "status": "Failed" }));
    assert_eq!(titles(&failed).last(), Some(&"A quota of AWS is used up"));
    let said = messages(&failed);
    for words in ["'Registered state machines'", "Rate exceeded", "in Service Quotas", "redeploy"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
