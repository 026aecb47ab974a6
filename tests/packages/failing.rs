//! A package of which one version cannot be deployed changes nothing.

use serde_json::{Value, json};

use super::{Shelf, errors, made_by};
use crate::harness::{Project, plain};

#[tokio::test]
async fn one_bad_version_keeps_all_others_from_being_switched_on() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 4).await.with_first_versions_on().await;
    let package = shelf.package(&[2, 2, 3, 2]).await;
    let (failed, seen) = shelf.meanwhile(package.deploy(Some(&shelf.staging))).await;
    let failed = failed.has(json!({ "data": { "status": "Failed" } }));
    assert!(seen.iter().all(|version| *version == 1), "{seen:?}");
    let told = errors(&failed);
    let blamed = |error: &String| error.contains("Release 3 of 'Flow 2'") && error.contains("signature");
    assert!(told.iter().any(blamed), "{failed}");
    for good in ["Flow 0", "Flow 1", "Flow 3"] {
        assert!(!told.iter().any(|error| error.contains(good)), "what is good is not to blame: {failed}");
    }

    // Of what was made, only what shows the fault is left.
    let bad = &made_by(&failed)[2];
    for (place, made) in made_by(&failed).iter().enumerate().filter(|(place, _)| *place != 2) {
        project.gone(&format!("/flow-deployments/{}", made["id"].as_str().unwrap())).await;
        assert_eq!(made["flow_version_id"], shelf.flows[place].version(2), "{failed}");
    }
    let left = package.deployments().await;
    assert_eq!(left.column("id"), std::slice::from_ref(&bad["id"]), "{left}");
    assert_eq!(left["data"][0]["status"], "Failed", "{left}");
    assert_eq!(left["data"][0]["enabled_at"], Value::Null, "{left}");
    let native = project.get(&format!("/flow-deployments/{}", bad["id"].as_str().unwrap())).await.expect(200);
    assert!(native["details"]["build"]["report"].to_string().contains("signature"), "{native}");
}

#[tokio::test]
async fn a_package_can_be_deployed_again_once_the_fault_is_mended() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let package = shelf.package(&[2, 3]).await;
    package.deploy(Some(&shelf.staging)).await.has(json!({ "data": { "status": "Failed" } }));
    assert_eq!(shelf.answers().await, [Value::Null, Value::Null]);
    package.read().await.has(json!({ "data": { "deployed": true } }));

    shelf.staging.set(&project, plain("signature", "yours")).await;
    package.deploy(Some(&shelf.staging)).await.has(json!({ "data": { "status": "Deployed" } }));
    assert_eq!(shelf.answers().await, [2, 3]);
    let listed = project.get(&format!("{}/deployments", package.path())).await.expect(200);
    assert_eq!(listed.column("status"), ["Failed", "Deployed"]);
}

#[tokio::test]
async fn every_bad_version_is_named() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 3).await;
    let package = shelf.package(&[3, 2, 3]).await;
    let failed = package.deploy(Some(&shelf.staging)).await.has(json!({ "data": { "status": "Failed" } }));
    for bad in ["Release 3 of 'Flow 0'", "Release 3 of 'Flow 2'"] {
        assert!(errors(&failed).iter().any(|error| error.contains(bad)), "{bad}: {failed}");
    }
}

#[tokio::test]
async fn what_needs_variables_is_not_deployed_everywhere() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let package = shelf.package(&[1, 3]).await;
    shelf.staging.set(&project, plain("signature", "yours")).await;
    let failed = package.deploy(None).await.has(json!({ "data": { "status": "Failed" } }));
    assert!(errors(&failed).iter().any(|error| error.contains("signature")), "{failed}");
    assert_eq!(shelf.answers_at("global").await, [Value::Null, Value::Null]);
    assert_eq!(shelf.answers().await, [Value::Null, Value::Null]);
}
