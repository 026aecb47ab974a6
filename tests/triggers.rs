//! What starts a deployed flow from outside: its URL, and its schedule.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::harness::{
    Answer, Behind, Environment, Flow, Project, SOON, Stack, build_of, definitions, eventually, plain,
};

/// A flow with these members, and an environment in which it answers.
async fn deployed(project: &Project, members: Value) -> (Flow<'_>, Environment, Answer) {
    let staging = project.environment("staging", &[plain("word", "hello")]).await;
    let flow = project.flow_with(members).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await.get().await;
    (flow, staging, deployment)
}

/// The path of a deployment's URL below the project.
fn path_of(project: &Project, deployment: &Answer) -> String {
    let url = deployment.text("/url");
    let base = format!("{}/{}", Stack::get().url, project.project);
    url.strip_prefix(&base).unwrap_or_else(|| panic!("{url} should begin with {base}")).to_owned()
}

/// What the scheduler does when a slot comes.
async fn fire(project: &Project, flow: &Flow<'_>, environment: &Environment, slot: &str) -> Value {
    let tick = json!({
        "project": project.project, "environment": environment.id, "flow": flow.id, "scheduledAt": slot,
    });
    let fired = Stack::get().invoke("triggers.fire", &tick).await;
    assert!(!fired.failed, "{:#}", fired.payload);
    fired.payload["run"].clone()
}

fn daily() -> Value {
    json!({ "type": "job", "schedule": "0 6 * * *", "timezone": "Europe/Berlin" })
}

#[tokio::test]
async fn a_call_of_the_url_starts_a_run() {
    let project = Project::new().await;
    let definition = definitions::putting_out(json!("{% $states.input.payload %}"));
    let members = json!({ "trigger": { "type": "service" }, "definition": definition });
    let (flow, staging, deployment) = deployed(&project, members).await;
    let path = path_of(&project, &deployment);
    let run = project.post(&path, json!({ "order": 7 })).await.expect(202);
    let run = run.has(
        json!({ "trigger": "service", "flow": flow.id, "environment": staging.id, "status": "Running" }),
    );
    let ended = eventually(SOON, "the run ends", async || {
        let seen = project.get(&format!("/runs/{}", run.id())).await.expect(200);
        if seen["status"] == "Running" { Err(seen) } else { Ok(seen) }
    });
    ended.await.has(json!({ "status": "Succeeded", "output": { "order": 7 }, "trigger": "service" }));
    // Not JSON, nothing at all, and JSON that is no object.
    project.post_raw(&path, "{").await.expect(400).error("InvalidJsonInput");
    project.post_raw(&path, "").await.expect(202);
    project.post(&path, json!([1])).await.expect(202);
    project.post(&path, json!("x".repeat(300_000))).await.expect(413).error("PayloadTooLarge");
}

#[tokio::test]
async fn a_flow_of_kind_api_answers_its_caller() {
    let project = Project::new().await;
    let output = json!({ "told": "${word}", "asked": "{% $states.input.payload.question %}" });
    let members = json!({ "kind": "api", "definition": definitions::putting_out(output) });
    let (_, _, deployment) = deployed(&project, members).await;
    let path = path_of(&project, &deployment.has(json!({ "trigger": { "type": "service" } })));
    let answer = project.post(&path, json!({ "question": "why?" })).await.expect(200);
    assert_eq!(answer.body, json!({ "told": "hello", "asked": "why?" }));
}

#[tokio::test]
async fn a_flow_of_kind_api_that_fails_says_which_run_it_was() {
    let project = Project::new().await;
    let members =
        json!({ "kind": "api", "definition": definitions::failing("OutOfStock", "ask the warehouse") });
    let (_, _, deployment) = deployed(&project, members).await;
    let refused =
        project.post(&path_of(&project, &deployment), json!({})).await.expect(502).error("RunFailed");
    assert_eq!(refused.errors()[0]["error"], "OutOfStock", "{refused}");
    assert!(!refused.plain.contains("warehouse"), "the cause is for those who may see runs: {refused}");
    let run = project.get(&format!("/runs/{}", refused.text("/errors/0/run"))).await.expect(200);
    run.has(json!({ "status": "Failed", "error": { "error": "OutOfStock", "cause": "ask the warehouse" } }));
}

#[tokio::test]
async fn only_a_service_has_a_url() {
    let project = Project::new().await;
    let (flow, staging, deployment) = deployed(&project, json!({})).await;
    deployment.lacks("url");
    let path = format!("/triggers/{}/{}", staging.id, flow.id);
    project
        .post(&path, json!({}))
        .await
        .expect(404)
        .error("ResourceNotFound")
        .says("trigger is not 'service'");
    let nobody = "00000000-0000-4000-8000-000000000000";
    project.post(&format!("/triggers/{}/{nobody}", staging.id), json!({})).await.expect(404);
    project.post(&format!("/triggers/{nobody}/{}", flow.id), json!({})).await.expect(404);
}

#[tokio::test]
async fn the_schedule_of_a_job_is_as_the_release_says() {
    let project = Project::new().await;
    let (flow, staging, deployment) = deployed(&project, json!({ "trigger": daily() })).await;
    deployment.has(json!({ "trigger": daily() })).lacks("url");
    let schedule = Behind::look().await.schedule(&flow, &staging).await.unwrap();
    assert_eq!(schedule.schedule_expression(), Some("cron(0 6 * * ? *)"));
    assert_eq!(schedule.schedule_expression_timezone(), Some("Europe/Berlin"));
    let outputs = &Stack::get().outputs;
    let target = schedule.target().unwrap();
    assert_eq!(target.arn(), outputs["FireFunctionArn"]);
    assert_eq!(target.role_arn(), outputs["ScheduleRoleArn"]);
    let input: Value = serde_json::from_str(target.input().unwrap()).unwrap();
    let tick = json!({
        "project": project.project,
        "environment": staging.id,
        "flow": flow.id,
        "scheduledAt": "<aws.scheduler.scheduled-time>",
    });
    assert_eq!(input, tick);
}

#[tokio::test]
async fn a_slot_that_is_delivered_twice_starts_one_run() {
    let project = Project::new().await;
    let (flow, staging, deployment) = deployed(&project, json!({ "trigger": daily() })).await;
    let slot = "2026-11-20T06:00:00Z";
    let first = fire(&project, &flow, &staging, slot).await;
    let again = join_all((0..3).map(|_| fire(&project, &flow, &staging, slot))).await;
    assert_eq!(again, vec![first.clone(); 3]);
    let next = fire(&project, &flow, &staging, "2026-11-21T06:00:00Z").await;
    assert_ne!(next, first);
    let behind = Behind::look().await;
    let machine = behind.machine_of(&build_of(&deployment)).await.unwrap();
    let mut ran = behind.executions(&machine).await;
    let mut expected = [first.clone(), next].map(|run| run.as_str().unwrap().to_owned());
    ran.sort();
    expected.sort();
    assert_eq!(ran, expected);
    let run = project.get(&format!("/runs/{}", first.as_str().unwrap())).await.expect(200);
    run.has(json!({ "trigger": "job", "startedBy": { "id": "system:schedule", "name": "schedule" }, "input": { "payload": null } }));
}

#[tokio::test]
async fn the_schedule_follows_what_answers() {
    let project = Project::new().await;
    let (flow, staging, _) = deployed(&project, json!({ "trigger": daily() })).await;
    let behind = Behind::look().await;
    let set = async |trigger: Value| {
        let set = json!([{ "action": "setTrigger", "trigger": trigger }, { "action": "save" }]);
        flow.update(set).await.expect(200);
        let release = flow.release("next").await;
        flow.deploy(release, &staging).await
    };
    let expression = async || {
        let schedule = behind.schedule(&flow, &staging).await;
        schedule.map(|schedule| schedule.schedule_expression().unwrap_or_default().to_owned())
    };
    set(json!({ "type": "job", "schedule": "rate(2 hours)" })).await;
    assert_eq!(expression().await.as_deref(), Some("rate(2 hours)"));
    let without = set(json!({ "type": "none" })).await;
    assert_eq!(expression().await, None);
    assert_eq!(fire(&project, &flow, &staging, "2026-11-20T06:00:00Z").await, Value::Null);
    without.update(json!({ "action": "rollback" })).await.expect(200);
    without.settled().await.has(json!({ "status": "Deployed", "active": false }));
    assert_eq!(expression().await.as_deref(), Some("rate(2 hours)"));
    let answering = project.get("/flow-deployments?active=true").await.expect(200).text("/results/0/id");
    project.deployment(&answering).undeploy().await;
    assert_eq!(expression().await, None);
    assert_eq!(fire(&project, &flow, &staging, "2026-11-20T06:00:00Z").await, Value::Null);
}
