//! Any order of operations on a few deployments, audited after every step.

use domain::deployment::{Application, Arrival, Deployment, OperationKind};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::lifecycle::{Event, Status};
use domain::placement::Placement;
use domain::route::{Enabled, RouteEntry, Switch};
use domain::wishes::{Asked, PriorityWish, SwitchWish};
use domain::work::Worked;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use store::StoreError;
use tokio::runtime::Runtime;

use crate::amending::amend;
use crate::audit::audit;
use crate::local::Local;
use crate::samples::{self, moment, someone};

const CASES: u32 = 12;
const STEPS: usize = 40;

/// What can be done to a deployment, in the order in which it is possible.
#[derive(Debug, Clone, Copy)]
enum Step {
    Create,
    Acquire,
    Switch,
    Succeed,
    Fail,
    Redeploy,
    RollBack,
    Move,
    TakeOver,
    EnableBeside,
    Disable,
    Prioritise,
    Undeploy,
    TakeOut,
    Remove,
    DeleteParents,
    AskOn,
    AskOff,
    AskPriority,
    AskUndeploy,
}

const ALL: [Step; 20] = [
    Step::Create,
    Step::Acquire,
    Step::Switch,
    Step::Succeed,
    Step::Fail,
    Step::Redeploy,
    Step::RollBack,
    Step::Move,
    Step::TakeOver,
    Step::EnableBeside,
    Step::Disable,
    Step::Prioritise,
    Step::Undeploy,
    Step::TakeOut,
    Step::Remove,
    Step::DeleteParents,
    Step::AskOn,
    Step::AskOff,
    Step::AskPriority,
    Step::AskUndeploy,
];

/// Two flows, two environments beside everywhere, and the deployments made so far.
struct World {
    local: Local,
    flows: Vec<Flow>,
    environments: Vec<Environment>,
    made: Vec<Deployment>,
    now: i64,
}

impl World {
    async fn new() -> Self {
        let local = Local::start().await;
        let (_, first, staging) = samples::workshop(&local.project).await;
        let (_, second, production) = samples::workshop(&local.project).await;
        let (flows, environments) = (vec![first, second], vec![staging, production]);
        Self { local, flows, environments, made: Vec::new(), now: 0 }
    }

    async fn step(&mut self, step: Step, index: Index) {
        self.now += 1;
        match step {
            Step::Create => self.create(index).await,
            Step::DeleteParents => self.delete_parents(index).await,
            step => {
                let Some(wanted) = (!self.made.is_empty()).then(|| index.get(&self.made).id) else { return };
                if let Some(stored) = self.local.project.deployment(wanted).await.unwrap() {
                    self.work(step, stored.entity).await;
                }
            }
        }
    }

    async fn create(&mut self, index: Index) {
        let choice = index.index(6);
        let mut deployment = samples::deployment_in(&self.flows[choice / 3], self.place(choice));
        deployment.metadata.created_at = moment(self.now);
        deployment.priority = choice.is_multiple_of(2).then_some(3);
        self.local.project.create_deployment(&deployment).await.unwrap();
        self.made.push(deployment);
    }

    /// In one environment, in the other, or everywhere.
    fn place(&self, choice: usize) -> Placement {
        self.environments.get(choice % 3).map_or(Placement::Global, |environment| environment.id.into())
    }

    /// A flow or environment goes if and only if no route leads from or to it. A new one takes its place.
    async fn delete_parents(&mut self, index: Index) {
        let project = &self.local.project;
        let choice = index.index(2);
        let flow = project.get_by_id::<Flow>(self.flows[choice].id.uuid()).await.unwrap();
        let gone = project.delete_flow(&flow.entity).await;
        assert_eq!(gone.is_ok(), flow.derived.routes == 0, "{gone:?}");
        if gone.is_ok() {
            self.flows[choice] = Flow { id: samples::flow(&samples::integration()).id, ..flow.entity };
            self.flows[choice].metadata.version = 1;
            project.create_flow(&self.flows[choice]).await.unwrap();
        }
        let environment =
            project.get_by_id::<Environment>(self.environments[choice].id.uuid()).await.unwrap();
        let gone = project.delete_environment(&environment.entity).await;
        assert_eq!(gone.is_ok(), environment.derived.routes == 0, "{gone:?}");
        if gone.is_ok() {
            self.environments[choice] = samples::environment();
            project.create(&self.environments[choice]).await.unwrap();
        }
    }

    async fn work(&self, step: Step, mut deployment: Deployment) {
        let undeploying = matches!(deployment.operation.kind, OperationKind::Undeploy);
        match step {
            Step::Acquire => {
                let held = deployment.work_state.epoch;
                if deployment.acquire("worker", moment(self.now), 60).is_ok() {
                    self.local.project.save_progress(&deployment, held).await.unwrap();
                }
            }
            Step::Redeploy => self.request(deployment, OperationKind::Redeploy { in_place: false }).await,
            Step::RollBack => self.request(deployment, OperationKind::Rollback { to: None }).await,
            Step::Move => {
                let (from, to) = (deployment.placement, self.place(usize::try_from(self.now).unwrap()));
                let arrival = if self.now % 2 == 0 { Arrival::TakeOver } else { Arrival::Off };
                self.request(deployment, OperationKind::Move { from, to, arrival }).await;
            }
            Step::Undeploy => self.request(deployment, OperationKind::Undeploy).await,
            Step::TakeOver | Step::EnableBeside | Step::Disable | Step::Prioritise => {
                self.amend(step, &deployment).await;
            }
            Step::AskOn | Step::AskOff | Step::AskPriority | Step::AskUndeploy if !undeploying => {
                self.ask(step, &deployment).await;
            }
            _ if deployment.work_state.lease.is_none() => {}
            Step::Switch if !undeploying => self.switch(deployment).await,
            Step::Succeed if !undeploying => self.end(deployment, Event::Succeed).await,
            Step::Fail => self.end(deployment, Event::Fail).await,
            Step::TakeOut if undeploying => self.take_out(&deployment).await,
            Step::Remove if undeploying => {
                self.take_out(&deployment).await;
                self.local.project.remove_deployment(&deployment, deployment.work_state.epoch).await.unwrap();
            }
            _ => {}
        }
    }

    /// Switches, or gives another priority, what rests: without a worker, and at any time.
    async fn amend(&self, step: Step, deployment: &Deployment) {
        if deployment.status.in_progress() {
            return;
        }
        let (enabled, id) = (samples::enabled(self.now), deployment.id);
        let by = (moment(self.now), &someone());
        let amended = amend(&self.local.project, id, by, |stored, route| -> Result<(), StoreError> {
            let retired = match step {
                Step::TakeOver => route.enable(id, Switch::TakeOver, enabled.clone()).unwrap_or_default(),
                Step::EnableBeside => route.enable(id, Switch::Beside, enabled.clone()).unwrap_or_default(),
                Step::Disable => route.disable(id),
                _ => {
                    stored.entity.priority = i32::try_from(self.now % 5).ok();
                    route.amend(id, stored.entity.priority.unwrap_or_default(), None);
                    Vec::new()
                }
            };
            stored.entity.retiring.extend(retired);
            Ok(())
        });
        let amended = amended.await.unwrap();
        let read = self.local.project.deployment(id).await.unwrap().unwrap();
        assert_eq!(
            (&read.entity, &read.derived),
            (&amended.entity, &amended.derived),
            "what is told is stored"
        );
    }

    async fn request(&self, mut deployment: Deployment, kind: OperationKind) {
        let seen = deployment.metadata.version;
        let undeploy = matches!(kind, OperationKind::Undeploy);
        if deployment.request(kind, &samples::request()).is_err() {
            return;
        }
        let asked = if undeploy {
            self.local.project.update(&deployment, seen).await
        } else {
            self.local.project.request_operation(&deployment, seen).await
        };
        let is_known = |placement: Placement| {
            placement.is_global()
                || self.environments.iter().any(|environment| placement == environment.id.into())
        };
        let known = self.flows.iter().any(|flow| flow.id == deployment.flow)
            && is_known(deployment.placement)
            && is_known(deployment.destination());
        match asked {
            Ok(()) => assert!(undeploy || known, "deployed to what is gone"),
            Err(StoreError::NotFound { .. }) => assert!(!undeploy && !known),
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Deploys, moves, or rolls back when that is asked for and possible.
    async fn switch(&self, deployment: Deployment) {
        let mut application = samples::application(&deployment);
        application.state_machine.push_str(&self.now.to_string());
        let enabled = samples::enabled(self.now);
        if let OperationKind::Move { to, arrival, .. } = deployment.operation.kind {
            let enable = arrival != Arrival::Off;
            return self.switch_there(deployment, &application, to, enable.then_some(enabled)).await;
        }
        let rolling_back = matches!(deployment.operation.kind, OperationKind::Rollback { .. });
        let entry = RouteEntry::new(&deployment, &application, Some(enabled.clone()));
        let held = deployment.work_state.epoch;
        let switched =
            self.local.project.switch_deployment(&deployment, held, |deployment, routes, wishes| {
                let [route] = routes else { panic!("one route") };
                wishes.amend(deployment);
                let entry = RouteEntry { priority: deployment.priority.unwrap_or_default(), ..entry.clone() };
                match (rolling_back, route.previous().cloned()) {
                    (true, Some(previous)) => {
                        let (enabled, request) = (Some(enabled.clone()), deployment.request_number);
                        route.roll_back(RouteEntry { enabled, provisioned: true, request, ..previous });
                    }
                    (true, None) => {}
                    (false, _) => {
                        route.put(entry, Switch::TakeOver);
                        deployment.application = Some(application.clone());
                    }
                }
                Ok(())
            });
        switched.await.unwrap();
    }

    /// Out of the one route and into the other.
    async fn switch_there(
        &self,
        deployment: Deployment,
        application: &Application,
        to: Placement,
        enabled: Option<Enabled>,
    ) {
        let entry = RouteEntry::new(&deployment, application, enabled);
        let how = if entry.enabled.is_some() { Switch::TakeOver } else { Switch::Off };
        let held = deployment.work_state.epoch;
        let moved = self.local.project.switch_deployment(&deployment, held, |deployment, routes, wishes| {
            wishes.amend(deployment);
            let entry = RouteEntry { priority: deployment.priority.unwrap_or_default(), ..entry.clone() };
            let [old @ .., new] = routes else { panic!("no route") };
            for old in old {
                old.take_out(deployment.id);
            }
            new.put(entry, how);
            deployment.placement = to;
            deployment.application = Some(application.clone());
            Ok(())
        });
        moved.await.unwrap();
    }

    async fn end(&self, deployment: Deployment, event: Event) {
        let held = deployment.work_state.epoch;
        let ended = self.local.project.end_deployment(&deployment, held, |deployment, routes, wishes| {
            deployment.finish(event).unwrap();
            for route in routes.iter_mut() {
                route.pending_operations.remove(&deployment.id);
            }
            assert!(!deployment.status.in_progress() && deployment.status != Status::Draft);
            wishes.carry_out(deployment, routes, &samples::request());
            Ok(())
        });
        let ended = ended.await.unwrap();
        let stored = self.local.project.deployment(ended.id).await.unwrap().unwrap();
        assert!(stored.derived.wishes.is_empty());
        assert_eq!(stored.entity.status, ended.status);
    }

    /// Asks for something while an operation is under way.
    async fn ask(&self, step: Step, deployment: &Deployment) {
        if !deployment.status.in_progress() {
            return;
        }
        let (enabled, id) = (samples::enabled(self.now), deployment.id);
        let by = (moment(self.now), &someone());
        let asked = amend(&self.local.project, id, by, |stored, route| -> Result<(), StoreError> {
            let wishes = &mut stored.derived.wishes;
            match step {
                Step::AskOn => {
                    let (enabled, request) = (enabled.clone(), route.accept());
                    wishes.switch = Some(SwitchWish::On { beside: self.now % 2 == 0, enabled, request });
                }
                Step::AskOff => {
                    wishes.switch = Some(SwitchWish::Off);
                    route.withhold(id);
                }
                Step::AskPriority => {
                    let priority = i32::try_from(self.now % 5).ok();
                    wishes.priority = Some(PriorityWish { priority });
                    route.amend(id, priority.unwrap_or_default(), None);
                }
                _ => wishes.undeploy = Some(Asked { at: moment(self.now), by: someone() }),
            }
            Ok(())
        });
        let asked = asked.await.unwrap();
        let read = self.local.project.deployment(id).await.unwrap().unwrap();
        assert_eq!((&read.entity, &read.derived), (&asked.entity, &asked.derived), "what is told is stored");
    }

    async fn take_out(&self, deployment: &Deployment) {
        let out = self.local.project.save_with_route(
            deployment,
            deployment.work_state.epoch,
            |deployment, route| {
                route.take_out(deployment.id);
                Ok(())
            },
        );
        out.await.unwrap();
    }

    /// Undeploys whatever there is: in the end no route is left, and every flow and environment can go.
    async fn wind_up(&mut self) {
        // What was asked for may be another operation, which fails in its turn.
        let ends = [
            Step::Acquire,
            Step::Fail,
            Step::Acquire,
            Step::Fail,
            Step::Undeploy,
            Step::Acquire,
            Step::Remove,
        ];
        for step in ends {
            for made in self.made.clone() {
                if let Some(stored) = self.local.project.deployment(made.id).await.unwrap() {
                    self.work(step, stored.entity).await;
                }
            }
        }
        let audit = audit(&self.local).await;
        assert_eq!((audit.deployments.len(), audit.routes.len()), (0, 0));
        for stored in &audit.flows {
            self.local.project.delete_flow(&stored.entity).await.unwrap();
        }
    }
}

#[test]
fn whatever_the_order_of_operations_the_table_agrees_with_itself() {
    let runtime = Runtime::new().unwrap();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let steps = vec((select(ALL.to_vec()), any::<Index>()), 1..STEPS);
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for (step, index) in steps {
                world.step(step, index).await;
                audit(&world.local).await;
            }
            world.wind_up().await;
        });
        Ok(())
    });
    outcome.unwrap();
}
