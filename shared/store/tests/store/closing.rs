//! An integration that is being deleted: closed first, so that nothing is lost where the deletion is refused.

use domain::flow::Flow;
use domain::integration::Integration;
use store::{Kind, StoreError};

use crate::audit::audit;
use crate::local::Local;
use crate::samples::{self, moment, someone};

fn refused_as_closing<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::InUse { kind: Kind::Integration, reason }) if reason.contains("being deleted"))
}

#[tokio::test]
async fn a_closed_integration_takes_nothing_in_and_lets_everything_out() {
    let local = Local::start().await;
    let project = &local.project;
    let (closed, flow, environment) = samples::workshop(project).await;
    let (open, elsewhere, _) = samples::workshop(project).await;
    project.close_integration(&closed).await.unwrap();

    assert!(refused_as_closing(&project.create_flow(&samples::flow(&closed)).await));
    assert!(refused_as_closing(&project.create_deployment(&samples::deployment(&flow, &environment)).await));
    let mut renamed = closed.clone();
    renamed.metadata.touch(moment(1), &someone());
    assert!(refused_as_closing(&project.update(&renamed, 1).await));
    let mut arriving = project.get_by_id::<Flow>(elsewhere.id.uuid()).await.unwrap();
    arriving.entity.integration = closed.id;
    arriving.entity.metadata.touch(moment(1), &someone());
    assert!(refused_as_closing(&project.move_flow(&arriving, open.id, 1).await));
    let mut leaving = project.get_by_id::<Flow>(flow.id.uuid()).await.unwrap();
    leaving.entity.integration = open.id;
    leaving.entity.metadata.touch(moment(1), &someone());
    project.move_flow(&leaving, closed.id, 1).await.unwrap();
    audit(&local).await;

    let read = project.get_by_id::<Integration>(closed.id.uuid()).await.unwrap();
    assert_eq!(read.entity, closed, "neither body nor version changed");
    project.close_integration(&closed).await.unwrap();
    project.delete_integration(&closed).await.unwrap();
    let again = project.close_integration(&closed).await;
    assert!(matches!(again, Err(StoreError::NotFound { kind: Kind::Integration, .. })));
    audit(&local).await;
}

#[tokio::test]
async fn what_is_deployed_or_was_read_too_early_is_not_closed() {
    let local = Local::start().await;
    let project = &local.project;
    let (integration, flow, environment) = samples::workshop(project).await;
    project.create_deployment(&samples::deployment(&flow, &environment)).await.unwrap();
    assert!(matches!(project.close_integration(&integration).await, Err(StoreError::InUse { .. })));
    let mut renamed = integration.clone();
    renamed.metadata.touch(moment(1), &someone());
    project.update(&renamed, 1).await.unwrap();
    let stale = project.close_integration(&integration).await;
    assert!(matches!(stale, Err(StoreError::Stale { expected: 1, current: 2, .. })));
    project.create_flow(&samples::flow(&integration)).await.unwrap();
    audit(&local).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_integration_is_closed_or_its_flow_is_deployed_and_never_both() {
    let local = Local::start().await;
    let project = &local.project;
    for turn in 0..20 {
        let (integration, flow, environment) = samples::workshop(project).await;
        let deployment = samples::deployment(&flow, &environment);
        // Deploying reads before it writes; with a head start, each of the two is sometimes first.
        let close = async {
            tokio::time::sleep(std::time::Duration::from_millis(turn % 4 * 2)).await;
            project.close_integration(&integration).await
        };
        match tokio::join!(close, project.create_deployment(&deployment)) {
            (Ok(()), deployed) if refused_as_closing(&deployed) => {
                project.delete_flow(&flow).await.unwrap();
                project.delete_integration(&integration).await.unwrap();
            }
            (Err(StoreError::InUse { .. }), Ok(())) => {}
            (closed, _) => panic!("{closed:?}"),
        }
    }
    audit(&local).await;
}
