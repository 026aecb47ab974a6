//! Every order, both ways, by every name.

use serde_json::Value;

use super::gallery::Gallery;
use super::{ALL, steadily};

/// Whether it is in order, give or take what is the same.
fn in_order<T: Ord>(values: &[T], descending: bool) -> bool {
    if descending { values.is_sorted_by(|one, next| one >= next) } else { values.is_sorted() }
}

/// The list in this order, with the versions; in whichever pages it is asked for, it is the same.
async fn sorted(gallery: &Gallery<'_>, sort: &str) -> Vec<Value> {
    let query = format!("sort={sort}&include=flowVersion");
    let page = gallery.ask(&query).await;
    let mut numbers = gallery.numbers(&page);
    let in_pages = steadily(gallery.project, &format!("{query}&per_page=4")).await;
    let ids: Vec<&str> = numbers.iter().map(|number| gallery.ids[*number].as_str()).collect();
    assert_eq!(in_pages, ids, "{sort}: in pages");
    numbers.sort_unstable();
    assert_eq!(numbers, (0..gallery.ids.len()).collect::<Vec<_>>(), "{sort}: everything is there once");
    page["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn by_when_it_was_made() {
    let gallery = Gallery::standing().await;
    gallery.shows("sort=created_at", &[0, 1, 2, 3, 4, 5, 6, 7, 8]).await;
    gallery.shows("sort=-created_at", &[8, 7, 6, 5, 4, 3, 2, 1, 0]).await;
}

#[tokio::test]
async fn by_when_it_was_switched_on() {
    let gallery = Gallery::standing().await;
    for (sort, on) in [("enabled_at", [7, 1, 3, 2]), ("-enabled_at", [2, 3, 1, 7])] {
        let data = sorted(&gallery, sort).await;
        let is_on = |entry: &&Value| entry["enabled_at"].is_string();
        let shown: Vec<&Value> = data.iter().filter(is_on).map(|entry| &entry["id"]).collect();
        let expected: Vec<&String> = on.iter().map(|number| &gallery.ids[*number]).collect();
        assert_eq!(shown, expected, "{sort}");
        // What is off comes together: before the rest, or after it.
        let on: Vec<bool> = data.iter().map(|entry| entry["enabled_at"].is_string()).collect();
        assert!(in_order(&on, false) || in_order(&on, true), "{sort}: {on:?}");
    }
}

#[tokio::test]
async fn by_name_and_by_number() {
    let gallery = Gallery::standing().await;
    for (sort, descending) in
        [("flow_name", false), ("-flow_name", true), ("flows.name", false), ("-flows.name", true)]
    {
        let data = sorted(&gallery, sort).await;
        let names: Vec<_> = data.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        assert!(in_order(&names, descending), "{sort}: {names:?}");
    }
    for (sort, descending) in [
        ("flow_version_iteration", false),
        ("-flow_version_iteration", true),
        ("iteration", false),
        ("-iteration", true),
    ] {
        let data = sorted(&gallery, sort).await;
        let number = |entry: &Value| {
            let version = entry["flow_version_id"].as_str().unwrap();
            version.split('.').nth(1).unwrap().parse::<u32>().unwrap()
        };
        let numbers: Vec<u32> = data.iter().map(number).collect();
        assert!(in_order(&numbers, descending), "{sort}: {numbers:?}");
    }
}

#[tokio::test]
async fn an_alias_sorts_as_what_it_stands_for() {
    let gallery = Gallery::standing().await;
    let project = gallery.project;
    for (name, alias) in [
        ("flow_name", "flows.name"),
        ("flow_name", "flows.id"),
        ("flow_name", "flow_versions.flow_id"),
        ("flow_version_iteration", "iteration"),
        ("flow_version_iteration", "flow_versions.id"),
        ("flow_version_iteration", "flow_version_deployments.flow_version_id"),
        ("flow_version_iteration", "iteration_calc.id"),
        ("flow_version_iteration", "iteration_calc.iteration"),
    ] {
        for sign in ["", "-"] {
            let [one, other] = [name, alias].map(|name| format!("{ALL}?sort={sign}{name}"));
            let (one, other) = (project.get(&one).await.expect(200), project.get(&other).await.expect(200));
            assert_eq!(gallery.numbers(&one), gallery.numbers(&other), "{sign}{alias}");
        }
    }
}

#[tokio::test]
async fn by_several_the_first_that_differs_decides() {
    let gallery = Gallery::standing().await;
    for (sort, expected) in [
        ("flow_name,created_at", [6, 7, 8, 4, 5, 0, 1, 2, 3]),
        ("flow_name,-created_at", [8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("-flow_version_iteration,flow_name,created_at", [3, 7, 8, 1, 6, 4, 5, 0, 2]),
        ("flows.name,-iteration,-created_at", [8, 7, 6, 5, 4, 3, 1, 2, 0]),
        ("-enabled_at,flow_name,-created_at", [2, 3, 1, 7, 8, 6, 5, 4, 0]),
    ] {
        gallery.shows(&format!("sort={sort}"), &expected).await;
    }
}
