//! What is said of a page, and where its links lead.

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::{Value, json};

use super::gallery::Gallery;
use super::{ALL, walk};
use crate::harness::{Answer, Project, Stack};

/// The parameters of a link but for those that say which page it is.
fn kept(link: &Value) -> BTreeMap<String, String> {
    let url = Url::parse(link.as_str().unwrap()).unwrap();
    let pairs = url.query_pairs().into_owned();
    pairs.filter(|(name, _)| name != "page" && name != "cursor").collect()
}

#[tokio::test]
async fn an_empty_list_is_one_empty_page() {
    let project = Project::new().await;
    let empty = project.get(ALL).await.expect(200);
    let path = format!("{}{ALL}", Stack::get().url);
    let meta = json!({
        "current_page": 1, "from": null, "last_page": 1, "path": path, "per_page": 15, "to": null, "total": 0,
    });
    assert_eq!((&empty["data"], &empty["meta"]), (&json!([]), &meta), "{empty}");
    let links = &empty["links"];
    assert_eq!((&links["prev"], &links["next"]), (&Value::Null, &Value::Null), "{empty}");
    for link in ["first", "last"] {
        assert_eq!(project.follow(&links[link]).await.body, empty.body, "{link}");
    }
}

#[tokio::test]
async fn a_page_says_where_it_is() {
    let gallery = Gallery::standing().await;
    let project = gallery.project;
    let path = format!("{}{ALL}", Stack::get().url);
    for (page, from, to) in [(1, 1, 4), (2, 5, 8), (3, 9, 9)] {
        let seen = gallery.ask(&format!("per_page=4&page={page}")).await;
        let meta = json!({
            "current_page": page, "from": from, "last_page": 3, "path": path, "per_page": 4, "to": to, "total": 9,
        });
        assert_eq!(seen["meta"], meta, "{seen}");
        assert_eq!(seen["links"]["prev"].is_null(), page == 1, "{seen}");
        assert_eq!(seen["links"]["next"].is_null(), page == 3, "{seen}");
    }
    let beyond = gallery.ask("per_page=4&page=9").await;
    assert_eq!((&beyond["data"], &beyond["links"]["next"]), (&json!([]), &Value::Null), "{beyond}");
    let nowhere =
        json!({ "meta": { "current_page": 9, "from": null, "to": null, "last_page": 3, "total": 9 } });
    let before = project.follow(&beyond.has(nowhere)["links"]["last"]).await;
    assert_eq!(gallery.numbers(&before), [8]);
    // A page that is just full is the last one.
    let full = gallery.ask("per_page=3&page=3").await.has(json!({ "meta": { "to": 9, "last_page": 3 } }));
    assert_eq!(full["links"]["next"], Value::Null, "{full}");
    gallery.ask("").await.has(json!({ "meta": { "per_page": 15, "last_page": 1, "to": 9 } }));
}

#[tokio::test]
async fn every_link_leads_where_it_says_and_keeps_what_was_asked_for() {
    let gallery = Gallery::standing().await;
    let project = gallery.project;
    let filter = format!("{},{}", gallery.orders.id, gallery.invoices.id);
    for asked in [
        vec![("per_page", "2")],
        vec![("per_page", "3"), ("sort", "-created_at"), ("include", "package")],
        vec![("per_page", "2"), ("sort", "-flow_name"), ("include", "flowVersion,user")],
        vec![("per_page", "2"), ("filter[flowVersion.flow]", &filter)],
        vec![
            ("per_page", "1"),
            ("filter[global]", "true"),
            ("filter[LIKE]", "Or,vo"),
            ("sort", "enabled_at"),
        ],
        vec![("per_page", "2"), ("filter[flowVersion.flow]", &gallery.orders.id), ("sort", "-created_at")],
    ] {
        let query: Vec<String> = asked.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = query.join("&");
        let expected: BTreeMap<String, String> =
            asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let pages = walk(project, &format!("{ALL}?{query}"), "next", async |_| ()).await;
        assert!(pages.len() > 1, "{query}");
        for (place, page) in pages.iter().enumerate() {
            let at = format!("{query}: page {}", place + 1);
            let links = &page["links"];
            let there = |link: &str| !links[link].is_null();
            for link in ["first", "prev", "next", "last"].into_iter().filter(|link| there(link)) {
                assert_eq!(kept(&links[link]), expected, "{at}: {link}");
            }
            let same = |one: &Answer, other: &Answer| {
                assert_eq!((&one["data"], &one["meta"]), (&other["data"], &other["meta"]), "{at}");
            };
            same(&project.follow(&links["first"]).await, &pages[0]);
            same(&project.follow(&links["last"]).await, pages.last().unwrap());
            assert_eq!(there("prev"), place > 0, "{at}");
            assert_eq!(there("next"), place + 1 < pages.len(), "{at}");
            if place > 0 {
                same(&project.follow(&links["prev"]).await, &pages[place - 1]);
            }
        }
    }
}

#[tokio::test]
async fn a_page_beyond_the_end_is_empty_however_far() {
    let gallery = Gallery::standing().await;
    let project = gallery.project;
    let version = gallery.orders.version(1);
    for (list, query) in [
        (ALL.to_owned(), String::new()),
        (ALL.to_owned(), "&sort=-enabled_at".to_owned()),
        (ALL.to_owned(), "&filter[name]=ORDER".to_owned()),
        (ALL.to_owned(), format!("&filter[virtual_environment_id]={}", gallery.staging.id)),
        (format!("/api/v1/flow-versions/{version}/deployments"), String::new()),
        ("/api/v1/packages".to_owned(), String::new()),
        ("/api/v1/packages".to_owned(), "&sort=-name".to_owned()),
        (format!("{ALL}/virtual-environments"), String::new()),
        (format!("{ALL}/packages"), String::new()),
    ] {
        let first = project.get(&format!("{list}?per_page=1{query}")).await.expect(200);
        let total = first["meta"]["total"].as_u64().unwrap();
        for page in [total + 1, total + 2, 10_002, 999_999, 4_294_967_295] {
            let seen = project.get(&format!("{list}?page={page}&per_page=1{query}")).await.expect(200);
            assert_eq!(seen["data"], json!([]), "{list} {page}: {seen}");
            let meta = &seen["meta"];
            let expected = json!({
                "current_page": page, "from": null, "last_page": total, "path": first["meta"]["path"], "per_page": 1,
                "to": null, "total": total,
            });
            assert_eq!(*meta, expected, "{list} {page}");
            assert_eq!(seen["links"]["next"], Value::Null, "{list} {page}: {seen}");
        }
    }
}
