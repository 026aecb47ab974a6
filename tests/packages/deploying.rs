//! Every version in a package is switched on in one go.

use futures::future::join;
use serde_json::{Value, json};

use super::{Shelf, made_by};
use crate::harness::Project;

#[tokio::test]
async fn all_that_is_in_a_package_takes_over_in_one_go() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 3).await.with_first_versions_on().await;
    let package = shelf.package(&[2, 2, 2]).await;
    let (deployed, seen) = shelf.meanwhile(package.deploy(Some(&shelf.staging))).await;
    deployed.has(json!({ "data": { "status": "Deployed" } }));
    // Whichever flow is asked: once one answers with the new version, no other does with the old one.
    let turn = seen.iter().position(|version| *version == 2).unwrap();
    assert!(seen[..turn].iter().all(|version| *version == 1), "{seen:?}");
    assert!(seen[turn..].iter().all(|version| *version == 2), "{seen:?}");
}

#[tokio::test]
async fn a_package_deployment_says_what_it_made() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let mut members = shelf.members(&[2, 1]);
    members[0]["priority"] = 5.into();
    let package = super::Package::of(&project, members).await;
    let started = package.start(Some(&shelf.staging)).await.expect(200);
    let me = Value::from(project.client_of_key().await);
    let started = started.has(json!({ "data": {
        "package_id": package.id,
        "virtual_environment_id": shelf.staging.id,
        "status": "Queued",
        "user_id": me,
    } }));
    let path = format!("{}/deployments/{}", package.path(), started.text("/data/id"));
    let deployed = project.at_rest(&path).await.has(json!({ "data": { "status": "Deployed" } }));
    let made = made_by(&deployed);
    let told: Vec<_> = made.iter().map(|made| (&made["flow_version_id"], &made["priority"])).collect();
    let [one, other] = [shelf.flows[0].version(2), shelf.flows[1].version(1)].map(Value::from);
    assert_eq!(told, [(&one, &json!(5)), (&other, &Value::Null)], "{deployed}");
    let report = deployed["data"]["report"].as_array().unwrap();
    assert!(!report.is_empty(), "{deployed}");
    for entry in report {
        assert_ne!(entry["type"], "Error", "{deployed}");
        assert!(["title", "code", "created_at"].iter().all(|member| entry[member].is_string()), "{deployed}");
    }

    let deployments = package.deployments().await;
    assert_eq!(deployments["meta"]["total"], 2, "{deployments}");
    for made in made {
        let data = deployments["data"].as_array().unwrap();
        let found = data.iter().find(|deployment| deployment["id"] == made["id"]).unwrap();
        assert_eq!(found["package_id"], package.id, "{deployments}");
        assert_eq!(found["package"]["name"], "Spring", "{deployments}");
        assert_eq!(found["flow_version_id"], made["flow_version_id"], "{deployments}");
        assert_eq!(found["priority"], made["priority"], "{deployments}");
        assert_eq!(found["virtual_environment_id"], shelf.staging.id, "{deployments}");
        assert!(found["enabled_at"].is_string(), "{deployments}");
        assert_eq!((&found["user_id"], &found["enabled_by_id"]), (&me, &me), "{deployments}");
    }
    package.read().await.has(json!({ "data": { "deployed": true, "deployments_count": 2 } }));
    let listed = project.get(&format!("{}/deployments", package.path())).await.expect(200);
    assert_eq!(listed["data"], json!([deployed["data"]]));
}

#[tokio::test]
async fn the_same_package_deployed_again_takes_over() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let package = shelf.package(&[1, 1]).await;
    let first = package.deploy(Some(&shelf.staging)).await.has(json!({ "data": { "status": "Deployed" } }));
    assert_eq!(shelf.answers().await, [1, 1]);
    package.change(json!({ "flow_versions": shelf.members(&[2, 2]) })).await.expect(200);
    let second = package.deploy(Some(&shelf.staging)).await.has(json!({ "data": { "status": "Deployed" } }));
    assert_eq!(shelf.answers().await, [2, 2]);
    let on = |answer: &[Value]| answer.iter().map(Value::is_string).collect::<Vec<_>>();
    let deployments = package.deployments().await;
    assert_eq!(on(&deployments.column("enabled_at")), [false, false, true, true], "{deployments}");
    let ids: Vec<Value> = [first, second].iter().flat_map(made_by).map(|made| made["id"].clone()).collect();
    assert_eq!(deployments.column("id"), ids);
    let listed = project.get(&format!("{}/deployments", package.path())).await.expect(200);
    assert_eq!(listed["meta"]["total"], 2, "{listed}");
    package.read().await.has(json!({ "data": { "deployments_count": 4 } }));
}

#[tokio::test]
async fn a_package_that_is_deployed_twice_at_once_is_on_once() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 3).await;
    let package = shelf.package(&[2, 2, 2]).await;
    let (one, other) = join(package.deploy(Some(&shelf.staging)), package.deploy(Some(&shelf.staging))).await;
    for deployed in [&one, &other] {
        deployed.clone().has(json!({ "data": { "status": "Deployed" } }));
    }
    assert_eq!(shelf.answers().await, [2, 2, 2]);
    let deployments = package.deployments().await;
    let data = deployments["data"].as_array().unwrap();
    let on: Vec<&Value> = data.iter().filter(|it| it["enabled_at"].is_string()).map(|it| &it["id"]).collect();
    // All of one, not some of each.
    let of = |deployed| made_by(deployed).iter().all(|made| on.contains(&&made["id"]));
    assert_eq!(on.len(), 3, "{deployments}");
    assert!(of(&one) || of(&other), "{deployments}");
}

#[tokio::test]
async fn a_package_that_is_deployed_everywhere_serves_where_nothing_better_is() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let production = project.environment("production", &[]).await;
    // In staging both have something of their own; in production neither has.
    let shelf = shelf.with_first_versions_on().await;
    let mut members = shelf.members(&[2, 2]);
    members[0]["priority"] = 1.into();
    let package = super::Package::of(&project, members).await;
    let deployed = package.deploy(None).await;
    let deployed = deployed.has(json!({ "data": { "status": "Deployed", "virtual_environment_id": null } }));
    assert_eq!(shelf.answers_at(&production.id).await, [2, 2], "{deployed}");
    assert_eq!(shelf.answers_at("global").await, [2, 2]);
    // The higher priority goes before a deployment of its own.
    assert_eq!(shelf.answers().await, [2, 1]);
    let everywhere = "/api/v1/flow-version-deployments?filter[global]=true";
    let listed = project.get(everywhere).await.expect(200);
    let ids: Vec<Value> = made_by(&deployed).iter().map(|made| made["id"].clone()).collect();
    assert_eq!(listed.column("id"), ids);
}
