//! What is answered with every entry when it is asked for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gallery::Gallery;
use super::stock::{Sheet, Stock};
use super::{ALL, members};
use crate::harness::{DEPLOYMENT_MEMBERS, Project};

const EVERYTHING: &str = "include=enabledBy,flowVersion,virtualEnvironment,package,user";

#[tokio::test]
async fn nothing_is_included_that_was_not_asked_for() {
    let gallery = Gallery::standing().await;
    let own = BTreeSet::from(DEPLOYMENT_MEMBERS);
    for query in ["", "include="] {
        let page = gallery.ask(query).await;
        assert!(page["data"].as_array().unwrap().iter().all(|entry| members(entry) == own), "{page}");
    }
    for name in ["enabledBy", "flowVersion", "virtualEnvironment", "package", "user"] {
        let mut expected = own.clone();
        expected.insert(name);
        let page = gallery.ask(&format!("include={name}")).await;
        assert!(page["data"].as_array().unwrap().iter().all(|entry| members(entry) == expected), "{page}");
    }
    let everything = gallery.ask(EVERYTHING).await;
    let all = everything["data"].as_array().unwrap();
    assert!(all.iter().all(|entry| members(entry).len() == own.len() + 5), "{everything}");
}

#[tokio::test]
async fn users_are_told_by_name() {
    let project = Project::new().await;
    let gallery = Gallery::of(&project).await;
    let page = gallery.ask("include=user,enabledBy").await;
    let user = json!({ "id": gallery.client, "name": "CI" });
    for number in 0..9 {
        let entry = gallery.entry(&page, number);
        assert_eq!((&entry["user"], &entry["user_id"]), (&user, &json!(gallery.client)), "{entry:#}");
        let is_on = [1, 2, 3, 7].contains(&number);
        assert_eq!(entry["enabled_at"].is_string(), is_on, "{entry:#}");
        let by = if is_on { (&user, &json!(gallery.client)) } else { (&Value::Null, &Value::Null) };
        assert_eq!((&entry["enabledBy"], &entry["enabled_by_id"]), by, "{entry:#}");
    }
    // Of a client that is gone, and whose name was not kept when it acted, the id is left.
    project.delete(&format!("/api-clients/{}", gallery.client)).await.expect(200);
    let page = gallery.ask("include=user,enabledBy").await;
    let entry = gallery.entry(&page, 1);
    let gone = json!({ "id": gallery.client, "name": null });
    assert_eq!((&entry["user"], &entry["enabledBy"]), (&gone, &gone), "{entry:#}");
}

#[tokio::test]
async fn versions_environments_and_packages_are_told_whole() {
    let gallery = Gallery::standing().await;
    let project = gallery.project;
    let page = gallery.ask("include=flowVersion,virtualEnvironment,package").await;
    let maker = project.client_of_key().await;
    let released = project.get(&format!("{}/3", gallery.orders.releases())).await.expect(200);
    let entry = gallery.entry(&page, 3);
    let version = json!({
        "id": gallery.orders.version(3),
        "flow_id": gallery.orders.id,
        "iteration": 3,
        "description": "number 3",
        "user_id": maker,
        "created_at": released["createdAt"],
    });
    assert_eq!(entry["flowVersion"], version, "{entry:#}");
    // It is in no environment, and in no package.
    assert_eq!((&entry["virtualEnvironment"], &entry["package"]), (&Value::Null, &Value::Null), "{entry:#}");

    let entry = gallery.entry(&page, 6);
    assert_eq!(entry["flowVersion"]["id"], gallery.invoices.version(1), "{entry:#}");
    let environment = project.get(&gallery.staging.path()).await.expect(200);
    let staging = json!({
        "id": gallery.staging.id,
        "name": "staging",
        "key": "staging",
        "type": "test",
        "labels": [],
        "status": "Deployed",
        "deployments_count": 4,
        "created_at": environment["createdAt"],
        "updated_at": environment["lastModifiedAt"],
    });
    assert_eq!(entry["virtualEnvironment"], staging, "{entry:#}");
    let spring = project.get(&format!("/api/v1/packages/{}", gallery.spring)).await.expect(200);
    assert_eq!(entry["package"], spring["data"], "{entry:#}");
}

#[tokio::test]
async fn one_deployment_takes_the_same_includes() {
    let gallery = Gallery::standing().await;
    let project = gallery.project;
    let page = gallery.ask(EVERYTHING).await;
    for (number, version) in [(1, gallery.orders.version(2)), (6, gallery.invoices.version(1))] {
        let path = format!("/api/v1/flow-versions/{version}/deployments");
        let own = format!("{path}/{}?{EVERYTHING}", gallery.ids[number]);
        let read = project.get(&own).await.expect(200);
        assert_eq!(read["data"], *gallery.entry(&page, number));
        let listed = project.get(&format!("{path}?{EVERYTHING}")).await.expect(200);
        assert_eq!(gallery.entry(&listed, number), gallery.entry(&page, number));
    }
    let none = project
        .get(&format!(
            "/api/v1/flow-versions/{}/deployments/{}?include=flow,package",
            gallery.orders.version(2),
            gallery.ids[1]
        ))
        .await;
    none.refused(422).blames_only(&["include"]).blames("include", "'flow'");
}

#[tokio::test]
async fn what_is_gone_is_null() {
    let project = Project::new().await;
    let gone = project.environment("gone", &[]).await;
    let flow = project.flow_with(json!({ "name": "Orders" })).await.saved().await;
    flow.release("first").await;
    let by = project.client_of_key().await;
    let stock = Stock::of(&project, &by).await;
    let stored = stock.flow(&flow).await;
    let environment = Some(&gone);
    stock
        .put(Sheet { flow: &stored, release: 1, environment, package: None, created: 0, enabled: None })
        .await;
    // Nothing leads to the deployment any more, so it is history, and keeps nothing.
    project.delete(&gone.path()).await.expect(200);
    let page = project.get(&format!("{ALL}?{EVERYTHING}")).await.expect(200);
    let entry = &page["data"][0];
    assert_eq!((&entry["virtualEnvironment"], &entry["package"]), (&Value::Null, &Value::Null), "{page}");
    assert_eq!(entry["virtual_environment_id"], gone.id, "{page}");
    assert_eq!(entry["flowVersion"]["iteration"], 1, "{page}");
    assert_eq!(entry["user"]["id"], by, "{page}");
}
