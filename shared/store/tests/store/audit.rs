//! An audit of the whole table: every counter, list, unique key and switch agrees with the entities they are about.

use std::collections::BTreeSet;

use domain::connector::{Connector, ConnectorStaged};
use domain::connector_deployment::ConnectorDeployment;
use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::FlowId;
use domain::integration::Integration;
use domain::package::{Package, PackageDeployment};
use domain::repository_host::RepositoryHost;
use domain::route::Route;
use domain::work::Worked;
use store::{Address, DeploymentSummary, Entity, Stored};
use uuid::Uuid;

use crate::local::{Local, Raw};

mod deployments;

pub(crate) use deployments::summary;

/// All that is in the table of the project `acme`; of connectors, and of what is deployed of them, everybody's.
#[derive(Debug)]
pub(crate) struct Audit {
    keys: BTreeSet<(String, String)>,
    items: Vec<Raw>,
    pub(crate) integrations: Vec<Stored<Integration>>,
    pub(crate) environments: Vec<Stored<Environment>>,
    pub(crate) flows: Vec<Stored<Flow>>,
    pub(crate) deployments: Vec<Stored<Deployment>>,
    pub(crate) routes: Vec<Route>,
    summaries: Vec<DeploymentSummary>,
    packages: Vec<Stored<Package>>,
    package_deployments: Vec<Stored<PackageDeployment>>,
    hosts: Vec<Stored<RepositoryHost>>,
    staged: Vec<Stored<ConnectorStaged>>,
    published: Vec<Stored<Connector>>,
    connector_deployments: Vec<Stored<ConnectorDeployment>>,
}

/// Reads the whole table and fails where two parts of it disagree. Nobody may write meanwhile.
pub(crate) async fn audit(local: &Local) -> Audit {
    let items = local.items().await;
    let keys = items.iter().map(|item| (text(item, "PK").unwrap(), text(item, "SK").unwrap())).collect();
    let audit = Audit {
        integrations: all(local, &items).await,
        environments: all(local, &items).await,
        flows: all(local, &items).await,
        deployments: all(local, &items).await,
        routes: routes(local, &items).await,
        summaries: local.project.summaries(|_| true).await.unwrap(),
        packages: all(local, &items).await,
        package_deployments: all(local, &items).await,
        hosts: all(local, &items).await,
        staged: all(local, &items).await,
        published: all(local, &items).await,
        connector_deployments: all(local, &items).await,
        keys,
        items,
    };
    audit.counts_agree();
    audit.claims_agree();
    audit.connectors_agree();
    audit.children_agree();
    audit.lists_agree();
    audit.summaries_agree();
    audit.routes_agree();
    audit.switches_agree();
    audit.pending_agrees();
    audit
}

impl Audit {
    fn counts_agree(&self) {
        for kind in [
            "APICLIENT",
            "CONNECTORDEPLOYMENT",
            "DEPLOYMENT",
            "ENVIRONMENT",
            "FLOW",
            "INTEGRATION",
            "PACKAGE",
            "PACKAGEDEPLOYMENT",
            "REPOSITORYHOST",
        ] {
            let own = format!("P#acme#{kind}#");
            let present = self.keys.iter().filter(|(pk, sk)| sk == kind && pk.starts_with(&own)).count();
            assert_eq!(self.counted("acme", kind), present, "the count of {kind}");
        }
        let owners: BTreeSet<_> = self.staged.iter().map(|stored| stored.entity.owner.as_str()).collect();
        for owner in owners.into_iter().chain(["acme"]) {
            let own = self.staged.iter().filter(|stored| stored.entity.owner.as_str() == owner).count();
            assert_eq!(self.counted(owner, "CONNECTORSTAGED"), own, "the count of what {owner} has staged");
        }
        assert_eq!(
            self.counted("connectors", "CONNECTOR"),
            self.published.len(),
            "the count of the catalogue"
        );
        let tagged = |tag: &str| self.keys.iter().filter(|(_, sk)| sk == tag).count();
        assert_eq!(tagged("CREDENTIAL"), tagged("APICLIENT"), "credentials");
    }

    fn counted(&self, project: &str, kind: &str) -> usize {
        let counter = format!("P#{project}#COUNT#{kind}");
        let item = self.items.iter().find(|item| text(item, "PK").unwrap() == counter);
        item.map_or(0, |item| number(item, "count"))
    }

    fn claims_agree(&self) {
        let environments = self.environments.iter().map(|stored| unique_key("acme", &stored.entity));
        let integrations = self.integrations.iter().map(|stored| unique_key("acme", &stored.entity));
        let flows = self.flows.iter().map(|stored| unique_key("acme", &stored.entity));
        let hosts = self.hosts.iter().map(|stored| unique_key("acme", &stored.entity));
        let deployed = self.connector_deployments.iter().map(|stored| unique_key("acme", &stored.entity));
        let staged = self.staged.iter().map(|stored| unique_key("connectors", &stored.entity));
        let held = environments.chain(integrations).chain(flows).chain(hosts).chain(deployed).chain(staged);
        let held: BTreeSet<_> = held.flatten().collect();
        let claims = self.items.iter().filter(|item| text(item, "SK").unwrap() == "KEY");
        let claimed: BTreeSet<_> =
            claims.map(|item| (text(item, "PK").unwrap(), text(item, "target").unwrap())).collect();
        assert_eq!(claimed, held, "claims on keys");
    }

    fn connectors_agree(&self) {
        for Stored { entity, derived } in &self.staged {
            let deployed = self.connector_deployments.iter();
            let deployed = deployed.filter(|stored| stored.entity.connector.id == entity.id).count() as u64;
            assert_eq!(derived.deployments, deployed, "the count of deployments of a connector");
        }
        for Stored { entity, .. } in &self.published {
            let staged = self.staged.iter().find(|stored| stored.entity.id == entity.id);
            let staged =
                &staged.unwrap_or_else(|| panic!("{} is published and not staged", entity.id)).entity;
            assert_eq!((&entity.key, &entity.owner), (&staged.key, &staged.owner), "one connector");
        }
    }

    fn children_agree(&self) {
        for Stored { entity, derived } in &self.integrations {
            let flows = self.flows.iter().filter(|flow| flow.entity.integration == entity.id);
            let flows: BTreeSet<_> = flows.map(|flow| flow.entity.id.uuid()).collect();
            assert_eq!(
                self.children("INTEGRATION", entity.id.uuid(), "FLOW"),
                flows,
                "flows of an integration"
            );
            assert_eq!(derived.flows, flows.len() as u64, "the count of flows of an integration");
        }
    }

    fn pending_agrees(&self) {
        self.pending_agrees_of(&self.deployments);
        self.pending_agrees_of(&self.connector_deployments);
        self.pending_agrees_of(&self.staged);
        self.pending_agrees_of(&self.package_deployments);
    }

    fn pending_agrees_of<W: Worked + Entity>(&self, all: &[Stored<W>]) {
        for Stored { entity, .. } in all {
            let id = entity.uuid().to_string();
            let own = |item: &&Raw| {
                text(item, "SK").unwrap() == W::KIND.tag() && text(item, "PK").unwrap().ends_with(&id)
            };
            let item = self.items.iter().find(own).unwrap();
            let pending = (text(item, "PendingPK").is_some(), text(item, "PendingSK").is_some());
            let unsettled = entity.in_progress() || entity.has_leftovers();
            let status = entity.status_word();
            assert_eq!(pending, (unsettled, unsettled), "pending work of {id}, which is {status}");
        }
    }

    fn children(&self, kind: &str, id: Uuid, child: &str) -> BTreeSet<Uuid> {
        let (partition, prefix) = (format!("P#acme#{kind}#{id}"), format!("{child}#"));
        let own = self.keys.iter().filter(|(pk, sk)| *pk == partition && sk.starts_with(&prefix));
        own.map(|(_, sk)| sk.rsplit('#').next().unwrap().parse().unwrap()).collect()
    }
}

async fn all<E: Entity>(local: &Local, items: &[Raw]) -> Vec<Stored<E>> {
    let tag = E::KIND.tag();
    let mut found = Vec::new();
    for item in items.iter().filter(|item| text(item, "SK").unwrap() == tag) {
        let key = text(item, "PK").unwrap();
        let [_, project, _, id] = key.split('#').collect::<Vec<_>>().try_into().unwrap();
        // What lies in the catalogue is found from every project.
        let project = project.parse().map_or_else(|_| local.project.clone(), |key| local.in_project(&key));
        found.push(project.get_unscoped(&Address::Id(id.parse().unwrap())).await.unwrap());
    }
    found
}

async fn routes(local: &Local, items: &[Raw]) -> Vec<Route> {
    let mut found = Vec::new();
    for item in items {
        let (pk, sk) = (text(item, "PK").unwrap(), text(item, "SK").unwrap());
        let Some(placement) = sk.strip_prefix("ROUTE#") else { continue };
        let flow: FlowId = pk.strip_prefix("P#acme#FLOW#").unwrap().parse().unwrap();
        let route = local.project.route(flow, placement.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((route.flow, route.placement.to_string()), (flow, placement.to_owned()), "a route's key");
        found.push(route);
    }
    found
}

fn unique_key<E: Entity>(home: &str, entity: &E) -> Option<(String, String)> {
    let key = entity.key()?;
    Some((format!("P#{home}#KEY#{}#{key}", E::KIND.tag()), entity.uuid().to_string()))
}

fn text(item: &Raw, attribute: &str) -> Option<String> {
    item.get(attribute).and_then(|value| value.as_s().ok()).cloned()
}

fn number(item: &Raw, attribute: &str) -> usize {
    item.get(attribute).and_then(|value| value.as_n().ok()).map_or(0, |digits| digits.parse().unwrap())
}
