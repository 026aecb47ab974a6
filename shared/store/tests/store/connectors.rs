//! Connectors: staged by one project, published for others, with one id and one key for both, gone together.

use domain::connector::{Connector, ConnectorStaged, ConnectorStatus, Previewable};
use domain::ids::OperationId;
use domain::work::{WorkKind, Worked};
use store::{Address, Direction, Entity, Kind, ListRequest, Listing, ProjectStore, StoreError};
use uuid::Uuid;

use crate::audit::audit;
use crate::largest;
use crate::local::{Local, at_once};
use crate::samples::{self, moment, someone};

const STAGED: Listing = Listing::project(Kind::ConnectorStaged);
const CATALOGUE: Listing = Listing::project(Kind::Connector);

fn other(local: &Local) -> ProjectStore {
    local.in_project(&"other".parse().unwrap())
}

fn id<E: Entity>(entity: &E) -> Address {
    Address::Id(entity.uuid())
}

fn key(text: &str) -> Address {
    Address::Key(text.parse().unwrap())
}

/// `staged`, one change later.
fn touched(staged: &ConnectorStaged) -> ConnectorStaged {
    let mut next = staged.clone();
    next.metadata.touch(moment(1), &someone());
    next
}

async fn listed<E: Entity>(project: &ProjectStore, listing: &Listing) -> (Vec<Uuid>, Option<u64>) {
    let request =
        ListRequest { limit: 9, offset: 0, direction: Direction::Ascending, cursor: None, with_total: true };
    let page = project.page::<E>(listing, &request).await.unwrap();
    (page.results.iter().map(|stored| stored.entity.uuid()).collect(), page.total)
}

/// A connector with a key, stored and published.
async fn published(project: &ProjectStore, key: &str) -> (ConnectorStaged, Connector) {
    let staged = samples::staged_with_key(project, key);
    project.create(&staged).await.unwrap();
    let (next, connector) = (touched(&staged), samples::published(&staged, None));
    project.update_published(&next, 1, &connector, None).await.unwrap();
    (next, connector)
}

/// Asks for a preview or a publishing, and lets a worker take it up.
async fn taken_up(project: &ProjectStore, staged: &ConnectorStaged) -> ConnectorStaged {
    let mut asked = staged.clone();
    asked.request_publish(false, false, OperationId::new(Uuid::new_v4()), moment(0)).unwrap();
    asked.metadata.touch(moment(0), &someone());
    project.update(&asked, staged.metadata.version).await.unwrap();
    let held = asked.work_state.epoch;
    asked.acquire("worker", moment(1), 60).unwrap();
    project.save_progress(&asked, held).await.unwrap();
    asked
}

#[tokio::test]
async fn a_staged_connector_is_found_by_id_and_key_changed_and_deleted() {
    let local = Local::start().await;
    let project = &local.project;
    let staged = samples::staged_with_key(project, "acme-tax");
    project.create(&staged).await.unwrap();
    for address in [id(&staged), key("acme-tax")] {
        assert_eq!(project.get::<ConnectorStaged>(&address).await.unwrap().entity, staged);
    }
    let mut renamed = touched(&staged);
    renamed.profile.name = "Taxes".parse().unwrap();
    project.update(&renamed, 1).await.unwrap();
    let late = project.update(&renamed, 1).await;
    assert!(matches!(late, Err(StoreError::Stale { expected: 1, current: 2, .. })), "{late:?}");
    assert_eq!(project.get::<ConnectorStaged>(&key("acme-tax")).await.unwrap().entity, renamed);
    audit(&local).await;

    let stale = project.delete_connector(&staged, None).await;
    assert!(matches!(stale, Err(StoreError::Stale { expected: 1, current: 2, .. })), "{stale:?}");
    project.delete_connector(&renamed, None).await.unwrap();
    for address in [id(&staged), key("acme-tax")] {
        let gone = project.get::<ConnectorStaged>(&address).await;
        assert!(matches!(gone, Err(StoreError::NotFound { .. })), "{gone:?}");
    }
    audit(&local).await;
    assert_eq!(local.size().await, 1, "only the count");
    project.create(&samples::staged_with_key(project, "acme-tax")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_belongs_to_one_connector_of_all_projects() {
    let local = Local::start().await;
    let outcomes = at_once(20, |turn| {
        let project = local.in_project(&["acme", "other"][turn % 2].parse().unwrap());
        async move { project.create(&samples::staged_with_key(&project, "acme-tax")).await }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let taken =
            matches!(refused, StoreError::Duplicate { field: "key", value, .. } if value == "acme-tax");
        assert!(taken, "{refused:?}");
    }
    assert_eq!(local.size().await, 3, "the connector, its claim, the count of its project");
    audit(&local).await;
}

#[tokio::test]
async fn another_projects_connector_is_not_found_unless_one_looks_whose_ever() {
    let local = Local::start().await;
    let (staged, connector) = published(&local.project, "acme-tax").await;
    let other = other(&local);
    for address in [id(&staged), key("acme-tax")] {
        assert!(matches!(other.get::<ConnectorStaged>(&address).await, Err(StoreError::NotFound { .. })));
        assert!(matches!(other.get::<Connector>(&address).await, Err(StoreError::NotFound { .. })));
        assert_eq!(other.get_unscoped::<ConnectorStaged>(&address).await.unwrap().entity, staged);
        assert_eq!(other.get_unscoped::<Connector>(&address).await.unwrap().entity, connector);
    }
    let worked = other.worked::<ConnectorStaged>(staged.id.uuid()).await.unwrap();
    assert_eq!(worked.unwrap().entity, staged, "workers look for everybody's");
    audit(&local).await;
}

#[tokio::test]
async fn every_project_lists_and_counts_what_it_has_staged_and_the_catalogue_what_all_have_published() {
    let local = Local::start().await;
    let (mine, theirs) = (local.project.clone(), other(&local));
    let mut expected = Vec::new();
    for (turn, project) in [&mine, &theirs, &mine].into_iter().enumerate() {
        let mut staged = samples::staged(project);
        staged.metadata.created_at = moment(i64::try_from(turn).unwrap());
        project.create(&staged).await.unwrap();
        expected.push(staged.id.uuid());
    }
    assert_eq!(listed::<ConnectorStaged>(&mine, &STAGED).await, (vec![expected[0], expected[2]], Some(2)));
    assert_eq!(listed::<ConnectorStaged>(&theirs, &STAGED).await, (vec![expected[1]], Some(1)));
    assert_eq!(listed::<Connector>(&mine, &CATALOGUE).await, (Vec::new(), Some(0)));
    let (_, first) = published(&mine, "first").await;
    let (_, mut second) = published(&theirs, "second").await;
    second.metadata.touch(moment(5), &someone());
    let mut both = vec![first.id.uuid(), second.id.uuid()];
    both.sort_unstable();
    for project in [&mine, &theirs] {
        let (mut found, total) = listed::<Connector>(project, &CATALOGUE).await;
        found.sort_unstable();
        assert_eq!((found, total), (both.clone(), Some(2)));
    }
    audit(&local).await;
}

#[tokio::test]
async fn publishing_writes_both_or_neither_and_counts_once() {
    let local = Local::start().await;
    let project = &local.project;
    let staged = samples::staged_with_key(project, "acme-tax");
    project.create(&staged).await.unwrap();
    assert_eq!(project.published(&staged).await.unwrap(), None);

    let mut worked = taken_up(project, &staged).await;
    let held = worked.work_state.epoch;
    let overtaken = project.publish(&worked, held + 1, &samples::published(&worked, None), None).await;
    assert!(matches!(overtaken, Err(StoreError::Fenced)), "{overtaken:?}");
    assert_eq!(project.published(&staged).await.unwrap(), None, "neither");

    worked.status = ConnectorStatus::Published;
    worked.work_state.give_back();
    let connector = samples::published(&worked, None);
    project.publish(&worked, held, &connector, None).await.unwrap();
    assert_eq!(project.published(&worked).await.unwrap(), Some(connector.clone()));
    let stored = project.get::<ConnectorStaged>(&id(&worked)).await.unwrap().entity;
    assert_eq!(stored.status, ConnectorStatus::Published);
    audit(&local).await;

    let again = taken_up(project, &stored).await;
    let newer = samples::published(&again, Some(&connector));
    assert_eq!(newer.metadata.version, 2);
    let raced = project.publish(&again, again.work_state.epoch, &newer, Some(7)).await;
    assert!(matches!(raced, Err(StoreError::Stale { .. })), "{raced:?}");
    project.publish(&again, again.work_state.epoch, &newer, Some(1)).await.unwrap();
    assert_eq!(listed::<Connector>(project, &CATALOGUE).await, (vec![newer.id.uuid()], Some(1)));
    audit(&local).await;
}

#[tokio::test]
async fn a_change_of_both_is_refused_when_either_has_changed() {
    let local = Local::start().await;
    let project = &local.project;
    let (staged, connector) = published(project, "acme-tax").await;
    let mut unlisted = connector.clone();
    unlisted.listed = false;
    unlisted.metadata.touch(moment(3), &someone());
    for (expected, before) in [(1, 1), (2, 9)] {
        let refused = project.update_published(&touched(&staged), expected, &unlisted, Some(before)).await;
        assert!(matches!(refused, Err(StoreError::Stale { .. })), "{refused:?}");
    }
    assert_eq!(project.published(&staged).await.unwrap(), Some(connector));
    project.update_published(&touched(&staged), 2, &unlisted, Some(1)).await.unwrap();
    assert_eq!(project.published(&staged).await.unwrap(), Some(unlisted));
    audit(&local).await;
}

#[tokio::test]
async fn deleting_takes_what_is_published_along_and_is_refused_while_something_is_deployed() {
    let local = Local::start().await;
    let project = &local.project;
    let (staged, connector) = published(project, "acme-tax").await;
    let deployment = samples::connector_deployment(&staged);
    other(&local).create_connector_deployment(&deployment, &[], None).await.unwrap();
    let refused = project.delete_connector(&staged, Some(&connector)).await;
    assert!(matches!(refused, Err(StoreError::InUse { kind: Kind::ConnectorStaged, .. })), "{refused:?}");
    assert_eq!(project.published(&staged).await.unwrap(), Some(connector.clone()), "both are there");
    audit(&local).await;

    other(&local).remove_connector_deployment(&deployment, 0).await.unwrap();
    project.delete_connector(&staged, Some(&connector)).await.unwrap();
    assert!(matches!(
        project.get_unscoped::<Connector>(&id(&connector)).await,
        Err(StoreError::NotFound { .. })
    ));
    assert_eq!(listed::<Connector>(project, &CATALOGUE).await, (Vec::new(), Some(0)));
    audit(&local).await;
}

#[tokio::test]
async fn what_is_staged_is_open_to_its_owner_and_to_who_is_invited() {
    let local = Local::start().await;
    let (project, other) = (&local.project, other(&local));
    let mut staged = samples::staged_with_key(project, "acme-tax");
    project.create(&staged).await.unwrap();
    for address in [id(&staged), key("acme-tax")] {
        assert!(project.open_staged(&address).await.is_ok());
        assert!(matches!(other.open_staged(&address).await, Err(StoreError::NotFound { .. })));
    }
    staged.private_projects = vec!["europe-west1.gcp:other".parse().unwrap()];
    staged.metadata.touch(moment(1), &someone());
    project.update(&staged, 1).await.unwrap();
    for address in [id(&staged), key("acme-tax")] {
        assert_eq!(other.open_staged(&address).await.unwrap().entity, staged);
    }
}

#[tokio::test]
async fn what_is_published_is_open_to_its_owner_to_who_is_invited_and_once_certified_to_all() {
    let local = Local::start().await;
    let (project, other) = (&local.project, other(&local));
    let (mut staged, mut connector) = published(project, "acme-tax").await;
    let invited = vec!["eu-central-1.aws:other".parse().unwrap()];
    // Private, invited to, certified, and found by nobody any more.
    let cases: [(bool, bool, bool, bool); 4] = [
        (true, false, true, false),
        (true, true, true, true),
        (false, false, true, true),
        (false, true, false, false),
    ];
    for (private, is_invited, is_listed, is_open) in cases {
        let (expected, before) = (staged.metadata.version, connector.metadata.version);
        staged.metadata.touch(moment(4), &someone());
        connector.metadata.touch(moment(4), &someone());
        connector.private = private;
        connector.private_projects = if is_invited { invited.clone() } else { Vec::new() };
        connector.listed = is_listed;
        project.update_published(&staged, expected, &connector, Some(before)).await.unwrap();
        for address in [id(&connector), key("acme-tax")] {
            assert_eq!(
                project.open_connector(&address).await.unwrap().entity,
                connector,
                "its owner may always"
            );
            let seen = other.open_connector(&address).await;
            assert_eq!(seen.is_ok(), is_open, "private {private}, invited {is_invited}, listed {is_listed}");
        }
    }
}

#[tokio::test]
async fn a_job_is_overdue_after_a_minute_and_is_the_catalogues() {
    let local = Local::start().await;
    let project = &local.project;
    let mut staged = samples::staged(project);
    project.create(&staged).await.unwrap();
    let overdue =
        async |at: i64| local.store.overdue(domain::work::WorkQueue::Connectors, moment(at)).await.unwrap();
    assert_eq!(overdue(1_000_000).await, [], "nothing was asked for");
    staged.request_preview(OperationId::new(Uuid::new_v4()), moment(0)).unwrap();
    staged.metadata.touch(moment(0), &someone());
    project.update(&staged, 1).await.unwrap();
    let found = vec![(domain::text::ProjectKey::catalogue(), WorkKind::ConnectorStaged, staged.id.uuid())];
    assert_eq!(overdue(60).await, []);
    assert_eq!(overdue(61).await, found);
    audit(&local).await;

    staged.acquire("worker", moment(30), 100).unwrap();
    let catalogue = local.in_project(&found[0].0);
    catalogue.save_progress(&staged, 0).await.unwrap();
    assert_eq!(overdue(130).await, [], "the lease counts");
    assert_eq!(overdue(131).await, found);
    let late = catalogue.save_progress(&staged, 0).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    staged.previewable = Previewable::True;
    staged.work_state.give_back();
    catalogue.save_progress(&staged, 1).await.unwrap();
    assert_eq!(overdue(1_000_000).await, [], "it rests");
    audit(&local).await;
}

#[tokio::test]
async fn a_connector_that_is_as_large_as_may_be_fits_into_an_item() {
    let local = Local::start().await;
    let project = &local.project;
    let mut staged = largest::staged(project);
    project.create(&staged).await.unwrap();

    for kind in [false, true] {
        let id = OperationId::new(Uuid::new_v4());
        if kind {
            staged.request_preview(id, moment(0)).unwrap();
        } else {
            staged.request_publish(false, false, id, moment(0)).unwrap();
        }
        largest::report_on(&mut staged);
        staged.status = ConnectorStatus::Failed;
        let expected = staged.metadata.version;
        staged.metadata.touch(moment(1), &someone());
        project.update(&staged, expected).await.unwrap();
    }
    let reports = [&staged.previewable_report, &staged.publishing_report];
    assert!(reports.iter().all(|report| report.as_ref().unwrap().entries.len() > 5));
    project.update_published(&touched(&staged), 3, &samples::published(&staged, None), None).await.unwrap();
    largest::fits(&local).await;
}
