//! A page costs what is on it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ::flow_versions::Query;
use api::{Call, Request};
use runtime::{Clock, Config, Context, HttpEndpoint};

use super::stock::{Sheet, Stock};
use super::walking::Thousand;
use crate::harness::{Project, Stack};

/// Stands before the emulator, and counts the requests that pass and the bytes that are answered.
#[derive(Debug)]
struct Meter {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    bytes: Arc<AtomicUsize>,
}

/// What was asked of AWS.
#[derive(Debug, Clone, Copy)]
struct Spent {
    requests: usize,
    bytes: usize,
}

impl Meter {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let [requests, bytes]: [Arc<AtomicUsize>; 2] = Default::default();
        let (asked, answered) = (Arc::clone(&requests), Arc::clone(&bytes));
        thread::spawn(move || {
            for inner in listener.incoming().flatten() {
                let outer =
                    TcpStream::connect(Stack::get().endpoint().strip_prefix("http://").unwrap()).unwrap();
                let (from, to) = (inner.try_clone().unwrap(), outer.try_clone().unwrap());
                let (asked, answered) = (Arc::clone(&asked), Arc::clone(&answered));
                // A request arrives in one piece: its client sends the next one when this one is answered.
                thread::spawn(move || {
                    pass(from, to, |piece| {
                        let begins = piece.starts_with(b"POST ") || piece.starts_with(b"GET ");
                        asked.fetch_add(usize::from(begins), Ordering::Relaxed);
                    });
                });
                thread::spawn(move || {
                    pass(outer, inner, |piece| {
                        answered.fetch_add(piece.len(), Ordering::Relaxed);
                    });
                });
            }
        });
        Self { address, requests, bytes }
    }

    /// What passed since the last time.
    fn taken(&self) -> Spent {
        Spent {
            requests: self.requests.swap(0, Ordering::Relaxed),
            bytes: self.bytes.swap(0, Ordering::Relaxed),
        }
    }
}

/// Hands on whatever comes, until either side has enough.
fn pass(mut from: TcpStream, mut to: TcpStream, count: impl Fn(&[u8])) {
    let mut buffer = vec![0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        count(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// The function behind the list, in this process, with nothing but the meter to reach AWS.
async fn behind(meter: &Meter) -> Context {
    let variables = Stack::get().variables("flow-versions.query").await;
    let sdk = Stack::get().sdk().await.into_builder().endpoint_url(format!("http://{}", meter.address));
    Context::new(Config::read(|name| variables.get(name).cloned()), sdk.build(), Clock::default()).unwrap()
}

/// What a page costs, and where the next one begins.
async fn page(
    context: &Context,
    meter: &Meter,
    project: &Project,
    query: &[(&str, &str)],
) -> (Spent, String) {
    let operations = registry::operations();
    let operation = operations.iter().find(|operation| operation.id == Query::ID).unwrap();
    let text = |text: &str| text.to_owned();
    let request = Request {
        method: text("GET"),
        raw_path: text(super::ALL),
        query: query.iter().map(|(name, value)| (text(name), text(value))).collect(),
        identity: BTreeMap::from([
            (text("project"), project.project.clone()),
            (text("scopes"), text("view_flow_deployments")),
            (text("principal"), text("system:story")),
        ]),
        base_url: text("http://localhost"),
        ..Request::default()
    };
    meter.taken();
    let call = Call::decode(operation.route().unwrap(), request, None).unwrap();
    let page = Query::handle(context, call).await.unwrap();
    assert_eq!(page.data.len(), 5);
    let spent = meter.taken();
    let next = page.links.next.unwrap();
    (spent, next.split("cursor=").nth(1).unwrap().to_owned())
}

/// What the first and the second page of a project's list cost, either way.
async fn costs(project: &Project) -> Vec<Spent> {
    let meter = Meter::start();
    let context = behind(&meter).await;
    let mut costs = Vec::new();
    for sort in ["created_at", "-created_at"] {
        let first = [("sort", sort), ("per_page", "5")];
        // The first request opens connections.
        page(&context, &meter, project, &first).await;
        let (spent, cursor) = page(&context, &meter, project, &first).await;
        costs.push(spent);
        let second = [first[0], first[1], ("page", "2"), ("cursor", cursor.as_str())];
        costs.push(page(&context, &meter, project, &second).await.0);
        let numbered = [first[0], first[1], ("page", "2")];
        costs.push(page(&context, &meter, project, &numbered).await.0);
    }
    costs
}

#[tokio::test]
async fn a_page_of_a_thousand_costs_what_a_page_of_twenty_costs() {
    let (few, many) = (Project::new().await, Project::new().await);
    Thousand::of(&many).await;
    let by = few.client_of_key().await;
    let stock = Stock::of(&few, &by).await;
    let staging = few.environment("staging", &[]).await;
    let flow = few.flow_with(serde_json::json!({ "name": "Stock 0" })).await.saved().await;
    let flow = stock.flow(&flow).await;
    for created in 0..20 {
        let environment = Some(&staging);
        let sheet = Sheet { flow: &flow, release: 1, environment, package: None, created, enabled: None };
        stock.put_roughly(sheet).await;
    }
    let (few, many) = (costs(&few).await, costs(&many).await);
    for (few, many) in few.iter().zip(&many) {
        assert!(few.requests > 0, "{few:?}");
        assert_eq!(few.requests, many.requests, "{few:?}, {many:?}");
        // Give or take what some deployments have that others lack.
        assert!(many.bytes < few.bytes + few.bytes / 5, "{few:?}, {many:?}");
    }
}
