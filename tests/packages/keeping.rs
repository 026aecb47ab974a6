//! Packages are made, read, changed and deleted like any entity.

use serde_json::{Value, json};

use super::{Package, Shelf};
use crate::harness::Project;

#[tokio::test]
async fn a_package_is_as_it_was_made() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let (one, other) = (shelf.flows[0].version(1), shelf.flows[1].version(2));
    let draft = json!({
        "name": "Spring",
        "notes": "n".repeat(255),
        "flow_versions": [
            { "flow_version_id": other, "priority": -7 },
            { "flow_version_id": one },
        ],
    });
    let made = project.post("/api/v1/packages", draft).await.expect(200).has(json!({ "data": {
        "name": "Spring",
        "notes": "n".repeat(255),
        // In the order that they were given in.
        "flow_versions": [
            { "flow_version_id": other, "priority": -7 },
            { "flow_version_id": one, "priority": null },
        ],
        "deployed": false,
        "deployments_count": 0,
        "user_id": project.client_of_key().await,
    } }));
    assert_eq!(made["data"]["created_at"], made["data"]["updated_at"], "{made}");
    let read = project.get(&format!("/api/v1/packages/{}", made.text("/data/id"))).await.expect(200);
    assert_eq!(read.body, made.body);
}

#[tokio::test]
async fn a_package_needs_no_notes() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 1).await;
    for notes in [json!({}), json!({ "notes": null }), json!({ "notes": "" })] {
        let mut draft = json!({ "name": "Bare", "flow_versions": shelf.members(&[1]) });
        draft.as_object_mut().unwrap().extend(notes.as_object().unwrap().clone());
        let made = project.post("/api/v1/packages", draft).await.expect(200);
        let said = &made["data"]["notes"];
        assert!(said.is_null() || said == "", "{made}");
    }
}

#[tokio::test]
async fn a_change_changes_what_it_names() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 2).await;
    let package = shelf.package(&[1, 1]).await;
    let before = package.read().await;
    let renamed = package.change(json!({ "name": "Summer" })).await.expect(200);
    let mut expected = before.body.clone();
    expected["data"]["name"] = "Summer".into();
    expected["data"]["updated_at"] = renamed["data"]["updated_at"].clone();
    assert_eq!(renamed.body, expected);
    assert!(renamed.text("/data/updated_at") >= before.text("/data/updated_at"), "{renamed}");

    package.change(json!({ "notes": null })).await.expect(200).has(json!({ "data": { "notes": null } }));
    let members = json!([{ "flow_version_id": shelf.flows[1].version(2), "priority": 3 }]);
    let changed = package.change(json!({ "flow_versions": members })).await.expect(200);
    assert_eq!(changed["data"]["flow_versions"], members);
    assert_eq!(package.read().await.body, changed.body);
    let unchanged = package.change(json!({})).await.expect(200);
    assert_eq!(unchanged["data"]["flow_versions"], members);
}

#[tokio::test]
async fn a_package_that_is_deleted_is_gone() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 1).await;
    let package = shelf.package(&[1]).await;
    let gone = project.delete(&package.path()).await.expect(200);
    assert!(gone["message"].is_string(), "{gone}");
    let nothing = json!({ "virtual_environment_id": null });
    let deployments = format!("{}/deployments", package.path());
    for refused in [
        project.get(&package.path()).await,
        project.put(&package.path(), json!({})).await,
        project.delete(&package.path()).await,
        project.get(&deployments).await,
        project.post(&deployments, nothing).await,
    ] {
        refused.refused(404);
    }
}

#[tokio::test]
async fn packages_are_listed_page_by_page() {
    let project = Project::new().await;
    let empty = project.get("/api/v1/packages").await.expect(200);
    empty.has(json!({ "data": [], "meta": { "total": 0, "from": null, "to": null, "last_page": 1 } }));
    let shelf = Shelf::of(&project, 1).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(Value::from(Package::of(&project, shelf.members(&[2])).await.id));
    }
    let all = project.get("/api/v1/packages").await.expect(200);
    assert_eq!(all.column("id"), made);
    let read = project.get(&format!("/api/v1/packages/{}", made[2].as_str().unwrap())).await.expect(200);
    assert_eq!(all["data"][2], read["data"]);
    let mut page = project.get("/api/v1/packages?per_page=2").await.expect(200);
    let mut seen = page.column("id");
    while !page["links"]["next"].is_null() {
        page = project.follow(&page["links"]["next"]).await;
        seen.extend(page.column("id"));
    }
    assert_eq!(seen, made);
    page.has(json!({ "meta": { "current_page": 3, "from": 5, "to": 5, "total": 5, "last_page": 3 } }));
}

#[tokio::test]
async fn on_the_way_back_nothing_is_met_twice() {
    let project = Project::new().await;
    let shelf = Shelf::of(&project, 1).await;
    let mut left = Vec::new();
    for _ in 0..10 {
        left.push(Package::of(&project, shelf.members(&[1])).await.id);
    }
    for sort in ["", "&sort=-created_at", "&sort=name"] {
        let mut page = project.get(&format!("/api/v1/packages?per_page=2{sort}")).await.expect(200);
        while !page["links"]["next"].is_null() {
            page = project.follow(&page["links"]["next"]).await;
        }
        let mut seen = page.column("id");
        // What lies on the page before goes while somebody goes there.
        let gone = left.remove(left.len() / 2 + 1);
        let gone_as_well = left.remove(1);
        for id in [&gone, &gone_as_well] {
            project.delete(&format!("/api/v1/packages/{id}")).await.expect(200);
        }
        while !page["links"]["prev"].is_null() {
            page = project.follow(&page["links"]["prev"]).await;
            seen.extend(page.column("id"));
        }
        for id in &left {
            let met = seen.iter().filter(|seen| *seen == id).count();
            assert_eq!(met, 1, "{sort}: {id} among {seen:?}");
        }
        seen.clear();
    }
}
