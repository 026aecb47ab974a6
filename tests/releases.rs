//! Releases: numbered, described, and never changed.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::definitions::{greeting, putting_out};
use crate::harness::{Flow, Project};

async fn releasable(project: &Project) -> Flow<'_> {
    project.flow(greeting()).await.saved().await
}

#[tokio::test]
async fn a_release_says_what_is_in_it_and_who_made_it() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    let made = project.post(&flow.releases(), json!({ "description": "Says hello" })).await.expect(201);
    let made = made.lacks("deployment").has(json!({
        "id": format!("{}.1", flow.id),
        "flow": flow.id,
        "number": 1,
        "description": "Says hello",
        "kind": "flow",
        "trigger": { "type": "none" },
        "deployedIn": [],
    }));
    assert!(made.text("/createdBy/id").starts_with("client:"), "{made}");
    let saved = flow.get().await;
    assert_eq!(made["definitionDigest"], saved["saved"]["digest"]);
    assert_eq!(made["flowVersion"], saved["version"]);
    let got = project.get(&format!("{}/1", flow.releases())).await.expect(200);
    let mut release = made.body.clone();
    release.as_object_mut().unwrap().remove("flowVersion");
    assert_eq!(got.body, release);
}

#[tokio::test]
async fn a_release_needs_a_description() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    for body in [
        json!({}),
        json!({ "description": "" }),
        json!({ "description": " \n\t" }),
        json!({ "description": null }),
        json!({ "description": "x".repeat(2001) }),
    ] {
        let refused = project.post(&flow.releases(), body).await.expect(400).error("InvalidJsonInput");
        assert_eq!(refused.errors()[0]["field"], "/description", "{refused}");
    }
    project.get(&flow.releases()).await.expect(200).has(json!({ "total": 0, "results": [] }));
    flow.get().await.has(json!({ "status": "Saved" }));
}

#[tokio::test]
async fn only_what_is_saved_can_be_released() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    let release = async || project.post(&flow.releases(), json!({ "description": "too early" })).await;
    release().await.expect(400).error("FlowUnsaved").says("save");
    flow.save().await;
    release().await.expect(201);
    let set = json!([{ "action": "setDefinition", "definition": putting_out(json!("other")) }]);
    flow.update(set).await.expect(200);
    release().await.expect(400).error("FlowUnsaved");
    project.get(&flow.releases()).await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn two_that_release_at_once_both_do() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    let mut numbers = join_all(["one", "other"].map(|description| flow.release(description))).await;
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn fifty_that_release_at_once_get_fifty_numbers_without_a_gap() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    let before = flow.get().await.number("/version");
    let descriptions: Vec<_> = (0..50).map(|nth| format!("number {nth} of fifty")).collect();
    let release = async |description: &String| {
        project.post(&flow.releases(), json!({ "description": description })).await.expect(201)
    };
    let made = join_all(descriptions.iter().map(release)).await;
    let mut numbers: Vec<_> = made.iter().map(|made| made.number("/number")).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    for (made, description) in made.iter().zip(&descriptions) {
        // Every release is a change of the flow, and each answer tells the version that it made.
        assert_eq!(made.number("/flowVersion"), before + made.number("/number"), "{made}");
        // Each number is the release of whoever was given it.
        let got = project.get(&format!("{}/{}", flow.releases(), made["number"])).await.expect(200);
        assert_eq!(got["description"], **description);
    }
    let newest = json!({ "status": "Released", "newestRelease": { "number": 50 }, "version": before + 50 });
    flow.get().await.has(newest);
}

#[tokio::test]
async fn the_version_that_a_release_answers_is_the_one_to_change_next() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    let made = project.post(&flow.releases(), json!({ "description": "first" })).await.expect(201);
    let rename = json!({
        "version": made["flowVersion"],
        "actions": [{ "action": "setName", "name": "Renamed" }],
    });
    project.post(&flow.path(), rename).await.expect(200).has(json!({ "name": "Renamed" }));
}

#[tokio::test]
async fn a_release_keeps_what_it_froze() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    let first = format!("{}/{}", flow.releases(), flow.release("first").await);
    let before = project.get(&first).await.expect(200);
    flow.save_as(putting_out(json!("other"))).await;
    let second = format!("{}/{}", flow.releases(), flow.release("second").await);
    assert_eq!(project.get(&format!("{first}/definition")).await.expect(200).body, greeting());
    let other = project.get(&format!("{second}/definition")).await.expect(200);
    assert_eq!(other.body, putting_out(json!("other")));
    assert_eq!(project.get(&first).await.expect(200).body, before.body);
    // The flow goes; what was released of it stays.
    project.delete(&flow.path()).await.expect(200);
    assert_eq!(project.get(&first).await.expect(200).body, before.body);
    assert_eq!(project.get(&format!("{first}/definition")).await.expect(200).body, greeting());
    project.get(&flow.releases()).await.expect(200).has(json!({ "total": 2 }));
    project
        .post(&flow.releases(), json!({ "description": "too late" }))
        .await
        .expect(404)
        .error("ResourceNotFound");
}

#[tokio::test]
async fn no_request_can_change_or_delete_a_release() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    let path = format!("{}/{}", flow.releases(), flow.release("first").await);
    let before = project.get(&path).await.expect(200);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for path in [&path, &format!("{path}/definition")] {
            let request = project.request(method.clone(), path).body(r#"{"version":1,"actions":[]}"#);
            let refused = project.send(request).await;
            assert!(matches!(refused.status, 404 | 405), "{refused}");
        }
    }
    let request = project.request(Method::DELETE, &flow.releases());
    let refused = project.send(request).await;
    assert!(matches!(refused.status, 404 | 405), "{refused}");
    assert_eq!(project.get(&path).await.expect(200).body, before.body);
}

#[test]
fn no_operation_is_able_to_change_or_delete_a_release() {
    for operation in registry::operations() {
        let of_releases = operation.route().is_some_and(|route| route.path.contains("/releases/"));
        assert!(!of_releases || operation.route().is_some_and(|route| route.method == api::Method::Get));
        let actions = operation.grants.iter().flat_map(|grant| grant.actions);
        let payloads: Vec<_> = actions.filter(|action| action.starts_with("s3:")).collect();
        let harmless = |action: &&str| matches!(*action, "s3:GetObject" | "s3:PutObject");
        assert!(payloads.iter().all(|action| harmless(action)), "{}: {payloads:?}", operation.id);
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_told_from_one_that_is_not_there() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    flow.release("first").await;
    for (number, status, code) in [
        ("2", 404, "ResourceNotFound"),
        ("0", 400, "InvalidPathParam"),
        ("01", 400, "InvalidPathParam"),
        ("-1", 400, "InvalidPathParam"),
        ("first", 400, "InvalidPathParam"),
        ("4294967296", 400, "InvalidPathParam"),
    ] {
        for suffix in ["", "/definition"] {
            let path = format!("{}/{number}{suffix}", flow.releases());
            project.get(&path).await.expect(status).error(code);
        }
    }
    project.get("/flows/key=missing/releases").await.expect(404).error("ResourceNotFound");
    project.get("/flows/not-an-id/releases").await.expect(400).error("InvalidPathParam");
}

#[tokio::test]
async fn the_history_shows_where_each_release_is_deployed_now() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let flow = releasable(&project).await;
    flow.release("first").await;
    let at_production = flow.deploy(1, &production).await;
    flow.deploy(1, &staging).await;
    flow.save_as(putting_out(json!("second"))).await;
    flow.release("second").await;
    let at_staging = flow.deploy(2, &staging).await;

    let history = project.get(&flow.releases()).await.expect(200).has(json!({ "count": 2, "total": 2 }));
    assert_eq!(history.each("number"), [2, 1]);
    assert_eq!(history.each("description"), ["second", "first"]);
    let place = |environment: &str, deployment: &str| json!([{ "environment": environment, "deployment": deployment }]);
    let places = [place(&staging.id, &at_staging.id), place(&production.id, &at_production.id)];
    assert_eq!(history.each("deployedIn"), places, "{history}");
    let first = project.get(&format!("{}/1", flow.releases())).await.expect(200);
    assert_eq!(first["deployedIn"], places[1]);
    at_production.undeploy().await;
    let first = project.get(&format!("{}/1", flow.releases())).await.expect(200);
    assert_eq!(first["deployedIn"], json!([]));
}

#[tokio::test]
async fn the_history_has_pages() {
    let project = Project::new().await;
    let flow = releasable(&project).await;
    for nth in 1..=5 {
        flow.release(&format!("release {nth}")).await;
    }
    for (query, numbers) in [
        ("?limit=2", vec![5, 4]),
        ("?limit=2&offset=1", vec![4, 3]),
        ("?sort=number%20asc&limit=3", vec![1, 2, 3]),
        ("?offset=5", vec![]),
        ("?limit=0", vec![]),
    ] {
        let page = project.get(&format!("{}{query}", flow.releases())).await.expect(200);
        assert_eq!(page.each("number"), numbers, "{page}");
        page.has(json!({ "total": 5 }));
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    for _ in 0..3 {
        let page = project.get(&format!("{}{query}", flow.releases())).await.expect(200);
        seen.extend(page.each("number"));
        query = format!("?limit=2&cursor={}", page["cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    assert!(query.ends_with("cursor="), "the last page has no cursor: {query}");
}

/// A release that is to be deployed right away.
fn deployed_in(environment: &str) -> Value {
    json!({ "description": "at once", "deploy": { "environment": environment, "description": "right away" } })
}

#[tokio::test]
async fn a_release_can_be_deployed_as_it_is_made() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = releasable(&project).await;
    let made = project.post(&flow.releases(), deployed_in("key=staging")).await.expect(201);
    let made = made.has(json!({ "number": 1, "deployment": { "status": "Queued" } }));
    let deployment = project.deployment(&made.text("/deployment/id"));
    deployment.settled().await.has(json!({
        "status": "Deployed",
        "active": true,
        "flow": flow.id,
        "release": 1,
        "environment": staging.id,
        "description": "right away",
    }));
}

#[tokio::test]
async fn what_cannot_be_deployed_is_not_released_either() {
    let project = Project::new().await;
    project.environment("staging", &[]).await;
    let flow = releasable(&project).await;
    let refused = project.post(&flow.releases(), deployed_in("key=nowhere")).await;
    let refused = refused.expect(400).error("FieldValueNotFound");
    assert_eq!(refused.errors()[0]["field"], "/deploy/environment", "{refused}");
    let releaser = project.client(&["manage_integrations"]).await;
    let refused = releaser.post(&flow.releases(), deployed_in("key=staging")).await;
    refused.expect(403).error("AuthorizationError").says("manage_flow_deployments");
    let empty = json!({ "description": "x", "deploy": { "environment": "key=staging", "description": "" } });
    project.post(&flow.releases(), empty).await.expect(400).error("InvalidJsonInput");
    project.get(&flow.releases()).await.expect(200).has(json!({ "total": 0 }));
    project.get("/flow-deployments").await.expect(200).has(json!({ "total": 0 }));
}
