//! Lists: order, pages, totals. Environments stand for every kind; they all go through the same code.

use futures::future::join_all;
use serde_json::json;

use crate::harness::{Project, plain};

/// A project with the environments `e0` … `e4`, in this order of stages.
async fn five() -> Project {
    let project = Project::new().await;
    for position in [3, 0, 4, 1, 2] {
        let name = format!("e{position}");
        let draft = json!({ "key": name, "name": name, "position": position });
        project.post("/environments", draft).await.expect(201);
    }
    project
}

#[tokio::test]
async fn environments_lie_in_the_order_of_stages() {
    let project = five().await;
    let listed = project.get("/environments").await.expect(200);
    assert_eq!(listed.each("key"), ["e0", "e1", "e2", "e3", "e4"]);
    let page = json!({ "limit": 20, "offset": 0, "count": 5, "total": 5 });
    listed.has(page).lacks("cursor");
    let backwards = project.get("/environments?sort=position%20desc").await.expect(200);
    assert_eq!(backwards.each("key"), ["e4", "e3", "e2", "e1", "e0"]);
}

#[tokio::test]
async fn a_list_is_sorted_by_whatever_it_shows() {
    let project = five().await;
    let newest = project.get("/environments?sort=createdAt%20desc").await.expect(200);
    assert_eq!(newest.each("key"), ["e2", "e1", "e4", "e0", "e3"]);
    let several = project.get("/environments?sort=version&sort=name%20desc&limit=2").await.expect(200);
    assert_eq!(several.each("key"), ["e4", "e3"]);
    several.has(json!({ "limit": 2, "count": 2, "total": 5 }));
    let refused = project.get("/environments?sort=secret").await;
    refused.expect(400).error("InvalidQueryParam").says("'sort'").says("lastModifiedAt");
}

#[tokio::test]
async fn a_cursor_goes_on_where_the_page_ended() {
    let project = five().await;
    let (mut seen, mut path) = (Vec::new(), "/environments?limit=2".to_owned());
    for expected in [2, 2, 1] {
        let page = project.get(&path).await.expect(200).has(json!({ "count": expected, "total": 5 }));
        seen.extend(page.each("key"));
        path = format!("/environments?limit=2&cursor={}", page["cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(seen, ["e0", "e1", "e2", "e3", "e4"]);
    assert!(path.ends_with("cursor="), "the last page has no cursor: {path}");
}

/// The keys on all pages of two, by their cursors.
async fn walked(project: &Project, list: &str, query: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = project.get(&format!("{list}?limit=2{query}{cursor}")).await.expect(200);
        let keys = page.each("key").iter().map(|key| key.as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert!(keys.len() <= 2 && seen.len() < 100, "{page}");
        seen.extend(keys);
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn there_is_a_cursor_in_every_order_and_with_every_filter() {
    let project = five().await;
    for (query, keys) in [
        ("&sort=position%20desc", ["e4", "e3", "e2", "e1", "e0"]),
        ("&sort=name", ["e0", "e1", "e2", "e3", "e4"]),
        ("&sort=name%20desc", ["e4", "e3", "e2", "e1", "e0"]),
        ("&sort=createdAt", ["e3", "e0", "e4", "e1", "e2"]),
        ("&sort=createdAt%20desc&withTotal=false", ["e2", "e1", "e4", "e0", "e3"]),
        ("&sort=version&sort=name%20desc", ["e4", "e3", "e2", "e1", "e0"]),
    ] {
        assert_eq!(walked(&project, "/environments", query).await, keys, "{query}");
    }
    for (place, kind) in ["api", "flow", "api", "tool", "api", "api", "flow"].iter().enumerate() {
        project.flow_with(json!({ "key": format!("f{place}"), "kind": kind })).await;
    }
    for (query, keys) in [
        ("&kind=api", vec!["f5", "f4", "f2", "f0"]),
        ("&kind=api&withTotal=false", vec!["f5", "f4", "f2", "f0"]),
        ("&kind=api&withTotal=false&sort=createdAt", vec!["f0", "f2", "f4", "f5"]),
        ("&kind=api&sort=key", vec!["f0", "f2", "f4", "f5"]),
        ("&kind=tool", vec!["f3"]),
        ("&kind=flow&status=Released", vec![]),
    ] {
        assert_eq!(walked(&project, "/flows", query).await, keys, "{query}");
    }
    let counted = project.get("/flows?kind=api&limit=1").await.expect(200);
    counted.has(json!({ "count": 1, "total": 4 }));
}

#[tokio::test]
async fn a_sorted_page_goes_on_after_what_it_ended_with_even_when_that_is_gone() {
    let project = five().await;
    let first = project.get("/environments?limit=2&sort=name%20desc").await.expect(200);
    assert_eq!(first.each("key"), ["e4", "e3"]);
    project.delete("/environments/key=e3").await.expect(200);
    project.post("/environments", json!({ "key": "e9", "name": "e9" })).await.expect(201);
    let rest = format!("/environments?sort=name%20desc&cursor={}", first.text("/cursor"));
    assert_eq!(project.get(&rest).await.expect(200).each("key"), ["e2", "e1", "e0"]);
}

#[tokio::test]
async fn a_cursor_of_another_list_or_order_or_filter_is_refused_by_name() {
    let project = five().await;
    let flow = project.flow_with(json!({ "key": "one" })).await;
    project.flow_with(json!({ "key": "other" })).await;
    let cursor = async |path: &str| project.get(path).await.expect(200).text("/cursor");
    let plain = cursor("/environments?limit=1").await;
    let sorted = cursor("/environments?limit=1&sort=name").await;
    let flows = cursor("/flows?limit=1").await;
    for (path, says) in [
        (
            format!("/flows?cursor={plain}"),
            "it is of /{projectKey}/environments, and this is /{projectKey}/flows",
        ),
        (format!("/environments?cursor={flows}"), "another list"),
        (format!("/flows/{}/releases?cursor={flows}", flow.id), "another list"),
        (format!("/flows?kind=api&cursor={flows}"), "other filters"),
        (format!("/environments?cursor={sorted}"), "goes on in the order 'name asc'"),
        (format!("/environments?sort=name%20desc&cursor={sorted}"), "repeat the 'sort'"),
        (format!("/environments?sort=name&cursor={plain}"), "goes on in the list's own order"),
        ("/environments?cursor=".to_owned(), "that a page of this list answered with"),
        ("/environments?sort=name&cursor=made-up".to_owned(), "that a page of this list answered with"),
    ] {
        let refused = project.get(&path).await.expect(400).error("InvalidQueryParam");
        refused.says("Query parameter 'cursor'").says(says);
    }
    project.get(&format!("/environments?limit=3&withTotal=false&cursor={plain}")).await.expect(200);
}

#[tokio::test]
async fn a_cursor_is_not_confused_by_what_happens_meanwhile() {
    let project = five().await;
    let first = project.get("/environments?limit=2").await.expect(200);
    project.delete("/environments/key=e1").await.expect(200);
    project
        .post("/environments", json!({ "key": "early", "name": "Early", "position": 0 }))
        .await
        .expect(201);
    let cursor = first.text("/cursor");
    let rest = project.get(&format!("/environments?cursor={cursor}")).await.expect(200);
    assert_eq!(rest.each("key"), ["e2", "e3", "e4"]);
}

#[tokio::test]
async fn an_offset_leaves_out_and_a_limit_cuts() {
    let project = five().await;
    for (query, keys) in [
        ("?offset=3", vec!["e3", "e4"]),
        ("?offset=1&limit=2", vec!["e1", "e2"]),
        ("?offset=5", vec![]),
        ("?offset=10000", vec![]),
        ("?limit=0", vec![]),
        ("?limit=500", vec!["e0", "e1", "e2", "e3", "e4"]),
        ("?offset=1&limit=1&sort=name%20desc", vec!["e3"]),
    ] {
        let page = project.get(&format!("/environments{query}")).await.expect(200);
        assert_eq!(page.each("key"), keys, "{page}");
        page.has(json!({ "total": 5, "count": keys.len() }));
    }
    project.get("/environments?withTotal=false").await.expect(200).has(json!({ "count": 5 })).lacks("total");
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused_with_every_problem() {
    let project = Project::new().await;
    let refused = project.get("/environments?limit=501&offset=10001&withTotal=maybe").await;
    let refused =
        refused.expect(400).error("InvalidQueryParam").says("'limit'").says("'offset'").says("'withTotal'");
    assert_eq!(refused.errors().len(), 3, "{refused}");
    for query in ["?limit=-1", "?limit=two", "?limit=1&limit=2", "?offset=1.5", "?sort=name%20sideways"] {
        project.get(&format!("/environments{query}")).await.expect(400).error("InvalidQueryParam");
    }
    let refused = project.get("/environments?unknown=1").await.expect(400).error("InvalidQueryParam");
    refused.says("Query parameter 'unknown': unknown parameter; known are ");
}

#[tokio::test]
async fn a_page_that_nobody_could_carry_is_refused_with_what_to_do() {
    let project = Project::new().await;
    let variables = json!([plain("text", "x".repeat(62_000))]);
    for _ in 0..10 {
        let drafts = (0..10).map(|_| json!({ "name": "Large", "variables": variables }));
        let made = join_all(drafts.map(|draft| project.post("/environments", draft))).await;
        for answer in made {
            answer.expect(201);
        }
    }
    let refused = project.get("/environments?limit=500").await.expect(400).error("InvalidQueryParam");
    refused.says("smaller 'limit'");
    project.get("/environments?limit=50").await.expect(200).has(json!({ "count": 50, "total": 100 }));
}

#[tokio::test]
async fn a_parameter_of_another_api_is_refused_with_what_it_is_called_here() {
    let project = Project::new().await;
    for (path, here) in [
        ("/flows?per_page=5", "limit"),
        ("/flows?page=2", "offset"),
        ("/flow-deployments?filter[flowVersion.flow]=key=orders", "flow"),
        ("/flow-deployments?filter[virtual_environment_id][]=key=staging", "environment"),
        ("/flow-deployments?filter[status]=Deployed", "status"),
    ] {
        let refused = project.get(path).await.expect(400).error("InvalidQueryParam");
        refused.says(&format!("is that of another API; in this list it is '{here}'"));
    }
    for (path, field, here) in [
        ("/api/v1/flow-version-deployments?limit=5", "limit", "per_page"),
        ("/api/v1/packages?offset=5", "offset", "page"),
        ("/api/v1/flow-version-deployments?flow=key=orders", "flow", "filter[flowVersion.flow]"),
        (
            "/api/v1/flow-version-deployments?environment=key=staging",
            "environment",
            "filter[virtual_environment_id]",
        ),
    ] {
        let refused = project.get(path).await.refused(422).blames_only(&[field]);
        refused.blames(field, &format!("in this list it is '{here}'"));
    }
}
