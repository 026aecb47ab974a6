//! A change names the version that it saw, and is refused when that is not the version any more.

use domain::environment::Environment;
use domain::flow::Flow;
use domain::integration::Integration;
use store::StoreError;

use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples::{self, moment, someone};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_changes_of_one_version_one_is_made() {
    let local = Local::start().await;
    let environment = samples::environment();
    local.project.create(&environment).await.unwrap();
    let outcomes = at_once(50, |turn| {
        let (project, mut changed) = (local.project.clone(), environment.clone());
        changed.name = format!("Version of {turn}").parse().unwrap();
        changed.metadata.touch(moment(1), &someone());
        async move { (project.update(&changed, 1).await, changed) }
    })
    .await;
    let winner = outcomes.iter().find(|(outcome, _)| outcome.is_ok()).map(|(_, changed)| changed);
    let stored = local.project.get_by_id::<Environment>(environment.id.uuid()).await.unwrap();
    assert_eq!(Some(&stored.entity), winner);
    let refused: Vec<_> = outcomes.iter().filter_map(|(outcome, _)| outcome.as_ref().err()).collect();
    assert_eq!(refused.len(), 49);
    for error in refused {
        assert!(matches!(error, StoreError::Stale { expected: 1, current: 2, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_version_is_checked_when_it_is_read_and_when_it_is_deleted() {
    let local = Local::start().await;
    let mut environment = samples::environment();
    local.project.create(&environment).await.unwrap();
    let first = environment.clone();
    environment.metadata.touch(moment(1), &someone());
    local.project.update(&environment, 1).await.unwrap();
    let read = local.project.get_by_id::<Environment>(environment.id.uuid()).await.unwrap();
    assert!(read.clone().at_version(None).is_ok() && read.clone().at_version(Some(2)).is_ok());
    let stale = read.at_version(Some(1)).map(|_| ());
    assert!(matches!(stale, Err(StoreError::Stale { expected: 1, current: 2, .. })));
    let deleted = local.project.delete_environment(&first).await;
    assert!(matches!(deleted, Err(StoreError::Stale { expected: 1, current: 2, .. })));
    local.project.delete_environment(&environment).await.unwrap();
    audit(&local).await;
}

#[tokio::test]
async fn what_is_counted_beside_an_entity_survives_its_changes() {
    let local = Local::start().await;
    let (mut integration, mut flow, mut environment) = samples::workshop(&local.project).await;
    local.project.create_deployment(&samples::deployment(&flow, &environment)).await.unwrap();
    integration.metadata.touch(moment(1), &someone());
    local.project.update(&integration, 1).await.unwrap();
    flow.metadata.touch(moment(1), &someone());
    local.project.update(&flow, 1).await.unwrap();
    environment.metadata.touch(moment(1), &someone());
    local.project.update_environment(&environment, 1, &[]).await.unwrap();
    let derived = local.project.get_by_id::<Integration>(integration.id.uuid()).await.unwrap().derived;
    assert_eq!((derived.routes, derived.flows), (1, 1));
    let derived = local.project.get_by_id::<Flow>(flow.id.uuid()).await.unwrap().derived;
    assert_eq!((derived.routes, derived.deployments), (1, 1));
    audit(&local).await;
}
