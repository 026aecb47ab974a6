//! A deployment moves to another environment: built there first, then here no longer.

use std::cell::Cell;
use std::collections::BTreeSet;

use futures::join;
use serde_json::{Value, json};

use super::{GLOBAL, Versions, listed};
use crate::harness::{Environment, Project, plain};

/// Every list that tells what is where tells that these are there.
async fn lists(versions: &Versions<'_>, environment: &Environment, expected: &[&str]) {
    let sorted = |found: Vec<Value>| {
        let ids = found.iter().map(|id| id.as_str().unwrap().to_owned());
        ids.collect::<BTreeSet<String>>()
    };
    let expected: BTreeSet<String> = expected.iter().map(|id| (*id).to_owned()).collect();
    let query = format!("filter[virtual_environment_id]={}", environment.id);
    assert_eq!(sorted(listed(&versions.key, &query).await), expected, "{query}");
    let native = format!("/flow-deployments?environment={}", environment.id);
    let native = versions.key.get(&native).await.expect(200);
    assert_eq!(sorted(native.each("id")), expected, "{native}");
    native.has(json!({ "total": expected.len() }));
}

#[tokio::test]
async fn what_moves_is_built_with_the_values_of_where_it_goes() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "try this")]).await;
    let production = project.environment("production", &[plain("word", "this is it")]).await;
    let versions = Versions::telling(&project, 1).await;
    let placed = versions.place(1, &staging, json!({ "priority": 3 })).await;
    versions.says(&staging, 1, "try this").await;
    let before = placed.is_on().await;

    let asked = placed.put(json!({ "virtual_environment_id": production.id })).await;
    assert_ne!(asked["status"], "Deployed", "it has to be built first: {asked}");
    let moved = placed.settled().await.has(json!({
        "status": "Deployed",
        "virtual_environment_id": production.id,
        "priority": 3,
        "created_at": before["created_at"],
    }));
    assert!(moved["enabled_at"].is_string(), "{moved}");
    versions.says(&production, 1, "this is it").await;
    versions.silent(&staging).await;
    lists(&versions, &staging, &[]).await;
    lists(&versions, &production, &[&placed.id]).await;
    placed.native().get().await.has(json!({ "environment": production.id, "active": true }));
    assert_eq!(listed(&versions.key, "").await, [json!(placed.id)]);
    // Nothing holds the environment that it left.
    project.delete(&staging.path()).await.expect(200);
    versions.says(&production, 1, "this is it").await;
}

#[tokio::test]
async fn what_moves_takes_over_where_it_goes() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let one = versions.deploy(1, &production).await;
    let two = versions.deploy(2, &staging).await;
    two.put(json!({ "virtual_environment_id": "key=production" })).await;
    two.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": production.id }));
    two.is_on().await;
    one.is_off().await;
    versions.answers(&production, 2).await;
    versions.silent(&staging).await;
    // And the way back is there.
    one.enable().await;
    versions.answers(&production, 1).await;
    two.is_off().await;
    lists(&versions, &production, &[&two.id, &one.id]).await;
}

#[tokio::test]
async fn an_object_that_is_sent_back_whole_with_another_place_is_on_there() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let one = versions.deploy(1, &production).await;
    let two = versions.deploy(2, &staging).await;
    let mut whole = two.get().await.body;
    whole["virtual_environment_id"] = json!(production.id);
    two.put(whole).await;
    two.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": production.id }));
    two.is_on().await;
    one.is_off().await;
    versions.answers(&production, 2).await;
    versions.silent(&staging).await;
    // What is off stays off, as it says.
    let mut whole = one.get().await.body;
    whole["virtual_environment_id"] = json!(staging.id);
    one.put(whole).await;
    one.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": staging.id }));
    one.is_off().await;
    versions.silent(&staging).await;
}

#[tokio::test]
async fn what_moves_with_another_date_is_on_beside_what_is_on_there() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let one = versions.deploy(1, &production).await;
    let two = versions.deploy(2, &staging).await;
    let since = "2026-01-01T00:00:00.000Z";
    two.put(json!({ "virtual_environment_id": production.id, "enabled_at": since })).await;
    let moved = two.settled().await;
    moved.has(json!({ "status": "Deployed", "virtual_environment_id": production.id, "enabled_at": since }));
    one.is_on().await;
    // It has been on for longer.
    versions.answers(&production, 1).await;
    one.disable().await;
    versions.answers(&production, 2).await;
    versions.silent(&staging).await;
    two.put(json!({ "virtual_environment_id": staging.id, "enabled_at": null })).await;
    two.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": staging.id }));
    two.is_off().await;
}

#[tokio::test]
async fn what_is_off_moves_and_stays_off() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let live = versions.deploy(1, &production).await;
    let placed = versions.put_by(2, &staging).await;
    placed.put(json!({ "virtual_environment_id": production.id })).await;
    placed.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": production.id }));
    placed.is_off().await;
    live.is_on().await;
    versions.answers(&production, 1).await;
    placed.enable().await;
    versions.answers(&production, 2).await;
    versions.silent(&staging).await;
}

#[tokio::test]
async fn a_move_that_fails_leaves_what_answers() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "try this")]).await;
    let empty = project.environment("empty", &[]).await;
    let versions = Versions::telling(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    let since = placed.is_on().await["enabled_at"].clone();
    placed.put(json!({ "virtual_environment_id": empty.id })).await;
    placed.settled().await.has(json!({
        "status": "Failed", "virtual_environment_id": staging.id, "enabled_at": since,
    }));
    let native = placed.native().get().await.has(json!({ "environment": staging.id, "active": true }));
    assert!(native.plain.contains("The variable 'word' is not set in empty"), "{native}");
    versions.says(&staging, 1, "try this").await;
    versions.silent(&empty).await;
    lists(&versions, &staging, &[&placed.id]).await;
    lists(&versions, &empty, &[]).await;

    // Once what was missing is there, it can move.
    empty.set(&project, plain("word", "no longer empty")).await;
    placed.put(json!({ "virtual_environment_id": empty.id })).await;
    placed.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": empty.id }));
    versions.says(&empty, 1, "no longer empty").await;
    versions.silent(&staging).await;
}

#[tokio::test]
async fn a_priority_that_comes_with_a_move_that_fails_counts_if_it_is_shown() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "hello")]).await;
    let empty = project.environment("empty", &[]).await;
    let versions = Versions::telling(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.put_by(2, &staging).await;
    let since = one.is_on().await["enabled_at"].clone();
    two.put(json!({ "enabled_at": since, "priority": 1 })).await;
    versions.says(&staging, 2, "hello").await;
    two.put(json!({ "virtual_environment_id": empty.id, "priority": -1 })).await;
    let seen = two.settled().await.has(json!({ "status": "Failed", "virtual_environment_id": staging.id }));
    let answers = if seen["priority"] == -1 { 1 } else { 2 };
    versions.says(&staging, answers, "hello").await;
    // It can be put right all the same.
    two.put(json!({ "priority": 1 })).await.has(json!({ "priority": 1 }));
    versions.says(&staging, 2, "hello").await;
}

#[tokio::test]
async fn a_caller_notices_no_move_to_everywhere_and_back() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    let over = Cell::new(false);
    let moves = async {
        for place in [Value::Null, json!(staging.id), Value::Null, json!(staging.id)] {
            placed.put(json!({ "virtual_environment_id": place })).await;
            placed.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": place }));
        }
        over.set(true);
    };
    let calls = async {
        while !over.get() {
            versions.answers(&staging, 1).await;
        }
    };
    join!(moves, calls);
    placed.is_on().await;
}

#[tokio::test]
async fn a_deployment_can_become_global_and_be_put_back() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    placed.put(json!({ "virtual_environment_id": null })).await;
    placed.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": null }));
    for place in [Some(&staging), Some(&production), GLOBAL] {
        versions.answers(place, 1).await;
    }
    assert_eq!(listed(&versions.key, "filter[global]=true").await, [json!(placed.id)]);
    lists(&versions, &staging, &[]).await;

    placed.put(json!({ "virtual_environment_id": staging.id })).await;
    placed.settled().await.has(json!({ "status": "Deployed", "virtual_environment_id": staging.id }));
    versions.answers(&staging, 1).await;
    versions.silent(&production).await;
    versions.silent(GLOBAL).await;
    assert_eq!(listed(&versions.key, "filter[global]=true").await, [Value::Null; 0]);
    lists(&versions, &staging, &[&placed.id]).await;
}

#[tokio::test]
async fn to_where_it_is_nothing_moves() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    let before = placed.get().await;
    for place in [staging.id.as_str(), "key=staging"] {
        assert_eq!(placed.put(json!({ "virtual_environment_id": place })).await.body, before.body, "{place}");
    }
}

#[tokio::test]
async fn nothing_moves_to_where_nothing_is() {
    let (project, other) = (Project::new().await, Project::new().await);
    let staging = project.environment("staging", &[]).await;
    let theirs = other.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    let before = placed.get().await;
    for place in [super::NOBODY, theirs.id.as_str(), "key=nowhere"] {
        let refused = placed.change(json!({ "virtual_environment_id": place })).await;
        refused.about(place).refused(422).blames("virtual_environment_id", "");
    }
    assert_eq!(placed.get().await.body, before.body);
    versions.answers(&staging, 1).await;
}
