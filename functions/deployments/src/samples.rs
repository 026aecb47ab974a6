//! A connector with an application of most kinds, and a deployment of it.

use api::Actor;
use domain::connector_deployment::ConnectorDeployment;
use domain::ids::ApiClientId;
use domain::metadata::{Principal, Timestamp};
use domain::scope::{Scope, Scopes};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

/// The ids of the applications: `calc`, `nightly`, `orders`, `pages`.
pub(crate) const APPLICATIONS: [&str; 4] = [
    "c0a8012e-2f1b-4f0e-8a77-000000000001",
    "c0a8012e-2f1b-4f0e-8a77-000000000002",
    "c0a8012e-2f1b-4f0e-8a77-000000000003",
    "c0a8012e-2f1b-4f0e-8a77-000000000004",
];

pub(crate) fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

pub(crate) fn actor(scopes: &[Scope]) -> Actor {
    Actor {
        project: "acme".parse().unwrap(),
        scopes: Scopes(scopes.iter().copied().collect()),
        principal: Principal::client(ApiClientId::new(Uuid::from_u128(1)), None),
        environment: None,
    }
}

/// What `connect.yaml` declares, as it is stored.
pub(crate) fn specification() -> Value {
    let key = |key: &str, required: bool| json!({ "key": key, "description": "", "required": required });
    json!({
        "applications": [
            { "name": "calc", "kind": "service", "endpoint": "/calc", "keys": {
                "standardConfiguration": [key("MODE", false)], "securedConfiguration": [key("TOKEN", true)],
            } },
            { "name": "nightly", "kind": "job", "endpoint": "/run", "schedule": "0 3 * * *" },
            { "name": "orders", "kind": "event", "endpoint": "/orders",
                "retryPolicy": { "strategy": "immediate" } },
            { "name": "pages", "kind": "assets" },
        ],
        "global": { "standardConfiguration": [key("TENANT", true)], "securedConfiguration": [] },
    })
}

fn package() -> Value {
    json!({ "digest": "0".repeat(64), "size": 2 })
}

fn applications() -> Value {
    let [calc, nightly, orders, pages] = APPLICATIONS;
    let hosted = |place: Value| {
        let mut hosted = json!({ "build": ID });
        hosted.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        hosted
    };
    let none = json!({ "standard": {}, "secured": {} });
    json!([
        { "id": calc, "name": "calc",
            "configuration": { "standard": { "MODE": "live" }, "secured": { "TOKEN": 1 } },
            "schedule": null, "retryPolicy": null, "candidate": null,
            "hosted": hosted(json!({ "place": "service", "machine": "arn:calc", "endpoint": "/calc" })) },
        { "id": nightly, "name": "nightly", "configuration": none, "schedule": "*/5 * * * *",
            "retryPolicy": null, "hosted": null, "candidate": null },
        { "id": orders, "name": "orders", "configuration": none, "schedule": null, "retryPolicy": null,
            "candidate": null,
            "hosted": hosted(json!({ "place": "event", "machine": "arn:orders", "topic": "arn:topic" })) },
        { "id": pages, "name": "pages", "configuration": none, "schedule": null, "retryPolicy": null,
            "hosted": null, "candidate": null },
    ])
}

/// A sandbox deployment at rest, at version 3.
pub(crate) fn deployment() -> ConnectorDeployment {
    let at = now();
    serde_json::from_value(json!({
        "id": ID, "key": "tax-sync", "type": "sandbox",
        "connector": {
            "id": ID, "key": "acme-tax", "version": 2, "owner": "acme", "staged": false, "certified": false,
            "name": "Acme tax", "description": "Taxes", "integrationTypes": ["tax"],
            "creator": { "email": "dev@acme.example" },
            "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" },
            "supportedRegions": [], "specification": specification(), "package": package(),
        },
        "global": { "standard": { "TENANT": "acme" }, "secured": {} },
        "apiClient": null, "deployedRegion": "europe-west1.gcp", "applications": applications(),
        "lastSecretVersion": 1, "status": "Deployed",
        "operation": { "id": ID, "kind": "deploy", "requestedAt": at, "requestedBy": "client:1" },
        "build": { "id": ID, "report": { "entries": [] } }, "lease": null,
        "metadata": {
            "version": 3, "createdAt": at, "createdBy": "client:1", "lastModifiedAt": at,
            "lastModifiedBy": "client:1",
        },
    }))
    .unwrap()
}
