//! Deployments to test with.

use domain::connector::{ApplicationKind, ApplicationSpecification, KeyDeclarations, Scripts};
use domain::connector_deployment::{Application, Configuration, ConnectorDeployment, OperationKind};
use domain::deployment::{Operation, Request};
use domain::ids::{ApplicationId, BuildId, OperationId};
use domain::metadata::{Metadata, Principal};
use serde_json::json;
use uuid::Uuid;

/// A deployment of applications of these names, of which nothing is hosted.
pub(crate) fn deployment(names: &[&str]) -> ConnectorDeployment {
    let (at, by) = ("2026-11-20T10:00:00Z".parse().unwrap(), Principal::system("test"));
    let (operation, build) = (OperationId::new(Uuid::from_u128(1)), BuildId::new(Uuid::from_u128(2)));
    let request = Request { operation, build, at, by: by.clone() };
    let mut deployment: ConnectorDeployment = serde_json::from_value(json!({
        "id": Uuid::from_u128(3), "key": null, "type": "sandbox", "global": {}, "apiClient": null,
        "connector": {
            "id": Uuid::from_u128(4), "key": null, "version": 1, "owner": "acme", "staged": false, "certified": false,
            "name": "Tax", "description": "t", "integrationTypes": [], "creator": { "email": "dev@acme.example" },
            "repository": { "url": "https://git.acme.example/tax.git", "tag": "v1" }, "supportedRegions": [],
            "specification": { "applications": [] }, "package": { "digest": "0".repeat(64), "size": 2 },
        },
        "deployedRegion": "eu-central-1.aws", "applications": [], "lastSecretVersion": 0, "status": "Deploying",
        "operation": Operation::of(OperationKind::Deploy, &request),
        "build": { "id": build, "report": { "entries": [] } },
        "lease": null, "metadata": Metadata::begin(at, &by),
    }))
    .unwrap();
    deployment.applications = (10..).zip(names).map(|(id, name)| application(id, name)).collect();
    deployment
}

/// What `connect.yaml` declares of an application without anything.
pub(super) fn declared(kind: ApplicationKind) -> ApplicationSpecification {
    ApplicationSpecification {
        name: "calc".parse().unwrap(),
        kind,
        endpoint: None,
        schedule: None,
        scripts: Scripts::default(),
        keys: KeyDeclarations::default(),
        health_check: None,
        retry_policy: None,
    }
}

fn application(id: u128, name: &str) -> Application {
    Application {
        id: ApplicationId::new(Uuid::from_u128(id)),
        name: name.parse().unwrap(),
        configuration: Configuration::default(),
        schedule: None,
        retry_policy: None,
        hosted: None,
        candidate: None,
    }
}
