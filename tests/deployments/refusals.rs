use futures::join;
use serde_json::{Value, json};
use worker::{Done, Stage};

use super::{codes, entries};
use crate::harness::{Answer, Project, definitions, plain, secured};
use crate::lifecycle::{Stop, Workshop};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn what_is_named_must_be_there() {
    let project = Project::new().await;
    let other = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let foreign = other.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    flow.release("first").await;
    let good = json!({ "flow": flow.id, "release": 1, "environment": staging.id, "description": "x" });
    for (field, value) in [
        ("flow", json!(NOBODY)),
        ("flow", json!("key=nothing")),
        ("environment", json!(NOBODY)),
        ("environment", json!("key=nothing")),
        ("environment", json!(foreign.id)),
        ("release", json!(2)),
    ] {
        let mut draft = good.clone();
        draft[field] = value.clone();
        let refused = project.post("/flow-deployments", draft).await.expect(400).error("FieldValueNotFound");
        assert_eq!(refused.errors()[0]["field"], format!("/{field}"), "{refused}");
        assert_eq!(refused.errors()[0]["value"], value, "{refused}");
    }
    // What does not depend on each other is told together.
    let draft = json!({ "flow": "key=no", "release": 1, "environment": "key=none", "description": "x" });
    let refused = project.post("/flow-deployments", draft).await.expect(400).error("FieldValueNotFound");
    let fields: Vec<_> = refused.errors().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["/flow", "/environment"], "{refused}");
    project.get("/flow-deployments").await.expect(200).has(json!({ "total": 0 }));
    project.get(&format!("/flow-deployments/{NOBODY}")).await.expect(404).error("ResourceNotFound");
}

/// Deploys a second release that cannot be deployed. What answered before still answers.
async fn fails_to_replace(project: &Project, definition: Value, variables: &[Value]) -> Answer {
    let staging = project.environment("staging", variables).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let first = flow.release("first").await;
    let before = flow.deploy(first, &staging).await;
    let seen = before.get().await;
    flow.save_as(definition).await;
    let second = flow.release("second").await;
    let failed = flow.start_deploying(second, &staging).await.settled().await;
    assert_eq!(before.get().await.body, seen.body);
    flow.run(&staging, json!(null)).await.has(json!({ "output": { "greeting": "hello" }, "release": 1 }));
    // Nothing is held: what failed can be taken away.
    project.deployment(&failed.id()).undeploy().await;
    before.undeploy().await;
    project.delete(&staging.path()).await.expect(200);
    failed.has(json!({ "status": "Failed", "active": false }))
}

#[tokio::test]
async fn every_variable_that_is_missing_is_named_at_once() {
    let project = Project::new().await;
    let headers = json!({ "x-a": "${secret.apiKey}", "x-b": "${secret.open}", "x-c": "${one} and ${two}" });
    let mut definition = definitions::calling("https://example.com/${three}?t=${token}", headers);
    definition["States"]["Call"]["Output"] = json!("{% $states.result.statusCode %}");
    let variables = [plain("open", "x"), secured("token", "s3cret"), plain("two", 2)];
    let failed = fails_to_replace(&project, definition, &variables).await;
    let mut errors = entries(&failed, "Error");
    errors.sort();
    let title = "Configuration is incomplete";
    let expected = [
        (title, "The secured variable 'apiKey' is not set in staging"),
        (title, "The variable 'one' is not set in staging"),
        (title, "The variable 'open' is not secured in staging"),
        (title, "The variable 'three' is not set in staging"),
        (title, "The variable 'token' is secured in staging: write ${secret.token}, in a header"),
    ];
    let expected: Vec<_> = expected.map(|(title, message)| (title.to_owned(), message.to_owned())).into();
    assert_eq!(errors, expected, "{failed}");
    let done: Vec<_> = entries(&failed, "Information").into_iter().map(|(title, _)| title).collect();
    assert_eq!(done, ["Release resolved"], "it went no further");
    let incomplete = ("ConfigurationIncomplete", Some("configure"));
    assert_eq!(codes(&failed), [&[("ReleaseResolved", Some("resolve"))][..], &[incomplete; 5]].concat());
}

#[tokio::test]
async fn a_definition_that_its_values_make_too_large_is_not_built() {
    let project = Project::new().await;
    let output = json!(vec!["${text}"; 20]);
    let variables = [plain("text", "x".repeat(60_000))];
    let failed = fails_to_replace(&project, definitions::putting_out(output), &variables).await;
    let errors = entries(&failed, "Error");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].0, "Configuration is incomplete");
    assert!(errors[0].1.contains("With its values the definition exceeds 1048576 bytes"), "{errors:?}");
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_told_with_its_variable() {
    let project = Project::new().await;
    let definition =
        json!({ "StartAt": "A", "States": { "A": { "Type": "Wait", "Seconds": "${pause}", "End": true } } });
    let failed = fails_to_replace(&project, definition, &[plain("pause", "soon")]).await;
    let told = "/States/A/Seconds: \"Seconds\" must be a whole number from 0 to 99999999. This comes from the value of the \
                variable 'pause'.";
    assert_eq!(
        entries(&failed, "Error"),
        [("The definition is not valid".to_owned(), told.to_owned())],
        "{failed}"
    );
}

#[tokio::test]
async fn a_deployment_does_one_thing_at_a_time() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    let workshop = Workshop::of(&project).await;
    let task = workshop.deploy(&flow, release, &staging).await;
    let deployment = project.deployment(&task.deployment);
    let refuses = async |words: &str| {
        let answer = deployment.update(json!({ "action": "redeploy" })).await;
        answer.expect(400).error("DeploymentInvalidStatusTransition").says(words);
    };
    refuses("Already queued").await;
    let stop = Stop::after(Stage::Validate);
    let meanwhile = async {
        stop.reached.notified().await;
        let before = deployment.get().await.has(json!({ "status": "Deploying", "active": false }));
        refuses("Already deploying").await;
        assert_eq!(deployment.get().await.body, before.body);
        stop.go_on.notify_one();
    };
    assert_eq!(join!(workshop.watched(&task, &stop), meanwhile).0, Done::Finished);
    deployment.get().await.has(json!({ "status": "Deployed", "active": true }));
    let task = workshop.ask(&deployment.id, domain::deployment::OperationKind::Undeploy).await;
    refuses("Already undeploying").await;
    let again = project.delete(&deployment.path()).await.expect(400);
    again.error("DeploymentInvalidStatusTransition").says("Already undeploying");
    assert_eq!(workshop.deliver(&task).await, Done::Finished);
    project.get(&deployment.path()).await.expect(404);
}

#[tokio::test]
async fn while_something_is_under_way_nothing_it_needs_can_be_deleted() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let orders = project.integration("orders").await;
    let orders = format!("/integrations/{orders}");
    let flow = project.flow_with(json!({ "integration": "key=orders" })).await.saved().await;
    let release = flow.release("first").await;
    let workshop = Workshop::of(&project).await;
    let task = workshop.deploy(&flow, release, &staging).await;
    for _ in 0..2 {
        for path in [&staging.path(), &flow.path(), &orders] {
            project.delete(path).await.expect(400).error("EntityInUse").says("undeploy");
            project.get(path).await.expect(200);
        }
        workshop.deliver(&task).await;
    }
    project.deployment(&task.deployment).get().await.has(json!({ "status": "Deployed" }));
}

#[tokio::test]
async fn a_stale_version_is_refused_with_both_versions() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await;
    let before = deployment.get().await;
    let stale = json!({ "version": 1, "actions": [{ "action": "redeploy" }] });
    let refused = project.post(&deployment.path(), stale).await.expect(409).error("ConcurrentModification");
    assert_eq!(refused.errors()[0]["expectedVersion"], 1);
    assert_eq!(refused.errors()[0]["currentVersion"], before["version"]);
    let gone = project.delete(&format!("{}?version=1", deployment.path())).await;
    gone.expect(409).error("ConcurrentModification");
    assert_eq!(deployment.get().await.body, before.body);
    // Of two who ask at once with the same version one is told.
    let path = deployment.path();
    let body = json!({ "version": before["version"], "actions": [{ "action": "redeploy" }] });
    let (one, other) = join!(project.post(&path, body.clone()), project.post(&path, body));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert!(statuses == [200, 409] || statuses == [200, 400], "{one}\n{other}");
    deployment.settled().await.has(json!({ "status": "Deployed", "active": true }));
}

#[tokio::test]
async fn one_action_at_a_time_and_no_unknown_one() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await;
    let before = deployment.get().await;
    let redeploy = json!({ "action": "redeploy" });
    let two = json!({ "version": before["version"], "actions": [redeploy, redeploy] });
    project
        .post(&deployment.path(), two)
        .await
        .expect(400)
        .error("InvalidJsonInput")
        .says("send this action alone");
    deployment
        .update(json!({ "action": "explode" }))
        .await
        .expect(400)
        .error("InvalidJsonInput")
        .says("rollback");
    let none = json!({ "version": before["version"], "actions": [] });
    assert_eq!(project.post(&deployment.path(), none).await.expect(200).body, before.body);
    assert_eq!(deployment.get().await.body, before.body);
}
