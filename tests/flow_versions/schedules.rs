//! The schedule of a flow follows whatever is switched on.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{GLOBAL, Versions};
use crate::harness::{Behind, Environment, Flow, Project, SOON, Stack, build_of, eventually};

/// Versions of a flow, each with its trigger.
async fn triggered<'p>(project: &'p Project, triggers: &[Value]) -> Versions<'p> {
    let flow = project.flow_with(json!({})).await;
    for trigger in triggers {
        let set = json!({ "action": "setTrigger", "trigger": trigger });
        flow.update(json!([set, { "action": "save" }])).await.expect(200);
        flow.release("next").await;
    }
    Versions::of(flow)
}

fn rate(expression: &str) -> Value {
    json!({ "type": "job", "schedule": expression })
}

/// What stands for all environments in the name of a schedule.
fn everywhere() -> Environment {
    Environment { id: Uuid::nil().to_string() }
}

/// In a moment the flow is started at this rate, or not at all.
async fn starts_at(behind: &Behind, flow: &Flow<'_>, environment: &Environment, expected: Option<&str>) {
    eventually(SOON, &format!("the schedule is {expected:?}"), async || {
        let found = behind.schedule(flow, environment).await;
        let found = found.map(|found| found.schedule_expression().unwrap_or_default().to_owned());
        if found.as_deref() == expected { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
}

/// What the scheduler does when a slot comes: the id of the run, or nothing.
async fn fire(versions: &Versions<'_>, environment: Option<&Environment>, slot: &str) -> Value {
    let tick = json!({
        "project": versions.flow.project.project,
        "environment": environment.map(|environment| &environment.id),
        "flow": versions.flow.id,
        "scheduledAt": slot,
    });
    let fired = Stack::get().invoke("triggers.fire", &tick).await;
    assert!(!fired.failed, "{:#}", fired.payload);
    fired.payload["run"].clone()
}

#[tokio::test]
async fn the_schedule_is_that_of_the_version_that_is_on() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let triggers = [rate("rate(1 day)"), rate("rate(2 days)"), json!({ "type": "service" })];
    let versions = triggered(&project, &triggers).await;
    let behind = Behind::look().await;
    let expects = async |expected: Option<&str>| starts_at(&behind, &versions.flow, &staging, expected).await;
    let one = versions.deploy(1, &staging).await;
    expects(Some("rate(1 day)")).await;
    let two = versions.put_by(2, &staging).await;
    expects(Some("rate(1 day)")).await;
    two.enable().await;
    expects(Some("rate(2 days)")).await;
    one.enable().await;
    expects(Some("rate(1 day)")).await;
    one.disable().await;
    expects(None).await;
    two.enable().await;
    expects(Some("rate(2 days)")).await;
    let three = versions.deploy(3, &staging).await;
    expects(None).await;
    one.enable().await;
    expects(Some("rate(1 day)")).await;
    three.enable().await;
    expects(None).await;
    for placed in [&one, &two, &three] {
        placed.settled().await.has(json!({ "status": "Deployed" }));
    }
}

#[tokio::test]
async fn of_two_that_are_on_the_one_that_answers_has_the_schedule() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = triggered(&project, &[rate("rate(1 day)"), rate("rate(2 days)")]).await;
    let behind = Behind::look().await;
    let expects = async |expected: Option<&str>| starts_at(&behind, &versions.flow, &staging, expected).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.put_by(2, &staging).await;
    let first = one.is_on().await["enabled_at"].clone();
    two.put(json!({ "enabled_at": first, "priority": 1 })).await;
    expects(Some("rate(2 days)")).await;
    one.put(json!({ "priority": 2 })).await;
    expects(Some("rate(1 day)")).await;
    one.put(json!({ "enabled_at": null })).await;
    expects(Some("rate(2 days)")).await;
}

#[tokio::test]
async fn the_schedule_moves_along() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = triggered(&project, &[rate("rate(1 day)")]).await;
    let behind = Behind::look().await;
    let placed = versions.deploy(1, &staging).await;
    for (place, elsewhere) in [(&production, &staging), (&staging, &production)] {
        placed.put(json!({ "virtual_environment_id": place.id })).await;
        placed.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": place.id }));
        starts_at(&behind, &versions.flow, place, Some("rate(1 day)")).await;
        starts_at(&behind, &versions.flow, elsewhere, None).await;
    }
    placed.delete().await;
    starts_at(&behind, &versions.flow, &staging, None).await;
}

#[tokio::test]
async fn a_global_job_runs_once_per_slot_outside_environments() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    project.environment("production", &[]).await;
    let versions = triggered(&project, &[rate("rate(3 days)")]).await;
    let behind = Behind::look().await;
    let global = versions.deploy(1, GLOBAL).await;
    starts_at(&behind, &versions.flow, &everywhere(), Some("rate(3 days)")).await;
    starts_at(&behind, &versions.flow, &staging, None).await;
    let schedule = behind.schedule(&versions.flow, &everywhere()).await.unwrap();
    let tick: Value = serde_json::from_str(schedule.target().unwrap().input().unwrap()).unwrap();
    assert_eq!((&tick["environment"], &tick["flow"]), (&Value::Null, &json!(versions.flow.id)), "{tick}");

    let slot = "2026-11-20T06:00:00Z";
    let run = fire(&versions, GLOBAL, slot).await;
    assert_eq!(fire(&versions, GLOBAL, slot).await, run, "the slot is delivered again");
    assert_eq!(fire(&versions, Some(&staging), slot).await, Value::Null, "the global schedule runs it");
    let machine = behind.machine_of(&build_of(&global.native().get().await)).await.unwrap();
    assert_eq!(behind.executions(&machine).await, [run.as_str().unwrap()]);
    let run = project.get(&format!("/runs/{}", run.as_str().unwrap())).await.expect(200);
    assert_eq!(run["environment"], Value::Null, "{run}");
    run.has(json!({ "trigger": "job", "deployment": global.id }));
    global.disable().await;
    starts_at(&behind, &versions.flow, &everywhere(), None).await;
    assert_eq!(fire(&versions, GLOBAL, "2026-11-23T06:00:00Z").await, Value::Null);
}

#[tokio::test]
async fn an_environments_own_job_runs_beside_the_global_one_unless_that_is_before_it() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = triggered(&project, &[rate("rate(1 day)"), rate("rate(2 days)")]).await;
    let behind = Behind::look().await;
    let global = versions.deploy(1, GLOBAL).await;
    let own = versions.deploy(2, &staging).await;
    starts_at(&behind, &versions.flow, &everywhere(), Some("rate(1 day)")).await;
    starts_at(&behind, &versions.flow, &staging, Some("rate(2 days)")).await;
    let ran = async |environment: Option<&Environment>, slot: &str| {
        let run = fire(&versions, environment, slot).await;
        let Some(run) = run.as_str() else { return Value::Null };
        project.get(&format!("/runs/{run}")).await.expect(200)["deployment"].clone()
    };
    let slot = "2026-11-20T06:00:00Z";
    assert_eq!(ran(GLOBAL, slot).await, json!(global.id));
    assert_eq!(ran(Some(&staging), slot).await, json!(own.id));
    global.put(json!({ "priority": 1 })).await;
    let slot = "2026-11-22T06:00:00Z";
    assert_eq!(ran(GLOBAL, slot).await, json!(global.id));
    assert_eq!(ran(Some(&staging), slot).await, Value::Null);
}
