//! Switching deployments on and off: one transaction of the deployment, its route, and whoever is switched by it.

use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::{Flow, Trigger};
use domain::ids::DeploymentId;
use domain::lifecycle::Status;
use domain::placement::Placement;
use domain::route::{Enabled, Route, RouteEntry, Switch};
use domain::work::Worked;
use store::{ProjectStore, StoreError, Stored};
use uuid::Uuid;

use crate::amending::amend;
use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples::{self, moment, someone};
use crate::wire::Wire;

/// A deployment that a worker has built and left switched off.
pub(crate) async fn deployed(project: &ProjectStore, mut deployment: Deployment) -> Deployment {
    project.create_deployment(&deployment).await.unwrap();
    deployment.acquire("worker", moment(1), 60).unwrap();
    project.save_progress(&deployment, 0).await.unwrap();
    let application = samples::application(&deployment);
    let entry = RouteEntry::new(&deployment, &application, None);
    let done = project.save_with_route(&deployment, deployment.work_state.epoch, |deployment, route| {
        route.put(entry.clone(), Switch::Off);
        route.pending_operations.remove(&deployment.id);
        deployment.application = Some(application.clone());
        deployment.finish(domain::lifecycle::Event::Succeed).unwrap();
        Ok(())
    });
    done.await.unwrap();
    read(project, deployment.id).await.entity
}

async fn read(project: &ProjectStore, id: DeploymentId) -> Stored<Deployment> {
    project.deployment(id).await.unwrap().unwrap()
}

/// Switches on, from a machine that may have been given up since.
pub(crate) async fn enable(
    project: &ProjectStore,
    id: DeploymentId,
    switch: Switch,
    enabled: Enabled,
) -> Stored<Deployment> {
    let by = (enabled.at, &someone());
    let done = amend(project, id, by, |stored, route| -> Result<(), StoreError> {
        for entry in route.retained.iter_mut().filter(|entry| entry.deployment == id) {
            entry.provisioned = true;
        }
        let retired = route.enable(id, switch, enabled.clone()).expect("it is ready");
        stored.entity.retiring.extend(retired);
        Ok(())
    });
    done.await.unwrap()
}

async fn disable(project: &ProjectStore, id: DeploymentId) -> Stored<Deployment> {
    let by = (moment(99), &someone());
    let done = amend(project, id, by, |_, route| -> Result<(), StoreError> {
        route.disable(id);
        Ok(())
    });
    done.await.unwrap()
}

/// A flow in an environment, with so many deployments that are switched off.
async fn with_deployed(local: &Local, count: usize) -> (Flow, Environment, Vec<Deployment>) {
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(deployed(&local.project, samples::deployment(&flow, &environment)).await);
    }
    (flow, environment, made)
}

async fn on(project: &ProjectStore, flow: &Flow, placement: Placement) -> Vec<DeploymentId> {
    let route = project.route(flow.id, placement).await.unwrap();
    route.map(|route| route.entries.iter().map(|entry| entry.deployment).collect()).unwrap_or_default()
}

#[tokio::test]
async fn what_is_switched_on_takes_over_or_stands_beside_and_says_since_when_and_by_whom() {
    let local = Local::start().await;
    let project = &local.project;
    let (flow, environment, made) = with_deployed(&local, 3).await;
    let [first, second, third] = [made[0].id, made[1].id, made[2].id];
    let place = environment.id.into();
    let steps = [
        (first, Switch::TakeOver, vec![first]),
        (second, Switch::TakeOver, vec![second]),
        (third, Switch::Beside, vec![second, third]),
        (first, Switch::TakeOver, vec![first]),
    ];
    for (second, (id, switch, expected)) in steps.into_iter().enumerate() {
        let enabled = samples::enabled(i64::try_from(second).unwrap() + 10);
        let before = read(project, id).await;
        let done = enable(project, id, switch, enabled.clone()).await;
        assert_eq!(done.derived.enabled, Some(enabled.clone()));
        assert_eq!(done.entity.metadata.version, before.entity.metadata.version + 1);
        assert_eq!(done.entity.metadata.last_modified_at, enabled.at);
        let stored = read(project, id).await;
        assert_eq!((stored.entity, stored.derived), (done.entity, done.derived), "what is told is stored");
        assert_eq!(on(project, &flow, place).await, expected);
        audit(&local).await;
    }
    for id in [second, third] {
        assert_eq!(read(project, id).await.derived.enabled, None, "it says itself that it was switched off");
    }
}

#[tokio::test]
async fn switching_twice_is_switching_once_and_writes_nothing() {
    let local = Local::start().await;
    let project = &local.project;
    let (flow, environment, made) = with_deployed(&local, 2).await;
    for (id, switch) in [(made[0].id, Switch::TakeOver), (made[1].id, Switch::Beside)] {
        enable(project, id, switch, samples::enabled(10)).await;
    }
    let before = local.items().await;
    let again = enable(project, made[0].id, Switch::Beside, samples::enabled(20)).await;
    assert_eq!(again.derived.enabled, Some(samples::enabled(10)), "since when it was on");
    assert_eq!(local.items().await, before);
    disable(project, made[0].id).await;
    let before = local.items().await;
    let alone = enable(project, made[1].id, Switch::TakeOver, samples::enabled(20)).await;
    assert_eq!(alone.derived.enabled, Some(samples::enabled(10)));
    assert_eq!(local.items().await, before);
    assert_eq!(on(project, &flow, environment.id.into()).await, [made[1].id]);
    let before = local.items().await;
    assert_eq!(disable(project, made[0].id).await.derived.enabled, None);
    assert_eq!(local.items().await, before);
    audit(&local).await;
}

#[tokio::test]
async fn whoever_is_switched_off_by_another_is_at_another_version() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, _, made) = with_deployed(&local, 2).await;
    let seen = enable(project, made[0].id, Switch::TakeOver, samples::enabled(10)).await.entity;
    enable(project, made[1].id, Switch::TakeOver, samples::enabled(11)).await;
    let stale = read(project, seen.id).await.at_version(Some(seen.metadata.version));
    assert!(matches!(stale, Err(StoreError::Stale { .. })));
    let mut late = seen.clone();
    late.metadata.touch(moment(12), &someone());
    assert!(matches!(project.update(&late, seen.metadata.version).await, Err(StoreError::Stale { .. })));
    let body = read(project, seen.id).await.entity;
    let unchanged = Deployment { metadata: body.metadata.clone(), ..seen };
    assert_eq!(body, unchanged, "nothing else of it changed");
    audit(&local).await;
}

#[tokio::test]
async fn a_priority_is_in_the_deployment_and_in_the_route() {
    let local = Local::start().await;
    let project = &local.project;
    let (flow, environment, made) = with_deployed(&local, 2).await;
    enable(project, made[0].id, Switch::TakeOver, samples::enabled(10)).await;
    for (turn, priority) in [Some(7), Some(-7), None].into_iter().enumerate() {
        for id in [made[0].id, made[1].id] {
            let by = (moment(20), &someone());
            let amended = amend(project, id, by, |stored, route| -> Result<(), StoreError> {
                stored.entity.priority = priority;
                route.amend(id, priority.unwrap_or_default(), None);
                Ok(())
            });
            assert_eq!(amended.await.unwrap().entity.priority, priority);
        }
        let route = project.route(flow.id, environment.id.into()).await.unwrap().unwrap();
        let known = route.entries.iter().chain(&route.retained).map(|entry| entry.priority);
        assert_eq!(known.collect::<Vec<_>>(), [priority.unwrap_or_default(); 2], "turn {turn}");
        audit(&local).await;
    }
}

#[tokio::test]
async fn a_schedule_is_followed_up_when_another_one_is_wanted_and_only_then() {
    let local = Local::start().await;
    let project = &local.project;
    let (flow, environment, made) = with_deployed(&local, 4).await;
    let job = |expression: &str| Trigger::Job {
        schedule: expression.parse().unwrap(),
        timezone: domain::schedule::Timezone::default(),
    };
    let (hourly, daily) = (job("rate(1 hour)"), job("rate(1 day)"));
    let triggers = [Trigger::Service, hourly.clone(), hourly, daily];
    set_triggers(project, &made, &triggers).await;
    let steps: [(usize, Option<Switch>, bool); 9] = [
        (0, Some(Switch::TakeOver), false),
        (1, Some(Switch::TakeOver), true),
        (2, Some(Switch::TakeOver), false),
        (1, Some(Switch::Beside), false),
        (1, None, false),
        (3, Some(Switch::Beside), true),
        (2, None, false),
        (3, None, true),
        (0, Some(Switch::TakeOver), false),
    ];
    for (turn, (which, switch, expected)) in steps.into_iter().enumerate() {
        let second = i64::try_from(turn).unwrap() + 10;
        let id = made[which].id;
        let done = match switch {
            Some(switch) => enable(project, id, switch, samples::enabled(second)).await,
            None => disable(project, id).await,
        };
        assert_eq!(done.entity.follow_up, expected, "turn {turn}");
        let found = local.store.overdue(domain::work::WorkQueue::Flows, moment(1_000_000)).await.unwrap();
        assert_eq!(found.iter().any(|(_, _, found)| *found == id.uuid()), expected, "turn {turn}: pending");
        followed_up(project, id).await;
        audit(&local).await;
    }
    assert_eq!(on(project, &flow, environment.id.into()).await, [made[0].id]);
}

#[tokio::test]
async fn a_priority_that_comes_with_an_operation_is_followed_up_as_well() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, _, made) = with_deployed(&local, 2).await;
    let job = |expression: &str| Trigger::Job {
        schedule: expression.parse().unwrap(),
        timezone: domain::schedule::Timezone::default(),
    };
    set_triggers(project, &made, &[job("rate(1 hour)"), job("rate(1 day)")]).await;
    for (which, second) in [(0, 1), (1, 2)] {
        enable(project, made[which].id, Switch::Beside, samples::enabled(second)).await;
        followed_up(project, made[which].id).await;
    }
    for (priority, expected) in [(0, false), (7, true)] {
        let mut deployment = read(project, made[0].id).await.entity;
        let version = deployment.metadata.version;
        deployment.priority = Some(priority);
        deployment.metadata.touch(moment(5), &samples::someone());
        project.request_operation(&deployment, version).await.unwrap();
        assert_eq!(read(project, made[0].id).await.entity.follow_up, expected, "priority {priority}");
    }
}

/// Makes the route believe that they have these triggers.
async fn set_triggers(project: &ProjectStore, made: &[Deployment], triggers: &[Trigger]) {
    for (deployment, trigger) in made.iter().zip(triggers) {
        let by = (moment(5), &someone());
        let set = amend(project, deployment.id, by, |_, route| -> Result<(), StoreError> {
            for entry in route.retained.iter_mut().filter(|entry| entry.deployment == deployment.id) {
                entry.trigger = trigger.clone();
            }
            Ok(())
        });
        set.await.unwrap();
    }
}

/// A worker has seen to it.
async fn followed_up(project: &ProjectStore, id: DeploymentId) {
    let mut deployment = read(project, id).await.entity;
    deployment.follow_up = false;
    project.note_leftovers(&deployment, moment(0)).await.unwrap();
    assert!(!read(project, id).await.entity.follow_up);
}

#[tokio::test]
async fn an_error_of_a_change_writes_nothing() {
    let local = Local::start().await;
    let (_, _, made) = with_deployed(&local, 1).await;
    let before = local.items().await;
    let change = |stored: &mut Stored<Deployment>, route: &mut Route| {
        stored.entity.priority = Some(1);
        route.entries.append(&mut route.retained);
        Err(StoreError::BadCursor)
    };
    let by = (moment(9), &someone());
    let refused = amend(&local.project, made[0].id, by, change).await;
    assert!(matches!(refused, Err(StoreError::BadCursor)));
    let nobody = DeploymentId::new(Uuid::new_v4());
    let missing = amend(&local.project, nobody, by, change).await;
    assert!(matches!(missing, Err(StoreError::NotFound { .. })));
    assert_eq!(local.items().await, before);
}

#[tokio::test]
async fn a_switch_whose_answer_got_lost_is_made_once() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let (_, _, made) = with_deployed(&local, 2).await;
    for (second, deployment) in (10..).zip(&made) {
        wire.lose("TransactWriteItems");
        enable(&project, deployment.id, Switch::TakeOver, samples::enabled(second)).await;
    }
    assert!(wire.is_done());
    for (deployment, times) in made.iter().zip([2, 1]) {
        let version = read(&project, deployment.id).await.entity.metadata.version;
        assert_eq!(version, deployment.metadata.version + times, "the first went on, and off again");
    }
    audit(&local).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_that_take_over_at_once_one_is_on() {
    let local = Local::start().await;
    let (flow, environment, made) = with_deployed(&local, 50).await;
    at_once(50, |turn| {
        let (project, id) = (local.project.clone(), made[turn].id);
        let enabled = samples::enabled(i64::try_from(turn).unwrap());
        async move {
            let done = enable(&project, id, Switch::TakeOver, enabled.clone()).await;
            assert_eq!(done.derived.enabled, Some(enabled));
        }
    })
    .await;
    let audit = audit(&local).await;
    assert_eq!(on(&local.project, &flow, environment.id.into()).await.len(), 1);
    let on: Vec<_> = audit.deployments.iter().filter(|stored| stored.derived.enabled.is_some()).collect();
    assert_eq!(on.len(), 1);
    assert!(on[0].derived.active(Status::Deployed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switching_on_and_off_at_once_leaves_what_the_route_says() {
    let local = Local::start().await;
    let (_, _, made) = with_deployed(&local, 3).await;
    at_once(24, |turn| {
        let (project, id) = (local.project.clone(), made[turn % 3].id);
        async move {
            match turn % 4 {
                0 => drop(disable(&project, id).await),
                1 => drop(enable(&project, id, Switch::TakeOver, samples::enabled(20)).await),
                _ => drop(enable(&project, id, Switch::Beside, samples::enabled(10)).await),
            }
        }
    })
    .await;
    audit(&local).await;
}

#[tokio::test]
async fn what_was_on_beside_and_answers_alone_now_says_since_when_as_the_route_does() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, _, made) = with_deployed(&local, 2).await;
    for deployment in &made {
        enable(project, deployment.id, Switch::Beside, samples::enabled(10)).await;
    }
    let by = (moment(20), &someone());
    let done = amend(project, made[0].id, by, |_, route| -> Result<(), StoreError> {
        let to = route.enabled(made[1].id).cloned().unwrap();
        route.roll_back(RouteEntry { enabled: Some(samples::enabled(20)), ..to });
        Ok(())
    });
    assert_eq!(done.await.unwrap().derived.enabled, None);
    assert_eq!(read(project, made[1].id).await.derived.enabled, Some(samples::enabled(20)));
    audit(&local).await;
}
