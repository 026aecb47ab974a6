//! What a deployment looks like, and that both families tell of the same one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ALL, GLOBAL, NOBODY, Placed, Versions, listed};
use crate::harness::{DEPLOYMENT_MEMBERS, Project, plain};

#[tokio::test]
async fn a_deployment_is_queued_and_then_deployed_and_on() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let me = project.client_of_key().await;
    let made = versions.create(1, &staging, json!({ "priority": 7 })).await.expect(200);
    let envelope: Vec<&String> = made.body.as_object().unwrap().keys().collect();
    assert_eq!(envelope, ["data"], "{made}");
    let made = made.data().has(json!({
        "flow_version_id": versions.id(1),
        "virtual_environment_id": staging.id,
        "package_id": null,
        "name": "Greeting",
        "priority": 7,
        "deploy_disabled": false,
        "enabled_at": null,
        "enabled_by_id": null,
        "user_id": me,
        "status": "Queued",
    }));
    let members: BTreeSet<&str> = made.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(DEPLOYMENT_MEMBERS), "{made}");
    assert_eq!(made["created_at"], made["updated_at"], "{made}");

    let placed = versions.placed(1, &made.id());
    let seen = placed.settled().await.has(json!({
        "id": made["id"],
        "flow_version_id": versions.id(1),
        "virtual_environment_id": staging.id,
        "package_id": null,
        "name": "Greeting",
        "priority": 7,
        "deploy_disabled": false,
        "enabled_by_id": me,
        "user_id": me,
        "status": "Deployed",
        "created_at": made["created_at"],
    }));
    let members: BTreeSet<&str> = seen.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(DEPLOYMENT_MEMBERS), "{seen}");
    let (created, enabled) = (seen.text("/created_at"), seen.text("/enabled_at"));
    assert!(created.ends_with('Z') && enabled >= created, "{seen}");
    assert!(seen.text("/updated_at") >= enabled, "{seen}");
    versions.answers(&staging, 1).await;
}

#[tokio::test]
async fn the_lists_show_what_a_get_shows() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.deploy(2, &staging).await;
    let all = versions.key.get(ALL).await.expect(200);
    assert_eq!(all["data"], json!([one.get().await.body, two.get().await.body]), "oldest first: {all}");
    assert_eq!(all["meta"]["total"], 2, "{all}");
    for placed in [&one, &two] {
        let path = placed.path();
        let (of_version, _) = path.rsplit_once('/').unwrap();
        let found = versions.key.get(of_version).await.expect(200);
        assert_eq!(found["data"], json!([placed.get().await.body]), "{found}");
        for (member, value) in [("current_page", 1), ("from", 1), ("last_page", 1), ("to", 1), ("total", 1)] {
            assert_eq!(found["meta"][member], value, "{member}: {found}");
        }
        assert!(found["meta"]["path"].as_str().unwrap().ends_with(of_version), "{found}");
        assert_eq!((&found["links"]["prev"], &found["links"]["next"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn an_environment_can_be_named_by_its_key() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    for name in ["staging", "key=staging"] {
        let made = versions.create(1, GLOBAL, json!({ "virtual_environment_id": name })).await;
        let made = made.about(name).expect(200).data().has(json!({ "virtual_environment_id": staging.id }));
        versions.placed(1, &made.id()).settled().await.has(json!({ "status": "Deployed" }));
    }
}

#[tokio::test]
async fn no_environment_is_global() {
    let project = Project::new().await;
    let versions = Versions::numbered(&project, 1).await;
    for members in [json!({}), json!({ "virtual_environment_id": null, "priority": null })] {
        let mut draft = members;
        draft["flow_version_id"] = versions.id(1).into();
        let made = versions.key.post(&versions.path(1), draft).await.expect(200).data();
        let made = made.has(json!({ "virtual_environment_id": null, "priority": null }));
        let placed = versions.placed(1, &made.id());
        placed.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": null }));
        placed.is_on().await;
        placed.native().get().await.has(json!({ "active": true })).lacks("environment");
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_in_both_families() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    let deleted = versions.key.delete(&placed.path()).await.expect(200);
    let members: Vec<&String> = deleted.body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["message"], "{deleted}");
    assert!(!deleted.text("/message").is_empty(), "{deleted}");
    versions.key.gone(&placed.path()).await;
    versions.key.get(&placed.path()).await.refused(404);
    versions.key.delete(&placed.path()).await.refused(404);
    project.get(&placed.native().path()).await.expect(404).error("ResourceNotFound");
    assert_eq!(listed(&versions.key, "").await, [Value::Null; 0]);
    versions.silent(&staging).await;
}

#[tokio::test]
async fn another_project_sees_nothing_of_it() {
    let (project, other) = (Project::new().await, Project::new().await);
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    let theirs = other.presenting(Some(&other.api_key));
    theirs.get(&placed.path()).await.refused(404);
    theirs.get(&versions.path(1)).await.refused(404);
    theirs.delete(&placed.path()).await.refused(404);
    let foreign = placed.by(&theirs);
    for action in ["enable", "disable"] {
        foreign.ask(action).await.refused(404);
    }
    foreign.change(json!({ "priority": 1 })).await.refused(404);
    assert_eq!(listed(&theirs, "").await, [Value::Null; 0]);
    placed.is_on().await.has(json!({ "priority": null }));
}

#[tokio::test]
async fn both_families_show_the_same_deployment() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let ours = versions.place(1, &staging, json!({ "priority": 3 })).await;
    let seen = ours.is_on().await;
    let native = ours.native().get().await.has(json!({
        "id": ours.id,
        "flow": versions.flow.id,
        "environment": staging.id,
        "release": 1,
        "status": "Deployed",
        "active": true,
        "priority": 3,
        "enabledAt": seen["enabled_at"],
        "createdAt": seen["created_at"],
        "lastModifiedAt": seen["updated_at"],
    }));
    assert_eq!(native["enabledBy"]["id"], format!("client:{}", seen.text("/enabled_by_id")));
    // And what was deployed there is seen here.
    let theirs = versions.flow.deploy(1, &staging).await;
    let theirs = versions.placed(1, &theirs.id);
    theirs
        .is_on()
        .await
        .has(json!({ "flow_version_id": versions.id(1), "virtual_environment_id": staging.id }));
    ours.is_off().await;
    versions.placed(1, NOBODY).ask("enable").await.refused(404);
}

/// What comes of an action of the native family.
async fn natively(placed: &Placed<'_>, action: Value) {
    placed.native().update(action).await.expect(200);
    placed.settled().await.has(json!({ "status": "Deployed" }));
}

#[tokio::test]
async fn what_is_changed_in_one_family_is_seen_in_the_other() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "hello")]).await;
    let versions = Versions::telling(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.deploy(2, &staging).await;

    two.disable().await.has(json!({ "enabled_at": null }));
    two.native().get().await.has(json!({ "active": false })).lacks("enabledAt");
    let on = two.enable().await;
    two.native().get().await.has(json!({ "active": true, "enabledAt": on["enabled_at"] }));
    two.put(json!({ "priority": 4 })).await.has(json!({ "priority": 4 }));
    two.native().get().await.has(json!({ "priority": 4 }));

    natively(&two, json!({ "action": "disable" })).await;
    two.is_off().await;
    natively(&two, json!({ "action": "enable" })).await;
    two.is_on().await;
    natively(&two, json!({ "action": "setPriority", "priority": 9 })).await;
    two.is_on().await.has(json!({ "priority": 9 }));
    natively(&two, json!({ "action": "rollback" })).await;
    two.is_off().await;
    one.is_on().await;
    versions.says(&staging, 1, "hello").await;
    staging.set(&project, plain("word", "good morning")).await;
    natively(&one, json!({ "action": "redeploy" })).await;
    one.is_on().await;
    versions.says(&staging, 1, "good morning").await;
}
