//! Different versions of one flow in different environments at once.

use serde_json::json;

use super::{Versions, listed};
use crate::harness::{Project, plain};

#[tokio::test]
async fn two_versions_are_live_in_two_environments_with_their_values() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "try this")]).await;
    let production = project.environment("production", &[plain("word", "this is it")]).await;
    let versions = Versions::telling(&project, 2).await;
    let old = versions.deploy(1, &production).await;
    let new = versions.deploy(2, &staging).await;
    versions.says(&production, 1, "this is it").await;
    versions.says(&staging, 2, "try this").await;
    old.is_on().await.has(json!({ "virtual_environment_id": production.id }));
    new.is_on().await.has(json!({ "virtual_environment_id": staging.id }));
    for (environment, expected) in [(&production, &old), (&staging, &new)] {
        let query = format!("filter[virtual_environment_id]={}", environment.id);
        assert_eq!(listed(&versions.key, &query).await, [json!(expected.id)]);
    }
}

#[tokio::test]
async fn what_is_promoted_in_one_environment_leaves_the_other_as_it_is() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[plain("word", "try this")]).await;
    let production = project.environment("production", &[plain("word", "this is it")]).await;
    let versions = Versions::telling(&project, 2).await;
    let tried = versions.deploy(1, &staging).await;
    let live = versions.deploy(1, &production).await;
    let before = live.get().await;
    let next = versions.deploy(2, &staging).await;
    versions.says(&staging, 2, "try this").await;
    versions.says(&production, 1, "this is it").await;
    tried.is_off().await;
    assert_eq!(live.get().await.body, before.body);

    next.disable().await;
    versions.silent(&staging).await;
    versions.says(&production, 1, "this is it").await;
    versions.deploy(2, &production).await;
    live.is_off().await;
    versions.says(&production, 2, "this is it").await;
    versions.silent(&staging).await;
}
