//! Deployments in an environment and everywhere: which one answers, and moving from one place to another.

use domain::deployment::{Arrival, Deployment, OperationKind};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::{DeploymentId, EnvironmentId};
use domain::lifecycle::Event;
use domain::placement::Placement;
use domain::route::{RouteEntry, Switch};
use domain::work::Worked;
use store::{Kind, Listing, ProjectStore, StoreError};
use uuid::Uuid;

use crate::audit::audit;
use crate::lists::{by_cursor, request};
use crate::local::Local;
use crate::samples::{self, moment};
use crate::switching::{deployed, enable};
use crate::wire::Wire;

/// Deployed with a priority, and switched on beside whatever is.
async fn answers(project: &ProjectStore, flow: &Flow, placement: Placement, priority: i32) -> Deployment {
    let deployment = samples::deployment_in(flow, placement);
    let made = deployed(project, Deployment { priority: Some(priority), ..deployment }).await;
    enable(project, made.id, Switch::Beside, samples::enabled(10)).await.entity
}

#[tokio::test]
async fn the_best_answers_of_what_is_on_in_the_environment_and_everywhere() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let (own, elsewhere) = (environment.id.into(), EnvironmentId::new(Uuid::new_v4()).into());
    let answering = async |place: Placement| {
        let found = project.answering(flow.id, place).await.unwrap();
        found.map(|(entry, place)| (entry.deployment, place))
    };
    for place in [own, elsewhere, Placement::Global] {
        assert_eq!(answering(place).await, None);
    }
    let global = answers(project, &flow, Placement::Global, 0).await;
    let everywhere = Some((global.id, Placement::Global));
    for place in [own, elsewhere, Placement::Global] {
        assert_eq!(answering(place).await, everywhere);
    }
    let local_one = answers(project, &flow, own, 0).await;
    assert_eq!(answering(own).await, Some((local_one.id, own)), "an environment's own before a global one");
    let urgent = answers(project, &flow, Placement::Global, 5).await;
    let everywhere = Some((urgent.id, Placement::Global));
    for place in [own, elsewhere, Placement::Global] {
        assert_eq!(answering(place).await, everywhere, "a higher priority before that");
    }
    let more_urgent = answers(project, &flow, own, 5).await;
    assert_eq!(answering(own).await, Some((more_urgent.id, own)));
    assert_eq!(answering(elsewhere).await, everywhere, "it serves its environment alone");
    audit(&local).await;
}

#[tokio::test]
async fn what_answers_is_one_request() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let (_, flow, environment) = samples::workshop(&local.project).await;
    answers(&local.project, &flow, Placement::Global, 0).await;
    project.answering(flow.id, environment.id.into()).await.unwrap().unwrap();
    assert_eq!(wire.requests(), ["BatchGetItem"]);
    project.answering(flow.id, Placement::Global).await.unwrap().unwrap();
    assert_eq!(wire.requests(), ["GetItem"]);
}

/// A worker takes it up and has built it, on its way from one place to the other.
async fn moving(project: &ProjectStore, id: DeploymentId, to: Placement) -> Deployment {
    let mut deployment = project.deployment(id).await.unwrap().unwrap().entity;
    let (seen, held, from) = (deployment.metadata.version, deployment.work_state.epoch, deployment.placement);
    let kind = OperationKind::Move { from, to, arrival: Arrival::TakeOver };
    deployment.request(kind, &samples::request()).unwrap();
    project.request_operation(&deployment, seen).await.unwrap();
    deployment.acquire("worker", moment(20), 60).unwrap();
    project.save_progress(&deployment, held).await.unwrap();
    deployment
}

/// The switch: out of the one route and into the other.
async fn switch(project: &ProjectStore, deployment: &Deployment, to: Placement) -> Deployment {
    let mut application = samples::application(deployment);
    application.state_machine.push_str("-there");
    let entry = RouteEntry::new(deployment, &application, Some(samples::enabled(21)));
    let held = deployment.work_state.epoch;
    let moved = project.save_with_both_routes(deployment, held, |deployment, routes| {
        let places: Vec<_> = routes.iter().map(|route| route.placement).collect();
        let expected = if deployment.placement == to { vec![to] } else { vec![deployment.placement, to] };
        assert_eq!(places, expected);
        let [old @ .., new] = routes else { panic!("no route") };
        for old in old {
            let retired = old.take_out(deployment.id);
            deployment.retiring.extend(retired);
        }
        new.put(entry.clone(), Switch::TakeOver);
        deployment.placement = to;
        deployment.application = Some(application.clone());
        Ok(())
    });
    moved.await.unwrap()
}

async fn finish(project: &ProjectStore, deployment: &Deployment, event: Event) {
    let held = deployment.work_state.epoch;
    let ended = project.save_with_both_routes(deployment, held, |deployment, routes| {
        deployment.finish(event).unwrap();
        for route in routes {
            route.pending_operations.remove(&deployment.id);
        }
        Ok(())
    });
    ended.await.unwrap();
}

/// How many deployments and routes an environment says that it has.
async fn counted(project: &ProjectStore, environment: &Environment) -> (u64, u64) {
    let derived = project.get_by_id::<Environment>(environment.id.uuid()).await.unwrap().derived;
    (derived.deployments, derived.routes)
}

#[tokio::test]
async fn what_moves_is_listed_counted_and_answers_where_it_is() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, staging) = samples::workshop(project).await;
    let production = samples::environment();
    project.create(&production).await.unwrap();
    let (here, there) = (staging.id.into(), production.id.into());
    let moved = answers(project, &flow, here, 0).await;
    for (to, expected) in
        [(there, [(0, 0), (1, 1)]), (Placement::Global, [(0, 0), (0, 0)]), (here, [(1, 1), (0, 0)])]
    {
        let from = project.deployment(moved.id).await.unwrap().unwrap().entity.placement;
        let under_way = moving(project, moved.id, to).await;
        audit(&local).await;
        assert_eq!(project.answering(flow.id, from).await.unwrap().unwrap().1, from, "until it is built");
        let switched = switch(project, &under_way, to).await;
        audit(&local).await;
        let again = switch(project, &switched, to).await;
        assert_eq!(again.placement, to, "a worker that was killed after the switch does it once more");
        finish(project, &again, Event::Succeed).await;
        audit(&local).await;
        let (entry, place) = project.answering(flow.id, to).await.unwrap().unwrap();
        assert_eq!((entry.deployment, place), (moved.id, to));
        assert_eq!(project.route(flow.id, from).await.unwrap(), None, "nothing is left behind");
        let [staging, production] = [counted(project, &staging).await, counted(project, &production).await];
        assert_eq!([staging, production], expected);
        let lists = [Listing::deployments_of_in(flow.id, from), Listing::deployments_of_in(flow.id, to)];
        let mut found = Vec::new();
        for list in &lists {
            found.push(by_cursor::<Deployment>(project, list, request(5)).await);
        }
        assert_eq!(found, [vec![], vec![moved.id.uuid()]]);
    }
}

#[tokio::test]
async fn what_could_not_be_moved_stays_and_lets_go_of_where_it_was_going() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, staging) = samples::workshop(project).await;
    let production = samples::environment();
    project.create(&production).await.unwrap();
    let made = answers(project, &flow, staging.id.into(), 0).await;
    let under_way = moving(project, made.id, production.id.into()).await;
    for environment in [&staging, &production] {
        let refused = project.delete_environment(environment).await;
        assert!(matches!(refused, Err(StoreError::InUse { kind: Kind::Environment, .. })), "{refused:?}");
    }
    finish(project, &under_way, Event::Fail).await;
    audit(&local).await;
    let (entry, place) = project.answering(flow.id, staging.id.into()).await.unwrap().unwrap();
    assert_eq!((entry.deployment, place), (made.id, staging.id.into()));
    project.delete_environment(&production).await.unwrap();
}

#[tokio::test]
async fn nothing_moves_to_an_environment_that_is_not_there() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let made = answers(project, &flow, environment.id.into(), 0).await;
    let mut moved = made.clone();
    let to = EnvironmentId::new(Uuid::new_v4()).into();
    let kind = OperationKind::Move { from: made.placement, to, arrival: Arrival::TakeOver };
    moved.request(kind, &samples::request()).unwrap();
    let before = local.items().await;
    let refused = project.request_operation(&moved, made.metadata.version).await;
    assert!(matches!(refused, Err(StoreError::NotFound { kind: Kind::Environment, .. })), "{refused:?}");
    assert_eq!(local.items().await, before);
}

#[tokio::test]
async fn a_priority_that_comes_with_a_request_counts_at_once_wherever_that_leads() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let made = answers(project, &flow, environment.id.into(), 0).await;
    let mut moved = Deployment { priority: Some(7), ..made.clone() };
    let kind =
        OperationKind::Move { from: made.placement, to: Placement::Global, arrival: Arrival::TakeOver };
    moved.request(kind, &samples::request()).unwrap();
    project.request_operation(&moved, made.metadata.version).await.unwrap();
    audit(&local).await;
    moved.acquire("worker", moment(20), 60).unwrap();
    project.save_progress(&moved, made.work_state.epoch).await.unwrap();
    finish(project, &moved, Event::Fail).await;
    let (entry, _) = project.answering(flow.id, environment.id.into()).await.unwrap().unwrap();
    assert_eq!((entry.deployment, entry.priority), (made.id, 7));
    audit(&local).await;
}
