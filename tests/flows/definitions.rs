//! Definitions: what is kept, what is saved, and what is refused.

use serde_json::{Value, json};

use super::definition;
use crate::harness::Project;
use crate::harness::definitions::{greeting, putting_out};

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

pub(crate) #[tokio::test]
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
