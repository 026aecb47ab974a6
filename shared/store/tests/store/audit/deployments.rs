//! What the table says of deployments: where they are listed and counted, what is switched on, and who holds what.

use std::collections::{BTreeMap, BTreeSet};

use domain::deployment::{Deployment, OperationKind};
use domain::ids::DeploymentId;
use domain::placement::Placement;
use domain::route::{Enabled, MAX_ENABLED, Route, RouteEntry};
use store::{DeploymentSummary, Stored};
use uuid::Uuid;

use super::Audit;

impl Audit {
    fn of_deployments(&self, keep: impl Fn(&Deployment) -> bool) -> u64 {
        self.deployments.iter().filter(|stored| keep(&stored.entity)).count() as u64
    }

    /// Every deployment is listed wherever it belongs, and nothing else is listed, with parents that are gone as well.
    pub(super) fn lists_agree(&self) {
        let expected: BTreeSet<_> =
            self.deployments.iter().flat_map(|stored| listed(&stored.entity)).collect();
        let is_listed = |sk: &str| {
            ["DEPLOYMENT#", "DEPLOYMENT_IN#", "DEPLOYMENT_OF#"].iter().any(|prefix| sk.starts_with(prefix))
        };
        let actual: BTreeSet<_> = self.keys.iter().filter(|(_, sk)| is_listed(sk)).cloned().collect();
        assert_eq!(actual, expected, "lists of deployments");
        for Stored { entity, derived } in &self.flows {
            let own = self.of_deployments(|deployment| deployment.flow == entity.id);
            assert_eq!(derived.deployments, own, "the count of deployments of a flow");
        }
        for Stored { entity, derived } in &self.environments {
            let own = self.of_deployments(|deployment| deployment.placement == entity.id.into());
            assert_eq!(derived.deployments, own, "the count of deployments in an environment");
        }
        for Stored { entity, derived } in &self.packages {
            let own = self.of_deployments(|deployment| deployment.package == Some(entity.id));
            assert_eq!(derived.deployments, own, "the count of deployments of a package");
            let made = self.package_deployments.iter().filter(|stored| stored.entity.package == entity.id);
            let made: BTreeSet<Uuid> = made.map(|stored| stored.entity.id.uuid()).collect();
            let listed = self.children("PACKAGE", entity.id.uuid(), "PACKAGEDEPLOYMENT");
            assert_eq!(listed, made, "how a package was deployed");
        }
    }

    /// The index of summaries says of every deployment what the deployment says.
    pub(super) fn summaries_agree(&self) {
        let mut expected: Vec<DeploymentSummary> = self.deployments.iter().map(summary).collect();
        expected.sort_by_key(|summary| (summary.created_at, summary.id));
        assert_eq!(self.summaries, expected, "summaries");
    }

    pub(super) fn routes_agree(&self) {
        let count = |of: &dyn Fn(&Route) -> bool| self.routes.iter().filter(|route| of(route)).count() as u64;
        let integration_of: BTreeMap<_, _> =
            self.flows.iter().map(|stored| (stored.entity.id, stored.entity.integration)).collect();
        for Stored { entity, derived } in &self.flows {
            assert_eq!(derived.routes, count(&|route| route.flow == entity.id), "routes of a flow");
        }
        for Stored { entity, derived } in &self.environments {
            let own = |route: &Route| route.placement == entity.id.into();
            assert_eq!(derived.routes, count(&own), "routes into an environment");
        }
        for Stored { entity, derived } in &self.integrations {
            let own = |route: &Route| integration_of.get(&route.flow) == Some(&entity.id);
            assert_eq!(derived.routes, count(&own), "routes of an integration's flows");
        }
        for route in &self.routes {
            assert!(!route.is_idle(), "an idle route was left: {route:?}");
            assert!(route.entries.len() <= MAX_ENABLED, "too many are on: {route:?}");
            assert!(integration_of.contains_key(&route.flow), "a route of no flow");
            let ready = |entry: &RouteEntry| entry.provisioned && entry.enabled.is_some();
            assert!(route.entries.iter().all(ready), "what is on could not answer: {route:?}");
        }
    }

    /// What is on says so itself, and since when and by whom; what a route knows of a deployment agrees with it.
    pub(super) fn switches_agree(&self) {
        let on = self.routes.iter().flat_map(|route| &route.entries);
        let on: Vec<(DeploymentId, Option<Enabled>)> =
            on.map(|entry| (entry.deployment, entry.enabled.clone())).collect();
        let switches: BTreeMap<_, _> = on.iter().cloned().collect();
        assert_eq!(switches.len(), on.len(), "a deployment is on in one place");
        for Stored { entity, derived } in &self.deployments {
            let expected = switches.get(&entity.id).cloned().flatten();
            assert_eq!(derived.enabled, expected, "the switch of {}", entity.id);
        }
        let known: BTreeMap<_, _> =
            self.deployments.iter().map(|stored| (stored.entity.id, stored)).collect();
        for route in &self.routes {
            for entry in route.entries.iter().chain(&route.retained) {
                let Some(Stored { entity: deployment, derived }) = known.get(&entry.deployment) else {
                    panic!("a route leads to what is gone: {entry:?}");
                };
                let priority = derived.wishes.priority(deployment).unwrap_or_default();
                let actual = (deployment.flow, deployment.placement, priority);
                assert_eq!(actual, (route.flow, route.placement, entry.priority), "{}", deployment.id);
            }
        }
        self.holds_agree();
    }

    /// Whatever is under way holds the route of where it serves, and of where it is going to.
    fn holds_agree(&self) {
        let holds = |route: &Route| -> Vec<(DeploymentId, Placement)> {
            route.pending_operations.iter().map(|id| (*id, route.placement)).collect()
        };
        let held: BTreeSet<_> = self.routes.iter().flat_map(holds).collect();
        let working = self.deployments.iter().map(|stored| &stored.entity).filter(|entity| {
            entity.status.in_progress() && !matches!(entity.operation.kind, OperationKind::Undeploy)
        });
        let places =
            working.flat_map(|entity| [(entity.id, entity.placement), (entity.id, entity.destination())]);
        assert_eq!(held, places.collect(), "pendingOperations");
        let members_of = |route: &Route| -> Vec<(DeploymentId, Placement)> {
            route.reserved.iter().map(|id| (*id, route.placement)).collect()
        };
        let reserved: BTreeSet<_> = self.routes.iter().flat_map(members_of).collect();
        let under_way = self.package_deployments.iter().map(|stored| &stored.entity);
        let under_way = under_way.filter(|made| made.status.in_progress());
        let members = under_way.flat_map(|made| {
            made.members.iter().map(|member| (member.deployment, made.placement)).collect::<Vec<_>>()
        });
        assert!(reserved.is_subset(&members.collect()), "reserved for no package: {reserved:?}");
        for Stored { entity, derived } in &self.deployments {
            let rests = !entity.status.in_progress();
            assert!(!rests || derived.wishes.is_empty(), "asked for, and not done: {derived:?}");
        }
        for route in &self.routes {
            let known = route.entries.iter().chain(&route.retained);
            let numbers = known.map(|entry| entry.request).chain(route.takeover.map(|newest| newest.request));
            assert!(numbers.max().unwrap_or_default() <= route.requests, "a number that nobody was given");
        }
    }
}

/// The keys of all lists that a deployment belongs into.
fn listed(deployment: &Deployment) -> Vec<(String, String)> {
    let Deployment { id, flow, placement, release, package, .. } = deployment;
    let at = deployment.metadata.created_at;
    let of_flow = format!("P#acme#FLOW#{flow}");
    let of_place = match placement {
        Placement::Global => "P#acme#GLOBAL".to_owned(),
        Placement::Environment(environment) => format!("P#acme#ENVIRONMENT#{environment}"),
    };
    let mut lists = vec![
        (of_flow.clone(), format!("DEPLOYMENT#{at}#{id}")),
        (of_flow.clone(), format!("DEPLOYMENT_IN#{placement}#{at}#{id}")),
        (of_flow, format!("DEPLOYMENT_OF#{release:010}#{at}#{id}")),
        (of_place, format!("DEPLOYMENT#{at}#{id}")),
    ];
    lists.extend(
        package.map(|package| (format!("P#acme#PACKAGE#{package}"), format!("DEPLOYMENT#{at}#{id}"))),
    );
    lists
}

pub(crate) fn summary(stored: &Stored<Deployment>) -> DeploymentSummary {
    let deployment = &stored.entity;
    DeploymentSummary {
        id: deployment.id,
        created_at: deployment.metadata.created_at,
        name: deployment.name.as_str().to_owned(),
        flow: deployment.flow,
        release: deployment.release,
        placement: deployment.placement,
        package: deployment.package,
        enabled_at: stored.derived.enabled.as_ref().map(|enabled| enabled.at),
    }
}
