//! What becomes of a service, a job, an event, and of a program that cannot be run.

use domain::connector_deployment::OperationKind;
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;
use worker::SweepOutcome;

use super::{greeter, greeters};
use crate::harness::{
    Answer, Archive, Behind, Client, ConnectorDeployment, Listener, Project, SOON, Stack, StagedConnector,
    configured, definitions, entry, eventually,
};
use crate::lifecycle::Workshop;

const SERVICE: &str = "deployAs:\n  - name: calc\n    applicationType: service\n    endpoint: /calc\n";

const JOB: &str = r#"
deployAs:
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: "0 3 * * *"
"#;

const EVENT: &str = "deployAs:\n  - name: changes\n    applicationType: event\n    endpoint: /changes\n";

/// Deploys a connector of one application.
async fn deployed<'p>(
    project: &'p Project,
    specification: &str,
    name: &str,
    flow: Value,
) -> ConnectorDeployment<'p> {
    let archive = Archive::of(specification).flow(name, &flow);
    let (_, connector) = StagedConnector::publishing(project, &archive).await;
    connector.deploy(json!([configured(name, &[], &[])])).await
}

/// The log of the deployment, once it says this so often.
async fn log_saying(deployment: &ConnectorDeployment<'_>, words: &str, times: usize) -> Answer {
    let path = format!("{}/logs", deployment.path());
    eventually(SOON, "the log tells of it", async || {
        let seen = deployment.project.get(&path).await.expect(200);
        if seen.plain.matches(words).count() >= times { Ok(seen) } else { Err(seen) }
    })
    .await
}

/// The state machine of the only application of a deployment.
async fn machine(deployment: &ConnectorDeployment<'_>) -> String {
    let workshop = Workshop::of(deployment.project).await;
    let read = workshop.connector_deployment(&deployment.id).await.unwrap();
    let hosted = read.applications[0].hosted.as_ref().unwrap();
    hosted.place.machine().unwrap().to_owned()
}

#[tokio::test]
async fn a_service_answers_what_its_flow_puts_out() {
    let project = Project::new().await;
    let told = definitions::putting_out(json!({
        "payload": "{% $states.input.payload %}",
        "method": "{% $states.input.trigger.method %}",
        "path": "{% $states.input.trigger.path %}",
        "query": "{% $states.input.trigger.query %}",
        "accept": "{% $states.input.trigger.headers.accept %}",
        "application": "{% $states.input.deployment.application.name %}",
    }));
    let deployment = deployed(&project, SERVICE, "calc", told).await;
    let url = deployment.url("calc").await;
    assert!(url.starts_with(&format!("{}/apps/service-", Stack::get().url)), "{url}");
    let answer = Client::call(&format!("{url}/calc"), json!({ "order": 1001 })).await.expect(200);
    let common =
        json!({ "application": "calc", "method": "POST", "path": "/calc", "payload": { "order": 1001 } });
    answer.has(common).has(json!({ "query": {}, "accept": "*/*" }));
    let below =
        Client::call(&format!("{url}/calc/orders/7?full=true&tag=a&tag=b"), json!([1])).await.expect(200);
    let query = json!({ "full": "true", "tag": ["a", "b"] });
    below.has(json!({ "path": "/calc/orders/7", "query": query, "payload": [1] }));
    let read = Client::fetch(&format!("{url}/calc/orders")).await.expect(200);
    read.has(json!({ "method": "GET", "path": "/calc/orders", "payload": null }));
    for path in ["/other", "/calculator", "/cal", "/CALC"] {
        let nowhere = Client::call(&format!("{url}{path}"), json!({})).await.expect(404);
        nowhere.error("ResourceNotFound").says("'/calc'");
    }
    project.delete(&deployment.path()).await.expect(202);
    deployment.gone().await;
    Client::call(&format!("{url}/calc"), json!({})).await.expect(404).error("ResourceNotFound");
    Client::fetch(&format!("{url}/calc")).await.expect(404).error("ResourceNotFound");
}

#[tokio::test]
async fn a_service_can_say_its_status() {
    let project = Project::new().await;
    let answer = json!({ "statusCode": "{% $states.input.payload.status %}", "body": { "seen": true } });
    let deployment = deployed(&project, SERVICE, "calc", definitions::putting_out(answer)).await;
    let url = format!("{}/calc", deployment.url("calc").await);
    for status in [200, 201, 404, 503] {
        let answer = Client::call(&url, json!({ "status": status })).await.expect(status);
        assert_eq!(answer.body, json!({ "seen": true }), "{answer}");
        assert_eq!(answer.header("content-type"), "application/json", "{answer}");
    }
    let empty = Client::call(&url, json!({ "status": 204 })).await.expect(204);
    assert_eq!(empty.plain, "");
    let text = Client::call(&url, json!({ "status": "created" })).await.expect(200);
    assert_eq!(
        text.body,
        json!({ "statusCode": "created", "body": { "seen": true } }),
        "no status: the output itself"
    );
}

#[tokio::test]
async fn a_service_that_fails_says_which_run_and_keeps_the_reasons_to_its_log() {
    let project = Project::new().await;
    let failing = definitions::failing("OutOfStock", "ask the warehouse");
    let deployment = deployed(&project, SERVICE, "calc", failing).await;
    let url = format!("{}/calc", deployment.url("calc").await);
    let failed = Client::call(&url, json!({})).await.expect(502).error("RunFailed");
    let run = failed.text("/errors/0/run");
    assert!(!failed.plain.contains("warehouse") && !failed.plain.contains("OutOfStock"), "{failed}");
    let log = log_saying(&deployment, "warehouse", 1).await;
    let entries = log["data"].as_array().unwrap();
    let [request, failure] = entries.as_slice() else { panic!("{log}") };
    let (request, failure) =
        if request["type"] == "HTTP_REQUEST" { (request, failure) } else { (failure, request) };
    assert_eq!(request["details"]["status"], 502, "{log}");
    assert_eq!(request["severity"], "ERROR", "{log}");
    let details = json!({ "error": "OutOfStock", "cause": "ask the warehouse", "run": run });
    assert_eq!(failure["details"], details, "{log}");
}

#[tokio::test]
async fn who_guesses_a_url_finds_nobody() {
    let project = Project::new().await;
    let deployment = deployed(&project, SERVICE, "calc", definitions::greeting()).await;
    let url = deployment.url("calc").await;
    let (other, zero) = (Uuid::new_v4().simple().to_string(), Uuid::nil().simple().to_string());
    let segment = url.rsplit('/').next().unwrap();
    let parts: Vec<&str> = segment.splitn(4, '-').collect();
    let [kind, id, application, key] = parts[..] else { panic!("{segment}") };
    for segment in [
        format!("{kind}-{id}-{other}-{key}"),
        format!("{kind}-{other}-{application}-{key}"),
        format!("{kind}-{id}-{application}-story-nobody"),
        format!("{kind}-{zero}-{zero}-{key}"),
        format!("job-{id}"),
        "service".to_owned(),
        "..".to_owned(),
    ] {
        let guessed = format!("{}/apps/{segment}/calc", Stack::get().url);
        assert!(Client::call(&guessed, json!({})).await.status >= 400, "{guessed}");
        assert!(Client::fetch(&guessed).await.status >= 400, "{guessed}");
    }
    let body = Client::call(&format!("{url}/calc"), json!("x".repeat(300_000))).await;
    body.expect(413).error("PayloadTooLarge");
}

#[tokio::test]
async fn a_job_runs_once_for_each_slot() {
    let project = Project::new().await;
    let told = definitions::putting_out(json!("{% $states.input.trigger.scheduledAt %}"));
    let deployment = deployed(&project, JOB, "nightly", told).await;
    let application = deployment.application("nightly").await;
    assert_eq!(application["schedule"], "0 3 * * *");
    assert_eq!(application.get("url").or_else(|| application.get("topic")), None, "{application}");
    let id = application["id"].as_str().unwrap();
    let behind = Behind::look().await;
    let schedule = behind.schedule_of_application(id).await.unwrap();
    assert_eq!(schedule.schedule_expression(), Some("cron(0 3 * * ? *)"));
    assert_eq!(schedule.schedule_expression_timezone(), Some("UTC"));
    let input: Value = serde_json::from_str(schedule.target().unwrap().input().unwrap()).unwrap();
    let tick = json!({
        "project": project.project, "deployment": deployment.id, "application": id,
        "scheduledAt": "<aws.scheduler.scheduled-time>",
    });
    assert_eq!(input, tick);

    let fire = async |slot: &str| {
        let mut tick = tick.clone();
        tick["scheduledAt"] = slot.into();
        let fired = Stack::get().invoke("triggers.fire", &tick).await;
        assert!(!fired.failed, "{:#}", fired.payload);
        fired.payload["run"].clone()
    };
    let machine = machine(&deployment).await;
    let first = fire("2026-11-20T03:00:00Z").await;
    let again = join_all((0..3).map(|_| fire("2026-11-20T03:00:00Z"))).await;
    assert_eq!(again, vec![first.clone(); 3]);
    assert_ne!(fire("2026-11-21T03:00:00Z").await, first);
    assert_eq!(behind.executions(&machine).await.len(), 2);
    let log = log_saying(&deployment, "run succeeded", 2).await;
    let entries = log["data"].as_array().unwrap();
    assert_eq!(entries.len(), 4, "each run begins once and ends once: {log}");
    let of_first = |entry: &&Value| entry["details"]["run"] == first;
    assert_eq!(entries.iter().filter(of_first).count(), 2, "{log}");

    deployment.undeploy().await;
    assert!(behind.schedule_of_application(id).await.is_none());
    assert_eq!(fire("2026-11-22T03:00:00Z").await, Value::Null);
}

/// What Lambda gets when SNS delivers.
fn delivery(topic: &str, message: &str, words: &str) -> Value {
    let sns = json!({
        "Type": "Notification", "MessageId": message, "TopicArn": topic, "Subject": null, "Message": words,
        "Timestamp": "2026-11-20T10:00:00.000Z", "SignatureVersion": "1", "Signature": "x",
        "SigningCertUrl": "https://example.com", "UnsubscribeUrl": "https://example.com", "MessageAttributes": {},
    });
    let record = json!({
        "EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": format!("{topic}:1"), "Sns": sns,
    });
    json!({ "Records": [record] })
}

#[tokio::test]
async fn a_message_runs_once_and_every_build_has_a_topic_of_its_own() {
    let project = Project::new().await;
    let seen = definitions::putting_out(json!({ "seen": "{% $states.input.payload %}" }));
    let deployment = deployed(&project, EVENT, "changes", seen).await;
    let topic = deployment.application("changes").await["topic"].as_str().unwrap().to_owned();
    let behind = Behind::look().await;
    assert!(behind.has_topic(&topic).await);
    behind.publish(&topic, "plain words").await;
    log_saying(&deployment, "run succeeded", 1).await;
    let first = machine(&deployment).await;
    assert_eq!(behind.executions(&first).await.len(), 1);
    let message = Uuid::new_v4().to_string();
    let twice = join_all((0..3).map(async |_| {
        let delivered =
            Stack::get().invoke("applications.deliver", &delivery(&topic, &message, "{\"order\":1}")).await;
        assert!(!delivered.failed, "{:#}", delivered.payload);
        delivered.payload
    }));
    assert_eq!(twice.await, vec![json!({ "taken": 1, "dropped": 0 }); 3]);
    assert_eq!(behind.executions(&first).await.len(), 2);

    deployment.redeployed(json!({})).await;
    let next = deployment.application("changes").await["topic"].as_str().unwrap().to_owned();
    assert_ne!(next, topic);
    assert!(!behind.has_topic(&topic).await, "the topic of the build before is gone");
    assert!(behind.has_topic(&next).await);
    behind.publish(&next, "{}").await;
    log_saying(&deployment, "run succeeded", 3).await;
    let second = machine(&deployment).await;
    assert_eq!(behind.executions(&second).await.len(), 1);

    deployment.undeploy().await;
    assert!(!behind.has_topic(&next).await);
    assert!(!behind.has_machine(&first).await && !behind.has_machine(&second).await);
    let late = Stack::get().invoke("applications.deliver", &delivery(&next, &message, "{}")).await;
    assert_eq!(late.payload, json!({ "taken": 0, "dropped": 1 }));
}

#[tokio::test]
async fn a_message_with_a_member_twice_starts_no_run_and_the_log_says_why() {
    let project = Project::new().await;
    let deployment = deployed(&project, EVENT, "changes", definitions::greeting()).await;
    let topic = deployment.application("changes").await["topic"].as_str().unwrap().to_owned();
    let behind = Behind::look().await;
    behind.publish(&topic, r#"{"order":{"total":1,"total":2}}"#).await;
    let log = log_saying(&deployment, "run not started", 1).await;
    let words =
        "order.total: is given twice in one object: at line 1 column 11 and again at line 1 column 21";
    assert!(log.plain.contains(words), "{log}");
    let machine = machine(&deployment).await;
    assert_eq!(behind.executions(&machine).await, Vec::<String>::new());
    // What is no JSON is a text, in which anything may stand twice.
    behind.publish(&topic, r#"{"a":1,"a":2}!"#).await;
    log_saying(&deployment, "run succeeded", 1).await;
}

#[tokio::test]
async fn a_job_whose_schedule_names_no_time_has_none_and_the_report_says_so() {
    let project = Project::new().await;
    let deployment = deployed(&project, JOB, "nightly", definitions::greeting()).await;
    let application = deployment.application("nightly").await;
    let id = application["id"].as_str().unwrap();
    let behind = Behind::look().await;
    assert!(behind.schedule_of_application(id).await.is_some());
    let at = |schedule: &str| json!({ "configurationValues": [{ "applicationName": "nightly", "schedule": schedule }] });
    let off = deployment.redeployed(at("@reboot")).await;
    assert!(behind.schedule_of_application(id).await.is_none());
    assert_eq!(deployment.application("nightly").await["schedule"], "@reboot");
    let warning = entry(&off, "names no time").unwrap();
    assert_eq!((&warning["type"], &warning["application"]), (&json!("Warning"), &json!("nightly")), "{off}");

    let on = deployment.redeployed(at("@hourly")).await;
    assert_eq!(entry(&on, "names no time"), None, "{on}");
    let schedule = behind.schedule_of_application(id).await.unwrap();
    assert_eq!(schedule.schedule_expression(), Some("cron(0 * * * ? *)"));
}

#[tokio::test]
async fn a_message_that_cannot_be_handled_is_tried_again_as_the_policy_says() {
    let project = Project::new().await;
    let server = Listener::answering(403);
    let specification = format!("{EVENT}    retryPolicy: {{ strategy: immediate }}\n");
    let flow = definitions::calling(&server.url(), json!({}));
    let deployment = deployed(&project, &specification, "changes", flow).await;
    let topic = deployment.application("changes").await["topic"].as_str().unwrap().to_owned();
    Behind::look().await.publish(&topic, "{}").await;
    let log = log_saying(&deployment, "run failed", 1).await;
    assert_eq!(server.count(), 5, "{log}");
    assert_eq!(log.plain.matches("run failed").count(), 1, "{log}");
}

#[tokio::test]
async fn a_run_that_began_before_a_redeploy_comes_to_its_end() {
    let project = Project::new().await;
    let slow = json!({ "QueryLanguage": "JSONata", "StartAt": "Rest", "States": {
        "Rest": { "Type": "Wait", "Seconds": 20, "End": true } } });
    let deployment = deployed(&project, JOB, "nightly", slow).await;
    let id = deployment.application("nightly").await["id"].clone();
    let before = machine(&deployment).await;
    let tick = json!({
        "project": project.project, "deployment": deployment.id, "application": id,
        "scheduledAt": "2026-11-20T03:00:00Z",
    });
    let fired = Stack::get().invoke("triggers.fire", &tick).await;
    assert!(fired.payload["run"].is_string(), "{:#}", fired.payload);
    deployment.redeployed(json!({})).await;
    let workshop = Workshop::of(&project).await;
    workshop.look_after_connector(&deployment.id).await;
    assert!(Behind::look().await.has_machine(&before).await, "something runs on it");
    log_saying(&deployment, "run succeeded", 1).await;
    eventually(SOON, "the state machine of the build before goes", async || {
        workshop.look_after_connector(&deployment.id).await;
        if Behind::look().await.has_machine(&before).await { Err("it is still there") } else { Ok(()) }
    })
    .await;
}

#[tokio::test]
async fn a_service_that_was_replaced_is_kept_until_no_request_to_it_can_be_left() {
    let project = Project::new().await;
    let deployment = deployed(&project, SERVICE, "calc", definitions::greeting()).await;
    let workshop = Workshop::of(&project).await;
    let before = machine(&deployment).await;
    let redeploy = OperationKind::Redeploy { skip_scripts: true };
    let task = workshop.ask_connector(&deployment.id, redeploy).await;
    workshop.deliver(&task).await;
    let behind = Behind::look().await;
    assert_eq!(workshop.look_after_connector(&deployment.id).await, SweepOutcome::None);
    assert!(behind.has_machine(&before).await, "nobody can say whether it still runs");
    workshop.outlive_runs();
    assert_eq!(workshop.look_after_connector(&deployment.id).await, SweepOutcome::Tidied);
    assert!(!behind.has_machine(&before).await);
    deployment.undeploy().await;
}

#[tokio::test]
async fn a_program_fails_its_deployment_and_nothing_is_left_of_the_others() {
    let project = Project::new().await;
    let specification = format!("{SERVICE}{}", EVENT.strip_prefix("deployAs:\n").unwrap());
    let archive = Archive::of(&specification)
        .flow("changes", &definitions::greeting())
        .file("calc/package.json", "{\"name\":\"calc\",\"main\":\"index.js\"}")
        .file("calc/index.js", "require('express')()");
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    let applications = json!([configured("calc", &[], &[]), configured("changes", &[], &[])]);
    let (deployment, failed) = connector.fail_to_deploy(applications).await;
    let error = entry(&failed, "flow.asl.json").unwrap();
    assert_eq!(error["type"], "Error", "{failed}");
    assert_eq!(error["application"], "calc", "{failed}");
    assert!(error["message"].as_str().unwrap().contains("Node.js"), "{failed}");
    for application in failed["applications"].as_array().unwrap() {
        assert_eq!(application.get("topic").or_else(|| application.get("url")), None, "{failed}");
    }
    let left = Workshop::of(&project).await.connector_deployment(&deployment.id).await.unwrap();
    assert!(left.retiring.is_empty(), "{left:?}");
    assert!(left.applications.iter().all(|one| one.hosted.is_none() && one.candidate.is_none()), "{left:?}");
    let provisioned = Behind::look().await.provisioned_for(&left, &[left.build.id]).await;
    assert!(provisioned.is_empty(), "{provisioned:?}");
    deployment.undeploy().await;

    // Without the program, the other one is deployed.
    let (_, connector) = StagedConnector::publishing(&project, &archive).await;
    connector.deploy(json!([configured("changes", &[], &[])])).await;
    let (_, connector) = StagedConnector::publishing(&project, &greeter()).await;
    connector.deploy(greeters()).await;
}
