//! The life of an entity of every kind: made, read, changed, gone, and nothing left behind.

use domain::client::ApiClient;
use domain::environment::Environment;
use domain::integration::Integration;
use domain::metadata::Metadata;
use domain::signing::{KeyRing, RingKey, TokenKind};
use store::{Entity, ProjectStore, Store, StoreError};
use uuid::Uuid;

use crate::audit::audit;
use crate::local::{Local, via};
use crate::samples::{self, moment, someone};

async fn lives<E: Entity + PartialEq + std::fmt::Debug>(
    project: &ProjectStore,
    entity: E,
    metadata: fn(&mut E) -> &mut Metadata,
) {
    let id = entity.uuid();
    project.create(&entity).await.unwrap();
    assert!(matches!(project.create(&entity).await, Err(StoreError::Duplicate { .. })), "made twice");
    assert_eq!(project.get_by_id::<E>(id).await.unwrap().entity, entity);
    let mut changed = entity;
    metadata(&mut changed).touch(moment(5), &someone());
    project.update(&changed, 1).await.unwrap();
    assert_eq!(project.get_by_id::<E>(id).await.unwrap().entity, changed);
    project.delete(&changed).await.unwrap();
    assert!(matches!(project.get_by_id::<E>(id).await, Err(StoreError::NotFound { .. })), "gone");
    assert!(matches!(project.update(&changed, 2).await, Err(StoreError::NotFound { .. })), "no way back");
    assert!(matches!(project.delete(&changed).await, Err(StoreError::NotFound { .. })), "gone twice");
}

#[tokio::test]
async fn every_kind_is_made_read_changed_and_deleted() {
    let local = Local::start().await;
    let key = Some("one".parse().unwrap());
    lives(&local.project, Environment { key: key.clone(), ..samples::environment() }, |it| &mut it.metadata)
        .await;
    lives(&local.project, Integration { key, ..samples::integration() }, |it| &mut it.metadata).await;
    lives(&local.project, samples::api_client().0, |it: &mut ApiClient| &mut it.metadata).await;
    lives(&local.project, samples::flow(&samples::integration()), |it| &mut it.metadata).await;
    audit(&local).await;
    assert_eq!(local.size().await, 4, "only the four counts, at nothing");
}

#[tokio::test]
async fn a_client_and_its_credential_come_and_go_together() {
    let local = Local::start().await;
    let (client, credential) = samples::api_client();
    local.project.create_client(&client, &credential).await.unwrap();
    assert_eq!(local.store.credential(client.id).await.unwrap(), Some(credential));
    local.project.delete_client(&client).await.unwrap();
    assert_eq!(local.store.credential(client.id).await.unwrap(), None);
    assert_eq!(local.size().await, 1, "only the count");
}

#[tokio::test]
async fn another_project_sees_nothing() {
    let local = Local::start().await;
    let environment = samples::environment_with_key("staging");
    local.project.create(&environment).await.unwrap();
    // A key of which the other is a part, too.
    for other in ["other", "acm", "acme-", "acme2"] {
        let other = local.in_project(&other.parse().unwrap());
        let by_id = other.get_by_id::<Environment>(environment.id.uuid()).await;
        assert!(matches!(by_id, Err(StoreError::NotFound { .. })));
        let by_key = other.get::<Environment>(&"key=staging".parse().unwrap()).await;
        assert!(matches!(by_key, Err(StoreError::NotFound { .. })));
        assert!(matches!(other.delete(&environment).await, Err(StoreError::NotFound { .. })));
    }
    audit(&local).await;
}

#[tokio::test]
async fn of_two_who_store_a_key_ring_the_first_one_counts() {
    let local = Local::start().await;
    let key = |id| RingKey {
        id: Uuid::from_u128(id),
        sealed: "sealed".to_owned(),
        created_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        verifies_until: None,
    };
    let first = KeyRing::new(key(1));
    assert_eq!(local.store.key_ring(TokenKind::Access).await.unwrap(), None);
    local.store.put_key_ring(TokenKind::Access, &first).await.unwrap();
    let late = local.store.put_key_ring(TokenKind::Access, &KeyRing::new(key(2))).await;
    assert!(matches!(late, Err(StoreError::Raced)), "{late:?}");
    assert_eq!(local.store.key_ring(TokenKind::Access).await.unwrap(), Some(first.clone()));
    assert_eq!(local.store.key_ring(TokenKind::Scope).await.unwrap(), None, "each kind has its own");
    let now = "2026-11-20T11:00:00Z".parse().unwrap();
    let second = first.rotated(key(2), 60, now).unwrap();
    local.store.put_key_ring(TokenKind::Access, &second).await.unwrap();
    let late = local.store.put_key_ring(TokenKind::Access, &first.rotated(key(3), 60, now).unwrap()).await;
    assert!(matches!(late, Err(StoreError::Raced)), "{late:?}");
    assert_eq!(local.store.key_ring(TokenKind::Access).await.unwrap(), Some(second));
}

#[tokio::test]
async fn a_state_machine_is_noted_for_its_project_until_it_is_forgotten() {
    let local = Local::start().await;
    let (own, other) = (&local.project, local.in_project(&"other".parse().unwrap()));
    for _ in 0..2 {
        own.note_machine("m").await.unwrap();
        assert!(own.has_machine("m").await.unwrap());
    }
    assert!(!own.has_machine("m2").await.unwrap() && !other.has_machine("m").await.unwrap());
    for _ in 0..2 {
        own.forget_machine("m").await.unwrap();
        assert!(!own.has_machine("m").await.unwrap());
    }
    assert_eq!(local.size().await, 0);
}

#[tokio::test]
async fn a_table_that_is_not_there_is_unavailable_and_not_empty() {
    let local = Local::start().await;
    let elsewhere =
        Store::new(local.client.clone(), "nowhere".to_owned()).project(local.project.project(), via(), None);
    let read = elsewhere.get_by_id::<Environment>(Uuid::new_v4()).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))));
    let written = elsewhere.create(&samples::environment()).await;
    assert!(matches!(written, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn what_the_table_can_never_hold_is_not_tried_again() {
    let local = Local::start().await;
    let mut environment = samples::environment();
    environment.name = "x".parse().unwrap();
    local.project.create(&environment).await.unwrap();
    let large = store::SealedVariable {
        name: "TOKEN".parse().unwrap(),
        version: 1,
        envelope: "x".repeat(410 * 1024),
    };
    let created =
        local.project.create_environment(&samples::environment(), std::slice::from_ref(&large)).await;
    assert!(matches!(created, Err(StoreError::Rejected(_))), "{created:?}");
}
