//! The index of pending work: what is overdue is found, what rests never is.

use domain::deployment::OperationKind;
use domain::lifecycle::Event;
use domain::work::{WorkKind, Worked};

use crate::audit::audit;
use crate::local::Local;
use crate::samples::{self, moment};

/// Queued work is given a minute before somebody looks after it.
const PATIENCE: i64 = 60;

#[tokio::test]
async fn work_is_overdue_only_after_its_time() {
    let local = Local::start().await;
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let mut deployment = samples::deployment(&flow, &environment);
    local.project.create_deployment(&deployment).await.unwrap();
    let overdue =
        async |at: i64| local.store.overdue(domain::work::WorkQueue::Flows, moment(at)).await.unwrap();
    let found = vec![(local.project.project().clone(), WorkKind::FlowDeployment, deployment.id.uuid())];
    assert_eq!(overdue(PATIENCE).await, []);
    assert_eq!(overdue(PATIENCE + 1).await, found);

    deployment.acquire("worker", moment(30), 100).unwrap();
    local.project.save_progress(&deployment, 0).await.unwrap();
    assert_eq!(overdue(130).await, [], "the lease counts");
    assert_eq!(overdue(131).await, found);

    deployment.finish(Event::Fail).unwrap();
    let ended = local.project.save_with_route(&deployment, 1, |deployment, route| {
        route.pending_operations.remove(&deployment.id);
        Ok(())
    });
    let mut deployment = ended.await.unwrap();
    assert_eq!(overdue(1_000_000).await, [], "it rests");

    let mut again = samples::request();
    again.at = moment(500);
    deployment = local.project.deployment(deployment.id).await.unwrap().unwrap().entity;
    let seen = deployment.metadata.version;
    deployment.request(OperationKind::Undeploy, &again).unwrap();
    local.project.update(&deployment, seen).await.unwrap();
    assert_eq!(overdue(500 + PATIENCE).await, []);
    assert_eq!(overdue(501 + PATIENCE).await, found);
    audit(&local).await;
}

#[tokio::test]
async fn overdue_work_of_every_project_and_shard_is_found() {
    let local = Local::start().await;
    let mut expected = Vec::new();
    for project in ["acme", "other"] {
        let project = local.in_project(&project.parse().unwrap());
        let (_, flow, environment) = samples::workshop(&project).await;
        for _ in 0..20 {
            let deployment = samples::deployment(&flow, &environment);
            project.create_deployment(&deployment).await.unwrap();
            expected.push((project.project().clone(), WorkKind::FlowDeployment, deployment.id.uuid()));
        }
    }
    let mut found = local.store.overdue(domain::work::WorkQueue::Flows, moment(PATIENCE + 1)).await.unwrap();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}
