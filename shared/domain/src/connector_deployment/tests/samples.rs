//! A connector with one application of most kinds, requests in a short notation, and deployments made of both.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::connector::Specification;
use crate::connector_deployment::{
    Application, ApplicationDraft, ConfigurationDraft, ConfigurationProblem, Configured, ConnectorDeployment,
    DraftedValues, configure,
};
use crate::ids::ApplicationId;
use crate::secret::SecretText;

/// What `connect.yaml` declares, as it is stored.
pub(in crate::connector_deployment) fn declared() -> Value {
    let standard = |key: &str, required: bool| json!({ "key": key, "description": "", "required": required });
    let with_default = |key: &str, required: bool, default: &str| json!({ "key": key, "description": "", "required": required, "default": default });
    json!({
        "applications": [
            { "name": "calc", "kind": "service", "endpoint": "/calc", "keys": {
                "standardConfiguration":
                    [standard("URL", true), with_default("MODE", true, "test"), standard("NOTE", false)],
                "securedConfiguration": [standard("TOKEN", true), standard("EXTRA", false)],
            } },
            { "name": "nightly", "kind": "job", "endpoint": "/run", "schedule": "0 3 * * *", "keys": {
                "standardConfiguration": [with_default("LIMIT", false, "10")], "securedConfiguration": [],
            } },
            { "name": "orders", "kind": "event", "endpoint": "/orders" },
            { "name": "pages", "kind": "assets" },
        ],
        "global": {
            "standardConfiguration": [standard("TENANT", true), with_default("TRACE", false, "off")],
            "securedConfiguration": [standard("MASTER", true), standard("SPARE", false)],
        },
    })
}

/// A request that deploys all of it.
pub(in crate::connector_deployment) fn wanted() -> Value {
    json!({
        "applications": [
            { "name": "pages" },
            { "name": "nightly", "schedule": "*/5 * * * *" },
            { "name": "calc", "standard": [["URL", "https://a"]], "secured": [["TOKEN", "hush-1"]] },
            { "name": "orders", "retryPolicy": { "strategy": "immediate" } },
        ],
        "global": { "standard": [["TENANT", "acme"]], "secured": [["MASTER", "hush-2"]] },
    })
}

pub(in crate::connector_deployment) fn specification(declared: &Value) -> Specification {
    serde_json::from_value(declared.clone()).unwrap()
}

/// Reads the short notation of a request.
pub(in crate::connector_deployment) fn draft(request: &Value) -> ConfigurationDraft {
    let applications =
        request.get("applications").map(|list| list.as_array().unwrap().iter().map(application));
    ConfigurationDraft {
        applications: applications.map(Iterator::collect),
        global: request.get("global").map(values),
    }
}

fn application(request: &Value) -> ApplicationDraft {
    ApplicationDraft {
        name: request["name"].as_str().unwrap().to_owned(),
        values: values(request),
        schedule: request.get("schedule").map(|schedule| schedule.as_str().unwrap().to_owned()),
        retry_policy: request.get("retryPolicy").cloned(),
    }
}

fn values(request: &Value) -> DraftedValues {
    let list = |section: &str| -> Vec<(String, String)> {
        request.get(section).map(|list| serde_json::from_value(list.clone()).unwrap()).unwrap_or_default()
    };
    let secured = list("secured").into_iter().map(|(key, value)| (key, SecretText::new(value)));
    DraftedValues { standard: list("standard"), secured: secured.collect() }
}

/// Configures with ids that count from 1.
pub(in crate::connector_deployment) fn configured(
    declared: &Value,
    request: &Value,
) -> Result<Configured, Vec<ConfigurationProblem>> {
    let mut last = 0;
    configure(&specification(declared), draft(request), || {
        last += 1;
        ApplicationId::new(Uuid::from_u128(last))
    })
}

/// A deployment at rest that was made of them.
pub(in crate::connector_deployment) fn deployed(declared: &Value, request: &Value) -> ConnectorDeployment {
    let configured = configured(declared, request).unwrap();
    let id = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
    let at = "2026-11-20T09:15:02.120Z";
    serde_json::from_value(json!({
        "id": id, "key": "tax-sync", "type": "sandbox",
        "connector": {
            "id": id, "key": "acme-tax", "version": 2, "owner": "acme", "staged": false, "certified": false,
            "name": "Acme tax", "description": "", "integrationTypes": ["tax"],
            "creator": { "email": "dev@acme.example" },
            "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" },
            "supportedRegions": [], "specification": declared,
            "package": { "digest": "0".repeat(64), "size": 2 },
        },
        "global": configured.global, "apiClient": null, "deployedRegion": "eu-central-1.aws",
        "applications": configured.applications, "lastSecretVersion": configured.last_secret_version,
        "status": "Deployed",
        "operation": { "id": id, "kind": "deploy", "requestedAt": at, "requestedBy": "client:1" },
        "build": { "id": id, "report": { "entries": [] } }, "lease": null,
        "metadata": {
            "version": 1, "createdAt": at, "createdBy": "client:1", "lastModifiedAt": at,
            "lastModifiedBy": "client:1",
        },
    }))
    .unwrap()
}

/// The application of that name.
pub(in crate::connector_deployment) fn named<'a>(
    applications: &'a [Application],
    name: &str,
) -> &'a Application {
    applications.iter().find(|application| application.name.as_str() == name).unwrap()
}

/// Problems in short: the code and, where there is one, the pointer.
pub(in crate::connector_deployment) fn codes(problems: &[ConfigurationProblem]) -> Vec<String> {
    let short = |one: &ConfigurationProblem| match &one.pointer {
        Some(pointer) => format!("{:?} {pointer}", one.code),
        None => format!("{:?}", one.code),
    };
    problems.iter().map(short).collect()
}
