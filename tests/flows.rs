//! Flows: a working copy, a saved copy, and where that stands.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::definitions::{greeting, putting_out, telling};
use crate::harness::{Flow, Project};

/// A definition in which much is wrong.
fn broken() -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Nowhere",
        "States": {
            "First": { "Type": "Pass", "Next": "Missing" },
            "Second": { "Type": "Dance", "End": true },
            "Third": { "Type": "Pass", "Output": "${", "End": true },
        },
    })
}

pub(crate) async fn definition(flow: &Flow<'_>, copy: &str) -> Value {
    flow.project.get(&format!("{}/definition?copy={copy}", flow.path())).await.expect(200).body
}

#[tokio::test]
async fn a_flow_is_made_and_found_by_id_and_by_key() {
    let project = Project::new().await;
    let draft =
        json!({ "key": "greet", "name": "Greeting", "description": "says hello", "definition": greeting() });
    let made = project.post("/flows", draft.clone()).await.expect(201).has(json!({
        "key": "greet",
        "name": "Greeting",
        "description": "says hello",
        "kind": "flow",
        "integration": project.standalone_flows,
        "status": "Unsaved",
        "trigger": { "type": "none" },
        "version": 1,
    }));
    let made = made.lacks("saved").lacks("newestRelease").lacks("definition");
    for address in [made.id(), "key=greet".to_owned()] {
        let found = project.get(&format!("/flows/{address}")).await.expect(200);
        assert_eq!(found.body, made.body);
    }
    project.post("/flows", draft).await.expect(400).error("DuplicateField");
    project.get("/flows").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn a_flow_needs_an_integration_that_is_there() {
    let (project, stranger) = (Project::new().await, Project::new().await);
    let theirs = stranger.integration("orders").await;
    for named in ["key=orders", &theirs] {
        let refused = project.post("/flows", json!({ "name": "Import", "integration": named })).await;
        let refused = refused.expect(400).error("FieldValueNotFound");
        assert_eq!(refused.errors()[0]["field"], "/integration");
        assert_eq!(refused.errors()[0]["value"], *named);
    }
    project.get("/flows").await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn what_is_wrong_with_a_new_flow_is_told_at_once() {
    let project = Project::new().await;
    let draft = json!({
        "name": "Import",
        "kind": "api",
        "trigger": { "type": "job", "schedule": "rate(1 hour)" },
        "definition": { "Comment": "x".repeat(1_100_000) },
        "integration": "key=nowhere",
    });
    let refused = project.post("/flows", draft).await.expect(400);
    let codes: Vec<_> = refused.errors().iter().map(|error| error["code"].clone()).collect();
    assert_eq!(codes, ["FlowTriggerUnfit", "FlowDefinitionTooLarge", "FieldValueNotFound"], "{refused}");
    let refused = project.post_raw("/flows", "{").await.expect(400).error("InvalidJsonInput");
    assert_eq!(refused.errors().len(), 1, "{refused}");
    project.get("/flows").await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn the_status_follows_from_what_the_copies_are() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    let status = async |expected: &str| flow.get().await.has(json!({ "status": expected }));
    let set = async |definition: Value| {
        flow.update(json!([{ "action": "setDefinition", "definition": definition }])).await.expect(200)
    };
    status("Unsaved").await;
    flow.save().await.has(json!({ "status": "Saved" }));
    status("Saved").await;
    flow.release("first").await;
    status("Released").await.has(json!({ "newestRelease": { "number": 1 } }));
    set(putting_out(json!("other"))).await.has(json!({ "status": "Unsaved" }));
    // The same definition again, however it is written, is what was released.
    set(greeting()).await.has(json!({ "status": "Released" }));
    flow.save_as(putting_out(json!("other"))).await.has(json!({ "status": "Saved" }));
    flow.save_as(greeting()).await.has(json!({ "status": "Released" }));
    // The trigger is part of what is released.
    let called = json!([{ "action": "setTrigger", "trigger": { "type": "service" } }]);
    flow.update(called)
        .await
        .expect(200)
        .has(json!({ "status": "Unsaved", "trigger": { "type": "service" } }));
    flow.save().await.has(json!({ "status": "Saved" }));
    flow.update(json!([{ "action": "setName", "name": "Hello" }]))
        .await
        .expect(200)
        .has(json!({ "status": "Saved" }));
}

#[tokio::test]
async fn discarding_goes_back_to_what_was_saved() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    let discard = || flow.update(json!([{ "action": "discard" }]));
    discard().await.expect(400).error("FlowNeverSaved");
    flow.save().await;
    let edit = json!([
        { "action": "setDefinition", "definition": putting_out(json!("other")) },
        { "action": "setTrigger", "trigger": { "type": "service" } },
    ]);
    flow.update(edit).await.expect(200).has(json!({ "status": "Unsaved" }));
    assert_eq!(definition(&flow, "working").await, putting_out(json!("other")));
    assert_eq!(definition(&flow, "saved").await, greeting());
    discard().await.expect(200).has(json!({ "status": "Saved", "trigger": { "type": "none" } }));
    assert_eq!(definition(&flow, "working").await, greeting());
}

#[tokio::test]
async fn a_flow_shows_its_definition_when_it_has_one() {
    let project = Project::new().await;
    let empty = project.post("/flows", json!({ "name": "Empty" })).await.expect(201).lacks("working").id();
    let empty = project.flow_at(&empty);
    let path = format!("{}/definition", empty.path());
    project.get(&path).await.expect(404).error("ResourceNotFound").says("working");
    project.get(&format!("{path}?copy=saved")).await.expect(404).says("saved");
    project.get(&format!("{path}?copy=any")).await.expect(400).error("InvalidQueryParam");
    empty.update(json!([{ "action": "save" }])).await.expect(400).error("FlowDefinitionMissing");

    empty.save_as(greeting()).await;
    assert_eq!(project.get(&path).await.expect(200).body, greeting());
    assert_eq!(definition(&empty, "saved").await, greeting());
}

#[tokio::test]
async fn an_unfinished_definition_is_kept_and_not_saved() {
    let project = Project::new().await;
    let flow = project.flow(broken()).await;
    assert_eq!(definition(&flow, "working").await, broken());
    let refused = flow.update(json!([{ "action": "save" }])).await.expect(400).error("FlowDefinitionInvalid");
    let mut paths: Vec<_> = refused.errors().iter().map(|error| error["path"].clone()).collect();
    paths.dedup();
    for path in ["/StartAt", "/States/First/Next", "/States/Second/Type", "/States/Third/Output"] {
        assert!(paths.contains(&path.into()), "{path}: {refused}");
    }
    flow.get().await.has(json!({ "version": 1, "status": "Unsaved" })).lacks("saved");
}

#[tokio::test]
async fn a_definition_that_cannot_be_saved_changes_nothing() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await.saved().await;
    let before = flow.get().await;
    let actions = json!([
        { "action": "setName", "name": "Changed" },
        { "action": "setDefinition", "definition": broken() },
        { "action": "save" },
    ]);
    flow.update(actions).await.expect(400).error("FlowDefinitionInvalid").says("actions[2]");
    assert_eq!(flow.get().await.body, before.body);
    assert_eq!(definition(&flow, "working").await, greeting());
    for not_asl in [json!({}), json!({ "hello": "world" }), json!({ "StartAt": 7, "States": [] })] {
        let set = json!({ "action": "setDefinition", "definition": not_asl });
        let refused = flow.update(json!([set, { "action": "save" }])).await;
        refused.expect(400).error("FlowDefinitionInvalid");
    }
    for no_object in [json!("text"), json!([]), json!(null), json!(7)] {
        let set = json!([{ "action": "setDefinition", "definition": no_object }]);
        flow.update(set).await.expect(400).error("InvalidJsonInput");
    }
    assert_eq!(flow.get().await.body, before.body);
}

#[tokio::test]
async fn a_definition_of_two_megabytes_is_refused_with_its_size_and_the_limit() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    let huge = putting_out("x".repeat(2_000_000).into());
    let set = json!([{ "action": "setDefinition", "definition": huge }]);
    let refused = flow.update(set).await.expect(400).error("FlowDefinitionTooLarge").says("1048576");
    let error = &refused.errors()[0];
    assert_eq!(error["limit"], 1_048_576);
    assert!(error["size"].as_u64().unwrap() > 2_000_000, "{refused}");
    project
        .post("/flows", json!({ "name": "Huge", "definition": huge }))
        .await
        .expect(400)
        .error("FlowDefinitionTooLarge");
    flow.get().await.has(json!({ "version": 1 }));
    // One that fits is no problem, although no item of the table could hold it.
    let large = putting_out("x".repeat(900_000).into());
    flow.save_as(large.clone()).await.has(json!({ "status": "Saved" }));
    assert_eq!(definition(&flow, "saved").await, large);
}

#[tokio::test]
async fn a_body_over_the_limits_of_the_gateway_is_refused() {
    let project = Project::new().await;
    for megabytes in [7, 11] {
        let body = json!({ "name": "x".repeat(megabytes * 1024 * 1024) });
        let refused = project.post("/flows", body).await.about("a huge body").expect(413);
        assert_eq!(refused.body, json!({ "message": "Request Entity Too Large" }));
    }
    project.get("/flows").await.expect(200).has(json!({ "total": 0 }));
}

#[tokio::test]
async fn a_schedule_is_one_that_aws_takes_or_the_refusal_says_what_to_write() {
    let project = Project::new().await;
    let made = |schedule: String, timezone: &'static str| {
        let trigger = json!({ "type": "job", "schedule": schedule, "timezone": timezone });
        project.post("/flows", json!({ "name": "job", "trigger": trigger }))
    };
    for (schedule, timezone) in [
        ("cron(0/30 20-2 ? * MON-SUN *)", "GMT"),
        ("cron(0 9 LW NOV-FEB ? *)", "CET"),
        ("cron(0 12 ? * L *)", "EST5EDT"),
    ] {
        let trigger = json!({ "type": "job", "schedule": schedule, "timezone": timezone });
        made(schedule.to_owned(), timezone).await.expect(201).has(json!({ "trigger": trigger }));
    }
    for (schedule, instead) in [
        ("cron(0 0 1 1 ? 2020)", "cron(0 0 1 1 ? *)"),
        ("cron(0 10 * * * *)", "cron(0 10 * * ? *)"),
        ("cron(0 0 12 * * ?)", "cron(0 12 * * ? *)"),
        ("0 0 ? * 2#1", "cron(0 0 ? * 2#1 *)"),
        ("0 22 * * 5-1", "0 22 * * 5-7,0-1"),
        ("5/15 * * * *", "5-59/15 * * * *"),
        ("@daily", "0 0 * * *"),
    ] {
        let refused = made(schedule.to_owned(), "UTC").await.about(schedule).expect(400);
        refused.error("InvalidJsonInput").says(&format!("; write {instead}"));
        made(instead.to_owned(), "UTC").await.about(instead).expect(201);
    }
}

#[tokio::test]
async fn a_trigger_has_to_fit_the_kind() {
    let project = Project::new().await;
    let made = project.flow_with(json!({ "kind": "api" })).await;
    made.get().await.has(json!({ "kind": "api", "trigger": { "type": "service" } }));
    let hourly = json!({ "type": "job", "schedule": "rate(1 hour)" });
    for (kind, trigger) in [
        ("api", json!({ "type": "none" })),
        ("api", hourly.clone()),
        ("tool", json!({ "type": "service" })),
        ("tool", hourly.clone()),
    ] {
        let refused = project.post("/flows", json!({ "name": "X", "kind": kind, "trigger": trigger })).await;
        refused.expect(400).error("FlowTriggerUnfit").says(kind);
    }
    let flow = project.flow_with(json!({ "kind": "flow" })).await;
    for (trigger, shown) in [
        (json!({ "type": "service" }), json!({ "type": "service" })),
        (hourly, json!({ "type": "job", "schedule": "rate(1 hour)", "timezone": "UTC" })),
        (
            json!({ "type": "job", "schedule": "30 6 * * 1-5", "timezone": "Europe/Berlin" }),
            json!({ "type": "job", "schedule": "30 6 * * 1-5", "timezone": "Europe/Berlin" }),
        ),
        (json!({ "type": "none" }), json!({ "type": "none" })),
    ] {
        let set = json!([{ "action": "setTrigger", "trigger": trigger }]);
        flow.update(set).await.expect(200).has(json!({ "trigger": shown }));
    }
}

#[tokio::test]
async fn a_schedule_that_cannot_be_is_refused_when_it_is_set() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    for (schedule, timezone) in [
        ("every now and then", "UTC"),
        ("rate(0 minutes)", "UTC"),
        ("* * * * * *", "UTC"),
        ("61 * * * *", "UTC"),
        ("rate(1 hour)", "Middle/Earth"),
    ] {
        let trigger = json!({ "type": "job", "schedule": schedule, "timezone": timezone });
        let refused = flow.update(json!([{ "action": "setTrigger", "trigger": trigger }])).await;
        refused.about(schedule).expect(400).error("InvalidJsonInput");
    }
    let refused = flow.update(json!([{ "action": "setTrigger", "trigger": { "type": "moon" } }])).await;
    refused.expect(400).error("InvalidJsonInput").says("service");
    flow.get().await.has(json!({ "version": 1, "trigger": { "type": "none" } }));
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await.saved().await;
    let late = json!({ "version": 1, "actions": [{ "action": "setName", "name": "Late" }] });
    let refused = project.post(&flow.path(), late).await.expect(409).error("ConcurrentModification");
    assert_eq!(refused.errors()[0]["expectedVersion"], 1, "{refused}");
    assert_eq!(refused.errors()[0]["currentVersion"], 2, "{refused}");
    flow.get().await.has(json!({ "name": "Greeting", "version": 2 }));
}

#[tokio::test]
async fn flows_are_found_by_kind_status_and_integration() {
    let project = Project::new().await;
    let orders = project.integration("orders").await;
    let tool = project.flow_with(json!({ "kind": "tool", "integration": "key=orders" })).await;
    let saved = project.flow_with(json!({})).await.saved().await;
    let empty = project.flow_with(json!({ "integration": orders })).await;
    for (query, found) in [
        (String::new(), vec![&empty, &saved, &tool]),
        ("?kind=tool".to_owned(), vec![&tool]),
        ("?status=Saved".to_owned(), vec![&saved]),
        (format!("?integration={orders}"), vec![&empty, &tool]),
        ("?integration=key%3Dorders".to_owned(), vec![&empty, &tool]),
        (format!("?integration={orders}&kind=flow&status=Unsaved"), vec![&empty]),
        ("?kind=api".to_owned(), vec![]),
    ] {
        let listed = project.get(&format!("/flows{query}")).await.expect(200);
        let ids: Vec<_> = found.iter().map(|flow| flow.id.clone()).collect();
        assert_eq!(listed.each("id"), ids, "{listed}");
        listed.has(json!({ "total": found.len() }));
    }
    let unknown = project.get("/flows?integration=key%3Dnothing&sort=colour").await;
    unknown.expect(400).error("InvalidQueryParam").says("'integration'").says("key=nothing").says("'sort'");
    project.get("/flows?kind=opera").await.expect(400).error("InvalidQueryParam").says("tool");
}

#[tokio::test]
async fn a_deployed_flow_cannot_be_deleted() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({ "key": "greet" })).await.saved().await;
    let deployment = flow.deploy(flow.release("first").await, &staging).await;
    project.delete(&flow.path()).await.expect(400).error("EntityInUse").says("undeploy");
    flow.get().await;
    deployment.undeploy().await;
    project.delete("/flows/key=greet").await.expect(200).has(json!({ "id": flow.id, "key": "greet" }));
    project.get(&flow.path()).await.expect(404).error("ResourceNotFound");
    project.flow_with(json!({ "key": "greet" })).await;
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_whatever_it_says_it_is() {
    let project = Project::new().await;
    for body in ["", "{", "name=Greeting", "[1,", "\u{0}", "nul"] {
        let refused = project.post_raw("/flows", body).await.about(body);
        refused.expect(400).error("InvalidJsonInput");
    }
    // What is JSON is taken as such.
    let request = project.request(Method::POST, "/flows").body(r#"{"name":"Greeting"}"#);
    project.send(request).await.expect(201);
    project.get("/flows").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn a_deployment_of_a_flow_that_is_gone_cannot_be_repeated() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow(telling("missing")).await.saved().await;
    let release = flow.release("first").await;
    let failed = flow.start_deploying(release, &staging).await;
    failed.settled().await.has(json!({ "status": "Failed" }));
    project.delete(&flow.path()).await.expect(200);
    let path = format!("/flow-deployments/{}", failed.id);
    let version = project.get(&path).await.expect(200).version();
    let again = json!({ "version": version, "actions": [{ "action": "redeploy" }] });
    let refused = project.post(&path, again.clone()).await.expect(400).error("DeploymentFlowGone");
    assert_eq!(refused.says("actions[0]").errors().len(), 1);
    project.delete(&staging.path()).await.expect(200);
    let refused = project.post(&path, again).await.expect(400).error("DeploymentFlowGone");
    refused.error("DeploymentEnvironmentGone");
    project.get(&path).await.expect(200).has(json!({ "status": "Failed" }));
}
