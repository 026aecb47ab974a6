//! Environments and their variables.

use serde_json::json;

use crate::harness::Project;

#[tokio::test]
async fn an_environment_is_made_with_its_variables() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    project.get(&staging.path()).await.expect(200).has(json!({ "key": "staging", "version": 1 }));
}
