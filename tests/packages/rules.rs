//! What can be in a package, and what a package that was deployed does not allow.

use serde_json::{Value, json};

use super::Shelf;
use crate::harness::{Answer, Project};

fn draft(members: Value) -> Value {
    json!({ "name": "Spring", "flow_versions": members })
}

/// What comes of making a package with these members.
async fn refused(project: &Project, members: Value) -> Answer {
    project.post("/api/v1/packages", draft(members)).await.refused(422)
}

#[tokio::test]
async fn a_flow_is_in_a_package_once() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let [one, other] = [&shelf.flows[0], &shelf.flows[1]];
    let twice = json!([
        { "flow_version_id": one.version(1) },
        { "flow_version_id": other.version(1) },
        { "flow_version_id": one.version(2) },
    ]);
    refused(&project, twice.clone()).await.blames_only(&["flow_versions.2.flow_version_id"]);
    let package = shelf.package(&[1, 1]).await;
    let changed = package.change(json!({ "flow_versions": twice })).await.refused(422);
    changed.blames_only(&["flow_versions.2.flow_version_id"]);
}

#[tokio::test]
async fn what_is_in_a_package_has_to_be_there() {
    let (project, theirs) = (Project::new().await, Project::new().await);
    let (shelf, strange) = (Shelf::of(&project, 1).await, Shelf::of(&theirs, 1).await);
    let missing = [
        shelf.flows[0].version(4),
        strange.flows[0].version(1),
        "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10.1".to_owned(),
    ];
    for version in missing {
        let members = json!([{ "flow_version_id": version, "priority": 1 }]);
        let refused = refused(&project, members.clone()).await;
        let refused = refused.blames_only(&["flow_versions.0.flow_version_id"]);
        refused.blames("flow_versions.0.flow_version_id", &version);
        let package = shelf.package(&[1]).await;
        let before = package.read().await;
        let changed = package.change(json!({ "flow_versions": members })).await;
        changed.refused(422).blames_only(&["flow_versions.0.flow_version_id"]);
        assert_eq!(package.read().await.body, before.body);
    }
}

#[tokio::test]
async fn every_problem_of_a_package_is_told_under_its_field() {
    let project = Project::new().await;
    let wrong = json!({
        "notes": "n".repeat(256),
        "flow_versions": [
            { "flow_version_id": "first", "priority": "high" },
            { "priority": 1.5 },
        ],
    });
    let refused = project.post("/api/v1/packages", wrong).await.refused(422);
    refused.blames_only(&[
        "name",
        "notes",
        "flow_versions.0.flow_version_id",
        "flow_versions.0.priority",
        "flow_versions.1.flow_version_id",
        "flow_versions.1.priority",
    ]);
}

#[tokio::test]
async fn a_package_holds_one_to_twenty_five() {
    let project = Project::new().await;
    let some = |count: usize| {
        let members = (0..count).map(|_| json!({ "flow_version_id": format!("{}.1", uuid::Uuid::new_v4()) }));
        Value::from(members.collect::<Vec<_>>())
    };
    refused(&project, some(0)).await.blames_only(&["flow_versions"]);
    refused(&project, some(26)).await.blames_only(&["flow_versions"]);
    let fields = (0..25).map(|place| format!("flow_versions.{place}.flow_version_id")).collect::<Vec<_>>();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    // So many are allowed, if they are there.
    refused(&project, some(25)).await.blames_only(&fields);
    let shelf = Shelf::of(&project, 1).await;
    let package = shelf.package(&[1]).await;
    for count in [0, 26] {
        let refused = package.change(json!({ "flow_versions": some(count) })).await.refused(422);
        refused.blames_only(&["flow_versions"]);
    }
    for notes in ["n".repeat(256), "ä".repeat(256)] {
        package.change(json!({ "notes": notes })).await.refused(422).blames_only(&["notes"]);
    }
    package.change(json!({ "notes": "ä".repeat(255) })).await.expect(200);
}

#[tokio::test]
async fn a_package_is_deployed_where_an_environment_is() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 1).await;
    let package = shelf.package(&[1]).await;
    let deployments = format!("{}/deployments", package.path());
    for unknown in ["8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", "production", "key=production"] {
        let refused = project.post(&deployments, json!({ "virtual_environment_id": unknown })).await;
        refused.refused(422).blames_only(&["virtual_environment_id"]);
    }
    let refused = project.post(&deployments, json!({ "virtual_environment_id": 7 })).await;
    refused.refused(422).blames_only(&["virtual_environment_id"]);
    package.read().await.has(json!({ "data": { "deployed": false, "deployments_count": 0 } }));
    assert_eq!(project.get(&deployments).await.expect(200).column("id"), [Value::Null; 0]);
}

#[tokio::test]
async fn a_flow_stays_in_a_package_once_it_was_deployed() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 3).await;
    let package = shelf.package(&[1, 1]).await;
    package.deploy(Some(&shelf.staging)).await.has(json!({ "data": { "status": "Deployed" } }));
    let before = package.read().await.has(json!({ "data": { "deployed": true } }));

    let one = shelf.members(&[1]);
    let refused = package.change(json!({ "name": "Summer", "flow_versions": one })).await.refused(409);
    refused.blames("flow_versions", &shelf.flows[1].version(1));
    assert_eq!(package.read().await.body, before.body);
    // Another version of it, another priority, and a flow more are no such thing.
    let mut members = shelf.members(&[2, 1, 1]);
    members[1]["priority"] = 5.into();
    let changed = package.change(json!({ "flow_versions": members })).await.expect(200);
    changed.has(json!({ "data": { "flow_versions": [
        { "flow_version_id": shelf.flows[0].version(2), "priority": null },
        { "flow_version_id": shelf.flows[1].version(1), "priority": 5 },
        { "flow_version_id": shelf.flows[2].version(1), "priority": null },
    ] } }));
    // What is deployed stays what it is until the package is deployed again.
    assert_eq!(shelf.answers().await, [json!(1), json!(1), Value::Null]);
}

#[tokio::test]
async fn a_package_stays_while_something_of_it_is_deployed() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let package = shelf.package(&[1, 1]).await;
    let deployed =
        package.deploy(Some(&shelf.staging)).await.has(json!({ "data": { "status": "Deployed" } }));
    project.delete(&package.path()).await.refused(409);
    for made in super::made_by(&deployed) {
        let version = made["flow_version_id"].as_str().unwrap();
        let path = format!("/api/v1/flow-versions/{version}/deployments/{}", made["id"].as_str().unwrap());
        project.delete(&path).await.expect(200);
        project.gone(&path).await;
    }
    project.delete(&package.path()).await.expect(200);
    let record = format!("{}/deployments/{}", package.path(), deployed.text("/data/id"));
    project.get(&record).await.refused(404);
}
