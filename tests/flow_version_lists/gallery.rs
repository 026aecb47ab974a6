//! Nine deployments of three flows in two environments and everywhere.

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::stock::{Sheet, Stock};
use super::{ALL, steadily};
use crate::harness::{Answer, Environment, Flow, Project, definitions};

/// The deployments, oldest first.
///
/// | | flow | version | where | package | on since |
/// |-|------|---------|-------|---------|----------|
/// | 0 | Orders | 1 | staging | Spring | |
/// | 1 | Orders | 2 | staging | | 100 |
/// | 2 | Orders | 1 | production | | 300 |
/// | 3 | Orders | 3 | everywhere | | 200 |
/// | 4 | Order export | 1 | staging | | |
/// | 5 | Order export | 1 | everywhere | | |
/// | 6 | Invoices | 1 | staging | Spring | |
/// | 7 | Invoices | 2 | production | | 50 |
/// | 8 | Invoices | 2 | everywhere | | |
#[derive(Debug)]
pub(super) struct Gallery<'p> {
    pub(super) project: &'p Project,
    pub(super) orders: Flow<'p>,
    pub(super) export: Flow<'p>,
    pub(super) invoices: Flow<'p>,
    pub(super) staging: Environment,
    pub(super) production: Environment,
    /// The id of the package.
    pub(super) spring: String,
    /// The client that made the deployments, and switched them on: not the one that asks.
    pub(super) client: String,
    pub(super) ids: Vec<String>,
}

impl Gallery<'static> {
    /// The one that is there for whoever only reads it.
    pub(super) async fn standing() -> Self {
        static STANDING: OnceCell<Gallery<'static>> = OnceCell::const_new();
        let standing = STANDING.get_or_init(async || Self::of(kept(Project::new().await)).await).await;
        // Connections do not outlive the story that opened them.
        standing.seen_from(kept(standing.project.reconnected()))
    }
}

/// It stays until the process ends, like what is made of it.
fn kept(project: Project) -> &'static Project {
    Box::leak(Box::new(project))
}

impl<'p> Gallery<'p> {
    /// One of its own for a story that changes it.
    pub(super) async fn of(project: &'p Project) -> Self {
        let flow = async |name: &str, versions: u64| {
            let members = json!({ "name": name, "key": name.to_lowercase().replace(' ', "-") });
            let flow = project.flow_with(members).await;
            for number in 1..=versions {
                flow.save_as(definitions::putting_out(json!({ "version": number }))).await;
                flow.release(&format!("number {number}")).await;
            }
            flow
        };
        let [orders, export, invoices] =
            [flow("Orders", 3).await, flow("Order export", 1).await, flow("Invoices", 2).await];
        let staging = project.environment("staging", &[]).await;
        let production = project.environment("production", &[]).await;
        let members = [&orders, &invoices].map(|flow| json!({ "flow_version_id": format!("{}.1", flow.id) }));
        let spring = json!({ "name": "Spring", "notes": "for spring", "flow_versions": members });
        let spring = project.post("/api/v1/packages", spring).await.expect(200).text("/data/id");
        let client = project.api_client("apiKey", &["manage_flow_deployments"]).await.id();
        let ids = Vec::new();
        let mut gallery =
            Self { project, orders, export, invoices, staging, production, spring, client, ids };
        gallery.ids = gallery.hang().await;
        gallery
    }

    /// The same one, by way of other connections to its project.
    fn seen_from<'q>(&self, project: &'q Project) -> Gallery<'q> {
        let [orders, export, invoices] =
            [&self.orders, &self.export, &self.invoices].map(|flow| project.flow_at(&flow.id));
        Gallery {
            project,
            orders,
            export,
            invoices,
            staging: self.staging.clone(),
            production: self.production.clone(),
            spring: self.spring.clone(),
            client: self.client.clone(),
            ids: self.ids.clone(),
        }
    }

    async fn hang(&self) -> Vec<String> {
        let stock = Stock::of(self.project, &self.client).await;
        let orders = stock.flow(&self.orders).await;
        let export = stock.flow(&self.export).await;
        let invoices = stock.flow(&self.invoices).await;
        let (staging, production) = (Some(&self.staging), Some(&self.production));
        let spring = Some(self.spring.parse().unwrap());
        let mut ids = Vec::new();
        for (flow, release, environment, package, enabled) in [
            (&orders, 1, staging, spring, None),
            (&orders, 2, staging, None, Some(100)),
            (&orders, 1, production, None, Some(300)),
            (&orders, 3, None, None, Some(200)),
            (&export, 1, staging, None, None),
            (&export, 1, None, None, None),
            (&invoices, 1, staging, spring, None),
            (&invoices, 2, production, None, Some(50)),
            (&invoices, 2, None, None, None),
        ] {
            let created = i64::try_from(ids.len()).unwrap();
            ids.push(stock.put(Sheet { flow, release, environment, package, created, enabled }).await);
        }
        ids
    }

    /// Which deployment has this id.
    #[track_caller]
    fn number(&self, id: &str) -> usize {
        let found = self.ids.iter().position(|own| own == id);
        found.unwrap_or_else(|| panic!("{id} is none of these"))
    }

    /// What is on a page, by number.
    #[track_caller]
    pub(super) fn numbers(&self, page: &Answer) -> Vec<usize> {
        page.column("id").iter().map(|id| self.number(id.as_str().unwrap())).collect()
    }

    /// The page that a query gives.
    pub(super) async fn ask(&self, query: &str) -> Answer {
        self.project.get(&format!("{ALL}?{query}")).await.expect(200)
    }

    /// A query gives these.
    pub(super) async fn gives(&self, query: &str, expected: &[usize]) {
        let page = self.ask(query).await;
        assert_eq!(self.numbers(&page), expected, "{query}");
        assert_eq!(page["meta"]["total"], expected.len(), "{query}: {page}");
    }

    /// A query gives these, whichever way they are asked for.
    pub(super) async fn shows(&self, query: &str, expected: &[usize]) {
        self.gives(query, expected).await;
        let pages = steadily(self.project, &format!("{query}&per_page=2")).await;
        let walked: Vec<usize> = pages.iter().map(|id| self.number(id)).collect();
        assert_eq!(walked, expected, "{query}: in pages of 2");
    }

    /// The entry of a deployment on a page.
    #[track_caller]
    pub(super) fn entry<'a>(&self, page: &'a Answer, number: usize) -> &'a Value {
        let data = page["data"].as_array().unwrap();
        data.iter().find(|entry| entry["id"] == self.ids[number]).unwrap()
    }
}
