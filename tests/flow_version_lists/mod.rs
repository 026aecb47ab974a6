//! Lists of flow-version deployments: filters, orders, includes, and pages that stay true while others come and go.

mod cost;
mod crowd;
mod filters;
mod gallery;
mod includes;
mod ordering;
mod pages;
mod places;
mod refusals;
mod stock;
mod walking;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Answer, Client, Project};

/// All deployments of a project.
const ALL: &str = "/api/v1/flow-version-deployments";

/// The pages from the one at `path` to the last one that `direction` leads to: `next` or `prev`. Before each step to
/// another page `meanwhile` has its turn, with the number of steps that were taken.
async fn walk(
    client: &Client,
    path: &str,
    direction: &str,
    mut meanwhile: impl AsyncFnMut(usize),
) -> Vec<Answer> {
    let mut pages = vec![client.get(path).await.expect(200)];
    while let Some(link) = pages.last().map(|page| page["links"][direction].clone())
        && !link.is_null()
    {
        meanwhile(pages.len() - 1).await;
        pages.push(client.follow(&link).await);
        assert!(pages.len() < 1_000, "the links lead on for ever: {link}");
    }
    pages
}

/// The ids on these pages.
fn ids(pages: &[Answer]) -> Vec<String> {
    let all = pages.iter().flat_map(|page| page.column("id"));
    all.map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// The pages of a list while nothing changes: every way to walk it shows the same.
async fn steadily(project: &Project, query: &str) -> Vec<String> {
    let forth = walk(project, &format!("{ALL}?{query}"), "next", async |_| ()).await;
    let seen = ids(&forth);
    let last = forth.last().unwrap();
    let mut back = vec![last.clone()];
    while let Some(link) = back.last().map(|page| page["links"]["prev"].clone())
        && !link.is_null()
    {
        back.push(project.follow(&link).await);
    }
    back.reverse();
    assert_eq!(ids(&back), seen, "{query}: on the way back");
    for (place, page) in forth.iter().enumerate() {
        let numbered = project.get(&format!("{ALL}?{query}&page={}", place + 1)).await.expect(200);
        assert_eq!(numbered["data"], page["data"], "{query}: page {}", place + 1);
        assert_eq!(numbered["meta"], page["meta"], "{query}: page {}", place + 1);
    }
    seen
}

/// The names of the members of an entry.
fn members(entry: &Value) -> BTreeSet<&str> {
    entry.as_object().unwrap().keys().map(String::as_str).collect()
}
