//! An embedded DynamoDB with the table that the template makes, fresh for every test.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    Projection, ProjectionType, ScalarAttributeType,
};
use domain::ids::EnvironmentId;
use domain::text::ProjectKey;
use domain::via::{Source, Via};
use dynoxide::Database;
use dynoxide::server::serve_with_shutdown;
use futures::future::{join_all, pending};
use store::{ProjectStore, Store};
use tokio::net::TcpListener;

const TABLE: &str = "slipway";

/// An item as it lies in the table.
pub(crate) type Raw = HashMap<String, AttributeValue>;

/// A table of one's own.
#[derive(Debug)]
pub(crate) struct Local {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    pub(crate) project: ProjectStore,
    pub(crate) client: Client,
}

impl Local {
    /// The table, empty, and the store of the project `acme`.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let database = Database::memory().unwrap();
        tokio::spawn(serve_with_shutdown(listener, database, pending()));
        let client = client(address);
        create_table(&client).await;
        let store = Store::new(client.clone(), TABLE.to_owned());
        let project = store.project(&"acme".parse().unwrap(), via(), None);
        Self { address, store, project, client }
    }

    /// The store of the project `acme`, reached through `address`.
    pub(crate) fn project_by_way_of(&self, address: SocketAddr) -> ProjectStore {
        Store::new(client(address), TABLE.to_owned()).project(self.project.project(), via(), None)
    }

    /// The store of another project.
    pub(crate) fn in_project(&self, project: &ProjectKey) -> ProjectStore {
        self.store.project(project, via(), None)
    }

    /// The store of the project `acme` for somebody who is limited to an environment.
    pub(crate) fn limited_to(&self, environment: EnvironmentId) -> ProjectStore {
        self.store.project(self.project.project(), via(), Some(environment))
    }

    /// Everything in the table.
    pub(crate) async fn items(&self) -> Vec<Raw> {
        let pages = self.client.scan().table_name(TABLE).consistent_read(true).into_paginator().items();
        pages.send().collect::<Result<Vec<_>, _>>().await.unwrap()
    }

    /// Puts an item into the table as it is.
    pub(crate) async fn put(&self, item: Raw) {
        self.client.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }

    /// Everything in the table as one text, to look for what must not be there.
    pub(crate) async fn text(&self) -> String {
        format!("{:?}", self.items().await)
    }

    /// Everything in the table but what is left of what was deleted.
    pub(crate) async fn living(&self) -> Vec<Raw> {
        let is_left_over = |item: &Raw| item["SK"].as_s().is_ok_and(|sk| sk == "GONE");
        self.items().await.into_iter().filter(|item| !is_left_over(item)).collect()
    }

    /// Number of items, without what is left of what was deleted.
    pub(crate) async fn size(&self) -> usize {
        self.living().await.len()
    }
}

/// Who writes in these tests, from where.
pub(crate) fn via() -> Via {
    let at = "2026-11-20T09:00:00Z".parse().unwrap();
    Via::system("test", Source::Api, at).correlated("the request")
}

/// Does the same so many times at once.
pub(crate) async fn at_once<T, F>(times: usize, work: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let tasks: Vec<_> = (0..times).map(|turn| tokio::spawn(work(turn))).collect();
    join_all(tasks).await.into_iter().map(|done| done.expect("the task panicked")).collect()
}

fn client(address: SocketAddr) -> Client {
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(retries)
        .endpoint_url(format!("http://{address}"))
        .build();
    Client::from_conf(config)
}

/// The keys and indexes of template.yaml.
async fn create_table(client: &Client) {
    let names = ["PK", "SK", "GSI1PK", "GSI1SK", "PendingPK", "PendingSK", "GSI2PK", "GSI2SK"];
    let attributes = names.map(|name| {
        let definition = AttributeDefinition::builder().attribute_name(name);
        definition.attribute_type(ScalarAttributeType::S).build().unwrap()
    });
    let request = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    let request = request
        .set_attribute_definitions(Some(attributes.to_vec()))
        .set_key_schema(Some(keys("PK", "SK")))
        .global_secondary_indexes(index("GSI1", ProjectionType::All, &[]))
        .global_secondary_indexes(index("Pending", ProjectionType::KeysOnly, &[]))
        .global_secondary_indexes(index("GSI2", ProjectionType::Include, SUMMARIZED));
    request.send().await.unwrap();
}

/// What the index of summaries holds beside the keys.
const SUMMARIZED: &[&str] = &["flow", "flowName", "release", "placement", "package", "enabledAt"];

fn index(name: &str, projection: ProjectionType, beside: &[&str]) -> GlobalSecondaryIndex {
    let beside = (!beside.is_empty()).then(|| beside.iter().map(ToString::to_string).collect());
    let projection = Projection::builder().projection_type(projection).set_non_key_attributes(beside).build();
    let index = GlobalSecondaryIndex::builder().index_name(name).projection(projection);
    index.set_key_schema(Some(keys(&format!("{name}PK"), &format!("{name}SK")))).build().unwrap()
}

fn keys(partition: &str, sort: &str) -> Vec<KeySchemaElement> {
    let key =
        |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    vec![key(partition, KeyType::Hash), key(sort, KeyType::Range)]
}
