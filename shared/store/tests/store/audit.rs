//! An audit of the whole table: every counter, list, claim and switch agrees with the entities they are about.

use std::collections::{BTreeMap, BTreeSet};

use domain::connector::{Connector, ConnectorStaged};
use domain::connector_deployment::ConnectorDeployment;
use domain::deployment::{Deployment, OperationKind};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::{DeploymentId, EnvironmentId, FlowId};
use domain::integration::Integration;
use domain::repository_host::RepositoryHost;
use domain::route::Route;
use domain::trail::Timestamp;
use domain::work::Worked;
use store::{Address, Entity, Stored};
use uuid::Uuid;

use crate::local::{Local, Raw};

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
        let environments = self.environments.iter().map(|stored| claim("acme", &stored.entity));
        let integrations = self.integrations.iter().map(|stored| claim("acme", &stored.entity));
        let flows = self.flows.iter().map(|stored| claim("acme", &stored.entity));
        let hosts = self.hosts.iter().map(|stored| claim("acme", &stored.entity));
        let deployed = self.connector_deployments.iter().map(|stored| claim("acme", &stored.entity));
        let staged = self.staged.iter().map(|stored| claim("connectors", &stored.entity));
        let held = environments.chain(integrations).chain(flows).chain(hosts).chain(deployed).chain(staged);
        let held: BTreeSet<_> = held.flatten().collect();
        let claims = self.items.iter().filter(|item| text(item, "SK").unwrap() == "KEY");
        let claimed: BTreeSet<_> =
            claims.map(|item| (text(item, "PK").unwrap(), text(item, "target").unwrap())).collect();
        assert_eq!(claimed, held, "claims on keys");
    }

    fn connectors_agree(&self) {
        for Stored { entity, sides } in &self.staged {
            let deployed = self.connector_deployments.iter();
            let deployed = deployed.filter(|stored| stored.entity.connector.id == entity.id).count() as u64;
            assert_eq!(sides.deployments, deployed, "the count of deployments of a connector");
        }
        for Stored { entity, .. } in &self.published {
            let staged = self.staged.iter().find(|stored| stored.entity.id == entity.id);
            let staged =
                &staged.unwrap_or_else(|| panic!("{} is published and not staged", entity.id)).entity;
            assert_eq!((&entity.key, &entity.owner), (&staged.key, &staged.owner), "one connector");
        }
    }

    fn children_agree(&self) {
        for Stored { entity, sides } in &self.integrations {
            let flows = self.flows.iter().filter(|flow| flow.entity.integration == entity.id);
            let flows: BTreeSet<_> = flows.map(|flow| flow.entity.id.uuid()).collect();
            assert_eq!(
                self.children("INTEGRATION", entity.id.uuid(), "FLOW"),
                flows,
                "flows of an integration"
            );
            assert_eq!(sides.flows, flows.len() as u64, "the count of flows of an integration");
        }
        let flows = self.flows.iter().map(|stored| ("FLOW", stored.entity.id.uuid(), &stored.sides));
        let environments =
            self.environments.iter().map(|stored| ("ENVIRONMENT", stored.entity.id.uuid(), &stored.sides));
        for (kind, id, sides) in flows.chain(environments) {
            let own = self.deployments.iter().map(|stored| &stored.entity);
            let own = own.filter(|entity| entity.flow.uuid() == id || entity.environment.uuid() == id);
            let own: BTreeSet<_> = own.map(|entity| entity.id.uuid()).collect();
            assert_eq!(self.children(kind, id, "DEPLOYMENT"), own, "deployments of a {kind}");
            let by_environment = if kind == "FLOW" { own.clone() } else { BTreeSet::new() };
            assert_eq!(self.children(kind, id, "DEPLOYMENT_IN"), by_environment, "histories of a {kind}");
            assert_eq!(sides.deployments, own.len() as u64, "the count of deployments of a {kind}");
        }
    }

    fn routes_agree(&self) {
        let count = |of: &dyn Fn(&Route) -> bool| self.routes.iter().filter(|route| of(route)).count() as u64;
        let integration_of: BTreeMap<_, _> =
            self.flows.iter().map(|stored| (stored.entity.id, stored.entity.integration)).collect();
        for Stored { entity, sides } in &self.flows {
            assert_eq!(sides.routes, count(&|route| route.flow == entity.id), "routes of a flow");
        }
        for Stored { entity, sides } in &self.environments {
            assert_eq!(
                sides.routes,
                count(&|route| route.environment == entity.id),
                "routes into an environment"
            );
        }
        for Stored { entity, sides } in &self.integrations {
            let own = |route: &Route| integration_of.get(&route.flow) == Some(&entity.id);
            assert_eq!(sides.routes, count(&own), "routes of an integration's flows");
        }
        for route in &self.routes {
            assert!(!route.is_idle(), "an idle route was left: {route:?}");
            assert!(route.entries.len() <= 1, "several answer: {route:?}");
            assert!(integration_of.contains_key(&route.flow), "a route of no flow");
        }
    }

    fn switches_agree(&self) {
        let entries = self.routes.iter().flat_map(|route| &route.entries);
        let answering: BTreeMap<DeploymentId, Timestamp> =
            entries.map(|entry| (entry.deployment, entry.enabled_at)).collect();
        for Stored { entity, sides } in &self.deployments {
            let expected = answering.get(&entity.id).copied();
            assert_eq!(sides.enabled_at, expected, "the switch of {}", entity.id);
        }
        let known: BTreeSet<_> = self.deployments.iter().map(|stored| stored.entity.id).collect();
        let kept = self.routes.iter().flat_map(|route| route.entries.iter().chain(&route.retained));
        let kept: BTreeSet<_> = kept.map(|entry| entry.deployment).collect();
        assert!(kept.is_subset(&known), "a route leads to deployments that are gone");
        let held: BTreeSet<_> = self.routes.iter().flat_map(|route| route.holds.clone()).collect();
        let working = self.deployments.iter().map(|stored| &stored.entity).filter(|entity| {
            entity.status.in_progress() && !matches!(entity.operation.kind, OperationKind::Undeploy)
        });
        assert_eq!(held, working.map(|entity| entity.id).collect(), "holds");
    }

    fn pending_agrees(&self) {
        self.pending_agrees_of(&self.deployments);
        self.pending_agrees_of(&self.connector_deployments);
        self.pending_agrees_of(&self.staged);
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
        let project = project.parse().map_or_else(|_| local.project.clone(), |key| local.store.project(&key));
        found.push(project.get_whose_ever(&Address::Id(id.parse().unwrap())).await.unwrap());
    }
    found
}

async fn routes(local: &Local, items: &[Raw]) -> Vec<Route> {
    let mut found = Vec::new();
    for item in items {
        let (pk, sk) = (text(item, "PK").unwrap(), text(item, "SK").unwrap());
        let Some(environment) = sk.strip_prefix("ROUTE#") else { continue };
        let flow: FlowId = pk.strip_prefix("P#acme#FLOW#").unwrap().parse().unwrap();
        let environment: EnvironmentId = environment.parse().unwrap();
        found.push(local.project.route(flow, environment).await.unwrap().unwrap());
    }
    found
}

fn claim<E: Entity>(home: &str, entity: &E) -> Option<(String, String)> {
    let key = entity.key()?;
    Some((format!("P#{home}#KEY#{}#{key}", E::KIND.tag()), entity.uuid().to_string()))
}

fn text(item: &Raw, attribute: &str) -> Option<String> {
    item.get(attribute).and_then(|value| value.as_s().ok()).cloned()
}

fn number(item: &Raw, attribute: &str) -> usize {
    item.get(attribute).and_then(|value| value.as_n().ok()).map_or(0, |digits| digits.parse().unwrap())
}
