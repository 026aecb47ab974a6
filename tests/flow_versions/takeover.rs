//! One version takes over from another where that is on, and the way back.

use std::cell::Cell;

use futures::future::join_all;
use futures::join;
use serde_json::json;

use super::Versions;
use crate::harness::{Project, plain};

#[tokio::test]
async fn a_new_version_takes_over_and_the_old_one_is_off() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    versions.answers(&staging, 1).await;
    let two = versions.deploy(2, &staging).await;
    one.is_off().await.has(json!({ "status": "Deployed", "virtual_environment_id": staging.id }));
    two.is_on().await;
    versions.answers(&staging, 2).await;
}

#[tokio::test]
async fn enabling_the_old_version_is_the_way_back_to_what_it_ran_with() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "first word")]).await;
    let versions = Versions::telling(&project, 2).await;
    let me = project.client_of_key().await;
    let one = versions.deploy(1, &staging).await;
    staging.set(&project, plain("word", "second word")).await;
    let two = versions.deploy(2, &staging).await;
    versions.says(&staging, 2, "second word").await;

    let back = one.enable().await.has(json!({ "status": "Deployed", "enabled_by_id": me }));
    assert!(back["enabled_at"].is_string(), "{back}");
    versions.says(&staging, 1, "first word").await;
    two.is_off().await;
    assert_eq!(one.get().await.body, back.body, "nothing is left to be done");
    two.enable().await;
    versions.says(&staging, 2, "second word").await;
    one.is_off().await;
}

#[tokio::test]
async fn a_deployment_says_who_switched_it_on() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let me = project.client_of_key().await;
    let placed = versions.deploy(1, &staging).await;
    placed.is_on().await.has(json!({ "enabled_by_id": me, "user_id": me }));
    let made = project.api_client("apiKey", &["operate_flow_deployments"]).await;
    let colleague = placed.by(&project.presenting(Some(&made.text("/apiKey"))));
    placed.disable().await.has(json!({ "enabled_at": null, "enabled_by_id": null }));
    colleague.enable().await.has(json!({ "enabled_by_id": made.id(), "user_id": me }));
    placed.is_on().await.has(json!({ "enabled_by_id": made.id(), "user_id": me }));
}

#[tokio::test]
async fn enabling_and_disabling_twice_is_doing_it_once() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    let before = placed.get().await;
    for _ in 0..2 {
        assert_eq!(placed.enable().await.body, before.body, "it was on");
    }
    versions.answers(&staging, 1).await;

    let off = placed.disable().await.has(json!({ "status": "Deployed", "enabled_at": null }));
    versions.silent(&staging).await;
    assert_eq!(placed.disable().await.body, off.body, "it was off");
    versions.silent(&staging).await;

    let on = placed.enable().await;
    assert!(on.text("/enabled_at") > before.text("/enabled_at"), "{on}");
    versions.answers(&staging, 1).await;
    assert_eq!(placed.enable().await.body, on.body);
}

#[tokio::test]
async fn many_who_enable_different_versions_at_once_leave_one_on() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 3).await;
    let placed = [
        versions.deploy(1, &staging).await,
        versions.deploy(2, &staging).await,
        versions.deploy(3, &staging).await,
    ];
    for _ in 0..3 {
        let [one, two, three] = &placed;
        join!(one.enable(), two.enable(), three.enable());
        let mut on = Vec::new();
        for (number, placed) in (1_u64..).zip(&placed) {
            if placed.get().await["enabled_at"].is_string() {
                on.push(number);
            }
        }
        assert_eq!(on.len(), 1, "{on:?}");
        versions.answers(&staging, on[0]).await;
    }
}

#[tokio::test]
async fn many_that_are_deployed_at_once_leave_one_on() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 5).await;
    let placed = join_all((1..=5).map(|number| versions.place(number, &staging, json!({})))).await;
    let mut on = Vec::new();
    for (number, placed) in (1_u64..).zip(&placed) {
        let seen = placed.get().await.has(json!({ "status": "Deployed" }));
        on.extend(seen["enabled_at"].is_string().then_some(number));
    }
    assert_eq!(on.len(), 1, "{on:?}");
    versions.answers(&staging, on[0]).await;
}

#[tokio::test]
async fn whoever_switches_one_deployment_at_once_is_answered_and_it_is_on_or_off() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    for _ in 0..3 {
        let switched = (0..6).map(|turn| placed.ask(if turn % 2 == 0 { "disable" } else { "enable" }));
        for answer in join_all(switched).await {
            answer.expect(200);
        }
        let seen = placed.get().await.has(json!({ "status": "Deployed" }));
        let on = seen["enabled_at"].is_string();
        assert_eq!(seen["enabled_by_id"].is_string(), on, "{seen}");
        placed.native().get().await.has(json!({ "active": on }));
        if on { versions.answers(&staging, 1).await } else { versions.silent(&staging).await }
    }
}

#[tokio::test]
async fn what_is_off_can_be_enabled_once_what_was_on_is_deleted() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "first word")]).await;
    let versions = Versions::telling(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    staging.set(&project, plain("word", "second word")).await;
    versions.deploy(2, &staging).await.delete().await;
    versions.silent(&staging).await;
    one.is_off().await.has(json!({ "status": "Deployed" }));
    // It may have to be made again, and then it is on in a moment.
    one.enable().await;
    one.settled().await.has(json!({ "status": "Deployed" }));
    one.is_on().await;
    versions.says(&staging, 1, "first word").await;
    one.delete().await;
    project.delete(&staging.path()).await.expect(200);
}

#[tokio::test]
async fn a_caller_notices_no_takeover() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let one = versions.deploy(1, &staging).await;
    let two = versions.deploy(2, &staging).await;
    let over = Cell::new(false);
    let takeovers = async {
        for _ in 0..10 {
            one.enable().await;
            two.enable().await;
        }
        over.set(true);
    };
    let calls = async {
        let mut heard = [0, 0];
        while !over.get() {
            let said = versions.call(&staging).await.expect(200);
            match said["version"].as_u64() {
                Some(1) => heard[0] += 1,
                Some(2) => heard[1] += 1,
                _ => said.fail("one of the two versions should have answered"),
            }
        }
        heard
    };
    let ((), heard) = join!(takeovers, calls);
    assert!(heard[0] + heard[1] >= 10, "{heard:?}");
    versions.answers(&staging, 2).await;
    one.is_off().await;
}

#[tokio::test]
async fn a_caller_notices_no_redeployment() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    versions.deploy(1, &staging).await;
    let over = Cell::new(false);
    let deployments = async {
        for number in [2, 1, 2] {
            versions.deploy(number, &staging).await;
        }
        over.set(true);
    };
    let calls = async {
        while !over.get() {
            versions.call(&staging).await.expect(200);
        }
    };
    join!(deployments, calls);
    versions.answers(&staging, 2).await;
}
