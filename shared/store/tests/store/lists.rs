//! Pages: a cursor visits whatever stays exactly once, totals are the real number, and no cursor leads astray.

use std::collections::BTreeSet;

use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::Flow;
use futures::future::try_join_all;
use store::{Direction, Entity, Kind, ListRequest, Listing, Page, ProjectStore, StoreError, Stored};
use uuid::Uuid;

use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples::{self, moment};

const ALL: Listing = Listing::project(Kind::Environment);

pub(crate) fn request(limit: usize) -> ListRequest {
    ListRequest { limit, offset: 0, direction: Direction::Ascending, cursor: None, with_total: false }
}

/// An environment that stands at this place of the list.
fn at_place(place: usize) -> Environment {
    let mut environment = samples::environment();
    environment.metadata.created_at = moment(i64::try_from(place).unwrap());
    environment
}

async fn environments(project: &ProjectStore, count: usize) -> Vec<Environment> {
    let made: Vec<_> = (0..count).map(at_place).collect();
    try_join_all(made.iter().map(|environment| project.create(environment))).await.unwrap();
    made
}

pub(crate) fn ids<E: Entity>(page: &Page<E>) -> Vec<Uuid> {
    page.results.iter().map(|stored| stored.entity.uuid()).collect()
}

pub(crate) async fn by_cursor<E: Entity>(
    project: &ProjectStore,
    listing: &Listing,
    mut request: ListRequest,
) -> Vec<Uuid> {
    let mut seen = Vec::new();
    loop {
        let page = project.page::<E>(listing, &request).await.unwrap();
        assert!(page.results.len() <= request.limit);
        seen.extend(ids(&page));
        match page.cursor {
            Some(cursor) => request.cursor = Some(cursor),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn pages_are_cut_from_one_order_whichever_way_and_however_large() {
    let local = Local::start().await;
    let made: Vec<Uuid> = environments(&local.project, 23).await.iter().map(Entity::uuid).collect();
    let reversed: Vec<Uuid> = made.iter().rev().copied().collect();
    for (direction, order) in [(Direction::Ascending, &made), (Direction::Descending, &reversed)] {
        for limit in [1, 7, 22, 23, 24, 500] {
            let request = ListRequest { direction, ..request(limit) };
            assert_eq!(by_cursor::<Environment>(&local.project, &ALL, request.clone()).await, *order);
            for offset in [0, 1, 20, 23, 40] {
                let request = ListRequest { offset, with_total: true, ..request.clone() };
                let page = local.project.page::<Environment>(&ALL, &request).await.unwrap();
                let expected: Vec<_> = order.iter().skip(offset).take(limit).copied().collect();
                assert_eq!((ids(&page), page.total), (expected, Some(23)));
                assert_eq!(page.cursor.is_some(), offset + limit < 23, "offset {offset}, limit {limit}");
            }
        }
    }
    let walked = local.project.walk::<Environment>(&ALL, |_| true).await.unwrap();
    assert_eq!(walked.iter().map(|stored| stored.entity.uuid()).collect::<Vec<_>>(), made);
}

#[tokio::test]
async fn a_page_of_nothing_still_knows_the_total() {
    let local = Local::start().await;
    let empty = ListRequest { with_total: true, ..request(0) };
    for count in [0, 3] {
        environments(&local.project, count).await;
        let page = local.project.page::<Environment>(&ALL, &empty).await.unwrap();
        assert_eq!((page.results.len(), page.total, page.cursor), (0, Some(count as u64), None));
    }
    let page = local.project.page::<Environment>(&ALL, &request(5)).await.unwrap();
    assert_eq!(page.total, None, "nobody asked");
}

#[tokio::test]
async fn environments_stand_in_the_order_of_stages_and_move_when_that_changes() {
    let local = Local::start().await;
    let mut made = environments(&local.project, 3).await;
    for (environment, position) in made.iter_mut().zip([30, 4, 100]) {
        environment.position = position;
        environment.metadata.touch(moment(9), &samples::someone());
        local.project.update(environment, 1).await.unwrap();
    }
    let order = [made[1].uuid(), made[0].uuid(), made[2].uuid()];
    assert_eq!(by_cursor::<Environment>(&local.project, &ALL, request(2)).await, order);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_visits_whatever_stays_exactly_once() {
    let local = Local::start().await;
    let made = environments(&local.project, 80).await;
    let (project, doomed) = (local.project.clone(), made.clone());
    let others = tokio::spawn(async move {
        for (place, environment) in doomed.iter().enumerate().filter(|(place, _)| place % 2 == 1) {
            project.delete(environment).await.unwrap();
            project.create(&at_place(79 - place)).await.unwrap();
        }
    });
    let staying: BTreeSet<Uuid> = made.iter().step_by(2).map(Entity::uuid).collect();
    while !others.is_finished() {
        for direction in [Direction::Ascending, Direction::Descending] {
            let seen =
                by_cursor::<Environment>(&local.project, &ALL, ListRequest { direction, ..request(7) }).await;
            let distinct: BTreeSet<Uuid> = seen.iter().copied().collect();
            assert_eq!(distinct.len(), seen.len(), "something was visited twice");
            assert!(staying.is_subset(&distinct), "something that stayed was not visited");
        }
    }
    others.await.unwrap();
    audit(&local).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_total_is_right_after_a_hundred_came_and_went_at_once() {
    let local = Local::start().await;
    at_once(100, |turn| {
        let project = local.project.clone();
        async move {
            let environment = samples::environment();
            project.create(&environment).await.unwrap();
            if turn % 3 == 0 {
                project.delete(&environment).await.unwrap();
            }
        }
    })
    .await;
    let request = ListRequest { with_total: true, ..request(500) };
    let page = local.project.page::<Environment>(&ALL, &request).await.unwrap();
    assert_eq!((page.total, page.results.len()), (Some(66), 66));
    audit(&local).await;
}

#[tokio::test]
async fn the_flows_of_an_integration_and_the_deployments_of_a_flow_are_lists_of_their_own() {
    let local = Local::start().await;
    let project = &local.project;
    let (integration, first, staging) = samples::workshop(project).await;
    let (_, elsewhere, production) = samples::workshop(project).await;
    let mut second = samples::flow(&integration);
    second.metadata.created_at = moment(1);
    project.create_flow(&second).await.unwrap();
    let mut expected = Vec::new();
    for place in 0..5 {
        let mut deployment = samples::deployment(&first, &staging);
        deployment.metadata.created_at = moment(place);
        project.create_deployment(&deployment).await.unwrap();
        expected.push(deployment.uuid());
    }
    project.create_deployment(&samples::deployment(&elsewhere, &staging)).await.unwrap();
    project.create_deployment(&samples::deployment(&first, &production)).await.unwrap();

    let flows = Listing::flows_of(integration.id);
    assert_eq!(by_cursor::<Flow>(project, &flows, request(1)).await, [first.uuid(), second.uuid()]);
    let deployments = Listing::deployments_of(first.id);
    let mut of_first = by_cursor::<Deployment>(project, &deployments, request(2)).await;
    of_first.retain(|id| expected.contains(id));
    assert_eq!(of_first, expected);
    let totals = async |listing: &Listing| {
        let counted = ListRequest { with_total: true, direction: Direction::Descending, ..request(500) };
        let page = project.page::<Deployment>(listing, &counted).await.unwrap();
        (page.total, page.results.len())
    };
    assert_eq!(totals(&deployments).await, (Some(6), 6));
    assert_eq!(totals(&Listing::deployments_in(staging.id)).await, (Some(6), 6));
    assert_eq!(totals(&Listing::deployments_in(production.id)).await, (Some(1), 1));
    let history = Listing::deployments_of_in(first.id, staging.id.into());
    assert_eq!(totals(&history).await, (Some(5), 5));
    assert_eq!(by_cursor::<Deployment>(project, &history, request(2)).await, expected);
    assert_eq!(totals(&Listing::deployments_of_in(first.id, production.id.into())).await, (Some(1), 1));
    assert_eq!(totals(&Listing::deployments_of_in(elsewhere.id, production.id.into())).await, (Some(0), 0));
    audit(&local).await;
}

#[tokio::test]
async fn a_forged_cursor_is_refused_or_leads_nowhere_new() {
    let local = Local::start().await;
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let deployment = samples::deployment(&flow, &environment);
    local.project.create_deployment(&deployment).await.unwrap();
    let other = local.in_project(&"other".parse().unwrap());
    let foreign = environments(&other, 3).await;
    let id = foreign[0].uuid();
    let of_other = other.page::<Environment>(&ALL, &request(1)).await.unwrap().cursor.unwrap();
    let long = format!("{}#{id}", "x".repeat(300));
    let children = Listing::deployments_of(flow.id);
    let history = Listing::deployments_of_in(flow.id, environment.id.into());
    for forged in ["", "x", "no-id#", "DEPLOYMENT#", "RELEASE#0000000001", &long] {
        let request = ListRequest { cursor: Some(forged.to_owned()), ..request(5) };
        let page = local.project.page::<Environment>(&ALL, &request).await;
        assert!(matches!(page, Err(StoreError::BadCursor)), "{forged}");
        let page = local.project.page_where::<Environment>(&ALL, &request, |_| true).await;
        assert!(matches!(page, Err(StoreError::BadCursor)), "{forged}");
        for listing in [&children, &history] {
            let page = local.project.page::<Deployment>(listing, &request).await;
            assert!(matches!(page, Err(StoreError::BadCursor)), "{forged}");
        }
    }
    for foreign in [of_other, format!("#{id}"), format!("~#{id}")] {
        let request = ListRequest { cursor: Some(foreign), ..request(5) };
        let page = local.project.page::<Environment>(&ALL, &request).await.unwrap();
        assert!(ids(&page).iter().all(|id| *id == environment.uuid()));
        for listing in [&children, &history] {
            let page = local.project.page::<Deployment>(listing, &request).await.unwrap();
            assert!(ids(&page).iter().all(|id| *id == deployment.uuid()));
        }
    }
}

#[tokio::test]
async fn a_filtered_page_is_the_page_of_what_is_kept() {
    let local = Local::start().await;
    let made = environments(&local.project, 260).await;
    // One of three is kept: more than one request of 100 entries looks for a page.
    let kept: Vec<Uuid> = made.iter().step_by(3).map(Entity::uuid).collect();
    let is_kept = |stored: &Stored<Environment>| kept.contains(&stored.entity.uuid());
    let reversed: Vec<Uuid> = kept.iter().rev().copied().collect();
    for (direction, order) in [(Direction::Ascending, &kept), (Direction::Descending, &reversed)] {
        for (limit, offset) in [(1, 0), (40, 0), (86, 0), (87, 0), (88, 0), (10, 80), (10, 90)] {
            let mut request = ListRequest { direction, offset, ..request(limit) };
            let mut seen = Vec::new();
            loop {
                let page = local.project.page_where(&ALL, &request, is_kept).await.unwrap();
                seen.extend(ids(&page));
                assert!(page.results.len() <= limit && page.total.is_none());
                let Some(cursor) = page.cursor else { break };
                request = ListRequest { cursor: Some(cursor), offset: 0, ..request };
            }
            assert_eq!(
                seen,
                order.iter().skip(offset).copied().collect::<Vec<_>>(),
                "{limit} after {offset}"
            );
        }
    }
    let none = local.project.page_where(&ALL, &request(0), is_kept).await.unwrap();
    assert_eq!((none.results.len(), none.cursor), (0, None));
}
