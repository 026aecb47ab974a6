//! A worker that was overtaken can write nothing, however long it slept and whatever it meant to write.

use domain::deployment::{Deployment, OperationKind};
use domain::lifecycle::Event;
use domain::route::{RouteEntry, Switch};
use domain::work::Worked;
use store::{ProjectStore, StoreError};

use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples::{self, moment};

/// Takes the lease as a worker does.
async fn acquire(project: &ProjectStore, read: &Deployment, owner: &str) -> Result<Deployment, StoreError> {
    let mut claimed = read.clone();
    claimed.acquire(owner, moment(1), 60).unwrap();
    project.save_progress(&claimed, read.work_state.epoch).await.map(|()| claimed)
}

/// Everything that a worker writes, with the lease that it believes to have. All of it is refused.
async fn writes_nothing(local: &Local, sleeper: &Deployment) {
    let (project, held) = (&local.project, sleeper.work_state.epoch);
    let before = local.items().await;
    assert!(matches!(project.save_progress(sleeper, held).await, Err(StoreError::Fenced)));
    let application = samples::application(sleeper);
    let entry = RouteEntry::new(sleeper, &application, Some(samples::enabled(9)));
    let switched = project.save_with_route(sleeper, held, |deployment, route| {
        route.put(entry.clone(), Switch::TakeOver);
        deployment.application = Some(application.clone());
        Ok(())
    });
    assert!(matches!(switched.await, Err(StoreError::Fenced)));
    let let_go = project.save_with_route(sleeper, held, |deployment, route| {
        route.take_out(deployment.id);
        Ok(())
    });
    assert!(matches!(let_go.await, Err(StoreError::Fenced)));
    assert!(matches!(project.remove_deployment(sleeper, held).await, Err(StoreError::Fenced)));
    assert_eq!(local.items().await, before, "nothing has changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_workers_one_gets_the_lease() {
    let local = Local::start().await;
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let deployment = samples::deployment(&flow, &environment);
    local.project.create_deployment(&deployment).await.unwrap();
    let outcomes = at_once(20, |turn| {
        let (project, deployment) = (local.project.clone(), deployment.clone());
        async move { acquire(&project, &deployment, &turn.to_string()).await }
    })
    .await;
    let winners: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(StoreError::Fenced))));
    let stored = local.project.deployment(deployment.id).await.unwrap().unwrap().entity;
    assert_eq!(stored.work_state.lease, winners[0].work_state.lease);
    assert_eq!((stored.work_state.epoch, stored.work_state.attempts), (1, 1));
}

#[tokio::test]
async fn a_worker_that_slept_through_its_lease_writes_nothing() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let deployment = samples::deployment(&flow, &environment);
    project.create_deployment(&deployment).await.unwrap();
    let sleeper = acquire(project, &deployment, "sleeper").await.unwrap();
    project.save_progress(&sleeper, sleeper.work_state.epoch).await.unwrap();
    let second = acquire(project, &sleeper, "second").await.unwrap();
    writes_nothing(&local, &sleeper).await;

    let application = samples::application(&second);
    let entry = RouteEntry::new(&second, &application, Some(samples::enabled(5)));
    let switched = project.save_with_route(&second, second.work_state.epoch, |deployment, route| {
        route.put(entry.clone(), Switch::TakeOver);
        deployment.application = Some(application.clone());
        Ok(())
    });
    let switched = switched.await.unwrap();
    writes_nothing(&local, &sleeper).await;

    let ended = project.save_with_route(&switched, switched.work_state.epoch, |deployment, route| {
        deployment.finish(Event::Succeed).unwrap();
        route.pending_operations.remove(&deployment.id);
        Ok(())
    });
    ended.await.unwrap();
    for late in [&sleeper, &second] {
        writes_nothing(&local, late).await;
    }
    audit(&local).await;
}

#[tokio::test]
async fn a_worker_of_an_earlier_operation_writes_nothing() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let deployment = samples::deployment(&flow, &environment);
    project.create_deployment(&deployment).await.unwrap();
    let claimed = acquire(project, &deployment, "first").await.unwrap();
    let ended = project.save_with_route(&claimed, claimed.work_state.epoch, |deployment, route| {
        deployment.finish(Event::Fail).unwrap();
        route.pending_operations.remove(&deployment.id);
        Ok(())
    });
    ended.await.unwrap();
    let mut again = project.deployment(deployment.id).await.unwrap().unwrap().entity;
    let seen = again.metadata.version;
    again.request(OperationKind::Redeploy { in_place: false }, &samples::request()).unwrap();
    project.request_operation(&again, seen).await.unwrap();
    // Even one that guesses the epoch names the wrong operation.
    writes_nothing(&local, &Deployment { work_state: again.work_state.clone(), ..claimed }).await;
    acquire(project, &again, "second").await.unwrap();
    audit(&local).await;
}

#[tokio::test]
async fn an_error_in_the_change_of_a_route_writes_nothing() {
    let local = Local::start().await;
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let deployment = samples::deployment(&flow, &environment);
    local.project.create_deployment(&deployment).await.unwrap();
    let claimed = acquire(&local.project, &deployment, "worker").await.unwrap();
    let before = local.items().await;
    let refused = local.project.save_with_route(&claimed, claimed.work_state.epoch, |_, route| {
        route.pending_operations.clear();
        Err(StoreError::BadCursor)
    });
    assert!(matches!(refused.await, Err(StoreError::BadCursor)));
    assert_eq!(local.items().await, before);
}
