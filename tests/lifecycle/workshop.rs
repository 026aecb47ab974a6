//! A worker in this process, for operations that the deployed worker never hears of.

use std::collections::BTreeSet;

use app::deploy::deploy;
use app::operation::request;
use domain::deploy::Deploy;
use domain::deployment::{Deployment, OperationKind};
use domain::flow::Flow as StoredFlow;
use domain::ids::{BuildId, DeploymentId};
use domain::metadata::Principal;
use domain::route::Route;
use domain::text::ProjectKey;
use domain::via::Source;
use domain::work::{WorkKind, Worked};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::aws::WorkMessage;
use runtime::{Clock, Config, Context};
use store::{Entity, Pending, ProjectStore};
use tokio::sync::Notify;
use uuid::Uuid;
use worker::{Done, JobError, NoObserver, Registration, Stage, StageObserver, SweepOutcome, look_after};

use crate::harness::{Environment, Flow, Project, Rations, Stack};

/// An hour: nothing that is under way in the workshop is overdue for the sweeper of the stack.
const AHEAD_SECONDS: i64 = 3_600;

/// Five minutes: no run of an EXPRESS state machine lasts longer.
const LONGEST_RUN_SECONDS: i64 = 300;

/// How long a lease of the workshop's worker lasts: longer than anything takes, however slow the machine is, and so short
/// that leases run out before a deadline does.
const LEASE_SECONDS: i64 = 120;

/// A worker in this process. It knows of no queue, so that every operation that is asked for here is known here only.
#[derive(Debug)]
pub(crate) struct Workshop {
    pub(crate) context: Context,
    clock: Clock,
    project: ProjectKey,
}

/// An operation that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// The deployment's id.
    pub(crate) deployment: String,
    /// The id of the build.
    pub(crate) build: String,
    /// What the queue would deliver.
    pub(crate) message: WorkMessage,
}

/// What the workers of the stack do, in one.
fn kinds() -> Vec<Registration> {
    [flow_lifecycle::KINDS, connector_lifecycle::KINDS].concat()
}

/// Does what a message asks for, whoever's work it is.
pub(crate) async fn work(
    context: &Context,
    message: &WorkMessage,
    witness: &dyn StageObserver,
) -> Result<Done, JobError> {
    worker::work(&kinds(), context, message, witness).await
}

impl Workshop {
    /// A workshop whose operations the stack's sweeper leaves alone.
    pub(crate) async fn of(project: &Project) -> Self {
        Self::ahead(project, AHEAD_SECONDS).await
    }

    /// A workshop whose clock is wrong by so many seconds.
    pub(crate) async fn ahead(project: &Project, seconds: i64) -> Self {
        Self::set_up(project, seconds, &[]).await
    }

    /// A workshop so far behind that its leases have run out for the stack as soon as they are taken.
    pub(crate) async fn forgotten(project: &Project) -> Self {
        Self::ahead(project, -LEASE_SECONDS - 60).await
    }

    /// A workshop whose worker finds these variables in its environment.
    pub(crate) async fn told(project: &Project, variables: &[(&str, &str)]) -> Self {
        Self::set_up(project, AHEAD_SECONDS, variables).await
    }

    /// A workshop whose worker AWS rations, an hour ahead of the stack's. If `queued`, it is not ahead, and tells the
    /// stack's worker of what has to wait.
    pub(crate) async fn rationed(project: &Project, rations: &Rations, queued: bool) -> Self {
        let clock = Clock::adjustable();
        if !queued {
            clock.advance(AHEAD_SECONDS);
        }
        let variables = Stack::get().variables("flow-lifecycle.work").await;
        let config = Config::read(|name| {
            variables.get(name).filter(|_| queued || !name.ends_with("QUEUE_URL")).cloned()
        });
        let sdk = rations.clone().apply(&Stack::get().sdk().await);
        let context = Context::new(config, sdk, clock.clone()).unwrap();
        Self { context, clock, project: project.project.parse().unwrap() }
    }

    async fn set_up(project: &Project, seconds: i64, changed: &[(&str, &str)]) -> Self {
        let clock = Clock::adjustable();
        clock.advance(seconds);
        let mut variables = Stack::get().variables("flow-lifecycle.work").await;
        variables.insert("LEASE_SECONDS".to_owned(), LEASE_SECONDS.to_string());
        variables.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let config =
            Config::read(|name| variables.get(name).filter(|_| !name.ends_with("QUEUE_URL")).cloned());
        let context = Context::new(config, Stack::get().sdk().await, clock.clone()).unwrap();
        Self { context, clock, project: project.project.parse().unwrap() }
    }

    pub(crate) fn store(&self) -> ProjectStore {
        self.context.project(&self.project, self.context.part("workshop", Source::Worker))
    }

    /// Asks for a release to be deployed.
    pub(crate) async fn deploy(&self, flow: &Flow<'_>, release: u64, environment: &Environment) -> Task {
        let store = self.store();
        let flow = store.get_by_id::<StoredFlow>(flow.id.parse().unwrap()).await.unwrap().entity;
        let description = "for a story".parse().unwrap();
        let place = environment.id.parse().unwrap();
        let wanted = Deploy::new(&flow, u32::try_from(release).unwrap(), place, description);
        let stored = deploy(&self.context, &store, wanted, &Principal::system("story")).await.unwrap();
        self.task(&stored.entity, stored.entity.build.id)
    }

    /// Asks for an operation on a deployment that is there.
    pub(crate) async fn ask(&self, deployment: &str, kind: OperationKind) -> Task {
        let store = self.store();
        let mut found = self.read(deployment).await;
        let expected = found.metadata.version;
        let undeploy = kind == OperationKind::Undeploy;
        found.request(kind, &request(&self.context, &Principal::system("story"))).unwrap();
        if undeploy {
            store.update(&found, expected).await.unwrap();
        } else {
            store.request_operation(&found, expected).await.unwrap();
        }
        self.task(&found, found.build.id)
    }

    /// The deployment as the table has it.
    pub(crate) async fn read(&self, deployment: &str) -> Deployment {
        let id: DeploymentId = deployment.parse().unwrap();
        self.store().deployment(id).await.unwrap().unwrap().entity
    }

    /// What answers for a flow in an environment.
    pub(crate) async fn route(&self, flow: &Flow<'_>, environment: &Environment) -> Option<Route> {
        self.store().route(flow.id.parse().unwrap(), environment.id.parse().unwrap()).await.unwrap()
    }

    /// The builds that the route leads to: those that answer, and those that can be gone back to at once.
    pub(crate) async fn led_to(&self, flow: &Flow<'_>, environment: &Environment) -> BTreeSet<String> {
        let Some(route) = self.route(flow, environment).await else { return BTreeSet::new() };
        assert_eq!(route.pending_operations.len(), 0, "nothing is under way: {route:?}");
        assert!(route.entries.len() <= 1, "two answer: {route:?}");
        let entries = route.entries.iter().chain(&route.retained).filter(|entry| entry.provisioned);
        entries.map(|entry| entry.build.to_string()).collect()
    }

    /// Delivers the message to a worker that nothing happens to.
    pub(crate) async fn deliver(&self, task: &Task) -> Done {
        work(&self.context, &task.message, &NoObserver).await.unwrap()
    }

    /// Delivers the message to a worker that `witness` watches.
    pub(crate) async fn watched(&self, task: &Task, witness: &dyn StageObserver) -> Done {
        work(&self.context, &task.message, witness).await.unwrap()
    }

    /// Delivers the message to a worker that is killed once `stage` is done. What it came to, if it never got there.
    pub(crate) async fn deliver_and_kill(&self, task: &Task, stage: Stage) -> Option<Done> {
        let stop = Stop::after(stage);
        tokio::select! {
            biased;
            () = stop.reached.notified() => None,
            done = self.watched(task, &stop) => Some(done),
        }
    }

    /// Lets whatever lease was taken run out.
    pub(crate) fn outlive_leases(&self) {
        self.clock.advance(self.context.config.lease_seconds + 1);
    }

    /// Lets every synchronous run that has begun end: where nothing lists them, state machines wait so long.
    pub(crate) fn outlive_runs(&self) {
        self.clock.advance(LONGEST_RUN_SECONDS + 1);
    }

    /// Lets so many seconds pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// Whether the sweeper would find a deployment.
    pub(crate) async fn is_overdue(&self, deployment: &str) -> bool {
        let overdue = self
            .context
            .store()
            .overdue(domain::work::WorkQueue::Flows, self.context.clock.now())
            .await
            .unwrap();
        overdue.iter().any(|(_, _, id)| id.to_string() == deployment)
    }

    /// Looks after a deployment as the sweeper does, once it is due.
    pub(crate) async fn look_after(&self, deployment: &str) -> SweepOutcome {
        self.look_after_any(WorkKind::FlowDeployment, deployment.parse().unwrap()).await
    }

    /// The same for whatever a worker works on.
    pub(super) async fn look_after_any(&self, kind: WorkKind, id: Uuid) -> SweepOutcome {
        self.clock.advance(Pending::PATIENCE_SECONDS + 1);
        look_after(&kinds(), &self.context, &self.project, kind, id).await.unwrap()
    }

    /// Lets so much time pass that what nothing leads to any more in an environment has gone.
    pub(crate) async fn clear_away(&self, project: &Project, environment: &Environment) {
        self.outlive_runs();
        let all = format!("/flow-deployments?environment={}&limit=100", environment.id);
        for id in project.get(&all).await.expect(200).each("id") {
            self.look_after(id.as_str().unwrap()).await;
        }
    }

    /// The operation that was asked for, and what the queue would deliver.
    pub(super) fn task<W: Worked + Entity>(&self, worked: &W, build: BuildId) -> Task {
        let message = WorkMessage {
            project: self.project.clone(),
            kind: W::WORK,
            id: worked.uuid(),
            operation_id: worked.operation_id().unwrap(),
        };
        Task { deployment: worked.uuid().to_string(), build: build.to_string(), message }
    }
}

/// Stops a worker after a stage, until it is told to go on.
#[derive(Debug)]
pub(crate) struct Stop {
    stage: Stage,
    pub(crate) reached: Notify,
    pub(crate) go_on: Notify,
}

impl Stop {
    pub(crate) fn after(stage: Stage) -> Self {
        Self { stage, reached: Notify::new(), go_on: Notify::new() }
    }
}

impl StageObserver for Stop {
    fn after(&self, stage: Stage) -> BoxFuture<'_, ()> {
        async move {
            if stage == self.stage {
                self.reached.notify_one();
                self.go_on.notified().await;
            }
        }
        .boxed()
    }
}
