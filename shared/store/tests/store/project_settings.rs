//! The settings of a project: there from the first change on, changed by one at a time, in no list.

use domain::metadata::Metadata;
use domain::project_settings::ProjectSettings;
use store::{Direction, Kind, ListRequest, Listing, StoreError};

use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples::{moment, someone};

fn first(local: &Local) -> ProjectSettings {
    ProjectSettings::new(local.project.project().clone(), Metadata::begin(moment(0), &someone()))
}

#[tokio::test]
async fn settings_are_stored_with_their_first_change() {
    let local = Local::start().await;
    assert!(local.project.settings().await.unwrap().is_none());
    let mut settings = ProjectSettings { production_enabled: false, ..first(&local) };
    local.project.save_settings(&settings, 0).await.unwrap();
    assert_eq!(local.project.settings().await.unwrap().unwrap().entity, settings);

    settings.production_enabled = true;
    settings.metadata.touch(moment(1), &someone());
    local.project.save_settings(&settings, 1).await.unwrap();
    assert_eq!(local.project.settings().await.unwrap().unwrap().entity, settings);
    for seen in [0, 1, 7] {
        let refused = local.project.save_settings(&settings, seen).await;
        let stale =
            matches!(refused, Err(StoreError::Stale { expected, current: 2, .. }) if expected == seen);
        assert!(stale, "{refused:?}");
    }
    let other = local.in_project(&"other".parse().unwrap());
    assert!(other.settings().await.unwrap().is_none());
    audit(&local).await;
}

#[tokio::test]
async fn what_was_never_stored_cannot_be_changed() {
    let local = Local::start().await;
    let refused = local.project.save_settings(&first(&local), 3).await;
    assert!(matches!(refused, Err(StoreError::NotFound { kind: Kind::ProjectSettings, .. })), "{refused:?}");
    assert_eq!(local.size().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_first_changes_one_is_made() {
    let local = Local::start().await;
    let outcomes = at_once(20, |turn| {
        let project = local.project.clone();
        let settings = ProjectSettings { production_enabled: turn % 2 == 0, ..first(&local) };
        async move { project.save_settings(&settings, 0).await.map(|()| settings) }
    })
    .await;
    let stale =
        |outcome: &&Result<_, _>| matches!(outcome, Err(StoreError::Stale { expected: 0, current: 1, .. }));
    assert_eq!(outcomes.iter().filter(stale).count(), 19);
    let winner = outcomes.iter().find_map(|outcome| outcome.as_ref().ok()).unwrap();
    assert_eq!(&local.project.settings().await.unwrap().unwrap().entity, winner);
}

#[tokio::test]
async fn settings_are_in_no_list_and_no_count() {
    let local = Local::start().await;
    let mut settings = first(&local);
    local.project.save_settings(&settings, 0).await.unwrap();
    settings.metadata.touch(moment(1), &someone());
    local.project.save_settings(&settings, 1).await.unwrap();
    assert_eq!(local.size().await, 1);
    let request =
        ListRequest { limit: 9, offset: 0, direction: Direction::Ascending, cursor: None, with_total: true };
    let listing = Listing::project(Kind::ProjectSettings);
    let page = local.project.page::<ProjectSettings>(&listing, &request).await.unwrap();
    assert_eq!((page.results.len(), page.total), (0, Some(0)));
}
