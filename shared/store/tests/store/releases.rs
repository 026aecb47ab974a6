//! Releases: numbered without gaps whoever races, and there for good.

use domain::flow::Flow;
use store::{Direction, ProjectStore, StoreError};

use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples;

/// Releases a flow as the API does: read, write, and again when somebody was faster.
async fn release(project: &ProjectStore, flow: &Flow) -> u32 {
    loop {
        let read = project.get_by_id::<Flow>(flow.id.uuid()).await.unwrap().entity;
        let (release, counted) = samples::next_release(&read);
        match project.create_release(&release, &counted, read.metadata.version).await {
            Ok(()) => return release.number,
            Err(StoreError::Raced | StoreError::Stale { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_who_release_at_once_get_the_numbers_one_to_twenty() {
    let local = Local::start().await;
    let (_, flow, _) = samples::workshop(&local.project).await;
    let mut numbers = at_once(20, |_| {
        let (project, flow) = (local.project.clone(), flow.clone());
        async move { release(&project, &flow).await }
    })
    .await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    let stored = local.project.get_by_id::<Flow>(flow.id.uuid()).await.unwrap().entity;
    assert_eq!((stored.next_release(), stored.metadata.version), (21, 21));
    audit(&local).await;
}

#[tokio::test]
async fn a_release_cannot_be_written_again() {
    let local = Local::start().await;
    let (_, flow, _) = samples::workshop(&local.project).await;
    let (first, counted) = samples::next_release(&flow);
    local.project.create_release(&first, &counted, 1).await.unwrap();
    let mut forged = first.clone();
    forged.description = "Something else".parse().unwrap();
    let before = local.items().await;
    let mut next = counted.clone();
    next.metadata.version = 3;
    let taken = local.project.create_release(&forged, &next, 2).await;
    assert!(matches!(taken, Err(StoreError::Raced)));
    forged.number = 2;
    let stale = local.project.create_release(&forged, &next, 1).await;
    assert!(matches!(stale, Err(StoreError::Stale { expected: 1, current: 2, .. })));
    assert_eq!(local.items().await, before);
    assert_eq!(local.project.release(flow.id, 1).await.unwrap(), first);
}

#[tokio::test]
async fn releases_outlive_their_flow_and_are_read_either_way() {
    let local = Local::start().await;
    let (_, flow, _) = samples::workshop(&local.project).await;
    for _ in 0..11 {
        release(&local.project, &flow).await;
    }
    for (direction, after, limit, expected) in [
        (Direction::Ascending, None, 3, vec![1, 2, 3]),
        (Direction::Ascending, Some(9), 5, vec![10, 11]),
        (Direction::Descending, None, 3, vec![11, 10, 9]),
        (Direction::Descending, Some(2), 5, vec![1]),
        (Direction::Descending, Some(100), 2, vec![11, 10]),
        (Direction::Ascending, Some(11), 5, vec![]),
        (Direction::Ascending, None, 0, vec![]),
    ] {
        let found = local.project.releases(flow.id, direction, after, limit).await.unwrap();
        assert_eq!(found.iter().map(|release| release.number).collect::<Vec<_>>(), expected);
    }
    let flow = local.project.get_by_id::<Flow>(flow.id.uuid()).await.unwrap().entity;
    local.project.delete_flow(&flow).await.unwrap();
    assert_eq!(local.project.release(flow.id, 7).await.unwrap().number, 7);
    let missing = local.project.release(flow.id, 12).await;
    assert!(matches!(missing, Err(StoreError::NotFound { .. })));
    audit(&local).await;
}
