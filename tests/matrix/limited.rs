//! Every operation with a key that is limited to one environment.

use api::Method;
use serde_json::{Value, json};

use super::refusals::Refusal;
use super::specimens::{Specimen, unknown};
use super::{call, each, names_an_entity, operations};
use crate::harness::{Client, Project};

/// Somebody who may do everything, in an environment of nobody else's.
async fn limited(project: &Project) -> Client {
    let own = project.environment("its-own", &[]).await;
    let draft =
        json!({ "name": "CI", "kind": "apiKey", "scopes": ["manage_project"], "environment": own.id });
    let made = project.post("/api-clients", draft).await.expect(201);
    project.presenting(Some(&made.text("/apiKey")))
}

#[tokio::test]
async fn what_is_not_within_an_environment_is_closed() {
    let project = Project::new().await;
    let ci = limited(&project).await;
    each("no environment", operations(|route| !route.within_environment), async |operation, route| {
        let refused = call(&ci, operation, &unknown(route), &Value::Null).await;
        let refused = Refusal::of(route, refused, 403, "AuthorizationError");
        refused.says("This key is limited to the environment").says("cannot use it");
    })
    .await;
}

#[tokio::test]
async fn nothing_of_another_environment_is_read_or_changed() {
    let project = Project::new().await;
    let ci = limited(&project).await;
    each("another environment", operations(|route| route.within_environment), async |operation, route| {
        let mut specimen = Specimen::of(operation, &project).await;
        let Some(theirs) = specimen.environment else { return };
        let before = project.get(&specimen.path).await;
        if route.versioned {
            specimen.body["version"] = before.version().into();
        }
        let answer = call(&ci, operation, &specimen.path, &specimen.body).await;
        let is_list = ["results", "data"].iter().any(|member| answer[*member].is_array());
        if route.method == Method::Get && is_list {
            assert!(!answer.expect(200).plain.contains(&theirs), "{}", operation.id);
        } else {
            let refused = Refusal::of(route, answer, 403, "AuthorizationError");
            refused.says("This key is limited to the environment");
        }
        if names_an_entity(route) && !route.more.contains(&Method::Get) {
            assert_eq!(project.get(&specimen.path).await.body, before.body, "{}", operation.id);
        }
    })
    .await;
}
