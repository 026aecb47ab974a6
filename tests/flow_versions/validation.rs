//! What cannot be asked, and what is said about it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ALL, GLOBAL, NOBODY, Versions, listed};
use crate::harness::{Answer, Project};

#[tokio::test]
async fn an_unknown_name_in_a_query_is_refused_and_the_known_ones_are_told() {
    let project = Project::new().await;
    let filters = [
        "filter[package_id]",
        "filter[virtual_environment_id]",
        "filter[global]",
        "filter[flowVersion.flow]",
        "filter[name]",
        "filter[LIKE]",
    ];
    let includes = ["enabledBy", "flowVersion", "virtualEnvironment", "package", "user"];
    let sorts = [
        "created_at",
        "enabled_at",
        "flow_name",
        "flow_version_iteration",
        "flow_versions.id",
        "flows.id",
        "flows.name",
        "flow_versions.flow_id",
        "flow_version_deployments.flow_version_id",
        "iteration",
        "iteration_calc.id",
        "iteration_calc.iteration",
    ];
    for (query, field, allowed) in [
        ("filter[colour]=red", "filter.colour", &filters[..]),
        ("include=colour", "include", &includes[..]),
        ("include=package,colour", "include", &includes[..]),
        ("include=flowVersion.flow", "include", &includes[..]),
        ("sort=colour", "sort", &sorts[..]),
        ("sort=-colour", "sort", &sorts[..]),
        ("sort=DESC", "sort", &sorts[..]),
        ("sort=iteration_calc", "sort", &sorts[..]),
        ("sort=created_at,colour", "sort", &sorts[..]),
    ] {
        let mut refused =
            project.get(&format!("{ALL}?{query}")).await.about(query).refused(422).blames_only(&[field]);
        for name in allowed {
            refused = refused.blames(field, name);
        }
    }
}

#[tokio::test]
async fn every_problem_of_a_query_is_told_at_once() {
    let project = Project::new().await;
    let query = "page=0&per_page=101&filter[global]=perhaps&filter[package_id]=x&include=colour&sort=colour";
    let refused = project.get(&format!("{ALL}?{query}")).await.refused(422);
    let fields = ["filter.global", "filter.package_id", "include", "page", "per_page", "sort"];
    let refused = refused.blames_only(&fields);
    let refused = refused.blames("page", "page").blames("per_page", "100");
    assert!(refused.text("/message").ends_with("(and 5 more errors)"), "{refused}");

    for (query, field) in [
        ("page=-1", "page"),
        ("page=one", "page"),
        ("page=4294967296", "page"),
        ("per_page=0", "per_page"),
        ("cursor=made-up", "cursor"),
        ("filter[virtual_environment_id]=x", "filter.virtual_environment_id"),
        ("filter[flowVersion.flow]=x", "filter.flowVersion.flow"),
    ] {
        project.get(&format!("{ALL}?{query}")).await.about(query).refused(422).blames_only(&[field]);
    }
    project.get(&format!("{ALL}?page=1&per_page=100")).await.expect(200).has(json!({ "data": [] }));
}

#[tokio::test]
async fn every_problem_of_a_body_is_told_at_once() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let path = versions.path(1);
    let draft = json!({
        "flow_version_id": 7, "virtual_environment_id": true, "priority": "high", "deploy_disabled": "yes",
    });
    let refused = project.post(&path, draft).await.refused(422);
    let fields = ["deploy_disabled", "flow_version_id", "priority", "virtual_environment_id"];
    let refused = refused.blames_only(&fields);
    assert!(refused.text("/message").ends_with("(and 3 more errors)"), "{refused}");
    for (draft, field) in [
        (json!({}), "flow_version_id"),
        (json!({ "flow_version_id": null }), "flow_version_id"),
        (json!({ "flow_version_id": "x" }), "flow_version_id"),
        (json!({ "flow_version_id": versions.flow.id }), "flow_version_id"),
        (json!({ "flow_version_id": versions.id(1), "priority": 1.5 }), "priority"),
        (json!({ "flow_version_id": versions.id(1), "priority": 1_000_000_000_000_u64 }), "priority"),
        (json!([]), "body"),
    ] {
        let refused = project.post(&path, draft.clone()).await.about(&draft.to_string());
        refused.refused(422).blames_only(&[field]);
    }
    for text in ["", "{"] {
        project.post_raw(&path, text).await.about(text).refused(422).blames_only(&["body"]);
    }
    assert_eq!(listed(&versions.key, "").await, [Value::Null; 0], "nothing was made");

    let placed = versions.deploy(1, &staging).await;
    let before = placed.get().await;
    let members = json!({ "virtual_environment_id": 7, "priority": "high", "enabled_at": "yesterday", "deploy_disabled": 1 });
    let refused = placed.change(members).await.refused(422);
    refused.blames_only(&["deploy_disabled", "enabled_at", "priority", "virtual_environment_id"]);
    assert_eq!(placed.get().await.body, before.body);
}

#[tokio::test]
async fn the_version_of_the_body_is_the_version_of_the_path() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let elsewhere = Versions::numbered(&project, 1).await;
    for other in [versions.id(2), elsewhere.id(1)] {
        let refused = versions.create(1, &staging, json!({ "flow_version_id": other })).await.refused(422);
        refused.blames("flow_version_id", &versions.id(1)).blames_only(&["flow_version_id"]);
    }
    assert_eq!(listed(&versions.key, "").await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_change_cannot_make_another_version_of_it() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let placed = versions.deploy(1, &staging).await;
    let before = placed.get().await;
    let refused =
        placed.change(json!({ "flow_version_id": versions.id(2), "priority": 7 })).await.refused(422);
    refused.blames("flow_version_id", &versions.id(1)).blames_only(&["flow_version_id"]);
    let refused = placed.change(json!({ "enabled_at": "0000-01-01T00:00:00Z" })).await.refused(422);
    refused.blames_only(&["enabled_at"]);
    for beyond in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"] {
        let refused = placed.change(json!({ "enabled_at": beyond })).await.refused(422);
        let refused = refused
            .blames("enabled_at", "must be a time such as 2030-01-31T12:00:00Z, and at most 9999-12-30");
        refused.blames_only(&["enabled_at"]);
    }
    assert_eq!(placed.get().await.body, before.body);
    placed.change(json!({ "flow_version_id": versions.id(1) })).await.expect(200);
    assert_eq!(placed.get().await.body, before.body);
}

#[tokio::test]
async fn an_environment_that_is_not_there_is_a_problem_of_its_field() {
    let (project, other) = (Project::new().await, Project::new().await);
    let theirs = other.environment("theirs", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    for name in [NOBODY, &theirs.id, "key=theirs", "theirs"] {
        let refused = versions.create(1, GLOBAL, json!({ "virtual_environment_id": name })).await;
        let refused = refused.about(name).refused(422).blames("virtual_environment_id", name);
        refused.blames_only(&["virtual_environment_id"]);
    }
    assert_eq!(listed(&versions.key, "").await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_version_that_is_not_there_is_not_found() {
    let project = Project::new().await;
    let versions = Versions::numbered(&project, 1).await;
    let flow = &versions.flow.id;
    let unknown = [format!("{flow}.2"), format!("{NOBODY}.1")];
    let malformed = ["x", flow.as_str(), "x.1"].map(str::to_owned);
    let numbers = ["0", "01", "-1", "one", "1.1", "4294967296"].map(|number| format!("{flow}.{number}"));
    for version in unknown.into_iter().chain(malformed).chain(numbers) {
        let path = format!("/api/v1/flow-versions/{version}/deployments");
        let draft = json!({ "flow_version_id": version });
        let made = project.post(&path, draft).await;
        // A name that cannot be one is a problem of the body as well.
        let blamed = made.status == 422 && made["errors"]["flow_version_id"].is_array();
        assert!(made.status == 404 || blamed, "{made}");
        project.get(&path).await.refused(404);
        project.get(&format!("{path}/{NOBODY}")).await.refused(404);
    }
    assert_eq!(listed(&versions.key, "").await, [Value::Null; 0]);
}

/// What comes of everything that can be asked of a deployment at a path.
async fn all_that_can_be_asked(project: &Project, path: &str) -> Vec<Answer> {
    vec![
        project.get(path).await,
        project.put(path, json!({ "priority": 1 })).await,
        project.post(&format!("{path}/enable"), json!({})).await,
        project.post(&format!("{path}/disable"), json!({})).await,
        project.delete(path).await,
    ]
}

#[tokio::test]
async fn a_deployment_is_found_below_its_own_version_only() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let elsewhere = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    let before = placed.get().await;
    for path in [
        format!("{}/{}", versions.path(2), placed.id),
        format!("{}/{}", versions.path(3), placed.id),
        format!("{}/{}", elsewhere.path(1), placed.id),
        format!("{}/{NOBODY}", versions.path(1)),
        format!("{}/x", versions.path(1)),
        format!("{}/1", versions.path(1)),
    ] {
        for answer in all_that_can_be_asked(&project, &path).await {
            answer.refused(404);
        }
    }
    assert_eq!(placed.get().await.body, before.body);
    versions.answers(&staging, 1).await;
}

#[tokio::test]
async fn enabling_needs_no_body() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let placed = versions.deploy(1, &staging).await;
    for (action, on) in [("disable", false), ("enable", true)] {
        let request = project.request(Method::POST, &format!("{}/{action}", placed.path()));
        let answer = project.send(request).await.expect(200).data();
        assert_eq!(answer["enabled_at"].is_string(), on, "{answer}");
        // Some clients send an empty one.
        project.post_raw(&format!("{}/{action}", placed.path()), "").await.expect(200);
    }
}

#[tokio::test]
async fn whoever_has_no_key_is_told_so() {
    let project = Project::new().await;
    let unknown = project.presenting(Some("slipway_no-such-key"));
    unknown.get(ALL).await.refused(401);
    let nobody = project.presenting(None).get(ALL).await.expect(401);
    assert!(nobody["message"].is_string(), "{nobody}");
    let reader = project.client(&["view_runs"]).await;
    let refused = reader.get(ALL).await.refused(403);
    assert!(refused.text("/message").contains("view_flow_deployments"), "{refused}");
}
