//! The network loses answers and DynamoDB refuses in passing. Neither may be taken for somebody else's write.

use domain::environment::Environment;
use domain::work::Worked;
use store::{ProjectStore, StoreError};

use crate::audit::audit;
use crate::local::Local;
use crate::samples::{self, moment, someone};
use crate::wire::Wire;

async fn start() -> (Local, Wire, ProjectStore) {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    (local, wire, project)
}

#[tokio::test]
async fn a_single_write_whose_answer_got_lost_has_been_made() {
    let (local, wire, project) = start().await;
    let (_, flow, mut environment) = samples::workshop(&local.project).await;
    environment.metadata.touch(moment(1), &someone());
    wire.lose("UpdateItem");
    project.update(&environment, 1).await.unwrap();
    assert_eq!(wire.requests(), ["UpdateItem", "UpdateItem"]);
    let stored = local.project.get_by_id::<Environment>(environment.id.uuid()).await.unwrap();
    assert_eq!(stored.entity, environment);

    let run = samples::run(&samples::deployment(&flow, &environment));
    wire.lose("PutItem");
    assert!(project.create_run(&run).await.unwrap(), "the run that is there is our own");
    assert!(!project.create_run(&run).await.unwrap());
}

#[tokio::test]
async fn a_workers_write_whose_answer_got_lost_has_not_cost_it_the_lease() {
    let (local, wire, project) = start().await;
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let mut deployment = samples::deployment(&flow, &environment);
    local.project.create_deployment(&deployment).await.unwrap();
    deployment.acquire("worker", moment(1), 60).unwrap();
    wire.lose("UpdateItem");
    project.save_progress(&deployment, 0).await.unwrap();
    wire.lose("TransactWriteItems");
    let ended = project.save_with_route(&deployment, 1, |deployment, route| {
        deployment.finish(domain::lifecycle::Event::Succeed).unwrap();
        route.pending_operations.remove(&deployment.id);
        Ok(())
    });
    ended.await.unwrap();
    assert!(wire.is_done());
    audit(&local).await;
}

#[tokio::test]
async fn a_transaction_whose_answer_got_lost_is_done_once() {
    let (local, wire, project) = start().await;
    let (_, flow, _) = samples::workshop(&local.project).await;
    let environment = samples::environment_with_key("production");
    let (release, counted) = samples::next_release(&flow);
    let deployment = samples::deployment(&flow, &environment);
    wire.lose("TransactWriteItems");
    project.create(&environment).await.unwrap();
    wire.lose("TransactWriteItems");
    project.create_release(&release, &counted, 1).await.unwrap();
    wire.lose("TransactWriteItems");
    project.create_deployment(&deployment).await.unwrap();
    let doomed = samples::environment_with_key("doomed");
    project.create(&doomed).await.unwrap();
    wire.lose("TransactWriteItems");
    project.delete_environment(&doomed).await.unwrap();
    assert!(wire.is_done());
    audit(&local).await;
}

#[tokio::test]
async fn a_write_that_collides_with_a_transaction_is_made_after_it() {
    let (local, wire, project) = start().await;
    let mut environment = samples::environment_with_key("staging");
    let reasons =
        r#","CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"},{"Code":"None"}]"#;
    for _ in 0..3 {
        wire.refuse("TransactWriteItems", "TransactionCanceledException", reasons);
    }
    project.create(&environment).await.unwrap();
    for _ in 0..3 {
        wire.refuse("UpdateItem", "TransactionConflictException", "");
    }
    environment.metadata.touch(moment(1), &someone());
    project.update(&environment, 1).await.unwrap();
    assert!(wire.is_done());
    audit(&local).await;
}

#[tokio::test]
async fn a_write_that_always_collides_gives_up_as_unavailable() {
    let (_local, wire, project) = start().await;
    for _ in 0..200 {
        wire.refuse("PutItem", "TransactionConflictException", "");
    }
    let flow = samples::flow(&samples::integration());
    let run = samples::run(&samples::deployment(&flow, &samples::environment()));
    assert!(matches!(project.create_run(&run).await, Err(StoreError::Unavailable(_))));
}
