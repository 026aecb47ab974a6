//! A package is deployed as a whole or not at all, whoever dies when.

use domain::deployment::OperationKind;
use domain::lifecycle::Status;
use domain::package::MAX_MEMBERS;
use domain::report::EntryType;
use domain::work::{WorkKind, Worked};
use futures::future::join_all;
use futures::{StreamExt, stream};
use serde_json::json;
use worker::{Done, MAX_ATTEMPTS, Stage, SweepOutcome};

use super::scene::Scene;
use super::sweeper::{OVERDUE, PAST_THE_DEADLINE};
use super::workshop::{Task, Workshop};
use crate::harness::{Behind, Environment, Flow, Project, SOON, Stack, definitions, eventually, plain};

/// Two flows whose first releases answer in an environment.
pub(super) struct Pair<'p> {
    pub(super) project: &'p Project,
    pub(super) flows: [Flow<'p>; 2],
    pub(super) environment: Environment,
    pub(super) workshop: Workshop,
    /// The builds that answer.
    builds: Vec<String>,
}

impl<'p> Pair<'p> {
    pub(super) async fn flows(project: &'p Project) -> [Flow<'p>; 2] {
        [Scene::flow(project).await, Scene::flow(project).await]
    }

    pub(super) async fn set(flows: &[Flow<'p>; 2], environment: &str) -> Self {
        let project = flows[0].project;
        let environment = project.environment(environment, &[plain("word", "any")]).await;
        let workshop = Workshop::of(project).await;
        let mut builds = Vec::new();
        for flow in flows {
            let task = workshop.deploy(flow, 1, &environment).await;
            workshop.deliver(&task).await;
            builds.push(task.build);
        }
        Self { project, flows: flows.clone(), environment, workshop, builds }
    }

    /// Asks for a package of these releases.
    pub(super) async fn ship(&self, releases: [u32; 2]) -> Task {
        self.ship_from(&self.workshop, releases).await
    }

    /// The same from another workshop.
    async fn ship_from(&self, workshop: &Workshop, releases: [u32; 2]) -> Task {
        let [one, two] = &self.flows;
        workshop.ship(&[(one, releases[0]), (two, releases[1])], &self.environment).await
    }

    /// The id of a member's deployment.
    async fn member(&self, task: &Task, place: usize) -> String {
        self.workshop.shipment(task).await.members[place].deployment.to_string()
    }

    /// Both flows answer with this release.
    async fn answer(&self, release: u32, when: &str) {
        for flow in &self.flows {
            let path = format!("/triggers/{}/{}", self.environment.id, flow.id);
            let answer = self.project.post(&path, json!({})).await.about(when);
            answer.expect(200).has(json!({ "release": release }));
        }
    }

    /// A worker is killed after `stage`, and once the leases have run out another one finishes.
    async fn kill(&self, task: &Task, stage: Stage, between: u32) {
        assert_eq!(self.workshop.deliver_and_kill(task, stage).await, None, "{stage:?}");
        self.answer(between, &format!("killed after {stage:?}")).await;
        assert_eq!(self.workshop.deliver(task).await, Done::Nothing, "the lease keeps others off");
        self.workshop.outlive_leases();
        assert_eq!(self.workshop.deliver(task).await, Done::Finished, "{stage:?}");
    }

    /// The builds of the members that are there, and after a while nothing else than what routes lead to.
    pub(super) async fn tidy(&self, task: &Task) {
        let mut builds = self.builds.clone();
        for member in self.workshop.shipment(task).await.members {
            let stored = self.workshop.store().deployment(member.deployment).await.unwrap();
            builds.extend(stored.map(|stored| stored.entity.build.id.to_string()));
        }
        self.workshop.clear_away(self.project, &self.environment).await;
        let mut led_to = self.workshop.led_to(&self.flows[0], &self.environment).await;
        led_to.extend(self.workshop.led_to(&self.flows[1], &self.environment).await);
        let builds: Vec<_> = builds.iter().map(String::as_str).collect();
        let provisioned = Behind::look().await.provisioned(&builds).await;
        assert_eq!(provisioned, led_to.iter().map(String::as_str).collect());
    }

    /// Sweeps until the operation is over.
    async fn sweep(&self, task: &Task) {
        eventually(SOON, "the sweeper brings the package to its end", async || {
            let sweep = Stack::get().invoke("flow-lifecycle.sweep", &json!({})).await;
            assert!(!sweep.failed, "{:#}", sweep.payload);
            let seen = self.workshop.shipment(task).await;
            if seen.status.in_progress() { Err(format!("{:?}", seen.build)) } else { Ok(()) }
        })
        .await;
    }

    /// All of the package is on.
    async fn is_on(&self, task: &Task) {
        self.answer(2, "deployed").await;
        let shipment = self.workshop.shipment(task).await;
        assert_eq!((shipment.status, shipment.work_state.lease), (Status::Deployed, None));
        for member in shipment.members {
            let deployment = self.workshop.read(&member.deployment.to_string()).await;
            assert_eq!(deployment.package, Some(shipment.package));
            assert_eq!((deployment.deploy_disabled, deployment.follow_up), (false, false));
            let seen = self.project.deployment(&member.deployment.to_string()).get().await;
            seen.has(json!({ "status": "Deployed", "active": true }));
        }
    }

    /// None of the package is on: the first could be deployed and was taken away, the second failed and says why.
    async fn is_off(&self, task: &Task) {
        self.answer(1, "withdrawn").await;
        let shipment = self.workshop.shipment(task).await;
        assert_eq!((shipment.status, &shipment.work_state.lease), (Status::Failed, &None));
        let errors =
            shipment.build.report.entries.iter().filter(|entry| entry.entry_type == EntryType::Error);
        let errors: Vec<_> = errors.filter_map(|entry| entry.message.as_deref()).collect();
        assert_eq!(
            errors,
            ["Release 3 of 'Greeting': The variable 'absent' is not set in ".to_owned()
                + &self.environment_name().await]
        );
        let [good, bad] = [0, 1].map(|place| shipment.members[place].deployment.to_string());
        self.project.get(&format!("/flow-deployments/{good}")).await.expect(404);
        self.project.deployment(&bad).get().await.has(json!({ "status": "Failed", "active": false }));
    }

    async fn environment_name(&self) -> String {
        self.project.get(&self.environment.path()).await.expect(200).text("/name")
    }
}

/// Two flows of which the second has a third release that can be deployed nowhere.
async fn with_a_bad_release(project: &Project) -> [Flow<'_>; 2] {
    let flows = Pair::flows(project).await;
    flows[1].save_as(definitions::putting_out(json!("${absent}"))).await;
    flows[1].release("third").await;
    flows
}

#[tokio::test]
async fn a_package_is_switched_on_as_a_whole_whenever_the_worker_is_killed() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    let of_members = [Stage::Provision, Stage::Switch, Stage::Retire];
    let scenes = Stage::OF_A_PACKAGE.iter().chain(&of_members).map(async |stage| {
        let pair = Pair::set(&flows, &format!("after-{stage:?}")).await;
        let task = pair.ship([2, 2]).await;
        let is_on = [Stage::Together, Stage::Follow].contains(stage);
        pair.kill(&task, *stage, if is_on { 2 } else { 1 }).await;
        pair.is_on(&task).await;
        pair.tidy(&task).await;
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn of_a_package_with_a_bad_release_nothing_is_on_whenever_the_worker_is_killed() {
    let project = Project::new().await;
    let flows = with_a_bad_release(&project).await;
    let of_members = [Stage::Provision, Stage::Switch];
    let scenes = Stage::OF_A_BAD_PACKAGE.iter().chain(&of_members).map(async |stage| {
        let pair = Pair::set(&flows, &format!("after-{stage:?}")).await;
        let task = pair.ship([2, 3]).await;
        pair.kill(&task, *stage, 1).await;
        pair.is_off(&task).await;
        pair.tidy(&task).await;
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn a_package_that_is_given_up_leaves_nothing_switched_on() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    for stage in [Stage::Members, Stage::Member] {
        let pair = Pair::set(&flows, &format!("after-{stage:?}")).await;
        let task = pair.ship([2, 2]).await;
        assert_eq!(pair.workshop.deliver_and_kill(&task, stage).await, None);
        pair.workshop.outlive_leases();
        // An attempt in which a member came to rest does not count.
        let counted = u32::from(stage == Stage::Members);
        for _ in counted..MAX_ATTEMPTS {
            assert_eq!(pair.workshop.deliver_and_kill(&task, Stage::Acquire).await, None);
            pair.workshop.outlive_leases();
        }
        let care = pair.workshop.look_after_any(WorkKind::PackageDeployment, task.message.id).await;
        assert_eq!(care, SweepOutcome::GivenUp, "{stage:?}");
        pair.answer(1, "given up").await;
        let shipment = pair.workshop.shipment(&task).await;
        assert_eq!(shipment.status, Status::Failed);
        for member in &shipment.members {
            let left = pair.workshop.store().deployment(member.deployment).await.unwrap();
            assert!(left.is_none(), "{stage:?}: what nobody has tried goes as well");
        }
        pair.tidy(&task).await;
    }
}

#[tokio::test]
async fn the_worker_of_the_stack_deploys_packages_whose_messages_were_lost() {
    let project = Project::new().await;
    let flows = with_a_bad_release(&project).await;
    let late = Workshop::ahead(&project, OVERDUE).await;
    let [good, bad] = [Pair::set(&flows, "good").await, Pair::set(&flows, "bad").await];
    let (on, off) = (good.ship_from(&late, [2, 2]).await, bad.ship_from(&late, [2, 3]).await);
    good.sweep(&on).await;
    bad.sweep(&off).await;
    good.is_on(&on).await;
    bad.is_off(&off).await;
}

#[tokio::test]
async fn the_sweeper_of_the_stack_withdraws_a_package_that_is_past_its_deadline() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    let late = Workshop::ahead(&project, PAST_THE_DEADLINE).await;
    let pair = Pair::set(&flows, "staging").await;
    let task = pair.ship_from(&late, [2, 2]).await;
    assert_eq!(late.deliver_and_kill(&task, Stage::Member).await, None);
    pair.sweep(&task).await;
    pair.answer(1, "given up").await;
    let shipment = pair.workshop.shipment(&task).await;
    assert_eq!(shipment.status, Status::Failed);
    let [deployed, queued] = [0, 1].map(|place| shipment.members[place].deployment);
    assert!(pair.workshop.store().deployment(deployed).await.unwrap().is_none());
    // The sweeper may have come to the deployment itself first.
    let left = pair.workshop.store().deployment(queued).await.unwrap();
    assert!(left.is_none_or(|left| left.entity.status == Status::Failed));
}

#[tokio::test]
async fn the_same_package_three_times_at_once_is_deployed_once() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    let pair = Pair::set(&flows, "staging").await;
    let task = pair.ship([2, 2]).await;
    let done = join_all((0..3).map(|_| pair.workshop.deliver(&task))).await;
    assert_eq!(done.iter().filter(|done| **done == Done::Finished).count(), 1, "{done:?}");
    pair.is_on(&task).await;
    let shipment = pair.workshop.shipment(&task).await;
    let titles: Vec<_> = shipment.build.report.entries.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["Package resolved", "Switched", "Deployed"]);
    assert_eq!(pair.workshop.deliver(&task).await, Done::Nothing);
    pair.tidy(&task).await;
}

#[tokio::test]
async fn a_member_that_another_worker_has_keeps_no_other_and_costs_no_attempt() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    let pair = Pair::set(&flows, "staging").await;
    let task = pair.ship([2, 2]).await;
    assert_eq!(pair.workshop.deliver_and_kill(&task, Stage::Provision).await, None);
    // Only the package's lease runs out: the first member's is another worker's.
    let (leased, other) = (pair.member(&task, 0).await, pair.member(&task, 1).await);
    pair.workshop.outlive_leases();
    let mut held = pair.workshop.read(&leased).await;
    let before = held.work_state.epoch;
    held.acquire("another", pair.workshop.context.clock.now(), 600).unwrap();
    pair.workshop.store().save_progress(&held, before).await.unwrap();
    for _ in 0..2 {
        assert_eq!(pair.workshop.deliver(&task).await, Done::Yielded);
        assert_eq!(pair.workshop.read(&other).await.status, Status::Deployed);
    }
    assert_eq!(pair.workshop.shipment(&task).await.work_state.attempts, 0);
    pair.answer(1, "somebody has a member").await;
    pair.workshop.wait(601);
    assert_eq!(pair.workshop.deliver(&task).await, Done::Finished);
    pair.is_on(&task).await;
}

#[tokio::test]
async fn a_member_that_is_undeployed_meanwhile_is_not_made_again() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    let pair = Pair::set(&flows, "staging").await;
    let task = pair.ship([2, 2]).await;
    assert_eq!(pair.workshop.deliver_and_kill(&task, Stage::Member).await, None);
    let gone = pair.member(&task, 0).await;
    let undeploy = pair.workshop.ask(&gone, OperationKind::Undeploy).await;
    assert_eq!(pair.workshop.deliver(&undeploy).await, Done::Finished);
    pair.workshop.outlive_leases();
    assert_eq!(pair.workshop.deliver(&task).await, Done::Finished);
    pair.answer(1, "a member was undeployed").await;
    let shipment = pair.workshop.shipment(&task).await;
    assert_eq!(shipment.status, Status::Failed);
    let says = |entry: &domain::report::Entry| {
        entry.message.as_deref().is_some_and(|words| words.contains("was undeployed meanwhile"))
    };
    assert!(shipment.build.report.entries.iter().any(says), "{:?}", shipment.build.report);
    for member in &shipment.members {
        assert!(pair.workshop.store().deployment(member.deployment).await.unwrap().is_none());
    }
    pair.tidy(&task).await;
}

#[tokio::test]
async fn a_package_of_something_that_is_gone_fails_and_says_so() {
    let project = Project::new().await;
    let flows = Pair::flows(&project).await;
    let pair = Pair::set(&flows, "staging").await;
    let task = pair.ship([2, 9]).await;
    assert_eq!(pair.workshop.deliver(&task).await, Done::Finished);
    pair.answer(1, "failed").await;
    let shipment = pair.workshop.shipment(&task).await;
    assert_eq!(shipment.status, Status::Failed);
    let says =
        |entry: &domain::report::Entry| entry.message.as_deref().is_some_and(|words| words.contains("'9'"));
    assert!(shipment.build.report.entries.iter().any(says), "{:?}", shipment.build.report);
}

#[tokio::test]
async fn the_largest_package_is_switched_on_in_one_piece() {
    let project = Project::new().await;
    let environment = project.environment("staging", &[plain("word", "any")]).await;
    let workshop = Workshop::of(&project).await;
    let deployed = stream::iter(0..MAX_MEMBERS).map(async |_| {
        let flow = Scene::flow(&project).await;
        let task = workshop.deploy(&flow, 1, &environment).await;
        workshop.deliver(&task).await;
        flow
    });
    let flows: Vec<_> = deployed.buffer_unordered(5).collect().await;
    let members: Vec<_> = flows.iter().map(|flow| (flow, 2)).collect();
    let task = workshop.ship(&members, &environment).await;
    // On a slow machine it takes more than one attempt.
    while workshop.deliver(&task).await == Done::Yielded {}
    let shipment = workshop.shipment(&task).await;
    assert_eq!(shipment.status, Status::Deployed, "{:?}", shipment.build.report);
    for flow in &flows {
        let route = workshop.route(flow, &environment).await.unwrap();
        assert_eq!(route.answering().map(|entry| entry.release), Some(2));
    }
}
