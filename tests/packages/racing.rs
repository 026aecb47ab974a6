//! Packages that are deployed at the same time, and what is deployed beside them.

use futures::future::{join, join_all};
use serde_json::{Value, json};

use super::{Shelf, made_by};
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
