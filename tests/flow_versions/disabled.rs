//! Deployed and not switched on: the first of the two switches without the second.

use domain::lifecycle::Status;
use serde_json::json;

use super::Versions;
use crate::harness::{Behind, Project, build_of, plain};
use crate::lifecycle::Workshop;

#[tokio::test]
async fn what_is_deployed_disabled_changes_nothing_until_it_is_enabled() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "first word")]).await;
    let versions = Versions::telling(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    let before = one.get().await;
    staging.set(&project, plain("word", "second word")).await;
    let made = versions.create(2, &staging, json!({ "deploy_disabled": true })).await.expect(200).data();
    let made = made.has(json!({ "deploy_disabled": true, "status": "Queued", "enabled_at": null }));
    let two = versions.placed(2, &made.id());
    two.settled().await.has(json!({
        "status": "Deployed", "deploy_disabled": true, "enabled_at": null, "enabled_by_id": null,
    }));
    two.native().get().await.has(json!({ "active": false, "status": "Deployed" }));
    versions.says(&staging, 1, "first word").await;
    assert_eq!(one.get().await.body, before.body);

    // All is ready: it takes over at once, with the values of the deployment.
    staging.set(&project, plain("word", "third word")).await;
    let enabled = two.enable().await.has(json!({ "status": "Deployed", "deploy_disabled": true }));
    assert!(enabled["enabled_at"].is_string(), "{enabled}");
    versions.says(&staging, 2, "second word").await;
    one.is_off().await;
}

#[tokio::test]
async fn where_nothing_is_on_what_is_deployed_disabled_does_not_answer() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.put_by(1, &staging).await;
    versions.silent(&staging).await;
    placed.disable().await.has(json!({ "status": "Deployed", "enabled_at": null }));
    placed.enable().await;
    versions.answers(&staging, 1).await;
}

#[tokio::test]
async fn what_failed_cannot_be_enabled() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::telling(&project, 1).await;
    let failed = versions.tried(1, &staging, json!({})).await;
    let before = failed.get().await.has(json!({ "status": "Failed", "enabled_at": null }));
    let refused = failed.ask("enable").await.refused(409);
    assert!(refused.text("/message").contains("Failed"), "{refused}");
    failed.change(json!({ "enabled_at": before["created_at"] })).await.refused(409);
    assert_eq!(failed.disable().await.body, before.body, "it is off already");
    assert_eq!(failed.get().await.body, before.body);
    versions.silent(&staging).await;
}

#[tokio::test]
async fn what_is_asked_of_a_deployment_under_way_is_kept_and_done_when_it_rests() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let workshop = Workshop::of(&project).await;
    let task = workshop.deploy(&versions.flow, 1, &staging).await;
    let queued = versions.placed(1, &task.deployment);
    let before = queued.get().await.has(json!({ "status": "Queued" }));
    // The whole of it, sent back as it was read, changes nothing.
    assert_eq!(queued.put(before.body.clone()).await.body, before.body);
    assert_eq!(queued.get().await.body, before.body);
    let elsewhere = queued.change(json!({ "virtual_environment_id": null })).await.refused(409);
    assert!(elsewhere.text("/message").contains("Already queued"), "{elsewhere}");
    queued.disable().await.has(json!({ "enabled_at": null, "pending": { "enabled": false } }));
    queued.put(json!({ "priority": 1, "deploy_disabled": true })).await.has(json!({ "priority": 1 }));
    for _ in 0..2 {
        let enabled = queued.enable().await;
        enabled.has(json!({ "enabled_at": null, "pending": { "enabled": true }, "status": "Queued" }));
    }
    workshop.deliver(&task).await;
    let seen = queued.is_on().await;
    let seen = seen.has(json!({ "status": "Deployed", "priority": 1, "deploy_disabled": true }));
    assert!(seen["pending"].is_null(), "{seen}");
    versions.answers(&staging, 1).await;
}

#[tokio::test]
async fn a_machine_that_was_given_up_is_made_again_before_its_version_is_enabled() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "first word")]).await;
    let versions = Versions::telling(&project, 5).await;
    let first = versions.deploy(1, &staging).await;
    staging.set(&project, plain("word", "second word")).await;
    for number in 2..=5 {
        versions.deploy(number, &staging).await;
    }
    Workshop::of(&project).await.clear_away(&project, &staging).await;
    let (behind, build) = (Behind::look().await, build_of(&first.native().get().await));
    assert_eq!(behind.machine_of(&build).await, None, "three are kept, and the one that answers");

    let asked = first.enable().await.has(json!({ "enabled_at": null }));
    assert_ne!(asked["status"], Status::Deployed.as_str(), "it cannot be on yet: {asked}");
    first.settled().await.has(json!({ "status": "Deployed" }));
    first.is_on().await;
    versions.says(&staging, 1, "first word").await;
    assert!(behind.machine_of(&build).await.is_some());
    let on = versions.key.get(super::ALL).await.expect(200).column("enabled_at");
    assert_eq!(on.iter().filter(|enabled| enabled.is_string()).count(), 1, "{on:?}");
}

#[tokio::test]
async fn a_priority_that_comes_with_being_made_again_counts() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 5).await;
    let first = versions.deploy(1, &staging).await;
    for number in 2..=5 {
        versions.deploy(number, &staging).await;
    }
    let since = first.get().await.text("/created_at");
    first.put(json!({ "priority": -1, "enabled_at": since })).await.has(json!({ "priority": -1 }));
    first.settled().await.has(json!({ "status": "Deployed", "priority": -1 }));
    first.is_on().await;
    versions.answers(&staging, 5).await;
}

#[tokio::test]
async fn whether_a_redeployment_switches_on_is_said_beforehand() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "first word")]).await;
    let versions = Versions::telling(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.put_by(2, &staging).await;
    let redeployed = async |placed: &super::Placed<'_>| {
        placed.native().update(json!({ "action": "redeploy" })).await.expect(200);
        placed.settled().await.has(json!({ "status": "Deployed" }))
    };
    staging.set(&project, plain("word", "second word")).await;
    redeployed(&two).await.has(json!({ "enabled_at": null, "deploy_disabled": true }));
    versions.says(&staging, 1, "first word").await;
    // What is on is built again and stays on, whatever was said.
    let since = one.put(json!({ "deploy_disabled": true })).await["enabled_at"].clone();
    redeployed(&one).await.has(json!({ "enabled_at": since, "deploy_disabled": true }));
    versions.says(&staging, 1, "second word").await;
    two.put(json!({ "deploy_disabled": false }))
        .await
        .has(json!({ "enabled_at": null, "deploy_disabled": false }));
    let on = redeployed(&two).await;
    assert!(on["enabled_at"].is_string(), "{on}");
    versions.says(&staging, 2, "second word").await;
    one.is_off().await;
}
