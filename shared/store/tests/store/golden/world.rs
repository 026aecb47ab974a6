//! One project with something of every kind in it, the same each time.

use domain::application_log::{LogEntry, LogSeverity, LogType};
use domain::client::{ApiClient, ClientKind, Credential};
use domain::connector::{Connector, ConnectorStaged};
use domain::connector_deployment::ConnectorDeployment;
use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::{ApplicationId, EnvironmentId, IntegrationId};
use domain::integration::Integration;
use domain::package::{Package, PackageDeployment};
use domain::project_settings::ProjectSettings;
use domain::release::Release;
use domain::repository_host::RepositoryHost;
use domain::route::{Enabled, Switch};
use domain::run::Run;
use domain::secret::SecretHolder;
use domain::signing::{KeyRing, TokenKind};
use domain::wishes::Wishes;
use store::{LogQuery, SealedVariable, StoreError, Stored};

use super::id;
use crate::amending::amend;
use crate::local::Local;
use crate::samples::{self, moment, someone};
use crate::switching::{deployed, enable};

use super::specimens::{
    client, connector_deployment, deployments, digest, environments, flows, host, key, metadata, package,
    runs, sealed, staged, wishes,
};

pub(super) const MACHINE: &str = "slipway-00000000-0000-4000-8000-000000000001";

/// Everything in the table, as it is once it has been stored.
#[derive(Debug)]
pub(super) struct World {
    pub(super) clients: [(ApiClient, Credential); 2],
    pub(super) connectors: Vec<Connector>,
    pub(super) connector_deployments: Vec<ConnectorDeployment>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) enabled: Enabled,
    pub(super) environments: Vec<Environment>,
    pub(super) flows: Vec<Flow>,
    pub(super) hosts: Vec<RepositoryHost>,
    pub(super) integrations: Vec<Integration>,
    pub(super) log: LogEntry,
    pub(super) package_deployments: Vec<PackageDeployment>,
    pub(super) packages: Vec<Package>,
    pub(super) release: Release,
    pub(super) rings: (KeyRing, KeyRing),
    pub(super) runs: Vec<Run>,
    pub(super) settings: ProjectSettings,
    pub(super) staged: Vec<ConnectorStaged>,
    pub(super) wishes: Wishes,
}

impl World {
    /// Stores everything, and keeps what became of it.
    pub(super) async fn store(local: &Local) -> Self {
        let project = &local.project;
        let clients = [
            client(1, ClientKind::ApiKey, None),
            client(2, ClientKind::ClientCredentials, Some(EnvironmentId::new(id(10)))),
        ];
        let integration = Integration {
            id: IntegrationId::new(id(3)),
            key: Some("orders".parse().unwrap()),
            description: Some("All about orders".parse().unwrap()),
            ..samples::integration()
        };
        let mut integrations =
            vec![integration, Integration { id: IntegrationId::new(id(4)), ..samples::integration() }];
        integrations[1].metadata = metadata();
        let (environments, mut flows) = (environments(), flows(&integrations[0]));
        for (client, credential) in &clients {
            project.create_client(client, credential).await.unwrap();
        }
        for integration in &integrations {
            project.create(integration).await.unwrap();
        }
        project.close_integration(&integrations[1]).await.unwrap();
        project.create_environment(&environments[0], &[sealed("token")]).await.unwrap();
        project.create_environment(&environments[1], &[]).await.unwrap();
        for flow in &flows {
            project.create_flow(flow).await.unwrap();
        }
        let (release, counted) = samples::next_release(&flows[0]);
        project.create_release(&release, &counted, 1).await.unwrap();
        flows[0] = counted;
        let (enabled, wishes) = (samples::enabled(5), wishes());
        let (package, deployment) = package(&flows[1]);
        project.create(&package).await.unwrap();
        let deployments = store_deployments(local, &flows[0], &environments, (&enabled, &wishes)).await;
        let runs = runs(&deployments[1]);
        for run in &runs {
            assert!(project.create_run(run).await.unwrap());
        }
        let deployment = project.create_package_deployment(&deployment, &package, 1).await.unwrap();
        let staged = staged(local);
        for staged in &staged {
            project.create(staged).await.unwrap();
        }
        let connector = samples::published(&staged[0], None);
        project.create(&connector).await.unwrap();
        let minted = client(5, ClientKind::ApiKey, None);
        let connector_deployment = connector_deployment(&staged[0], &minted.0);
        let secrets = [sealed("TOKEN")];
        let new_client = Some((&minted.0, &minted.1));
        project.create_connector_deployment(&connector_deployment, &secrets, new_client).await.unwrap();
        let host = host(local);
        project.create_repository_host(&host, Some(&sealed("TOKEN"))).await.unwrap();
        let settings = ProjectSettings {
            production_enabled: false,
            service_origins: vec!["https://shop.acme.example".parse().unwrap()],
            permissions_required: true,
            ..ProjectSettings::new(project.project().clone(), metadata())
        };
        project.save_settings(&settings, 0).await.unwrap();
        let access = KeyRing::new(key(80));
        local.store.put_key_ring(TokenKind::Access, &access).await.unwrap();
        let access = access.rotated(key(81), 60, moment(1)).unwrap();
        let scope = KeyRing::new(key(82));
        local.store.put_key_ring(TokenKind::Access, &access).await.unwrap();
        local.store.put_key_ring(TokenKind::Scope, &scope).await.unwrap();
        project.note_machine(MACHINE).await.unwrap();
        project.remember_validated(&digest(), moment(0)).await.unwrap();
        let log = LogEntry {
            kind: LogType::ApplicationJson,
            deployment_id: connector_deployment.id,
            application_name: "app71".parse().unwrap(),
            severity: LogSeverity::Warning,
            timestamp: moment(1),
            details: serde_json::json!({ "message": "slow" }),
        };
        project.log(ApplicationId::new(id(71)), id(90), &log).await.unwrap();
        Self {
            clients,
            connectors: vec![connector],
            connector_deployments: vec![connector_deployment],
            deployments,
            enabled,
            environments,
            flows,
            hosts: vec![host],
            integrations,
            log,
            package_deployments: vec![deployment],
            packages: vec![package],
            release,
            rings: (access, scope),
            runs,
            settings,
            staged,
            wishes,
        }
    }

    /// Every sealed value and whose it is.
    pub(super) fn secrets(&self) -> Vec<(SecretHolder, SealedVariable)> {
        vec![
            (self.environments[0].id.into(), sealed("token")),
            (self.connector_deployments[0].id.into(), sealed("TOKEN")),
            (self.hosts[0].id.into(), sealed("TOKEN")),
        ]
    }

    pub(super) fn log_query(&self) -> LogQuery {
        LogQuery {
            deployment: self.log.deployment_id,
            applications: vec![ApplicationId::new(id(71))],
            from: moment(0),
            to: moment(10),
            after: None,
            limit: 5,
        }
    }
}

/// Stores the deployments: of the first something is asked, the second is switched on.
async fn store_deployments(
    local: &Local,
    flow: &Flow,
    environments: &[Environment],
    (enabled, wishes): (&Enabled, &Wishes),
) -> Vec<Deployment> {
    let project = &local.project;
    let made = deployments(flow, environments);
    for deployment in &made {
        if deployment.id == made[1].id {
            deployed(project, deployment.clone()).await;
        } else {
            project.create_deployment(deployment).await.unwrap();
        }
    }
    enable(project, made[1].id, Switch::TakeOver, enabled.clone()).await;
    let by = (moment(9), &someone());
    let asked = amend(project, made[0].id, by, |stored: &mut Stored<Deployment>, _| {
        stored.derived.wishes = wishes.clone();
        Ok::<(), StoreError>(())
    });
    asked.await.unwrap();
    let mut stored = Vec::new();
    for deployment in &made {
        stored.push(project.deployment(deployment.id).await.unwrap().unwrap().entity);
    }
    stored
}
