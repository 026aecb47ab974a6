//! A key belongs to one entity of its kind, for as long as that entity is there.

use domain::environment::Environment;
use domain::integration::Integration;
use store::{Address, StoreError};

use crate::audit::audit;
use crate::local::{Local, at_once};
use crate::samples;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_want_a_key_one_gets_it_and_nobody_else_leaves_a_trace() {
    let local = Local::start().await;
    let outcomes = at_once(50, |_| {
        let project = local.project.clone();
        async move {
            let environment = samples::environment_with_key("staging");
            (environment.id, project.create(&environment).await)
        }
    })
    .await;
    let winners: Vec<_> = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).collect();
    assert_eq!(winners.len(), 1);
    for (_, outcome) in outcomes.iter().filter(|(_, outcome)| outcome.is_err()) {
        let refused = outcome.as_ref().unwrap_err();
        assert!(matches!(refused, StoreError::Duplicate { field: "key", value, .. } if value == "staging"));
    }
    let found = local.project.get::<Environment>(&"key=staging".parse().unwrap()).await.unwrap();
    assert_eq!(found.entity.id, winners[0].0);
    assert_eq!(local.size().await, 3, "the entity, its claim, the count");
    audit(&local).await;
}

#[tokio::test]
async fn a_key_is_free_again_when_its_owner_is_gone() {
    let local = Local::start().await;
    let (first, second) =
        (samples::environment_with_key("staging"), samples::environment_with_key("staging"));
    let address: Address = "key=staging".parse().unwrap();
    local.project.create(&first).await.unwrap();
    assert_eq!(local.project.get::<Environment>(&address).await.unwrap().entity, first);
    assert!(matches!(local.project.create(&second).await, Err(StoreError::Duplicate { .. })));
    local.project.delete_environment(&first).await.unwrap();
    assert!(matches!(local.project.get::<Environment>(&address).await, Err(StoreError::NotFound { .. })));
    local.project.create(&second).await.unwrap();
    assert_eq!(local.project.get::<Environment>(&address).await.unwrap().entity, second);
    audit(&local).await;
}

#[tokio::test]
async fn kinds_and_projects_do_not_share_keys() {
    let local = Local::start().await;
    local.project.create(&samples::environment_with_key("one")).await.unwrap();
    let integration = Integration { key: Some("one".parse().unwrap()), ..samples::integration() };
    local.project.create(&integration).await.unwrap();
    audit(&local).await;
    let other = local.in_project(&"other".parse().unwrap());
    other.create(&samples::environment_with_key("one")).await.unwrap();
}
