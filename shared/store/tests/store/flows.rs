//! Flows and the integrations that hold them: moved, added and deleted while others do the same.

use std::time::Duration;

use domain::flow::Flow;
use domain::ids::IntegrationId;
use domain::integration::Integration;
use store::{Kind, ProjectStore, StoreError};

use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples::{self, moment, someone};
use crate::wire::Wire;

/// Moves a flow as the API does, once.
async fn move_to(project: &ProjectStore, flow: &Flow, to: IntegrationId) -> Result<(), StoreError> {
    let mut stored = project.get_by_id::<Flow>(flow.id.uuid()).await?;
    let (from, seen) = (stored.entity.integration, stored.entity.metadata.version);
    if from == to {
        return Ok(());
    }
    stored.entity.integration = to;
    stored.entity.metadata.touch(moment(1), &someone());
    project.move_flow(&stored, from, seen).await
}

#[tokio::test]
async fn a_flow_takes_its_routes_along() {
    let local = Local::start().await;
    let project = &local.project;
    let (from, flow, environment) = samples::workshop(project).await;
    let to = samples::integration();
    project.create(&to).await.unwrap();
    project.create_deployment(&samples::deployment(&flow, &environment)).await.unwrap();
    move_to(project, &flow, to.id).await.unwrap();
    for (id, expected) in [(from.id, (0, 0)), (to.id, (1, 1))] {
        let derived = project.get_by_id::<Integration>(id.uuid()).await.unwrap().derived;
        assert_eq!((derived.flows, derived.routes), expected);
    }
    project.delete_integration(&from).await.unwrap();
    assert!(matches!(project.delete_integration(&to).await, Err(StoreError::InUse { .. })));
    audit(&local).await;
}

#[tokio::test]
async fn a_flow_needs_an_integration_that_is_there() {
    let local = Local::start().await;
    let (gone, integration) = (samples::integration(), samples::integration());
    let created = local.project.create_flow(&samples::flow(&gone)).await;
    assert!(matches!(created, Err(StoreError::NotFound { kind: Kind::Integration, .. })));
    assert_eq!(local.size().await, 0, "nothing is left of it");
    local.project.create(&integration).await.unwrap();
    let flow = samples::flow(&integration);
    local.project.create_flow(&flow).await.unwrap();
    let moved = move_to(&local.project, &flow, gone.id).await;
    assert!(matches!(moved, Err(StoreError::NotFound { kind: Kind::Integration, .. })));
    assert!(matches!(local.project.delete_integration(&integration).await, Err(StoreError::InUse { .. })));
    local.project.delete_flow(&flow).await.unwrap();
    local.project.delete_integration(&integration).await.unwrap();
    audit(&local).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_begins_though_its_flow_is_moved_meanwhile() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let to = samples::integration();
    local.project.create(&to).await.unwrap();
    // Time enough to move the flow after it was read.
    for _ in 0..5 {
        let collided = r#","CancellationReasons":[{"Code":"TransactionConflict"}]"#;
        wire.refuse("TransactWriteItems", "TransactionCanceledException", collided);
    }
    let deployment = samples::deployment(&flow, &environment);
    let begun = tokio::spawn(async move { project.create_deployment(&deployment).await });
    while !wire.requests().iter().any(|request| request == "TransactWriteItems") {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    move_to(&local.project, &flow, to.id).await.unwrap();
    begun.await.unwrap().unwrap();
    assert_eq!(audit(&local).await.routes.len(), 1);
}

#[tokio::test]
async fn a_flow_is_not_moved_on_what_was_read_too_early() {
    let local = Local::start().await;
    let project = &local.project;
    let (from, flow, environment) = samples::workshop(project).await;
    let to = samples::integration();
    project.create(&to).await.unwrap();
    let mut read = project.get_by_id::<Flow>(flow.id.uuid()).await.unwrap();
    read.entity.integration = to.id;
    read.entity.metadata.touch(moment(1), &someone());
    // A route comes into being between the read and the write: it would be counted beside the wrong integration.
    project.create_deployment(&samples::deployment(&flow, &environment)).await.unwrap();
    assert!(matches!(project.move_flow(&read, from.id, 1).await, Err(StoreError::Raced)));
    assert!(matches!(project.move_flow(&read, from.id, 7).await, Err(StoreError::Stale { current: 1, .. })));
    audit(&local).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_stay_right_while_flows_move_come_go_and_are_deployed() {
    let local = Local::start().await;
    let (integration, flow, environment) = samples::workshop(&local.project).await;
    let other = samples::integration();
    local.project.create(&other).await.unwrap();
    let homes = [integration, other];
    at_once(60, |turn| {
        let (project, flow, environment) = (local.project.clone(), flow.clone(), environment.clone());
        let home = homes[turn / 4 % 2].clone();
        async move {
            let outcome = match turn % 4 {
                0 => move_to(&project, &flow, home.id).await,
                1 => project.create_deployment(&samples::deployment(&flow, &environment)).await,
                2 => project.create_flow(&samples::flow(&home)).await,
                _ => {
                    let short_lived = samples::flow(&home);
                    project.create_flow(&short_lived).await.unwrap();
                    project.delete_flow(&short_lived).await
                }
            };
            match outcome {
                Ok(()) | Err(StoreError::Stale { .. } | StoreError::Raced) => {}
                Err(error) => panic!("turn {turn}: {error:?}"),
            }
        }
    })
    .await;
    let audit = audit(&local).await;
    assert_eq!((audit.flows.len(), audit.deployments.len(), audit.routes.len()), (16, 15, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_integration_is_deleted_or_gets_a_flow_and_never_both() {
    let local = Local::start().await;
    for _ in 0..15 {
        let integration = samples::integration();
        local.project.create(&integration).await.unwrap();
        let flow = samples::flow(&integration);
        let (deleted, added) =
            tokio::join!(local.project.delete_integration(&integration), local.project.create_flow(&flow));
        match (&deleted, &added) {
            (Ok(()), Err(StoreError::NotFound { .. })) | (Err(StoreError::InUse { .. }), Ok(())) => {}
            both => panic!("{both:?}"),
        }
    }
    audit(&local).await;
}
