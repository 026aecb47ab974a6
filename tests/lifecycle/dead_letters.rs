//! Messages that nobody can process, through the real queue.

use std::collections::HashMap;

use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use futures::future::join_all;
use serde_json::{Value, json};

use super::scene::Scene;
use super::workshop::{Task, Workshop};
use crate::harness::{Answer, Behind, Project, SOON, Stack, eventually};

/// A queue of work of the stack, made to deliver again after a second.
pub(crate) struct WorkQueue {
    client: aws_sdk_sqs::Client,
    url: &'static str,
}

impl WorkQueue {
    /// Left as it is afterwards: no other story depends on how long a message is hidden.
    pub(crate) async fn impatient() -> Self {
        Self::impatient_at("QueueUrl").await
    }

    /// The same for the queue with this output of the stack.
    pub(crate) async fn impatient_at(output: &str) -> Self {
        let queue = Self { client: Behind::look().await.queues, url: &Stack::get().outputs[output] };
        let soon = HashMap::from([(QueueAttributeName::VisibilityTimeout, "1".to_owned())]);
        queue
            .client
            .set_queue_attributes()
            .queue_url(queue.url)
            .set_attributes(Some(soon))
            .send()
            .await
            .unwrap();
        queue
    }

    /// Sends bodies in one batch; answers the ids of the messages.
    pub(crate) async fn send(&self, bodies: &[String]) -> Vec<String> {
        let entries = bodies.iter().enumerate().map(|(place, body)| {
            SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body).build().unwrap()
        });
        let request =
            self.client.send_message_batch().queue_url(self.url).set_entries(Some(entries.collect()));
        request.send().await.unwrap().successful.into_iter().map(|sent| sent.message_id).collect()
    }
}

fn body_of(task: &Task) -> String {
    serde_json::to_string(&task.message).unwrap()
}

/// The deployment failed, and its report says that the message was at fault.
#[track_caller]
fn buried(deployment: Answer) {
    let failed = deployment.has(json!({ "status": "Failed", "active": false }));
    let entries = failed["details"]["build"]["report"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{failed}");
    assert_eq!(entries[0]["type"], "Error", "{failed}");
    assert!(entries[0]["message"].as_str().unwrap().contains("could not be processed"), "{failed}");
}

#[tokio::test]
async fn a_poisoned_message_fails_its_deployment_and_says_why() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let task = scene.workshop.deploy(&flow, 2, &scene.environment).await;
    let mut poison = serde_json::to_value(&task.message).unwrap();
    poison["operationId"] = json!(7);
    WorkQueue::impatient().await.send(&[poison.to_string()]).await;
    buried(project.deployment(&task.deployment).settled().await);
    scene.call().await.expect(200).has(json!({ "release": 1 }));
    // Nothing is held any more.
    scene.first.undeploy().await;
    project.delete(&scene.environment.path()).await.expect(200);
}

#[tokio::test]
async fn one_bad_message_does_not_spoil_the_good_ones_beside_it() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let mut tasks = Vec::new();
    for number in 0..4 {
        let environment =
            project.environment(&format!("stage-{number}"), &[json!({ "name": "word", "value": 1 })]).await;
        tasks.push(scene.workshop.deploy(&flow, 2, &environment).await);
    }
    let bad = scene.workshop.deploy(&flow, 2, &scene.environment).await;
    let mut bodies: Vec<String> = tasks.iter().map(body_of).collect();
    bodies.insert(2, body_of(&bad).replace("operationId", "operation"));
    WorkQueue::impatient().await.send(&bodies).await;
    let good = tasks.iter().map(|task| project.deployment(&task.deployment));
    for deployment in good {
        deployment.settled().await.has(json!({ "status": "Deployed", "active": true }));
    }
    buried(project.deployment(&bad.deployment).settled().await);
}

#[tokio::test]
async fn only_what_failed_of_a_batch_comes_again() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let task = scene.workshop.deploy(&flow, 2, &scene.environment).await;
    let record = |id: &str, body: &str| {
        json!({ "messageId": id, "receiptHandle": id, "body": body, "attributes": {}, "messageAttributes": {},
            "md5OfBody": "", "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:0:q",
            "awsRegion": "eu-central-1" })
    };
    let good = body_of(&task);
    let records = [
        record("good", &good),
        record("no-json", "\u{7f}{"),
        record("no-work", "[]"),
        record("twice", &good),
    ];
    let worked = Stack::get().invoke("flow-lifecycle.work", &json!({ "Records": records })).await;
    assert!(!worked.failed, "{:#}", worked.payload);
    let failed: Vec<&Value> = worked.payload["batchItemFailures"].as_array().unwrap().iter().collect();
    assert_eq!(failed, [&json!({ "itemIdentifier": "no-json" }), &json!({ "itemIdentifier": "no-work" })]);
    project.deployment(&task.deployment).get().await.has(json!({ "status": "Deployed", "active": true }));
}

#[tokio::test]
async fn garbage_disappears_without_harm() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let unknown = json!({ "project": project.project, "deploymentId": nobody, "operationId": true });
    let garbage = ["garbage".to_owned(), "{}".to_owned(), "null".to_owned(), unknown.to_string()];
    let sent = WorkQueue::impatient().await.send(&garbage).await;
    assert_eq!(sent.len(), garbage.len());
    // The last of the four names a project, so nothing is said about it: there is no such deployment.
    let noticed = join_all(sent.iter().take(3).map(async |id| {
        eventually(SOON, "the dead letter is noticed", async || {
            let logs = Stack::logs();
            let found = logs
                .lines()
                .any(|line| line.contains("flow-lifecycle.dead-letters |") && line.contains(id.as_str()));
            if found { Ok(()) } else { Err(id.clone()) }
        })
        .await;
    }));
    noticed.await;
    scene.call().await.expect(200).has(json!({ "release": 1 }));
    project.get("/flow-deployments").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn a_dead_letter_of_an_operation_that_is_over_changes_nothing() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let old = scene.deploy(2).await;
    let before = project.deployment(&old.deployment).get().await;
    bury("flow-lifecycle", &body_of(&old)).await;
    assert_eq!(project.deployment(&old.deployment).get().await.body, before.body);
    // Nor does one of an earlier operation, while the next is under way.
    let next = scene
        .workshop
        .ask(&old.deployment, domain::deployment::OperationKind::Redeploy { in_place: false })
        .await;
    bury("flow-lifecycle", &body_of(&old)).await;
    project.deployment(&old.deployment).get().await.has(json!({ "status": "Queued" }));
    bury("flow-lifecycle", &body_of(&next)).await;
    project.deployment(&old.deployment).get().await.has(json!({ "status": "Failed", "active": true }));
    scene.call().await.expect(200).has(json!({ "release": 2, "word": "new" }));
}

#[tokio::test]
async fn a_dead_letter_waits_while_a_worker_is_at_it() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let task = scene.workshop.deploy(&flow, 2, &scene.environment).await;
    scene.workshop.deliver_and_kill(&task, worker::Stage::Provision).await;
    let answer = bury("flow-lifecycle", &body_of(&task)).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": "dead" }]));
    project.deployment(&task.deployment).get().await.has(json!({ "status": "Deploying" }));
    scene.workshop.outlive_leases();
    scene.workshop.deliver(&task).await;
    project.deployment(&task.deployment).get().await.has(json!({ "status": "Deployed" }));
    let forgotten = Workshop::forgotten(&project).await;
    let task = forgotten
        .ask(&task.deployment, domain::deployment::OperationKind::Redeploy { in_place: false })
        .await;
    forgotten.deliver_and_kill(&task, worker::Stage::Provision).await;
    assert_eq!(bury("flow-lifecycle", &body_of(&task)).await["batchItemFailures"], json!([]));
    project.deployment(&task.deployment).get().await.has(json!({ "status": "Failed", "active": true }));
    assert!(Behind::look().await.provisioned(&[&task.build]).await.is_empty());
}

/// Gives a dead letter to its consumer.
pub(crate) async fn bury(worker: &str, body: &str) -> Value {
    let record = json!({ "messageId": "dead", "body": body, "attributes": {}, "messageAttributes": {} });
    let buried =
        Stack::get().invoke(&format!("{worker}.dead-letters"), &json!({ "Records": [record] })).await;
    assert!(!buried.failed, "{:#}", buried.payload);
    buried.payload
}
