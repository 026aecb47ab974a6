//! The deployments of one version; the virtual environments that have any; the packages that do.

use serde_json::{Value, json};

use super::ALL;
use super::gallery::Gallery;
use super::stock::{Sheet, Stock};
use crate::harness::{Environment, Project};

#[tokio::test]
async fn a_version_has_a_list_of_its_own() {
    let project = Project::new().await;
    let gallery = Gallery::of(&project).await;
    let of = |version: &str, query: &str| format!("/api/v1/flow-versions/{version}/deployments?{query}");
    let (first, second) = (gallery.orders.version(1), gallery.invoices.version(2));
    for (version, query, expected) in [
        (&first, "", [0, 2]),
        (&first, "sort=-created_at", [2, 0]),
        (&first, "sort=-enabled_at&include=package", [2, 0]),
        (&second, "", [7, 8]),
        (&second, "sort=enabled_at", [8, 7]),
        (&second, "sort=flow_name", [7, 8]),
    ] {
        let listed = project.get(&of(version, query)).await.expect(200);
        assert_eq!(gallery.numbers(&listed), expected, "{listed}");
        assert_eq!(listed["meta"]["total"], 2, "{listed}");
        // The same, page by page.
        let mut page = project.get(&of(version, &format!("{query}&per_page=1"))).await.expect(200);
        let mut seen = gallery.numbers(&page);
        page = project.follow(&page["links"]["next"]).await;
        seen.extend(gallery.numbers(&page));
        assert_eq!(seen, expected, "{query}: {page}");
        assert!(page["links"]["next"].is_null(), "{page}");
        let back = project.follow(&page["links"]["prev"]).await;
        assert_eq!(gallery.numbers(&back), expected[..1], "{back}");
    }
    let none = project.flow_with(json!({ "name": "New" })).await.saved().await;
    none.release("never deployed").await;
    let listed = project.get(&of(&none.version(1), "")).await.expect(200);
    assert_eq!((listed.column("id").len(), &listed["meta"]["total"]), (0, &json!(0)), "{listed}");
    for unknown in [none.version(2), none.version(0), none.id.clone(), "key=orders.1".to_owned()] {
        project.get(&of(&unknown, "")).await.refused(404);
    }
    let refused = project.get(&of(&first, "filter[global]=true&sort=name&include=flow")).await.refused(422);
    refused.blames_only(&["filter.global", "sort", "include"]);
}

/// Asks for a list below that of all deployments, and for the names in it. However it is cut into pages, it is the same.
async fn names(project: &Project, list: &str, query: &str) -> Vec<Value> {
    let listed = project.get(&format!("{ALL}/{list}?{query}")).await.expect(200);
    let names = listed.column("name");
    assert_eq!(listed["meta"]["total"], names.len(), "{listed}");
    let mut page = project.get(&format!("{ALL}/{list}?{query}&per_page=1")).await.expect(200);
    let mut seen = page.column("name");
    while !page["links"]["next"].is_null() {
        page = project.follow(&page["links"]["next"]).await;
        seen.extend(page.column("name"));
    }
    assert_eq!(seen, names, "{query}: one by one");
    names
}

#[tokio::test]
async fn environments_in_which_something_is_deployed_are_listed() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "name": "Orders" })).await.saved().await;
    flow.release("first").await;
    let by = project.client_of_key().await;
    let stock = Stock::of(&project, &by).await;
    let stored = stock.flow(&flow).await;
    // In each but the last there is one deployment; in the third nothing leads to it any more.
    for (created, (name, kind, labels, enabled)) in [
        ("staging", "test", json!(["eu", "blue"]), Some(1)),
        ("production", "live", json!([]), Some(2)),
        ("history", "live", json!(["eu"]), None),
        ("empty", "test", json!([]), None),
    ]
    .into_iter()
    .enumerate()
    {
        let draft = json!({ "name": name, "type": kind, "labels": labels });
        let id = project.post("/environments", draft).await.expect(201).id();
        let environment = Environment { id };
        if name != "empty" {
            let (environment, created) = (Some(&environment), i64::try_from(created).unwrap());
            let sheet = Sheet { flow: &stored, release: 1, environment, package: None, created, enabled };
            stock.put(sheet).await;
        }
    }
    let cases: &[(&str, &[&str])] = &[
        ("", &["staging", "production", "history"]),
        ("sort=-created_at", &["history", "production", "staging"]),
        ("sort=name", &["history", "production", "staging"]),
        ("sort=-name", &["staging", "production", "history"]),
        ("filter[name]=staging", &["staging"]),
        ("filter[name]=STAG", &["staging"]),
        ("filter[name]=&filter[type]=", &["staging", "production", "history"]),
        ("filter[name]=nothing", &[]),
        ("filter[name]=history,staging", &["staging", "history"]),
        ("filter[type]=live", &["production", "history"]),
        ("filter[type]=live,test", &["staging", "production", "history"]),
        ("filter[status]=Deployed", &["staging", "production"]),
        ("filter[status]=Inactive", &["history"]),
        ("filter[status]=Draft", &[]),
        ("filter[status]=Draft,Inactive", &["history"]),
        ("filter[hasDeployedVersion]=true", &["staging", "production"]),
        ("filter[hasDeployedVersion]=0", &["history"]),
        ("filter[labelled]=1", &["staging", "history"]),
        ("filter[labelled]=false", &["production"]),
        ("filter[labelled]=true&filter[type]=live", &["history"]),
        ("filter[name]=empty", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&project, "virtual-environments", query).await, *expected, "{query}");
    }
    let listed = project.get(&format!("{ALL}/virtual-environments")).await.expect(200);
    let included = project.get(&format!("{ALL}?include=virtualEnvironment")).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap(), &included.column("virtualEnvironment"));
    let query = "filter[type]=staging&filter[status]=Failed&filter[LIKE]=a&filter[labelled]=eu&sort=position&include=user";
    let refused = project.get(&format!("{ALL}/virtual-environments?{query}")).await.refused(422);
    refused.blames_only(&[
        "filter.type",
        "filter.status",
        "filter.LIKE",
        "filter.labelled",
        "sort",
        "include",
    ]);
}

#[tokio::test]
async fn packages_of_which_something_is_deployed_are_listed() {
    let project = Project::new().await;
    let gallery = Gallery::of(&project).await;
    let member = json!([{ "flow_version_id": gallery.orders.version(1) }]);
    for name in ["Never deployed", "Autumn"] {
        project.post("/api/v1/packages", json!({ "name": name, "flow_versions": member })).await.expect(200);
    }
    let stock = Stock::of(&project, &gallery.client).await;
    let flow = stock.flow(&gallery.orders).await;
    let all = project.get("/api/v1/packages").await.expect(200);
    let autumn = all["data"][2]["id"].as_str().unwrap();
    let package = Some(autumn.parse().unwrap());
    stock.put(Sheet { flow: &flow, release: 1, environment: None, package, created: 9, enabled: None }).await;
    let cases: &[(&str, &[&str])] = &[
        ("", &["Spring", "Autumn"]),
        ("sort=name", &["Autumn", "Spring"]),
        ("sort=-created_at", &["Autumn", "Spring"]),
        ("filter[name]=Autumn", &["Autumn"]),
        ("filter[LIKE]=SPR", &["Spring"]),
        ("filter[LIKE]=never", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&project, "packages", query).await, *expected, "{query}");
    }
    let listed = project.get(&format!("{ALL}/packages")).await.expect(200);
    assert_eq!(listed.column("deployments_count"), [2, 1], "{listed}");
    let spring = project.get(&format!("/api/v1/packages/{}", gallery.spring)).await.expect(200);
    assert_eq!(listed["data"][0], spring["data"]);
    let refused = project.get(&format!("{ALL}/packages?filter[id]=1&sort=deployed&include=user")).await;
    refused.refused(422).blames_only(&["filter.id", "sort", "include"]);
}
