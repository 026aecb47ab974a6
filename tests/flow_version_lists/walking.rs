//! A thousand deployments, page by page, while others are made and deleted.

use std::collections::BTreeMap;

use futures::future::join_all;
use futures::{StreamExt, join, stream};
use serde_json::json;

use super::stock::{Sheet, Stock};
use super::{ALL, ids, walk};
use crate::harness::{Client, Environment, Flow, Project};

/// So many flows there are, with so many deployments each.
const FLOWS: usize = 20;
const EACH: usize = 50;

/// A thousand deployments, oldest first, and those who make and delete others.
#[derive(Debug)]
pub(super) struct Thousand<'p> {
    project: &'p Project,
    /// Version and id of each; those that were deleted are no longer in here.
    left: BTreeMap<usize, (String, String)>,
    /// What further deployments are made of.
    more: Flow<'p>,
    staging: Environment,
}

impl<'p> Thousand<'p> {
    pub(super) async fn of(project: &'p Project) -> Self {
        let by = project.client_of_key().await;
        let stock = Stock::of(project, &by).await;
        let staging = project.environment("staging", &[]).await;
        let names = (0..FLOWS).map(|place| json!({ "name": format!("Stock {place}") }));
        let flows = join_all(names.map(async |members| {
            let flow = project.flow_with(members).await.saved().await;
            flow.release("for stock").await;
            flow
        }))
        .await;
        let rows = stream::iter(0..FLOWS)
            .map(async |row| {
                let (stock, staging) = (&stock, &staging);
                let flow = stock.flow(&flows[row]).await;
                let mut made = Vec::new();
                for place in 0..EACH {
                    let number = place * FLOWS + row;
                    let created = i64::try_from(number).unwrap();
                    // A few are switched on.
                    let enabled = (place < 3).then_some(10_000 - created);
                    let environment = Some(staging);
                    let sheet =
                        Sheet { flow: &flow, release: 1, environment, package: None, created, enabled };
                    let id = match enabled {
                        Some(_) => stock.put(sheet).await,
                        None => stock.put_roughly(sheet).await,
                    };
                    made.push((number, (format!("{}.1", flow.id), id)));
                }
                made
            })
            .buffer_unordered(8)
            .collect::<Vec<_>>()
            .await;
        let more = project.flow_with(json!({ "name": "Stock, more of it" })).await.saved().await;
        more.release("for stock").await;
        Self { project, left: rows.into_iter().flatten().collect(), more, staging }
    }

    /// Deletes three, of which one lies before a place in the list and one behind it, and makes one that is switched on
    /// and one that is off.
    async fn turn_over(&mut self, place: usize) {
        let far = self.left.keys().next_back().copied().unwrap();
        let mut paths = Vec::new();
        for wanted in [place.saturating_sub(30), place + 30, far - place / 2] {
            let found = self.left.range(wanted..).next().or_else(|| self.left.range(..wanted).next_back());
            let number = *found.unwrap().0;
            let (version, id) = self.left.remove(&number).unwrap();
            paths.push(format!("/api/v1/flow-versions/{version}/deployments/{id}"));
        }
        let deleted = join_all(paths.iter().map(|path| self.project.delete(path)));
        let made = join_all([false, true].map(async |disabled| {
            let version = self.more.version(1);
            let draft = json!({
                "flow_version_id": version,
                "virtual_environment_id": self.staging.id,
                "deploy_disabled": disabled,
            });
            let path = format!("/api/v1/flow-versions/{version}/deployments");
            self.project.post(&path, draft).await
        }));
        let (deleted, made) = join!(deleted, made);
        deleted.into_iter().chain(made).for_each(|answer| drop(answer.expect(200)));
    }

    /// Walks while things change; whoever stays is met once.
    async fn walk(&mut self, query: &str, direction: &str, start: Option<String>) {
        let client: Client = Client::clone(self.project);
        let start = start.unwrap_or_else(|| format!("{ALL}?per_page=100&{query}"));
        let pages = walk(&client, &start, direction, async |step| {
            self.turn_over(if direction == "next" { (step + 1) * 100 } else { 1_000 - (step + 1) * 100 })
                .await;
        })
        .await;
        assert!(pages.len() >= 9, "{query}: {} pages", pages.len());
        let seen = ids(&pages);
        let times = |id: &String| seen.iter().filter(|met| *met == id).count();
        // Whoever is made meanwhile may be met where it is switched off, and again where it is switched on.
        let wrong: Vec<_> =
            self.left.values().map(|(_, id)| (id, times(id))).filter(|met| met.1 != 1).collect();
        assert!(wrong.is_empty(), "{query} {direction}: not met once: {wrong:?}");
    }
}

#[tokio::test]
async fn whoever_stays_is_met_once_whatever_comes_and_goes() {
    let project = Project::new().await;
    let mut thousand = Thousand::of(&project).await;
    thousand.walk("", "next", None).await;
    thousand.walk("sort=-created_at", "next", None).await;
    thousand.walk("sort=-enabled_at", "next", None).await;
    thousand.walk("filter[LIKE]=STOCK", "next", None).await;
    let staging = thousand.staging.id.clone();
    thousand.walk(&format!("filter[virtual_environment_id]={staging}"), "next", None).await;
}

#[tokio::test]
async fn whoever_stays_is_met_once_on_the_way_back() {
    let project = Project::new().await;
    let mut thousand = Thousand::of(&project).await;
    for query in ["", "sort=-enabled_at", "filter[LIKE]=STOCK"] {
        let pages = walk(&project, &format!("{ALL}?per_page=100&{query}"), "next", async |_| ()).await;
        let last = pages.last().unwrap().request.strip_prefix("GET ").unwrap().to_owned();
        thousand.walk(query, "prev", Some(last)).await;
    }
}
