//! Staged connectors for tests.

use domain::connector::ConnectorStaged;
use domain::metadata::Timestamp;
use serde_json::json;

pub(super) fn at() -> Timestamp {
    "2026-11-20T09:15:02.120Z".parse().unwrap()
}

/// One of `acme` that is being published.
pub(super) fn processing() -> ConnectorStaged {
    let staged = json!({
        "id": "5b0b3a2e-7b54-4f0a-8a58-9b1c2d3e4f50", "key": "acme-tax", "owner": "acme", "name": "Acme tax",
        "description": "", "integrationTypes": [], "creator": { "email": "dev@acme.example" },
        "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" }, "supportedRegions": [],
        "specification": { "applications": [] }, "package": { "digest": "0".repeat(64), "size": 2 },
        "private": false, "privateProjects": ["eu-central-1.aws:guest"], "comments": [], "status": "Processing",
        "previewable": "true", "previewableReport": null, "publishingReport": { "entries": [] },
        "alreadyListed": false, "hasChanges": true,
        "operation": {
            "id": "3f0e5b6d-9a41-4d7a-8c55-71d2e0a9b6c4", "kind": "publish", "certification": false,
            "requestedAt": at(),
        },
        "lease": null,
        "metadata": {
            "version": 1, "createdAt": at(), "createdBy": "client:1", "lastModifiedAt": at(),
            "lastModifiedBy": "client:1",
        },
    });
    serde_json::from_value(staged).unwrap()
}
