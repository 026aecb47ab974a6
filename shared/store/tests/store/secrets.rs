//! Secured values: each version apart from the environment, found by nobody who does not name it, gone with it.

use domain::environment::Environment;
use store::{Direction, Kind, ListRequest, Listing, MAX_SEALED_AT_ONCE, SealedVariable, StoreError};

use crate::audit::audit;
use crate::local::Local;
use crate::samples::{self, moment, someone};

const CANARY: &str = "canary-1f9c";

fn sealed(environment: &mut Environment, name: &str, envelope: &str) -> SealedVariable {
    let name: domain::text::VariableName = name.parse().unwrap();
    let version = environment.set_secured(name.clone()).unwrap();
    SealedVariable { name, version, envelope: envelope.to_owned() }
}

#[tokio::test]
async fn every_version_of_a_secret_stays_until_its_environment_goes() {
    let local = Local::start().await;
    let project = &local.project;
    let mut environment = samples::environment();
    let first = sealed(&mut environment, "token", "sealed one");
    project.create_environment(&environment, std::slice::from_ref(&first)).await.unwrap();
    let second = sealed(&mut environment, "token", "sealed two");
    environment.metadata.touch(moment(1), &someone());
    project.update_environment(&environment, 1, std::slice::from_ref(&second)).await.unwrap();
    for (secret, envelope) in [(&first, Some("sealed one")), (&second, Some("sealed two"))] {
        let found = project.secret(environment.id, &secret.name, secret.version).await.unwrap();
        assert_eq!(found.as_deref(), envelope);
    }
    assert_eq!(project.secret(environment.id, &first.name, 3).await.unwrap(), None);
    let other = local.in_project(&"other".parse().unwrap());
    assert_eq!(other.secret(environment.id, &first.name, 1).await.unwrap(), None);
    project.delete_environment(&environment).await.unwrap();
    assert_eq!(project.secret(environment.id, &first.name, 1).await.unwrap(), None);
    audit(&local).await;
    assert_eq!(local.size().await, 1, "only the count");
}

#[tokio::test]
async fn a_refused_change_stores_no_secret() {
    let local = Local::start().await;
    let mut environment = samples::environment();
    local.project.create_environment(&environment, &[]).await.unwrap();
    let secret = sealed(&mut environment, "token", CANARY);
    environment.metadata.touch(moment(1), &someone());
    let refused = local.project.update_environment(&environment, 7, &[secret]).await;
    assert!(matches!(refused, Err(StoreError::Stale { expected: 7, current: 1, .. })));
    assert!(!local.text().await.contains(CANARY));
}

#[tokio::test]
async fn an_envelope_lies_in_one_item_and_in_no_list() {
    let local = Local::start().await;
    let mut environment = samples::environment_with_key("staging");
    let secret = sealed(&mut environment, "token", CANARY);
    local.project.create_environment(&environment, &[secret]).await.unwrap();
    let holding: Vec<_> =
        local.items().await.into_iter().filter(|item| format!("{item:?}").contains(CANARY)).collect();
    assert_eq!(holding.len(), 1);
    assert!(holding[0]["SK"].as_s().unwrap().starts_with("SECRET#token#"));
    assert!(!holding[0].contains_key("GSI1PK"));
    let request =
        ListRequest { limit: 9, offset: 0, direction: Direction::Ascending, cursor: None, with_total: true };
    let page =
        local.project.page::<Environment>(&Listing::project(Kind::Environment), &request).await.unwrap();
    assert!(!format!("{page:?}").contains(CANARY));
    let stored = local.project.get_by_id::<Environment>(environment.id.uuid()).await.unwrap();
    assert!(!format!("{stored:?}").contains(CANARY));
}

#[tokio::test]
async fn deleting_an_environment_in_use_keeps_its_secrets() {
    let local = Local::start().await;
    let (_, flow, mut environment) = samples::workshop(&local.project).await;
    let secret = sealed(&mut environment, "token", CANARY);
    environment.metadata.touch(moment(1), &someone());
    local.project.update_environment(&environment, 1, &[secret]).await.unwrap();
    local.project.create_deployment(&samples::deployment(&flow, &environment)).await.unwrap();
    let refused = local.project.delete_environment(&environment).await;
    assert!(matches!(refused, Err(StoreError::InUse { .. })));
    assert!(local.text().await.contains(CANARY));
    audit(&local).await;
}

#[tokio::test]
async fn as_many_secrets_as_fit_into_one_write_come_and_go() {
    let local = Local::start().await;
    let mut environment = samples::environment_with_key("staging");
    // The largest envelope: 16 KB, sealed, in base64, with what describes it.
    let envelope = "x".repeat(24 * 1024);
    let many = |environment: &mut Environment| -> Vec<_> {
        (0..MAX_SEALED_AT_ONCE)
            .map(|turn| sealed(environment, &format!("secret-{turn}"), &envelope))
            .collect()
    };
    let first = many(&mut environment);
    local.project.create_environment(&environment, &first).await.unwrap();
    let second = many(&mut environment);
    environment.metadata.touch(moment(1), &someone());
    local.project.update_environment(&environment, 1, &second).await.unwrap();
    assert_eq!(local.size().await, 3 + 2 * MAX_SEALED_AT_ONCE);
    local.project.delete_environment(&environment).await.unwrap();
    assert_eq!(local.size().await, 1, "only the count");
}
