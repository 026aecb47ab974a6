//! A deployment under way holds its route: nothing that it needs can be deleted under it.

use domain::deployment::{Deployment, OperationKind};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::integration::Integration;
use domain::lifecycle::Event;
use domain::work::Worked;
use store::{Kind, ProjectStore, StoreError};
use uuid::Uuid;

use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples::{self, moment};

/// A worker takes the deployment up and ends it with nothing that answers.
async fn fail(project: &ProjectStore, deployment: &Deployment) {
    let mut deployment = project.deployment(deployment.id).await.unwrap().unwrap().entity;
    let before = deployment.work_state.epoch;
    deployment.acquire("worker", moment(1), 60).unwrap();
    project.save_progress(&deployment, before).await.unwrap();
    let ended = project.save_with_route(&deployment, deployment.work_state.epoch, |deployment, route| {
        deployment.fail("Refused", &["no reason".to_owned()], moment(2)).unwrap();
        route.pending_operations.remove(&deployment.id);
        Ok(())
    });
    ended.await.unwrap();
}

async fn routes(project: &ProjectStore, flow: &Flow, environment: &Environment) -> [u64; 3] {
    let integration = project.get_by_id::<Integration>(flow.integration.uuid()).await.unwrap().derived.routes;
    let environment = project.get_by_id::<Environment>(environment.id.uuid()).await.unwrap().derived.routes;
    [project.get_by_id::<Flow>(flow.id.uuid()).await.unwrap().derived.routes, environment, integration]
}

#[tokio::test]
async fn nothing_is_deleted_under_a_deployment_and_everything_after_it() {
    let local = Local::start().await;
    let project = &local.project;
    let (integration, flow, environment) = samples::workshop(project).await;
    let deployment = samples::deployment(&flow, &environment);
    project.create_deployment(&deployment).await.unwrap();
    assert_eq!(routes(project, &flow, &environment).await, [1, 1, 1]);
    let before = local.items().await;
    assert!(matches!(project.delete_flow(&flow).await, Err(StoreError::InUse { kind: Kind::Flow, .. })));
    let refused = project.delete_environment(&environment).await;
    assert!(matches!(refused, Err(StoreError::InUse { kind: Kind::Environment, .. })));
    let refused = project.delete_integration(&integration).await;
    assert!(matches!(refused, Err(StoreError::InUse { kind: Kind::Integration, .. })));
    assert_eq!(local.items().await, before, "a refusal changes nothing");

    fail(project, &deployment).await;
    assert_eq!(routes(project, &flow, &environment).await, [0, 0, 0]);
    assert_eq!(project.route(flow.id, environment.id.into()).await.unwrap(), None);
    audit(&local).await;
    project.delete_flow(&flow).await.unwrap();
    project.delete_integration(&integration).await.unwrap();
    project.delete_environment(&environment).await.unwrap();
}

#[tokio::test]
async fn what_is_only_history_is_taken_away_after_flow_and_environment() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let deployment = samples::deployment(&flow, &environment);
    project.create_deployment(&deployment).await.unwrap();
    fail(project, &deployment).await;
    project.delete_environment(&environment).await.unwrap();
    project.delete_flow(&flow).await.unwrap();
    let mut left = project.deployment(deployment.id).await.unwrap().unwrap().entity;
    let seen = left.metadata.version;
    left.request(OperationKind::Redeploy { in_place: false }, &samples::request()).unwrap();
    let redeployed = project.request_operation(&left, seen).await;
    assert!(matches!(redeployed, Err(StoreError::NotFound { .. })), "{redeployed:?}");
    let mut left = project.deployment(deployment.id).await.unwrap().unwrap().entity;
    left.request(OperationKind::Undeploy, &samples::request()).unwrap();
    project.update(&left, seen).await.unwrap();
    left.acquire("worker", moment(3), 60).unwrap();
    project.save_progress(&left, left.work_state.epoch - 1).await.unwrap();
    project.remove_deployment(&left, left.work_state.epoch).await.unwrap();
    assert!(project.deployment(deployment.id).await.unwrap().is_none());
    let audit = audit(&local).await;
    assert_eq!(audit.deployments.len(), 0);
    let listed = local.living().await;
    assert!(!format!("{listed:?}").contains(&deployment.id.to_string()), "no list knows it any more");
}

#[tokio::test]
async fn a_deployment_needs_flow_and_environment() {
    let local = Local::start().await;
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let before = local.items().await;
    let no_flow = samples::flow(&samples::integration());
    let no_environment = samples::environment();
    for (flow, environment, missing) in
        [(&no_flow, &environment, Kind::Flow), (&flow, &no_environment, Kind::Environment)]
    {
        let refused = local.project.create_deployment(&samples::deployment(flow, environment)).await;
        assert!(matches!(refused, Err(StoreError::NotFound { kind, .. }) if kind == missing), "{refused:?}");
    }
    let deployment = samples::deployment(&flow, &environment);
    let refused = local.project.request_operation(&deployment, 1).await;
    assert!(matches!(refused, Err(StoreError::NotFound { kind: Kind::Deployment, .. })));
    assert_eq!(local.items().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_deployments_of_one_flow_into_one_environment_all_begin_and_end() {
    let local = Local::start().await;
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let deployments: Vec<_> = (0..20).map(|_| samples::deployment(&flow, &environment)).collect();
    at_once(20, |turn| {
        let (project, deployment) = (local.project.clone(), deployments[turn].clone());
        async move { project.create_deployment(&deployment).await.unwrap() }
    })
    .await;
    assert_eq!(audit(&local).await.routes[0].pending_operations.len(), 20);
    at_once(20, |turn| {
        let (project, deployment) = (local.project.clone(), deployments[turn].clone());
        async move { fail(&project, &deployment).await }
    })
    .await;
    assert_eq!(audit(&local).await.routes, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_or_flow_is_deleted_or_deployed_to_and_never_both() {
    let local = Local::start().await;
    let project = &local.project;
    for turn in 0..20 {
        let (_, flow, environment) = samples::workshop(project).await;
        let deployment = samples::deployment(&flow, &environment);
        let deletion = async {
            match turn % 2 {
                0 => project.delete_environment(&environment).await,
                _ => project.delete_flow(&flow).await,
            }
        };
        let (deleted, begun) = tokio::join!(deletion, project.create_deployment(&deployment));
        match (&deleted, &begun) {
            (Ok(()), Err(StoreError::NotFound { .. })) | (Err(StoreError::InUse { .. }), Ok(())) => {}
            both => panic!("{both:?}"),
        }
    }
    audit(&local).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_is_taken_away_while_its_flow_and_environment_go() {
    let local = Local::start().await;
    let project = &local.project;
    for _ in 0..20 {
        let (_, flow, environment) = samples::workshop(project).await;
        let deployment = samples::deployment(&flow, &environment);
        project.create_deployment(&deployment).await.unwrap();
        fail(project, &deployment).await;
        let mut left = project.deployment(deployment.id).await.unwrap().unwrap().entity;
        let seen = left.metadata.version;
        left.request(OperationKind::Undeploy, &samples::request()).unwrap();
        project.update(&left, seen).await.unwrap();
        let outcomes = tokio::join!(
            project.remove_deployment(&left, left.work_state.epoch),
            project.delete_flow(&flow),
            project.delete_environment(&environment),
        );
        assert!(matches!(outcomes, (Ok(()), Ok(()), Ok(()))), "{outcomes:?}");
    }
    assert_eq!(audit(&local).await.deployments.len(), 0);
}

#[tokio::test]
async fn a_deployment_that_is_not_there_is_none() {
    let local = Local::start().await;
    let id = domain::ids::DeploymentId::new(Uuid::new_v4());
    assert!(local.project.deployment(id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_succeeded_deployment_with_nothing_that_answers_leaves_no_route() {
    let local = Local::start().await;
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let mut deployment = samples::deployment(&flow, &environment);
    local.project.create_deployment(&deployment).await.unwrap();
    deployment.acquire("worker", moment(1), 60).unwrap();
    local.project.save_progress(&deployment, 0).await.unwrap();
    let ended = local.project.save_with_route(&deployment, 1, |deployment, route| {
        deployment.finish(Event::Succeed).unwrap();
        route.pending_operations.remove(&deployment.id);
        Ok(())
    });
    ended.await.unwrap();
    assert_eq!(audit(&local).await.routes, []);
}
