//! Repositories against real servers on the loopback.

use std::collections::HashSet;

use artifacts::Artifacts;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use domain::secret::SecretText;

use super::*;
use crate::fixtures::server::{Answer, Server};
use crate::fixtures::{Tarball, parse};

const TOKEN: &str = "hunter2-hunter2";

fn tarball() -> Vec<u8> {
    Tarball::new()
        .file("tax-1/connect.yaml", "tax service\npages assets")
        .file("tax-1/tax/flow.asl.json", "{}")
        .file("tax-1/pages/index.html", "<p>")
        .pack()
}

fn s3(server: &Server) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("id", "key", None, None, "test"))
        .endpoint_url(server.url(""))
        .force_path_style(true)
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

fn repositories(server: &Server, allowed: &str) -> Repositories {
    Repositories::from_settings(s3(server), "stack".to_owned(), allowed, "").unwrap().with_parser(parse)
}

fn host(server: &Server, token: Option<Token>) -> Host {
    Host::new("git.test", &server.url("/{path}/{tag}.tar.gz"), token).unwrap()
}

fn token(header: &str) -> Token {
    Token::new(header, &SecretText::new(TOKEN.to_owned())).unwrap()
}

fn repository(url: &str) -> Repository {
    Repository { url: url.parse().unwrap(), tag: "v1".parse().unwrap() }
}

async fn read(server: &Server, own: &[Host]) -> Result<Contents, RepositoryError> {
    let project = "acme".parse().unwrap();
    let repository = repository("https://git.test/acme/tax.git");
    repositories(server, "127.0.0.1").read(&project, &repository, own).await
}

async fn failure(answer: Answer) -> RepositoryError {
    let server = Server::start();
    server.answer("/acme/tax/v1.tar.gz", answer);
    let error = read(&server, &[host(&server, None)]).await.unwrap_err();
    assert_eq!(error.code(), RepositoryCode::GitRepositoryNotReachable);
    assert!(!error.messages().is_empty());
    error
}

#[tokio::test]
async fn an_archive_is_read_from_a_projects_host() {
    let server = Server::start();
    server.answer("/acme/tax/v1.tar.gz", Answer::Body(tarball()));
    let contents = read(&server, &[host(&server, None)]).await.unwrap();
    assert_eq!(contents.package().applications.len(), 2);
    let heard = &server.heard()[0];
    assert_eq!(heard.line, "GET /acme/tax/v1.tar.gz HTTP/1.1");
    assert!(heard.headers["user-agent"].starts_with("slipway-repository/"));
    let ssh = repository("git@git.test:acme/tax.git");
    let own = [host(&server, None)];
    let again = repositories(&server, "127.0.0.1").read(&"acme".parse().unwrap(), &ssh, &own).await;
    assert_eq!(again.unwrap().payload(), contents.payload());
}

#[tokio::test]
async fn urls_are_tried_until_one_is_found() {
    let server = Server::start();
    let urls = [server.url("/tags/{path}/{tag}"), server.url("/any/{path}/{tag}")].join(" ");
    let own = [Host::new("git.test", &urls, Some(token("Authorization"))).unwrap()];
    let lines = || server.heard().into_iter().map(|request| request.line).collect::<Vec<_>>();
    let (tags, any) = ("GET /tags/acme/tax/v1 HTTP/1.1", "GET /any/acme/tax/v1 HTTP/1.1");
    assert!(matches!(read(&server, &own).await, Err(RepositoryError::NotFound { .. })));
    assert_eq!(lines(), [tags, any]);
    server.answer("/any/acme/tax/v1", Answer::Body(tarball()));
    assert!(read(&server, &own).await.is_ok());
    assert!(server.heard().iter().all(|request| request.headers.contains_key("authorization")));
    server.answer("/tags/acme/tax/v1", Answer::Status(403));
    assert!(matches!(read(&server, &own).await, Err(RepositoryError::Denied { .. })));
    assert_eq!(lines(), [tags, any, tags, any, tags], "only what is not there is looked for elsewhere");
}

#[tokio::test]
async fn a_token_is_sent_as_the_host_wants_it() {
    for (header, name, value) in [
        ("Authorization", "authorization", format!("Bearer {TOKEN}")),
        (Token::PRIVATE_TOKEN, "private-token", TOKEN.to_owned()),
    ] {
        let server = Server::start();
        server.answer("/acme/tax/v1.tar.gz", Answer::Redirect("/elsewhere?x=1".to_owned()));
        server.answer("/elsewhere?x=1", Answer::Body(tarball()));
        read(&server, &[host(&server, Some(token(header)))]).await.unwrap();
        let heard = server.heard();
        assert_eq!(heard.len(), 2);
        assert!(heard.iter().all(|request| request.headers[name] == value));
    }
}

#[tokio::test]
async fn a_token_goes_to_no_other_host() {
    let (server, other) = (Server::start(), Server::start());
    server.answer("/acme/tax/v1.tar.gz", Answer::Redirect(other.url("/away")));
    other.answer("/away", Answer::Redirect(server.url("/back")));
    server.answer("/back", Answer::Body(tarball()));
    read(&server, &[host(&server, Some(token("Authorization")))]).await.unwrap();
    let (here, there) = (server.heard(), other.heard());
    assert!(here[0].headers.contains_key("authorization"));
    assert!(!there[0].headers.contains_key("authorization"));
    assert!(!here[1].headers.contains_key("authorization"), "nor back, where another host sent it");
}

#[tokio::test]
async fn three_redirects_are_followed() {
    let server = Server::start();
    server.answer("/acme/tax/v1.tar.gz", Answer::Redirect("/1".to_owned()));
    server.answer("/1", Answer::Redirect("/2".to_owned()));
    server.answer("/2", Answer::Redirect("/3".to_owned()));
    server.answer("/3", Answer::Body(tarball()));
    assert!(read(&server, &[host(&server, None)]).await.is_ok());
    server.answer("/3", Answer::Redirect("/4".to_owned()));
    server.answer("/4", Answer::Body(tarball()));
    let error = read(&server, &[host(&server, None)]).await.unwrap_err();
    assert!(matches!(error, RepositoryError::TooManyRedirects { .. }));
    assert!(server.heard().iter().all(|request| !request.line.contains("/4")));
}

#[tokio::test]
async fn a_redirect_leads_to_no_place_that_is_not_reached_directly() {
    for to in ["http://localhost:1/x", "http://10.0.0.1/x", "http://example.com/x"] {
        let error = failure(Answer::Redirect(to.to_owned())).await;
        assert!(matches!(error, RepositoryError::Insecure { .. }), "{to}: {error}");
    }
    let error = failure(Answer::Redirect("https://169.254.169.254/latest".to_owned())).await;
    assert!(matches!(error, RepositoryError::RefusedAddress { class: "link-local", .. }), "{error}");
    let error = failure(Answer::Redirect("https://localhost:1/x".to_owned())).await;
    assert!(matches!(error, RepositoryError::RefusedAddress { class: "loopback", .. }), "{error}");
    for to in ["file:///etc/passwd", "https://u:p@example.com/x", "https://"] {
        let error = failure(Answer::Redirect(to.to_owned())).await;
        assert!(matches!(error, RepositoryError::UnusableRedirect { .. }), "{to}: {error}");
    }
    let error = failure(Answer::Status(302)).await;
    assert!(matches!(error, RepositoryError::UnusableRedirect { .. }), "{error}");
}

#[tokio::test]
async fn without_leave_the_loopback_is_not_reached() {
    let server = Server::start();
    let own = [host(&server, None)];
    let project = "acme".parse().unwrap();
    let repository = repository("https://git.test/acme/tax.git");
    let error = repositories(&server, "other.test").read(&project, &repository, &own).await.unwrap_err();
    assert!(matches!(error, RepositoryError::Insecure { .. }), "{error}");
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn what_may_help_later_is_told_apart() {
    for (status, transient) in
        [(429, true), (500, true), (503, true), (408, true), (400, false), (300, false), (204, false)]
    {
        let error = failure(Answer::Status(status)).await;
        assert!(matches!(error, RepositoryError::Status { .. }), "{status}: {error}");
        assert_eq!(error.is_transient(), transient, "{status}");
    }
    for status in [401, 403] {
        let error = failure(Answer::Status(status)).await;
        assert!(matches!(error, RepositoryError::Denied { .. }) && !error.is_transient());
    }
    let error = failure(Answer::Status(404)).await;
    assert!(matches!(error, RepositoryError::NotFound { .. }) && !error.is_transient());
    assert!(error.to_string().contains("`v1`") && error.to_string().contains("`acme/tax`"));
    let error = failure(Answer::Broken).await;
    assert!(matches!(error, RepositoryError::Connection { .. }) && error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_bad_archive_is_refused() {
    let archive = |error| match error {
        RepositoryError::Archive(error) => error,
        other => panic!("{other}"),
    };
    let html = archive(failure(Answer::Body(b"<html>".to_vec())).await);
    assert_eq!(html, ArchiveError::NotGzip);
    let traversal = Tarball::new().file("../x", "x").pack();
    assert!(matches!(archive(failure(Answer::Body(traversal)).await), ArchiveError::Traversal(_)));
    let endless = archive(failure(Answer::Endless(limits::MAX_ARCHIVE * 2)).await);
    assert_eq!(endless, ArchiveError::TooLarge);
    let long = archive(failure(Answer::Body(vec![0; limits::MAX_ARCHIVE + 1])).await);
    assert_eq!(long, ArchiveError::TooLarge);
    let cut = tarball();
    let cut = archive(failure(Answer::Body(cut[..cut.len() - 1].to_vec())).await);
    assert_eq!(cut, ArchiveError::Truncated);
}

#[tokio::test]
async fn a_host_that_nobody_knows_is_not_called() {
    let server = Server::start();
    let error = read(&server, &[]).await.unwrap_err();
    assert!(matches!(&error, RepositoryError::UnknownHost { host, .. } if host == "git.test"));
    assert!(error.to_string().contains("github.com, gitlab.com"), "{error}");
}

#[tokio::test]
async fn silence_ends_in_time() {
    let server = Server::start();
    server.answer("/acme/tax/v1.tar.gz", Answer::Silence);
    let mut repositories = repositories(&server, "127.0.0.1");
    repositories.time_limit = Duration::from_millis(300);
    let (project, own) = ("acme".parse().unwrap(), [host(&server, None)]);
    let repository = repository("https://git.test/acme/tax.git");
    let error = repositories.read(&project, &repository, &own).await.unwrap_err();
    assert!(matches!(error, RepositoryError::TimedOut) && error.is_transient(), "{error}");
}

#[tokio::test]
async fn the_stacks_bucket_holds_archives_of_projects() {
    let server = Server::start();
    let path = "/stack/repositories/acme/tax/v1.tar.gz?x-id=GetObject";
    server.answer(path, Answer::Body(tarball()));
    let (all, project) = (repositories(&server, ""), "acme".parse().unwrap());
    let read = |url: &str| {
        let (all, project, repository) = (&all, &project, repository(url));
        async move { all.read(project, &repository, &[]).await }
    };
    assert!(read("s3://stack/repositories/acme/tax").await.is_ok());
    assert!(read("s3://stack/repositories/acme/tax/").await.is_ok());
    let error = read("s3://stack/repositories/acme/other").await.unwrap_err();
    assert!(matches!(error, RepositoryError::NotFound { .. }), "{error}");
    let asked = server.heard().len();
    for url in [
        "s3://other/repositories/acme/tax",
        "s3://stack/repositories/other/tax",
        "s3://stack/repositories/acmeother/tax",
        "s3://stack/sha256/acme",
        "s3://stack/x/repositories/acme",
        "s3://stack//repositories/acme",
    ] {
        let error = read(url).await.unwrap_err();
        assert!(matches!(error, RepositoryError::OutsideBucket { .. }), "{url}: {error}");
    }
    assert_eq!(server.heard().len(), asked, "nothing is asked for");
    server.answer(path, Answer::Status(503));
    assert!(read("s3://stack/repositories/acme/tax").await.unwrap_err().is_transient());
    server.answer(path, Answer::Body(vec![0; limits::MAX_ARCHIVE + 1]));
    let error = read("s3://stack/repositories/acme/tax").await.unwrap_err();
    assert!(matches!(error, RepositoryError::Archive(ArchiveError::TooLarge)), "{error}");
}

#[tokio::test]
async fn assets_are_stored_before_the_package() {
    let server = Server::start();
    server.answer("/acme/tax/v1.tar.gz", Answer::Body(tarball()));
    let contents = read(&server, &[host(&server, None)]).await.unwrap();
    let store = Server::start();
    let artifacts = Artifacts::new(s3(&store), "stack".to_owned());
    let digests = |contents: &Contents| {
        let asset = &contents.package().applications["pages"].assets["index.html"];
        [asset.contents.digest.clone(), contents.payload().digest.clone()]
    };
    let [asset, package] = digests(&contents).map(|digest| format!("/stack/sha256/{digest}?x-id=PutObject"));
    store.answer(&asset, Answer::Status(503));
    store.answer(&package, Answer::Status(200));
    assert!(contents.store(&artifacts).await.is_err());
    assert!(
        store.heard().iter().all(|request| !request.line.contains(&package)),
        "no package without its assets"
    );
    store.answer(&asset, Answer::Status(200));
    assert_eq!(&contents.store(&artifacts).await.unwrap(), contents.payload());
    store.answer(&asset, Answer::Status(412));
    store.answer(&package, Answer::Status(412));
    assert_eq!(&contents.store(&artifacts).await.unwrap(), contents.payload(), "again");
    let lines: HashSet<String> = store.heard().into_iter().map(|request| request.line).collect();
    assert_eq!(lines.len(), 2);
}

#[test]
fn no_message_holds_a_cause() {
    let cause = || -> Cause { "password=hunter2".into() };
    let host = || "git.test:443".to_owned();
    let errors = [
        RepositoryError::Connection { host: host(), cause: cause() },
        RepositoryError::Bucket(cause()),
        RepositoryError::Internal(cause()),
    ];
    for error in errors {
        assert!(!error.to_string().contains("hunter2"));
        assert!(std::error::Error::source(&error).is_some());
    }
}
