//! Connector deployments: counted beside their connector, with secrets and an API client that come and go with them.

use std::collections::BTreeMap;

use domain::client::ApiClient;
use domain::connector::ConnectorStaged;
use domain::connector_deployment::{
    Application, Configuration, ConnectorDeployment, Hosted, MAX_CONFIGURATION_BYTES, OperationKind, Place,
    Retired,
};
use domain::ids::ApplicationId;
use domain::lifecycle::Event;
use domain::text::ConfigurationKey;
use domain::work::{WorkKind, Worked};
use store::{Address, Kind, MAX_SECRETS_AT_ONCE, ProjectStore, SealedVariable, StoreError};
use uuid::Uuid;

use crate::audit::audit;
use crate::largest;
use crate::local::{Local, at_once};
use crate::samples::{self, moment};
use crate::wire::Wire;

const CANARY: &str = "canary-3d51";

/// A connector that is staged and can be deployed.
async fn staged(project: &ProjectStore) -> ConnectorStaged {
    let staged = samples::staged(project);
    project.create(&staged).await.unwrap();
    staged
}

fn with_key(staged: &ConnectorStaged, key: &str) -> ConnectorDeployment {
    ConnectorDeployment { key: Some(key.parse().unwrap()), ..samples::connector_deployment(staged) }
}

fn sealed(deployment: &mut ConnectorDeployment, name: &str) -> SealedVariable {
    deployment.last_secret_version += 1;
    let envelope = format!("{CANARY} {name}");
    SealedVariable { name: name.parse().unwrap(), version: deployment.last_secret_version, envelope }
}

async fn deployments_of(project: &ProjectStore, staged: &ConnectorStaged) -> u64 {
    project.get::<ConnectorStaged>(&Address::Id(staged.id.uuid())).await.unwrap().derived.deployments
}

/// Takes the lease as a worker does.
async fn taken_up(project: &ProjectStore, read: &ConnectorDeployment, owner: &str) -> ConnectorDeployment {
    let mut claimed = read.clone();
    claimed.acquire(owner, moment(1), 60).unwrap();
    project.save_progress(&claimed, read.work_state.epoch).await.unwrap();
    project.worked(read.id.uuid()).await.unwrap().unwrap().entity
}

#[tokio::test]
async fn a_deployment_comes_with_its_secrets_and_its_client_and_is_counted() {
    let local = Local::start().await;
    let project = &local.project;
    let staged = staged(project).await;
    let mut deployment = with_key(&staged, "tax-sync");
    let secrets = ["ACME_TOKEN", "ACME_KEY"].map(|name| sealed(&mut deployment, name));
    let (client, credential) = samples::mint(&mut deployment);
    let made = project.create_connector_deployment(&deployment, &secrets, Some((&client, &credential)));
    made.await.unwrap();
    for address in [Address::Id(deployment.id.uuid()), Address::Key("tax-sync".parse().unwrap())] {
        assert_eq!(project.get::<ConnectorDeployment>(&address).await.unwrap().entity, deployment);
    }
    for secret in &secrets {
        let found = project.secret(deployment.id, &secret.name, secret.version).await.unwrap();
        assert_eq!(found.as_ref(), Some(&secret.envelope));
    }
    assert_eq!(project.get_by_id::<ApiClient>(client.id.uuid()).await.unwrap().entity, client);
    assert_eq!(local.store.credential(client.id).await.unwrap(), Some(credential));
    assert_eq!(deployments_of(project, &staged).await, 1);
    let refused = project.delete_connector(&staged, None).await;
    assert!(matches!(refused, Err(StoreError::InUse { kind: Kind::ConnectorStaged, .. })), "{refused:?}");
    let other = local.in_project(&"other".parse().unwrap());
    let theirs = other.get_by_id::<ConnectorDeployment>(deployment.id.uuid()).await;
    assert!(matches!(theirs, Err(StoreError::NotFound { .. })), "{theirs:?}");
    audit(&local).await;
}

#[tokio::test]
async fn a_refused_creation_writes_nothing_at_all() {
    let local = Local::start().await;
    let project = &local.project;
    let staged = staged(project).await;
    project.create_connector_deployment(&with_key(&staged, "tax-sync"), &[], None).await.unwrap();
    let before = local.items().await;

    let mut second = with_key(&staged, "tax-sync");
    let secret = sealed(&mut second, "ACME_TOKEN");
    let (client, credential) = samples::mint(&mut second);
    let refused = project.create_connector_deployment(&second, &[secret], Some((&client, &credential))).await;
    assert!(
        matches!(&refused, Err(StoreError::Duplicate { field: "key", value, .. }) if value == "tax-sync"),
        "{refused:?}"
    );
    let of_nothing = samples::connector_deployment(&samples::staged(project));
    let refused = project.create_connector_deployment(&of_nothing, &[], None).await;
    assert!(matches!(refused, Err(StoreError::NotFound { kind: Kind::ConnectorStaged, .. })), "{refused:?}");
    assert_eq!(local.items().await, before);
    audit(&local).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_who_want_a_key_one_gets_it_and_nobody_else_leaves_a_trace() {
    let local = Local::start().await;
    let staged = staged(&local.project).await;
    let outcomes = at_once(10, |_| {
        let (project, mut deployment) = (local.project.clone(), with_key(&staged, "tax-sync"));
        let secret = sealed(&mut deployment, "ACME_TOKEN");
        let (client, credential) = samples::mint(&mut deployment);
        async move {
            project.create_connector_deployment(&deployment, &[secret], Some((&client, &credential))).await
        }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(matches!(refused, StoreError::Duplicate { .. } | StoreError::Raced), "{refused:?}");
    }
    assert_eq!(deployments_of(&local.project, &staged).await, 1);
    // The connector and its count; the deployment, its count, claim and secret; the client, its count and credential.
    assert_eq!(local.size().await, 9);
    audit(&local).await;
}

#[tokio::test]
async fn as_many_secrets_as_fit_into_one_write_come_and_go() {
    let local = Local::start().await;
    let project = &local.project;
    let staged = staged(project).await;
    let mut deployment = with_key(&staged, "tax-sync");
    let secrets: Vec<_> =
        (0..MAX_SECRETS_AT_ONCE).map(|turn| sealed(&mut deployment, &format!("KEY_{turn}"))).collect();
    let (client, credential) = samples::mint(&mut deployment);
    let made = project.create_connector_deployment(&deployment, &secrets, Some((&client, &credential)));
    made.await.unwrap();
    assert_eq!(local.size().await, 8 + MAX_SECRETS_AT_ONCE);
    project.remove_connector_deployment(&deployment, 0).await.unwrap();
    assert!(!local.text().await.contains(CANARY));
}

#[tokio::test]
async fn a_request_at_a_stale_version_stores_neither_secret_nor_client() {
    let local = Local::start().await;
    let project = &local.project;
    let staged = staged(project).await;
    let deployment = samples::connector_deployment(&staged);
    project.create_connector_deployment(&deployment, &[], None).await.unwrap();
    let mut claimed = taken_up(project, &deployment, "worker").await;
    claimed.finish(Event::Succeed).unwrap();
    project.save_progress(&claimed, 1).await.unwrap();
    let seen = project.get_by_id::<ConnectorDeployment>(deployment.id.uuid()).await.unwrap().entity;
    let before = local.items().await;

    let mut next = seen.clone();
    next.request(OperationKind::Redeploy { skip_scripts: false }, &samples::request()).unwrap();
    let secret = sealed(&mut next, "ACME_TOKEN");
    let (client, credential) = samples::mint(&mut next);
    let of_client = Some((&client, &credential));
    let secrets = std::slice::from_ref(&secret);
    let stale =
        project.request_connector_operation(&next, seen.metadata.version - 1, secrets, of_client).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
    assert_eq!(local.items().await, before);

    project.request_connector_operation(&next, seen.metadata.version, secrets, of_client).await.unwrap();
    let found = project.secret(next.id, &secret.name, secret.version).await.unwrap();
    assert_eq!(found, Some(secret.envelope));
    assert_eq!(deployments_of(project, &staged).await, 1, "counted once");
    audit(&local).await;
}

#[tokio::test]
async fn removing_takes_everything_along_and_only_who_has_the_lease_may() {
    let local = Local::start().await;
    let project = &local.project;
    let staged = staged(project).await;
    let mut deployment = with_key(&staged, "tax-sync");
    let secret = sealed(&mut deployment, "ACME_TOKEN");
    let (client, credential) = samples::mint(&mut deployment);
    let secrets = [secret];
    let made = project.create_connector_deployment(&deployment, &secrets, Some((&client, &credential)));
    made.await.unwrap();
    let sleeper = taken_up(project, &deployment, "sleeper").await;
    let second = taken_up(project, &sleeper, "second").await;

    let before = local.items().await;
    for refused in [
        project.remove_connector_deployment(&sleeper, sleeper.work_state.epoch).await,
        project.save_progress(&sleeper, sleeper.work_state.epoch).await,
    ] {
        assert!(matches!(refused, Err(StoreError::Fenced)), "{refused:?}");
    }
    let mut later = second.clone();
    later.operation.id = samples::request().operation;
    let of_another = project.remove_connector_deployment(&later, second.work_state.epoch).await;
    assert!(matches!(of_another, Err(StoreError::Fenced)), "{of_another:?}");
    assert_eq!(local.items().await, before);

    project.remove_connector_deployment(&second, second.work_state.epoch).await.unwrap();
    assert_eq!(local.store.credential(client.id).await.unwrap(), None);
    assert!(!local.text().await.contains(CANARY));
    audit(&local).await;
    // The connector, and the counts of connectors, deployments and clients.
    assert_eq!(local.size().await, 4);
    project.create_connector_deployment(&with_key(&staged, "tax-sync"), &[], None).await.unwrap();
    audit(&local).await;
}

#[tokio::test]
async fn a_client_that_somebody_has_deleted_is_not_counted_down_again() {
    let local = Local::start().await;
    let project = &local.project;
    let mut deployment = samples::connector_deployment(&staged(project).await);
    let (client, credential) = samples::mint(&mut deployment);
    project.create_connector_deployment(&deployment, &[], Some((&client, &credential))).await.unwrap();
    project.delete_client(&client).await.unwrap();
    project.remove_connector_deployment(&deployment, 0).await.unwrap();
    audit(&local).await;
}

#[tokio::test]
async fn a_client_that_goes_while_its_deployment_does_makes_the_write_race() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let mut deployment = samples::connector_deployment(&staged(&project).await);
    let (client, credential) = samples::mint(&mut deployment);
    project.create_connector_deployment(&deployment, &[], Some((&client, &credential))).await.unwrap();
    // The deployment, what is left of it, two counts, and then the client, which is not there any more.
    let (none, gone) = (r#"{"Code":"None"}"#, r#"{"Code":"ConditionalCheckFailed"}"#);
    let reasons = [none, none, none, none, gone, none, none, none].join(",");
    let reasons = format!(r#","CancellationReasons":[{reasons}]"#);
    wire.refuse("TransactWriteItems", "TransactionCanceledException", &reasons);
    project.remove_connector_deployment(&deployment, 0).await.unwrap();
    assert!(wire.is_done());
    assert!(project.worked::<ConnectorDeployment>(deployment.id.uuid()).await.unwrap().is_none());
    audit(&local).await;
}

#[tokio::test]
async fn secrets_that_an_interrupted_removal_left_go_when_somebody_looks_again() {
    let local = Local::start().await;
    let wire = Wire::to(local.address).await;
    let project = local.project_by_way_of(wire.address);
    let staged = staged(&project).await;
    let (mut removed, mut stays) = (with_key(&staged, "tax-sync"), with_key(&staged, "tax-other"));
    for deployment in [&mut removed, &mut stays] {
        let secret = sealed(deployment, "ACME_TOKEN");
        project.create_connector_deployment(deployment, &[secret], None).await.unwrap();
    }
    wire.refuse("Query", "ValidationException", "");
    let interrupted = project.remove_connector_deployment(&removed, 0).await;
    assert!(matches!(interrupted, Err(StoreError::Rejected(_))), "{interrupted:?}");
    assert!(project.worked::<ConnectorDeployment>(removed.id.uuid()).await.unwrap().is_none());
    let name = "ACME_TOKEN".parse().unwrap();
    assert!(project.secret(removed.id, &name, 1).await.unwrap().is_some());
    for _ in 0..2 {
        project.delete_remains::<ConnectorDeployment>(removed.id.uuid()).await.unwrap();
        assert_eq!(project.secret(removed.id, &name, 1).await.unwrap(), None);
    }
    assert!(project.secret(stays.id, &name, 1).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_cleared_away_afterwards_changes_no_version() {
    let local = Local::start().await;
    let project = &local.project;
    let deployment = samples::connector_deployment(&staged(project).await);
    project.create_connector_deployment(&deployment, &[], None).await.unwrap();
    let mut claimed = taken_up(project, &deployment, "worker").await;
    claimed.retiring = ["a", "b"].map(|topic| Retired::Topic(topic.to_owned())).into();
    claimed.finish(Event::Succeed).unwrap();
    project.save_progress(&claimed, 1).await.unwrap();
    let read =
        async || project.worked::<ConnectorDeployment>(deployment.id.uuid()).await.unwrap().unwrap().entity;
    let overdue = async |at: i64| {
        !local.store.overdue(domain::work::WorkQueue::Connectors, moment(at)).await.unwrap().is_empty()
    };

    let seen = read().await;
    let mut left = seen.clone();
    left.retiring.remove(0);
    project.note_leftovers(&left, moment(500)).await.unwrap();
    assert_eq!(read().await, left);
    assert_eq!(left.metadata, seen.metadata, "whoever read it may still change it");
    assert!(!overdue(500).await && overdue(501).await);

    let mut asked = left.clone();
    asked.request(OperationKind::Redeploy { skip_scripts: false }, &samples::request()).unwrap();
    project.request_connector_operation(&asked, left.metadata.version, &[], None).await.unwrap();
    let before = read().await;
    left.retiring.clear();
    project.note_leftovers(&left, moment(600)).await.unwrap();
    assert_eq!(read().await, before, "somebody was faster");

    let mut resting = taken_up(project, &before, "worker").await;
    resting.finish(Event::Succeed).unwrap();
    project.save_progress(&resting, resting.work_state.epoch - 1).await.unwrap();
    let mut resting = read().await;
    resting.retiring.clear();
    project.note_leftovers(&resting, moment(600)).await.unwrap();
    assert!(!overdue(1_000_000).await, "it rests");
    audit(&local).await;
}

#[tokio::test]
async fn a_queued_deployment_is_overdue_after_a_minute_and_leftovers_keep_it_so() {
    let local = Local::start().await;
    let project = &local.project;
    let deployment = samples::connector_deployment(&staged(project).await);
    project.create_connector_deployment(&deployment, &[], None).await.unwrap();
    let overdue =
        async |at: i64| local.store.overdue(domain::work::WorkQueue::Connectors, moment(at)).await.unwrap();
    let found = vec![(project.project().clone(), WorkKind::ConnectorDeployment, deployment.id.uuid())];
    assert_eq!(overdue(60).await, []);
    assert_eq!(overdue(61).await, found);
    let mut claimed = taken_up(project, &deployment, "worker").await;
    assert_eq!(overdue(61).await, [], "the lease counts");
    assert_eq!(overdue(62).await, found);

    let topic = "arn:aws:sns:eu-central-1:000000000000:old".to_owned();
    claimed.retiring = vec![Retired::Topic(topic)];
    claimed.finish(Event::Succeed).unwrap();
    project.save_progress(&claimed, 1).await.unwrap();
    assert_eq!(overdue(61).await, found, "something is left to be deleted");
    claimed.retiring.clear();
    project.save_progress(&claimed, 2).await.unwrap();
    assert_eq!(overdue(1_000_000).await, [], "it rests");
    audit(&local).await;
}

#[tokio::test]
async fn a_deployment_that_is_as_large_as_may_be_fits_into_an_item() {
    let local = Local::start().await;
    let project = &local.project;
    let staged = largest::staged(project);
    project.create(&staged).await.unwrap();
    let mut deployment = with_key(&staged, &"k".repeat(256));
    deployment.global.standard = standard(1_700, MAX_CONFIGURATION_BYTES);
    for turn in 0..50 {
        let name = format!("{turn:02}{}", "a".repeat(254));
        let hosted = Hosted {
            build: deployment.build.id,
            place: Place::Event { machine: "m".repeat(120), topic: "t".repeat(120) },
        };
        deployment.retiring.extend(hosted.place.leavings(ApplicationId::new(Uuid::nil())));
        deployment.applications.push(Application {
            id: ApplicationId::new(Uuid::new_v4()),
            name: name.parse().unwrap(),
            configuration: Configuration::default(),
            schedule: None,
            retry_policy: None,
            hosted: Some(hosted.clone()),
            candidate: Some(hosted),
        });
    }
    largest::report_on(&mut deployment);
    project.create_connector_deployment(&deployment, &[], None).await.unwrap();
    largest::fits(&local).await;
}

/// Values of so many keys that take all the room there is for them.
fn standard(keys: usize, bytes: usize) -> BTreeMap<ConfigurationKey, String> {
    let value = "x".repeat(bytes / keys - 12);
    (0..keys).map(|turn| (format!("K{turn}").parse().unwrap(), value.clone())).collect()
}
