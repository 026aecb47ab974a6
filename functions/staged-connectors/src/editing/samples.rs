//! Staged and published connectors for tests.

use domain::connector::{Connector, ConnectorStaged};
use domain::metadata::{Principal, Timestamp};
use serde_json::{Value, json};

pub(crate) fn at() -> Timestamp {
    "2026-11-20T09:15:02.120Z".parse().unwrap()
}

pub(crate) fn by() -> Principal {
    Principal::system("tests")
}

/// A fresh staged connector of `acme`, with other members where `other` has them.
pub(crate) fn staged(other: &Value) -> ConnectorStaged {
    let mut staged = json!({
        "id": "5b0b3a2e-7b54-4f0a-8a58-9b1c2d3e4f50", "key": null, "owner": "acme", "name": "Acme tax",
        "description": "", "integrationTypes": [], "creator": { "email": "dev@acme.example" },
        "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" }, "supportedRegions": [],
        "specification": { "applications": [] }, "package": { "digest": "0".repeat(64), "size": 2 },
        "private": true, "privateProjects": [], "comments": [], "status": "Draft", "previewable": "none",
        "previewableReport": null, "publishingReport": null, "alreadyListed": false, "hasChanges": false,
        "operation": null, "lease": null,
        "metadata": {
            "version": 1, "createdAt": at(), "createdBy": "client:1", "lastModifiedAt": at(),
            "lastModifiedBy": "client:1",
        },
    });
    for (name, value) in other.as_object().unwrap() {
        staged[name] = value.clone();
    }
    serde_json::from_value(staged).unwrap()
}

/// What is published from it, certified or not.
pub(crate) fn published(staged: &ConnectorStaged, certified: bool) -> Connector {
    Connector::publish(staged, None, certified, at(), &by())
}
