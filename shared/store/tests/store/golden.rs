//! A sample of every form in which something lies in the table, checked in under `tests/golden`: today's code reads each
//! to what it means, and writes the same again.
//!
//! `UPDATE_GOLDEN=1 cargo test --workspace --test store golden` writes the files anew. Before the first release that is
//! how a name changes; after it, a file that changes is stored data that no longer reads back.

mod specimens;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::client::ApiClient;
use domain::connector::{Connector, ConnectorStaged};
use domain::connector_deployment::ConnectorDeployment;
use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::Flow;
use domain::integration::Integration;
use domain::package::{Package, PackageDeployment};
use domain::project_settings::ProjectSettings;
use domain::repository_host::RepositoryHost;
use domain::signing::TokenKind;
use domain::work::WorkQueue;
use serde_json::{Value, json};
use store::{Entity, Kind};
use uuid::Uuid;

use crate::golden::world::World;
use crate::local::{Local, Raw};
use crate::samples::moment;

/// The file with the samples of a kind. A kind that is added has to be given one.
const fn file(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiClient => "apiclient",
        Kind::Connector => "connector",
        Kind::ConnectorDeployment => "connectordeployment",
        Kind::ConnectorStaged => "connectorstaged",
        Kind::Deployment => "deployment",
        Kind::Environment => "environment",
        Kind::Flow => "flow",
        Kind::Integration => "integration",
        Kind::Package => "package",
        Kind::PackageDeployment => "packagedeployment",
        Kind::ProjectSettings => "projectsettings",
        Kind::Release => "flow-release",
        Kind::RepositoryHost => "repositoryhost",
        Kind::Run => "run",
    }
}

/// Every kind, as long as [`file`] is right about the last one.
const KINDS: [Kind; 14] = [
    Kind::ApiClient,
    Kind::Connector,
    Kind::ConnectorDeployment,
    Kind::ConnectorStaged,
    Kind::Deployment,
    Kind::Environment,
    Kind::Flow,
    Kind::Integration,
    Kind::Package,
    Kind::PackageDeployment,
    Kind::ProjectSettings,
    Kind::Release,
    Kind::RepositoryHost,
    Kind::Run,
];

/// Whether the samples are to be written anew.
fn is_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The checked-in samples by the names of their files.
fn golden() -> BTreeMap<String, Value> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let sample = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    };
    entries.map(sample).collect()
}

/// What is in the table, by the form of its keys.
async fn forms(local: &Local) -> BTreeMap<String, Value> {
    let mut forms: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for item in local.items().await {
        forms.entry(form(&item)).or_default().push(as_json(&item));
    }
    for items in forms.values_mut() {
        items.sort_by_key(|item| item["PK"].to_string() + &item["SK"].to_string());
    }
    forms.into_iter().map(|(form, items)| (form, items.into())).collect()
}

/// The words in an item's keys, each once, without ids, times and names.
fn form(item: &Raw) -> String {
    let text = |name: &str| item[name].as_s().unwrap().clone();
    let is_word = |part: &&str| part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let keys = format!("{}#{}", text("PK"), text("SK"));
    let mut words: Vec<String> = Vec::new();
    for word in keys.split('#').filter(is_word).map(str::to_ascii_lowercase) {
        // The name of a secret is a word as well.
        if !words.contains(&word) && !words.contains(&"secret".to_owned()) {
            words.push(word);
        }
    }
    words.join("-")
}

/// An item as DynamoDB writes it in JSON. Which request wrote it last is another each time.
fn as_json(item: &Raw) -> Value {
    let attribute = |(name, value): (&String, &AttributeValue)| {
        let value = match value {
            _ if name == "lastWrite" => json!({ "S": "00000000-0000-0000-0000-000000000000" }),
            AttributeValue::S(text) => json!({ "S": text }),
            AttributeValue::N(number) => json!({ "N": number }),
            AttributeValue::Bool(truth) => json!({ "BOOL": truth }),
            other => panic!("{name} is {other:?}"),
        };
        (name.clone(), value)
    };
    item.iter().map(attribute).collect()
}

fn from_json(item: &Value) -> Raw {
    let attribute = |(name, value): (&String, &Value)| {
        let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
        let value = match (kind.as_str(), value) {
            ("S", Value::String(text)) => AttributeValue::S(text.clone()),
            ("N", Value::String(number)) => AttributeValue::N(number.clone()),
            ("BOOL", Value::Bool(truth)) => AttributeValue::Bool(*truth),
            other => panic!("{name} is {other:?}"),
        };
        (name.clone(), value)
    };
    item.as_object().unwrap().iter().map(attribute).collect()
}

#[tokio::test]
async fn todays_code_writes_every_golden_sample() {
    let local = Local::start().await;
    World::store(&local).await;
    let written = forms(&local).await;
    for kind in KINDS {
        assert!(written.contains_key(file(kind)), "there is no sample of a {kind}");
    }
    if is_update() {
        std::fs::remove_dir_all(folder()).ok();
        std::fs::create_dir_all(folder()).unwrap();
        for (form, items) in &written {
            let text = serde_json::to_string_pretty(items).unwrap() + "\n";
            std::fs::write(folder().join(format!("{form}.json")), text).unwrap();
        }
    }
    let golden = golden();
    assert_eq!(
        written.keys().collect::<Vec<_>>(),
        golden.keys().collect::<Vec<_>>(),
        "which forms there are"
    );
    for (form, items) in &written {
        assert_eq!(items, &golden[form], "{form}.json is not what is written; see golden.rs");
    }
}

#[tokio::test]
async fn todays_code_reads_every_golden_sample() {
    if is_update() {
        return; // The other test is writing them.
    }
    let local = Local::start().await;
    for item in golden().values().flat_map(|items| items.as_array().unwrap()) {
        local.put(from_json(item)).await;
    }
    let written = Local::start().await;
    let world = World::store(&written).await;
    let project = &local.project;
    same::<ApiClient>(&local, &world.clients.each_ref().map(|(client, _)| client.clone())).await;
    same::<Connector>(&local, &world.connectors).await;
    same::<ConnectorDeployment>(&local, &world.connector_deployments).await;
    same::<ConnectorStaged>(&local, &world.staged).await;
    same::<Environment>(&local, &world.environments).await;
    same::<Flow>(&local, &world.flows).await;
    same::<Integration>(&local, &world.integrations).await;
    same::<Package>(&local, &world.packages).await;
    same::<PackageDeployment>(&local, &world.package_deployments).await;
    same::<RepositoryHost>(&local, &world.hosts).await;
    same::<Deployment>(&local, &world.deployments).await;
    let settings: ProjectSettings = project.settings().await.unwrap().unwrap().entity;
    assert_eq!(settings, world.settings);
    let first = project.deployment(world.deployments[0].id).await.unwrap().unwrap();
    assert_eq!(first.derived.wishes, world.wishes);
    let enabled = project.deployment(world.deployments[1].id).await.unwrap().unwrap().derived.enabled;
    assert_eq!(enabled, Some(world.enabled.clone()));
    for (client, credential) in &world.clients {
        assert_eq!(local.store.credential(client.id).await.unwrap().as_ref(), Some(credential));
    }
    let release = project.release(world.release.flow, world.release.number).await.unwrap();
    assert_eq!(json!(release), json!(world.release));
    for run in &world.runs {
        assert_eq!(json!(project.run(run.id).await.unwrap()), json!(run));
    }
    for (kind, ring) in [(TokenKind::Access, &world.rings.0), (TokenKind::Scope, &world.rings.1)] {
        assert_eq!(local.store.key_ring(kind).await.unwrap().as_ref(), Some(ring));
    }
    for (holder, secret) in world.secrets() {
        let envelope = project.secret(holder, &secret.name, secret.version).await.unwrap();
        assert_eq!(envelope, Some(secret.envelope));
    }
    assert!(project.has_machine(world::MACHINE).await.unwrap());
    assert!(project.is_validated(&specimens::digest(), moment(0)).await.unwrap());
    let logged = project.log_page(&world.log_query()).await.unwrap();
    assert_eq!(logged.entries.into_iter().map(|entry| json!(entry)).collect::<Vec<_>>(), [json!(world.log)]);
    for queue in WorkQueue::ALL {
        let mut read = local.store.overdue(queue, moment(1_000_000)).await.unwrap();
        let mut expected = written.store.overdue(queue, moment(1_000_000)).await.unwrap();
        read.sort_by_key(|(_, _, id)| *id);
        expected.sort_by_key(|(_, _, id)| *id);
        assert!(!read.is_empty() && read == expected, "{read:?} and {expected:?}");
    }
}

/// Asserts that what is stored is this, whatever its version.
async fn same<E: Entity>(local: &Local, expected: &[E]) {
    for expected in expected {
        let mut found = local.project.get_by_id::<E>(expected.uuid()).await.unwrap().entity;
        assert!(found.metadata().version > 0);
        found.metadata_mut().version = expected.metadata().version;
        assert_eq!(json!(found), json!(expected), "{}", E::KIND);
    }
}

/// Ids of samples, the same each time.
pub(super) const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 | number)
}
