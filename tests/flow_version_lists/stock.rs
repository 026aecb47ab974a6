//! Deployments that were written straight into the stack's table: they rest, as if they had been deployed, and nothing
//! was built for them.

use domain::deploy::Deploy;
use domain::deployment::Request;
use domain::flow::{Flow as StoredFlow, Trigger};
use domain::ids::{BuildId, DeploymentId, OperationId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::{Principal, Timestamp};
use domain::placement::Placement;
use domain::route::{Enabled, RouteEntry, Switch};
use store::ProjectStore;
use uuid::Uuid;

use crate::harness::{Environment, Flow, Project};
use crate::lifecycle::Workshop;

/// Where deployments are written.
#[derive(Debug)]
pub(super) struct Stock {
    store: ProjectStore,
    by: Principal,
}

/// What is to be written.
#[derive(Debug, Clone)]
pub(super) struct Sheet<'f> {
    pub(super) flow: &'f StoredFlow,
    pub(super) release: u32,
    /// Nothing is everywhere.
    pub(super) environment: Option<&'f Environment>,
    pub(super) package: Option<PackageId>,
    /// By [`moment`].
    pub(super) created: i64,
    /// By [`moment`]; nothing is off.
    pub(super) enabled: Option<i64>,
}

/// So many seconds after the beginning of a year that has passed.
pub(super) fn moment(seconds: i64) -> Timestamp {
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap().plus_seconds(seconds)
}

impl Stock {
    /// Where the deployments of a project are written, in the name of the client with this id.
    pub(super) async fn of(project: &Project, by: &str) -> Self {
        let by = Principal::client(by.parse().unwrap(), None);
        Self { store: Workshop::of(project).await.store(), by }
    }

    /// A flow as the table has it.
    pub(super) async fn flow(&self, flow: &Flow<'_>) -> StoredFlow {
        self.store.get_by_id::<StoredFlow>(flow.id.parse().unwrap()).await.unwrap().entity
    }

    /// Writes a deployment that nothing holds any more; answers its id.
    pub(super) async fn put(&self, sheet: Sheet<'_>) -> String {
        let id = self.put_in_progress(&sheet).await;
        let at = moment(sheet.created);
        let enabled = sheet.enabled.map(|at| Enabled { at: moment(at), by: self.by.clone() });
        let change = |route: &mut domain::route::Route| {
            route.pending_operations.remove(&id);
            if let Some(enabled) = &enabled {
                route.put(entry(id, sheet.release, enabled.clone()), Switch::Beside);
            }
        };
        let mut routed = self.store.routed(id).await.unwrap();
        change(&mut routed.route);
        self.store.amend_deployment(routed, (at, &self.by)).await.unwrap();
        id.to_string()
    }

    /// The same in one write less: its route still waits for an operation on it.
    pub(super) async fn put_roughly(&self, sheet: Sheet<'_>) -> String {
        self.put_in_progress(&sheet).await.to_string()
    }

    async fn put_in_progress(&self, sheet: &Sheet<'_>) -> DeploymentId {
        let id = DeploymentId::new(Uuid::new_v4());
        let request = Request {
            operation: OperationId::new(Uuid::new_v4()),
            build: BuildId::new(Uuid::new_v4()),
            at: moment(sheet.created),
            by: self.by.clone(),
        };
        let place = sheet.environment.map(|environment| environment.id.parse().unwrap());
        let description = "for a story".to_owned().try_into().unwrap();
        let wanted = Deploy::new(sheet.flow, sheet.release, Placement::from(place), description);
        let mut deployment = wanted.deployment(id, sheet.package, &request);
        deployment.status = Status::Deployed;
        self.store.create_deployment(&deployment).await.unwrap();
        id
    }
}

fn entry(deployment: DeploymentId, release: u32, enabled: Enabled) -> RouteEntry {
    RouteEntry {
        deployment,
        release,
        build: BuildId::new(Uuid::new_v4()),
        state_machine: "arn:aws:states:eu-central-1:000000000000:stateMachine:never-made".to_owned(),
        express: false,
        trigger: Trigger::None,
        priority: 0,
        enabled: Some(enabled),
        provisioned: true,
        request: 0,
        off: None,
    }
}
