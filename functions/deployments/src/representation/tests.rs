use domain::connector_deployment::{DeploymentType, MintedClient};
use domain::ids::ApiClientId;
use domain::lifecycle::Status;
use domain::scope::{Scope, Scopes};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::samples::{APPLICATIONS, ID, deployment};

fn shown(deployment: ConnectorDeployment) -> Value {
    serde_json::to_value(view(deployment, &"acme".parse().unwrap(), "https://api")).unwrap()
}

#[test]
fn a_deployment_is_shown_as_clients_know_it() {
    let [calc, nightly, orders, pages] = APPLICATIONS;
    let key = |key: &str, required: bool| json!({ "key": key, "description": "", "required": required });
    let url = format!("https://api/apps/service-{}-{}-acme", ID.replace('-', ""), calc.replace('-', ""));
    let keyless = |name: &str, kind: &str| json!({ "applicationName": name, "applicationType": kind, "standardConfiguration": [], "securedConfiguration": [] });
    let expected = json!({
        "id": ID, "version": 3, "key": "tax-sync", "type": "sandbox",
        "connector": {
            "id": ID, "key": "acme-tax", "version": 2, "name": "Acme tax", "description": "Taxes",
            "integrationTypes": ["tax"], "creator": { "email": "dev@acme.example" },
            "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" }, "supportedRegions": [],
            "configurations": [
                { "applicationName": "calc", "applicationType": "service",
                    "standardConfiguration": [key("MODE", false)], "securedConfiguration": [key("TOKEN", true)] },
                keyless("nightly", "job"), keyless("orders", "event"), keyless("pages", "assets"),
            ],
            "globalConfiguration": { "standardConfiguration": [key("TENANT", true)], "securedConfiguration": [] },
            "certified": false,
        },
        "globalConfiguration": {
            "standardConfiguration": [{ "key": "TENANT", "value": "acme" }], "securedConfiguration": [],
        },
        "details": { "build": { "id": ID, "report": { "entries": [] } } },
        "deployedRegion": "europe-west1.gcp",
        "applications": [
            { "id": calc, "applicationName": "calc", "url": url,
                "standardConfiguration": [{ "key": "MODE", "value": "live" }],
                "securedConfiguration": [{ "key": "TOKEN", "value": "****" }] },
            { "id": nightly, "applicationName": "nightly", "schedule": "*/5 * * * *",
                "standardConfiguration": [], "securedConfiguration": [] },
            { "id": orders, "applicationName": "orders", "topic": "arn:topic",
                "retryPolicy": { "strategy": "immediate" },
                "standardConfiguration": [], "securedConfiguration": [] },
            { "id": pages, "applicationName": "pages", "standardConfiguration": [], "securedConfiguration": [] },
        ],
        "preview": false, "status": "Deployed",
    });
    assert_eq!(shown(deployment()), expected);
}

#[test]
fn what_is_not_there_is_left_out_and_what_follows_from_the_connector_is_shown() {
    let mut bare = deployment();
    bare.key = None;
    bare.kind = DeploymentType::Preview;
    bare.connector.specification.global = domain::connector::KeyDeclarations::default();
    for application in &mut bare.applications {
        application.hosted = None;
        application.schedule = None;
    }
    let client = ApiClientId::new(Uuid::from_u128(7));
    let scopes = vec!["view_runs".to_owned(), "manage_orders".to_owned()];
    let granted = Scopes([Scope::ViewRuns].into());
    bare.api_client = Some(MintedClient { client, scopes, granted, secret_version: 2 });
    let shown = shown(bare);
    for absent in ["/key", "/globalConfiguration", "/applications/0/url", "/applications/2/topic"] {
        assert_eq!(shown.pointer(absent), None, "{absent}");
    }
    assert_eq!(shown["applications"][1]["schedule"], "0 3 * * *");
    assert_eq!(shown["apiClient"], json!({ "name": client, "scopes": ["view_runs"] }));
    assert_eq!(shown["preview"], true);
}

#[test]
fn a_preview_that_waits_shows_as_being_deployed() {
    for (kind, expected) in [(DeploymentType::Preview, "Deploying"), (DeploymentType::Sandbox, "Queued")] {
        let waiting = ConnectorDeployment { kind, status: Status::Queued, ..deployment() };
        assert_eq!(shown(waiting)["status"], expected);
        let rests = ConnectorDeployment { kind, ..deployment() };
        assert_eq!(shown(rests)["status"], "Deployed");
    }
}
