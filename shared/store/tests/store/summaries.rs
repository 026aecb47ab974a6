//! The lists that deployments are in, and the index of no more of each than filters and orders need.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::{DeploymentId, PackageId};
use domain::metadata::Metadata;
use domain::package::Package;
use domain::placement::Placement;
use domain::route::Switch;
use store::{DeploymentSummary, Direction, Entity, Kind, ListRequest, Listing, ProjectStore, StoreError};
use uuid::Uuid;

use crate::audit::{audit, summary};
use crate::lists::{by_cursor, ids, request};
use crate::local::Local;
use crate::samples::{self, moment, someone};
use crate::switching::{deployed, enable};
use crate::wire::Wire;

fn package() -> Package {
    Package {
        id: PackageId::new(Uuid::new_v4()),
        name: "June".parse().unwrap(),
        notes: None,
        members: Vec::new(),
        was_deployed: true,
        metadata: Metadata::begin(moment(0), &someone()),
    }
}

/// A flow with deployments in two environments and everywhere, of three releases, one in a second each, every second
/// one of a package.
async fn scattered(project: &ProjectStore) -> (Flow, [Environment; 2], Vec<Deployment>) {
    let (_, flow, staging) = samples::workshop(project).await;
    let package = package();
    project.create(&package).await.unwrap();
    let production = samples::environment();
    project.create(&production).await.unwrap();
    let places = [staging.id.into(), production.id.into(), Placement::Global];
    let mut made = Vec::new();
    for turn in 0..18_u32 {
        let mut deployment = samples::deployment_in(&flow, places[turn as usize % 3]);
        deployment.release = turn / 3 % 3 + 1;
        deployment.package = (turn % 2 == 0).then_some(package.id);
        deployment.metadata.created_at = moment(i64::from(turn));
        project.create_deployment(&deployment).await.unwrap();
        made.push(deployment);
    }
    (flow, [staging, production], made)
}

/// What lists there are, and what belongs into each.
fn lists(flow: &Flow, environments: &[Environment; 2], made: &[Deployment]) -> Vec<(Listing, Vec<Uuid>)> {
    let ids = |keep: &dyn Fn(&Deployment) -> bool| -> Vec<Uuid> {
        made.iter().filter(|deployment| keep(deployment)).map(Entity::uuid).collect()
    };
    let own: Placement = environments[0].id.into();
    let package = made[0].package;
    vec![
        (Listing::deployments_of_package(package.unwrap()), ids(&|deployment| deployment.package == package)),
        (Listing::deployments(), ids(&|_| true)),
        (Listing::project(Kind::Deployment), ids(&|_| true)),
        (Listing::deployments_of(flow.id), ids(&|_| true)),
        (Listing::deployments_of_release(flow.id, 2), ids(&|deployment| deployment.release == 2)),
        (Listing::deployments_of_release(flow.id, 9), Vec::new()),
        (Listing::global_deployments(), ids(&|deployment| deployment.placement.is_global())),
        (Listing::deployments_in(environments[0].id), ids(&|deployment| deployment.placement == own)),
        (Listing::deployments_of_in(flow.id, own), ids(&|deployment| deployment.placement == own)),
        (
            Listing::deployments_of_in(flow.id, Placement::Global),
            ids(&|deployment| deployment.placement.is_global()),
        ),
    ]
}

#[tokio::test]
async fn every_list_is_walked_forwards_and_back_again() {
    let local = Local::start().await;
    let project = &local.project;
    let (flow, environments, made) = scattered(project).await;
    // Of another flow, in one list alone.
    let (_, elsewhere, other) = samples::workshop(project).await;
    project.create_deployment(&samples::deployment(&elsewhere, &other)).await.unwrap();
    for (listing, mut expected) in lists(&flow, &environments, &made) {
        for direction in [Direction::Ascending, Direction::Descending] {
            for limit in [1, 4, 18, 500] {
                let request = ListRequest { direction, ..request(limit) };
                let mut seen = by_cursor::<Deployment>(project, &listing, request.clone()).await;
                seen.retain(|id| made.iter().any(|deployment| deployment.uuid() == *id));
                assert_eq!(seen, expected, "{listing:?}, {direction:?} by {limit}");
                back_and_forth(project, &listing, request).await;
            }
            expected.reverse();
        }
    }
    audit(&local).await;
}

/// From every page the one before is found by where it begins.
async fn back_and_forth(project: &ProjectStore, listing: &Listing, mut request: ListRequest) {
    let mut before: Option<Vec<Uuid>> = None;
    loop {
        let page = project.page::<Deployment>(listing, &request).await.unwrap();
        assert_eq!(page.start.is_some(), !page.results.is_empty());
        if let (Some(expected), Some(start)) = (&before, &page.start) {
            let direction = match request.direction {
                Direction::Ascending => Direction::Descending,
                Direction::Descending => Direction::Ascending,
            };
            let back = ListRequest { direction, cursor: Some(start.clone()), ..request.clone() };
            let mut found = ids(&project.page::<Deployment>(listing, &back).await.unwrap());
            found.reverse();
            assert_eq!(found, *expected, "{listing:?}, before {:?}", ids(&page));
        }
        before = Some(ids(&page));
        match page.cursor {
            Some(cursor) => request.cursor = Some(cursor),
            None => return,
        }
    }
}

#[tokio::test]
async fn totals_are_right_in_every_list_and_offsets_count_from_its_beginning() {
    let local = Local::start().await;
    let (flow, environments, made) = scattered(&local.project).await;
    for (listing, expected) in lists(&flow, &environments, &made) {
        for offset in [0, 2, 17, 40] {
            let request = ListRequest { offset, with_total: true, ..request(3) };
            let page = local.project.page::<Deployment>(&listing, &request).await.unwrap();
            let rest: Vec<_> = expected.iter().skip(offset).take(3).copied().collect();
            assert_eq!((ids(&page), page.total), (rest, Some(expected.len() as u64)), "{listing:?}");
        }
    }
}

#[tokio::test]
async fn a_cursor_of_one_list_leads_nowhere_in_another() {
    let local = Local::start().await;
    let project = &local.project;
    let (flow, environments, made) = scattered(project).await;
    let place = environments[1].id.into();
    let all = [
        Listing::deployments_of_in(flow.id, place),
        Listing::deployments_of_in(flow.id, Placement::Global),
        Listing::deployments_of_release(flow.id, 1),
        Listing::deployments_of_release(flow.id, 2),
        Listing::deployments_of(flow.id),
        Listing::deployments(),
    ];
    for (place, one) in all.iter().enumerate() {
        let cursor = project.page::<Deployment>(one, &request(1)).await.unwrap().cursor;
        for (_, other) in all.iter().enumerate().filter(|(other, _)| *other != place) {
            let foreign = ListRequest { cursor: cursor.clone(), ..request(50) };
            match project.page::<Deployment>(other, &foreign).await {
                Err(StoreError::BadCursor) => {}
                Ok(page) => assert!(ids(&page).iter().all(|id| made.iter().any(|own| own.uuid() == *id))),
                Err(error) => panic!("{error:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_summary_is_what_filters_and_orders_need_and_follows_the_deployment() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let made = deployed(project, samples::deployment(&flow, &environment)).await;
    let other = deployed(project, samples::deployment_in(&flow, Placement::Global)).await;
    for enabled in [None, Some(samples::enabled(10)), Some(samples::enabled(20))] {
        if let Some(enabled) = enabled.clone() {
            enable(project, made.id, Switch::TakeOver, enabled).await;
        }
        let stored = project.deployment(made.id).await.unwrap().unwrap();
        let found = project.summaries(|summary| summary.id == made.id).await.unwrap();
        assert_eq!(found, [summary(&stored)]);
        assert_eq!(found[0].enabled_at, enabled.map(|_| moment(10)), "since when it is on");
    }
    let third = deployed(project, samples::deployment(&flow, &environment)).await;
    enable(project, third.id, Switch::TakeOver, samples::enabled(30)).await;
    let on = project.summaries(|summary| summary.enabled_at.is_some()).await.unwrap();
    assert_eq!(
        on.iter().map(|summary| summary.id).collect::<Vec<_>>(),
        [third.id],
        "who was switched off too"
    );
    let global = project.summaries(|summary| summary.placement.is_global()).await.unwrap();
    assert_eq!(global.iter().map(|summary| summary.id).collect::<Vec<_>>(), [other.id]);
    assert_eq!(project.summaries(|_| false).await.unwrap(), Vec::<DeploymentSummary>::new());
    let (_, undeployed, _) = samples::workshop(project).await;
    assert_eq!(project.summaries(|summary| summary.flow == undeployed.id).await.unwrap(), []);
}

#[tokio::test]
async fn the_index_holds_no_more_than_that_and_is_asked_once() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let (_, flow, environment) = samples::workshop(&local.project).await;
    let made = deployed(&local.project, samples::deployment(&flow, &environment)).await;
    enable(&local.project, made.id, Switch::TakeOver, samples::enabled(10)).await;
    let query = local.client.query().table_name("slipway").index_name("GSI2");
    let query = query.key_condition_expression("GSI2PK = :pk");
    let query = query.expression_attribute_values(":pk", AttributeValue::S("P#acme#DEPLOYMENT".to_owned()));
    let found = query.send().await.unwrap().items.unwrap();
    let names: BTreeSet<_> = found[0].keys().map(String::as_str).collect();
    let expected = ["PK", "SK", "GSI2PK", "GSI2SK", "flow", "flowName", "release", "placement", "enabledAt"];
    assert_eq!((found.len(), names), (1, BTreeSet::from(expected)));
    project.summaries(|_| true).await.unwrap();
    assert_eq!(wire.requests(), ["Query"]);
    project.deployments_by_id(&[made.id]).await.unwrap();
    assert_eq!(wire.requests(), ["BatchGetItem"]);
    assert_eq!(project.deployments_by_id(&[]).await.unwrap().len(), 0);
    assert_eq!(wire.requests(), [""; 0], "nothing to ask for");
}

#[tokio::test]
async fn deployments_come_in_the_order_of_their_ids_and_without_those_that_are_gone() {
    let local = Local::start().await;
    let (_, _, made) = scattered(&local.project).await;
    let nobody = DeploymentId::new(Uuid::new_v4());
    let wanted = [made[7].id, nobody, made[2].id, made[11].id];
    let found = local.project.deployments_by_id(&wanted).await.unwrap();
    let found: Vec<_> = found.iter().map(|stored| stored.entity.id).collect();
    assert_eq!(found, [made[7].id, made[2].id, made[11].id]);
}
