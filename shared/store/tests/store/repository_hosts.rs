//! Hosts of repositories: each once in a project, with one token beside it or none, gone without a trace.

use domain::ids::RepositoryHostId;
use domain::metadata::Metadata;
use domain::repository_host::RepositoryHost;
use domain::text::{TokenHeader, VariableName};
use store::{Address, Direction, Kind, ListRequest, Listing, SealedVariable, StoreError};

use crate::local::{Local, at_once};
use crate::samples::{moment, someone};

const CANARY: &str = "canary-77ab";

fn host(local: &Local, name: &str) -> RepositoryHost {
    let name = name.parse().unwrap();
    RepositoryHost {
        id: RepositoryHostId::of_host(local.project.project(), &name),
        key: None,
        host: name,
        archive_url: "https://git.acme.example/{path}/{tag}.tar.gz".parse().unwrap(),
        token_header: TokenHeader::authorization(),
        token: None,
        last_token_version: 0,
        metadata: Metadata::begin(moment(0), &someone()),
    }
}

/// Gives the host a token.
fn sealed(host: &mut RepositoryHost, envelope: &str) -> SealedVariable {
    let version = host.set_token(moment(0));
    SealedVariable { name: VariableName::token(), version, envelope: envelope.to_owned() }
}

/// What the host was, and what it is one change later.
fn touched(host: &RepositoryHost) -> (RepositoryHost, RepositoryHost) {
    let mut next = host.clone();
    next.metadata.touch(moment(1), &someone());
    (host.clone(), next)
}

async fn token(local: &Local, host: &RepositoryHost, version: u64) -> Option<String> {
    local.project.secret(host.id, &VariableName::token(), version).await.unwrap()
}

#[tokio::test]
async fn a_token_goes_with_the_write_that_replaces_it() {
    let local = Local::start().await;
    let mut host = host(&local, "git.acme.example");
    let first = sealed(&mut host, "sealed one");
    local.project.create_repository_host(&host, Some(&first)).await.unwrap();
    assert_eq!(token(&local, &host, first.version).await.as_deref(), Some("sealed one"));

    let (before, mut next) = touched(&host);
    let second = sealed(&mut next, "sealed two");
    local.project.update_repository_host(&before, &next, Some(&second)).await.unwrap();
    assert_eq!(token(&local, &host, first.version).await, None);
    assert_eq!(token(&local, &host, second.version).await.as_deref(), Some("sealed two"));

    let (before, kept) = touched(&next);
    local.project.update_repository_host(&before, &kept, None).await.unwrap();
    assert!(token(&local, &host, second.version).await.is_some());

    let (before, mut removed) = touched(&kept);
    removed.token = None;
    local.project.update_repository_host(&before, &removed, None).await.unwrap();
    assert_eq!(token(&local, &host, second.version).await, None);
    assert_eq!(local.size().await, 2, "the host and the count");
}

#[tokio::test]
async fn a_refused_change_neither_stores_nor_removes_a_token() {
    let local = Local::start().await;
    let mut host = host(&local, "git.acme.example");
    let first = sealed(&mut host, "sealed one");
    local.project.create_repository_host(&host, Some(&first)).await.unwrap();
    let (mut before, mut next) = touched(&host);
    before.metadata.version = 7;
    let second = sealed(&mut next, CANARY);
    let refused = local.project.update_repository_host(&before, &next, Some(&second)).await;
    assert!(matches!(refused, Err(StoreError::Stale { expected: 7, current: 1, .. })), "{refused:?}");
    assert!(matches!(local.project.delete_repository_host(&before).await, Err(StoreError::Stale { .. })));
    assert_eq!(token(&local, &host, first.version).await.as_deref(), Some("sealed one"));
    assert!(!local.text().await.contains(CANARY));
}

#[tokio::test]
async fn a_host_that_is_gone_can_come_again() {
    let local = Local::start().await;
    let mut first = RepositoryHost { key: Some("git".parse().unwrap()), ..host(&local, "git.acme.example") };
    let secret = sealed(&mut first, "sealed one");
    local.project.create_repository_host(&first, Some(&secret)).await.unwrap();
    local.project.delete_repository_host(&first).await.unwrap();
    assert_eq!(local.size().await, 1, "only the count");
    let address: Address = "key=git".parse().unwrap();
    assert!(matches!(
        local.project.get::<RepositoryHost>(&address).await,
        Err(StoreError::NotFound { kind: Kind::RepositoryHost, .. })
    ));
    local.project.create_repository_host(&first, Some(&secret)).await.unwrap();
    assert_eq!(local.project.get::<RepositoryHost>(&address).await.unwrap().entity, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_who_make_a_host_one_does_and_the_others_hear_why() {
    let local = Local::start().await;
    let outcomes = at_once(20, |turn| {
        let project = local.project.clone();
        let key = format!("git-{turn}").parse().unwrap();
        let mut host = RepositoryHost { key: Some(key), ..host(&local, "git.acme.example:8443") };
        let secret = sealed(&mut host, CANARY);
        async move { project.create_repository_host(&host, Some(&secret)).await }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let about_host = matches!(
            refused,
            StoreError::Duplicate { field: "host", value, .. } if value == "git.acme.example:8443"
        );
        assert!(about_host, "{refused:?}");
    }
    assert_eq!(local.size().await, 4, "the host, its key, its token, the count");

    let elsewhere = local.in_project(&"other".parse().unwrap());
    let id = RepositoryHostId::of_host(elsewhere.project(), &"git.acme.example:8443".parse().unwrap());
    let theirs = RepositoryHost { id, ..host(&local, "git.acme.example:8443") };
    elsewhere.create_repository_host(&theirs, None).await.unwrap();
}

#[tokio::test]
async fn a_key_is_one_hosts() {
    let local = Local::start().await;
    let keyed = |name| RepositoryHost { key: Some("git".parse().unwrap()), ..host(&local, name) };
    local.project.create_repository_host(&keyed("git.acme.example"), None).await.unwrap();
    let refused = local.project.create_repository_host(&keyed("git.other.example"), None).await;
    assert!(
        matches!(&refused, Err(StoreError::Duplicate { field: "key", value, .. }) if value == "git"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn no_list_holds_a_token() {
    let local = Local::start().await;
    for name in ["one.example", "two.example"] {
        let mut host = host(&local, name);
        let secret = sealed(&mut host, CANARY);
        local.project.create_repository_host(&host, Some(&secret)).await.unwrap();
    }
    let request =
        ListRequest { limit: 9, offset: 0, direction: Direction::Ascending, cursor: None, with_total: true };
    let listing = Listing::project(Kind::RepositoryHost);
    let page = local.project.page::<RepositoryHost>(&listing, &request).await.unwrap();
    assert_eq!((page.results.len(), page.total), (2, Some(2)));
    assert!(!format!("{page:?}").contains(CANARY));
}
