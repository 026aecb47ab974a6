//! Environments and their variables.

use futures::join;
use serde_json::{Value, json};

use crate::harness::{Answer, Environment, Project, plain, secured};

/// What comes of actions on the version that the environment has now.
async fn update(project: &Project, environment: &Environment, actions: Value) -> Answer {
    let version = project.get(&environment.path()).await.expect(200).version();
    project.post(&environment.path(), json!({ "version": version, "actions": actions })).await
}

#[tokio::test]
async fn an_environment_is_made_and_found_by_id_and_by_key() {
    let project = Project::new().await;
    let draft =
        json!({ "key": "staging", "name": "Staging", "position": 3, "variables": [plain("retries", 3)] });
    let made = project.post("/environments", draft).await.expect(201).has(json!({
        "key": "staging",
        "name": "Staging",
        "position": 3,
        "version": 1,
        "variables": [{ "name": "retries", "value": 3, "secured": false }],
    }));
    assert_eq!(made["createdBy"], made["lastModifiedBy"]);
    assert!(made.text("/createdBy/id").starts_with("client:"), "{made}");
    for address in [made.id(), "key=staging".to_owned()] {
        let found = project.get(&format!("/environments/{address}")).await.expect(200);
        assert_eq!(found.body, made.body);
    }
}

#[tokio::test]
async fn a_key_is_taken_once_and_free_again_when_its_owner_is_deleted() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let again = json!({ "key": "staging", "name": "Another" });
    let refused = project.post("/environments", again.clone()).await.expect(400).error("DuplicateField");
    assert_eq!(refused.errors()[0]["field"], "key");
    assert_eq!(refused.errors()[0]["duplicateValue"], "staging");
    project.get("/environments").await.expect(200).has(json!({ "total": 1 }));

    project.delete(&staging.path()).await.expect(200).has(json!({ "id": staging.id, "key": "staging" }));
    project.get(&staging.path()).await.expect(404).error("ResourceNotFound");
    let other = project.post("/environments", again).await.expect(201);
    assert_ne!(other.id(), staging.id);
}

#[tokio::test]
async fn of_two_that_take_a_key_at_once_exactly_one_gets_it() {
    let project = Project::new().await;
    for round in 0..5 {
        let draft = json!({ "key": format!("stage-{round}"), "name": "Stage" });
        let create = || project.post("/environments", draft.clone());
        let (one, other) = join!(create(), create());
        let (winner, loser) = if one.status == 201 { (one, other) } else { (other, one) };
        winner.expect(201);
        loser.expect(400).error("DuplicateField");
    }
    project.get("/environments").await.expect(200).has(json!({ "total": 5, "count": 5 }));
}

#[tokio::test]
async fn a_secured_value_is_masked_wherever_it_could_be_seen() {
    let project = Project::new().await;
    let secret = "correct-horse-battery-staple";
    let draft = json!({ "key": "staging", "name": "Staging", "variables": [secured("token", secret)] });
    let made = project.post("/environments", draft).await.expect(201);
    let staging = Environment { id: made.id() };
    let got = project.get(&staging.path()).await.expect(200);
    let listed = project.get("/environments").await.expect(200);
    let renamed =
        update(&project, &staging, json!([{ "action": "setName", "name": "Stage" }])).await.expect(200);
    let stale = project.post(&staging.path(), json!({ "version": 1, "actions": [] })).await.expect(409);
    let deleted = project.delete(&staging.path()).await.expect(200);
    let masked = json!([{ "name": "token", "value": "****", "secured": true }]);
    for answer in [&made, &got, &renamed, &deleted] {
        assert_eq!(answer["variables"], masked, "{answer}");
    }
    assert_eq!(listed.each("variables"), [masked]);
    for answer in [made, got, listed, renamed, stale, deleted] {
        assert!(!answer.plain.contains(secret), "{answer}");
    }
}

#[tokio::test]
async fn a_secured_value_is_in_no_error_either() {
    let project = Project::new().await;
    let draft = json!({
        "name": "",
        "variables": [
            { "name": "token", "value": "correct-horse", "secured": "yes" },
            { "name": "not a name", "value": "battery-staple", "secured": true },
        ],
    });
    let refused = project.post("/environments", draft).await.expect(400).error("InvalidJsonInput");
    refused.clone().says("variables[0].secured").says("variables[1].name");
    assert!(!refused.plain.contains("horse") && !refused.plain.contains("staple"), "{refused}");
}

#[tokio::test]
async fn writing_the_mask_back_keeps_the_value() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[secured("token", "s3cret")]).await;
    // What a client does that reads, changes something else and writes everything back.
    let read = project.get(&staging.path()).await.expect(200);
    let mut written = read["variables"][0].clone();
    written["action"] = "setVariable".into();
    update(&project, &staging, json!([written])).await.expect(200).has(json!({
        "variables": [{ "name": "token", "value": "****", "secured": true }],
    }));
    // Where there is no value to keep, the mask is refused: it would be taken for one.
    let unknown = json!([{ "action": "setVariable", "name": "other", "value": "****", "secured": true }]);
    update(&project, &staging, unknown).await.expect(400).error("InvalidJsonInput").says("mask");
}

#[tokio::test]
async fn variables_are_set_replaced_and_unset() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("greeting", "hello"), plain("gone", true)]).await;
    let actions = json!([
        { "action": "setVariable", "name": "greeting", "value": { "de": "hallo" } },
        { "action": "setVariable", "name": "token", "value": "s3cret", "secured": true },
        { "action": "unsetVariable", "name": "gone" },
        { "action": "setPosition", "position": 7 },
    ]);
    update(&project, &staging, actions).await.expect(200).has(json!({
        "version": 2,
        "position": 7,
        "variables": [
            { "name": "greeting", "value": { "de": "hallo" }, "secured": false },
            { "name": "token", "value": "****", "secured": true },
        ],
    }));
}

#[tokio::test]
async fn a_new_value_of_a_secret_is_a_secret_unless_it_is_unset_first() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[secured("token", "s3cret")]).await;
    let masked = json!({ "variables": [{ "name": "token", "value": "****", "secured": true }] });
    // Whoever rotates a secret need not know that it is one.
    let rotate = json!([{ "action": "setVariable", "name": "token", "value": "rotated" }]);
    update(&project, &staging, rotate).await.expect(200).has(masked.clone());
    let kept = project.get(&staging.path()).await.expect(200).has(masked);
    assert!(!kept.plain.contains("rotated"), "{kept}");

    let plain = json!({ "action": "setVariable", "name": "token", "value": "public", "secured": false });
    let refused = update(&project, &staging, json!([plain])).await.expect(400).error("InvalidJsonInput");
    assert_eq!(refused.errors()[0]["field"], "/actions/0/secured", "{refused}");
    refused.says("Request body does not fit: actions[0].secured:").says("unset it first");
    let unset = json!({ "action": "unsetVariable", "name": "token" });
    update(&project, &staging, json!([unset, plain])).await.expect(200).has(json!({
        "variables": [{ "name": "token", "value": "public", "secured": false }],
    }));
}

#[tokio::test]
async fn what_is_wrong_with_any_variable_is_told_at_once_and_where() {
    let project = Project::new().await;
    let draft = json!({ "name": "Staging", "variables": [
        secured("token", "****"),
        plain("greeting", "hello"),
        { "name": "number", "value": 7, "secured": true },
        secured("greeting", "another"),
    ]});
    let refused = project.post("/environments", draft).await;
    let refused = refused.expect(400).error("InvalidJsonInput");
    let fields: Vec<_> = refused.errors().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["/variables/0/value", "/variables/2/value", "/variables/3/name"], "{refused}");
    let refused = refused.says("is 'greeting' again, which variables[1] sets already; set it once");
    assert!(!refused.plain.contains("another"), "{refused}");
    let at = refused.errors()[1]["detailedErrorMessage"].clone();
    assert_eq!(at, "variables[2].value: of the secured variable 'number' must be a text");
    let staging = project.environment("staging", &[]).await;
    let long = json!([{ "action": "setName", "name": "S" }, {
        "action": "setVariable", "name": "token", "value": "x".repeat(20_000), "secured": true,
    }]);
    let refused = update(&project, &staging, long).await.expect(400).error("InvalidJsonInput");
    assert_eq!(refused.errors()[0]["field"], "/actions/1/value", "{refused}");
}

#[tokio::test]
async fn a_stale_version_is_refused_with_both_versions() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let rename = |name: &str| json!({ "version": 1, "actions": [{ "action": "setName", "name": name }] });
    project
        .post(&staging.path(), rename("Mine"))
        .await
        .expect(200)
        .has(json!({ "name": "Mine", "version": 2 }));
    let refused =
        project.post(&staging.path(), rename("Yours")).await.expect(409).error("ConcurrentModification");
    assert_eq!(refused.errors()[0]["expectedVersion"], 1);
    assert_eq!(refused.errors()[0]["currentVersion"], 2);
    let gone = project.delete(&format!("{}?version=1", staging.path())).await;
    gone.expect(409).error("ConcurrentModification");
    project.get(&staging.path()).await.expect(200).has(json!({ "name": "Mine", "version": 2 }));
}

#[tokio::test]
async fn of_two_updates_at_once_one_is_stale() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let path = staging.path();
    let rename = |name: &str| {
        project.post(&path, json!({ "version": 1, "actions": [{ "action": "setName", "name": name }] }))
    };
    let (one, other) = join!(rename("One"), rename("Other"));
    let (winner, loser) = if one.status == 200 { (one, other) } else { (other, one) };
    let winner = winner.expect(200);
    loser.expect(409).error("ConcurrentModification");
    let now = project.get(&path).await.expect(200);
    assert_eq!(now.body, winner.body);
}

#[tokio::test]
async fn every_problem_of_a_body_is_listed_at_once() {
    let project = Project::new().await;
    let draft = json!({
        "key": "a key",
        "name": "n".repeat(300),
        "position": -1,
        "variables": [{ "name": "not a name", "value": 1 }, { "value": 2 }],
    });
    let refused = project.post("/environments", draft).await.expect(400).error("InvalidJsonInput");
    let mut fields: Vec<_> = refused.errors().iter().map(|error| error["field"].clone()).collect();
    fields.sort_by_key(Value::to_string);
    assert_eq!(fields, ["/key", "/name", "/position", "/variables/0/name", "/variables/1/name"], "{refused}");
    assert!(!refused.plain.contains("nnnn"), "{refused}");
    project.get("/environments").await.expect(200).has(json!({ "total": 0, "results": [] }));
}

#[tokio::test]
async fn the_names_of_the_platform_are_not_given_away() {
    let project = Project::new().await;
    for name in ["slipway.http", "secret.token"] {
        let draft = json!({ "name": "Staging", "variables": [plain(name, 1)] });
        let refused = project.post("/environments", draft).await.expect(400).error("InvalidJsonInput");
        assert_eq!(refused.errors()[0]["field"], "/variables/0/name", "{refused}");
    }
}

#[tokio::test]
async fn a_name_has_256_characters_at_most() {
    let project = Project::new().await;
    let draft = |length| json!({ "name": "é".repeat(length) });
    project.post("/environments", draft(256)).await.expect(201);
    project.post("/environments", draft(300)).await.expect(400).error("InvalidJsonInput").says("256");
}

#[tokio::test]
async fn an_unknown_action_is_told_the_known_ones() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let refused = update(&project, &staging, json!([{ "action": "explode" }])).await;
    let refused = refused.expect(400).error("InvalidJsonInput").says("explode");
    for known in ["setName", "setPosition", "setVariable", "unsetVariable"] {
        assert!(refused.text("/message").contains(known), "{known}: {refused}");
    }
    assert_eq!(refused.errors()[0]["field"], "/actions/0");
}

#[tokio::test]
async fn an_action_that_fails_leaves_everything_as_it_was() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("greeting", "hello")]).await;
    let before = project.get(&staging.path()).await.expect(200);
    let actions = json!([
        { "action": "setName", "name": "Changed" },
        { "action": "setVariable", "name": "greeting", "value": "bye" },
        { "action": "setVariable", "name": "token", "value": "s3cret", "secured": true },
        { "action": "unsetVariable", "name": "missing" },
    ]);
    let refused = update(&project, &staging, actions).await;
    refused.expect(400).error("EnvironmentVariableRefused").says("actions[3]").says("'missing'");
    let after = project.get(&staging.path()).await.expect(200);
    assert_eq!(after.body, before.body);
}

#[tokio::test]
async fn no_actions_change_nothing() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let before = project.get(&staging.path()).await.expect(200);
    let after = update(&project, &staging, json!([])).await.expect(200);
    assert_eq!(after.body, before.body);
}

#[tokio::test]
async fn an_environment_with_a_deployment_cannot_be_deleted() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await.saved().await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await;
    project.delete(&staging.path()).await.expect(400).error("EntityInUse").says("undeploy");
    project.get(&staging.path()).await.expect(200);
    deployment.undeploy().await;
    project.delete(&staging.path()).await.expect(200);
}
