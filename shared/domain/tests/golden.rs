//! A sample of every document in S3, checked in under `tests/golden`: today's code reads each to what it means, and writes
//! the same bytes again.
//!
//! `UPDATE_GOLDEN=1 cargo test --workspace --test golden` writes the files anew, which before the first release is how a
//! name changes. What lies in the table has its samples in `shared/store/tests/golden`.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, what it is made of too")]

use std::fmt::Debug;
use std::path::Path;

use domain::connector::{Asset, Package, PackagedApplication};
use domain::deployment::Bundle;
use domain::flow::{FlowKind, Trigger};
use domain::ids::FlowId;
use domain::payload::{Payload, canonical};
use domain::release::ReleasePayload;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

/// Asserts that a document is stored as in its file, and read back from there.
fn same<T: Serialize + DeserializeOwned + Debug + PartialEq>(name: &str, document: &T) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.json"));
    let mut bytes = canonical(&serde_json::to_value(document).unwrap()).unwrap();
    bytes.push(b'\n');
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &bytes).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), stored, "{name}.json is not what is written");
    assert_eq!(&serde_json::from_str::<T>(&stored).unwrap(), document, "{name}.json is not what is read");
}

fn definition() -> Value {
    json!({
        "StartAt": "Price",
        "States": { "Price": { "Type": "Pass", "Result": { "exact": 1.10, "text": "ä\u{1F680}" }, "End": true } },
    })
}

fn job() -> Trigger {
    Trigger::Job { schedule: "*/5 * * * *".parse().unwrap(), timezone: "Europe/Berlin".parse().unwrap() }
}

#[test]
fn a_definition() {
    same("definition", &definition());
}

#[test]
fn what_a_release_freezes() {
    let release = ReleasePayload {
        flow: FlowId::new(Uuid::from_u128(1)),
        name: "Import orders".parse().unwrap(),
        kind: FlowKind::Flow,
        trigger: job(),
        definition: definition(),
    };
    same("release", &release);
}

#[test]
fn what_a_build_resolved() {
    let bundle = Bundle {
        kind: FlowKind::Api,
        trigger: Trigger::Service,
        definition: definition(),
        secrets: [("token".parse().unwrap(), 2)].into(),
        execution_role: Some("arn:aws:iam::123456789012:role/slipway-flows/staging".parse().unwrap()),
    };
    same("bundle", &bundle);
    same("bundle-of-the-stacks-role", &Bundle { execution_role: None, trigger: Trigger::None, ..bundle });
}

#[test]
fn what_was_read_from_a_repository() {
    let page = Asset { media_type: "text/html".to_owned(), contents: Payload::of(b"\"PGh0bWw+\"") };
    let flows = [("flow.asl.json".to_owned(), definition().to_string())].into();
    let package = Package {
        specification: "deployAs: []\n".to_owned(),
        applications: [
            ("prices".to_owned(), PackagedApplication { flows, ..PackagedApplication::default() }),
            (
                "assets".to_owned(),
                PackagedApplication {
                    assets: [("index.html".to_owned(), page)].into(),
                    ..PackagedApplication::default()
                },
            ),
        ]
        .into(),
    };
    same("package", &package);
    // A static file lies there as one text, base64.
    same("asset", &"PGh0bWw+".to_owned());
}
