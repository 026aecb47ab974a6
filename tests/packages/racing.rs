//! Packages that are deployed at the same time, and what is asked for while one is under way.

use futures::future::{join, join_all};
use serde_json::{Value, json};

use super::{Shelf, errors, made_by};
use crate::harness::Project;

#[tokio::test]
async fn ten_packages_at_once_are_all_deployed_and_the_one_asked_for_last_is_on() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 3).await;
    let packages = [shelf.package(&[1, 1, 1]).await, shelf.package(&[2, 2, 2]).await];
    let deploys = (0..10).map(|turn| packages[turn % 2].deploy(Some(&shelf.staging)));
    let deployed = join_all(deploys).await;
    for one in &deployed {
        one.clone().has(json!({ "data": { "status": "Deployed" } }));
    }
    let answers = shelf.answers().await;
    assert!(answers == [1, 1, 1] || answers == [2, 2, 2], "{answers:?}");
    // All of one is on, and the others are off.
    let mut on: Vec<Value> = Vec::new();
    for package in &packages {
        let seen = package.deployments().await;
        let data = seen["data"].as_array().unwrap();
        on.extend(data.iter().filter(|it| it["enabled_at"].is_string()).map(|it| it["id"].clone()));
    }
    let of = |one| made_by(one).iter().all(|made| on.contains(&made["id"]));
    assert_eq!((on.len(), deployed.iter().filter(|one| of(one)).count()), (3, 1));
}

#[tokio::test]
async fn a_deployment_that_was_asked_for_after_a_package_stays_on() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let package = shelf.package(&[2, 2]).await;
    let started = package.start(Some(&shelf.staging)).await.expect(200);
    let single = shelf.flows[0].start_deploying(1, &shelf.staging).await;
    let path = format!("{}/deployments/{}", package.path(), started.text("/data/id"));
    let (deployed, single) = join(project.at_rest(&path), single.settled()).await;
    let deployed = deployed.has(json!({ "data": { "status": "Deployed" } }));
    let single = single.has(json!({ "status": "Deployed", "active": true }));
    assert_eq!(shelf.answers().await, [1, 2]);
    let report = deployed["data"]["report"].as_array().unwrap();
    let overtaken = report.iter().find(|entry| entry["title"] == "Overtaken");
    // Whichever was ready first.
    if let Some(overtaken) = overtaken {
        assert!(overtaken["message"].as_str().unwrap().contains(&single.id()), "{deployed}");
    }
}

#[tokio::test]
async fn a_package_is_not_deployed_where_a_flow_of_it_is_gone() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let package = shelf.package(&[1, 1]).await;
    project.delete(&shelf.flows[1].path()).await.expect(200);
    let refused = package.start(Some(&shelf.staging)).await.refused(409);
    assert!(refused.text("/message").contains(&shelf.flows[1].id), "{refused}");
    project.delete(&package.path()).await.expect(200);
    project.delete(&shelf.staging.path()).await.expect(200);
}

#[tokio::test]
async fn what_the_answer_names_is_there() {
    let project = Project::new().await;
    // More than are made in one transaction.
    let shelf = Shelf::of(&project, 12).await;
    let package = shelf.package(&[2; 12]).await;
    let started = package.start(Some(&shelf.staging)).await.expect(200);
    let named = made_by(&started);
    let versions = named.iter().map(|made| made["flow_version_id"].as_str().unwrap().to_owned());
    assert_eq!(
        versions.collect::<Vec<_>>(),
        shelf.flows.iter().map(|flow| flow.version(2)).collect::<Vec<_>>()
    );
    for made in &named {
        let id = made["id"].as_str().unwrap();
        let native = project.get(&format!("/flow-deployments/{id}")).await.expect(200);
        assert_eq!((&native["id"], &native["release"]), (&made["id"], &json!(2)), "{native}");
        let path =
            format!("/api/v1/flow-versions/{}/deployments/{id}", made["flow_version_id"].as_str().unwrap());
        let seen = project.get(&path).await.expect(200);
        seen.has(json!({ "data": { "id": id, "package_id": package.id, "virtual_environment_id": shelf.staging.id } }));
    }
    let ids: Vec<Value> = named.iter().map(|made| made["id"].clone()).collect();
    assert_eq!(package.deployments().await.column("id"), ids);
    let path = format!("{}/deployments/{}", package.path(), started.text("/data/id"));
    let deployed = project.at_rest(&path).await.has(json!({ "data": { "status": "Deployed" } }));
    assert_eq!(made_by(&deployed), named);
}

#[tokio::test]
async fn a_flow_that_is_disabled_at_once_is_off_and_the_others_are_on() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 3).await;
    let package = shelf.package(&[2, 2, 2]).await;
    let started = package.start(Some(&shelf.staging)).await.expect(200);
    let named = made_by(&started);
    let native = format!("/flow-deployments/{}", named[0]["id"].as_str().unwrap());
    project.post(&native, json!({ "actions": [{ "action": "disable" }] })).await.expect(200);
    let version = named[1]["flow_version_id"].as_str().unwrap();
    let other = format!("/api/v1/flow-versions/{version}/deployments/{}", named[1]["id"].as_str().unwrap());
    project.post(&format!("{other}/disable"), json!({})).await.expect(200);
    let path = format!("{}/deployments/{}", package.path(), started.text("/data/id"));
    project.at_rest(&path).await.has(json!({ "data": { "status": "Deployed" } }));
    project.get(&native).await.expect(200).has(json!({ "status": "Deployed", "active": false }));
    project
        .get(&other)
        .await
        .expect(200)
        .has(json!({ "data": { "status": "Deployed", "enabled_at": null } }));
    assert_eq!(shelf.answers().await, [Value::Null, Value::Null, json!(2)]);
}

#[tokio::test]
async fn a_flow_that_is_deleted_at_once_is_gone_and_its_package_is_on_as_a_whole_or_not_at_all() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 3).await;
    let package = shelf.package(&[2, 2, 2]).await;
    for (deleted, of_family) in [(0, false), (2, true)] {
        let started = package.start(Some(&shelf.staging)).await.expect(200);
        let named = made_by(&started);
        let paths = named.iter().map(|made| format!("/flow-deployments/{}", made["id"].as_str().unwrap()));
        let paths: Vec<String> = paths.collect();
        if of_family {
            let version = named[deleted]["flow_version_id"].as_str().unwrap();
            let id = named[deleted]["id"].as_str().unwrap();
            project.delete(&format!("/api/v1/flow-versions/{version}/deployments/{id}")).await.expect(200);
        } else {
            project.delete(&paths[deleted]).await.expect(202);
        }
        let path = format!("{}/deployments/{}", package.path(), started.text("/data/id"));
        let ended = project.at_rest(&path).await;
        project.gone(&paths[deleted]).await;
        let mut on = Vec::new();
        for path in &paths {
            let seen = project.get(path).await;
            on.push(if seen.status == 404 { Value::Null } else { seen.expect(200)["active"].clone() });
        }
        // It was deleted before the package was switched on, or after that.
        if ended["data"]["status"] == "Failed" {
            let told = errors(&ended);
            assert!(told.iter().any(|error| error.contains("was undeployed meanwhile")), "{ended}");
            assert_eq!(on, [Value::Null, Value::Null, Value::Null], "{ended}");
        } else {
            let mut expected = vec![json!(true); 3];
            expected[deleted] = Value::Null;
            assert_eq!(on, expected, "{ended}");
        }
    }
}
