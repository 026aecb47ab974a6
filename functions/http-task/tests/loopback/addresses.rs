//! The address guard against a real server: what is refused is never connected to.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::scopes;
use crate::server::Server;
use egress::Lookup;
use futures::FutureExt;
use futures::future::BoxFuture;
use http_task::{HttpCaller, HttpTaskError, Platform, Request, Response, SecretError, Unknown};
use secrets::scope_token::Scope;
use serde_json::json;
use zeroize::Zeroizing;

struct NoSecrets;

impl Platform for NoSecrets {
    fn scope<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Scope>, Unknown>> {
        scopes::verified(token)
    }

    fn is_deployed<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, Unknown>> {
        scopes::is_deployed(scope)
    }

    fn secret<'a>(
        &'a self,
        _: &'a Scope,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<String>, SecretError>> {
        async { Err(SecretError::Missing) }.boxed()
    }
}

/// Names and addresses of the test's own, and how often they were asked for.
#[derive(Debug, Default)]
struct Names {
    addresses: HashMap<&'static str, Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Lookup for Names {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.addresses.get(host).cloned();
        async { answer.ok_or_else(|| io::Error::other("no such name")) }.boxed()
    }
}

fn names(entries: &[(&'static str, &[&str])]) -> Arc<Names> {
    let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    let addresses = entries.iter().map(|(name, texts)| (*name, parse(texts))).collect();
    Arc::new(Names { addresses, asked: AtomicUsize::new(0) })
}

async fn call(caller: &HttpCaller, url: &str) -> Result<Response, HttpTaskError> {
    let arguments = json!({ "scope": scopes::token(&scopes::scope([])), "url": url, "timeoutSeconds": 5 });
    http_task::call(caller, &NoSecrets, Request::parse(&(&arguments).into()).unwrap()).await
}

fn refused_as(answer: Result<Response, HttpTaskError>) -> &'static str {
    match answer {
        Err(HttpTaskError::RefusedAddress { class, .. }) => class,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_called() {
    let server = Server::start([]);
    let port = server.address.port();
    let caller = HttpCaller::new("127.0.0.1:1, other.test".parse().unwrap()).unwrap();
    for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "[::1]"] {
        let answer = call(&caller, &format!("http://{host}:{port}/")).await;
        assert_eq!(refused_as(answer), "loopback", "{host}");
    }
    let answer = call(&caller, "http://169.254.169.254/latest/meta-data").await;
    assert_eq!(refused_as(answer), "link-local");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_name_is_judged_by_every_address_it_has() {
    let names = names(&[
        ("inside.test", &["10.0.0.7"]),
        ("metadata.test", &["169.254.169.254"]),
        ("mixed.test", &["93.184.216.34", "fd00::1"]),
        ("mapped.test", &["::ffff:127.0.0.1"]),
    ]);
    let caller = HttpCaller::with_lookup("".parse().unwrap(), names.clone()).unwrap();
    for (host, class) in [
        ("inside.test", "private"),
        ("metadata.test", "link-local"),
        ("mixed.test", "private"),
        ("mapped.test", "loopback"),
    ] {
        for scheme in ["http", "https"] {
            assert_eq!(refused_as(call(&caller, &format!("{scheme}://{host}/")).await), class, "{host}");
        }
    }
    assert_eq!(names.asked.load(Ordering::SeqCst), 8, "a refusal is not tried again");
}

#[tokio::test]
async fn an_allowed_host_is_called_at_the_address_that_was_looked_up() {
    let server = Server::start([]);
    let port = server.address.port();
    let names = names(&[("inside.test", &["127.0.0.1"]), ("other.test", &["127.0.0.1"])]);
    let allowed = format!("inside.test:{port}");
    let caller = HttpCaller::with_lookup(allowed.parse().unwrap(), names.clone()).unwrap();

    assert!(call(&caller, &format!("http://inside.test:{port}/")).await.is_ok());
    assert_eq!(names.asked.load(Ordering::SeqCst), 1, "one look-up: a second could answer differently");
    assert_eq!(server.received()[0].headers["host"], format!("inside.test:{port}"));

    let answer = call(&caller, &format!("http://other.test:{port}/")).await;
    assert_eq!(refused_as(answer), "loopback");
    let answer = call(&caller, &format!("http://inside.test:{}/", port ^ 1)).await;
    assert_eq!(refused_as(answer), "loopback", "another port of the allowed host");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn an_unknown_name_is_a_failed_connection() {
    let caller = HttpCaller::with_lookup("".parse().unwrap(), names(&[])).unwrap();
    let error = call(&caller, "http://nowhere.test/").await.unwrap_err();
    let HttpTaskError::Connect { host, reason, attempts } = error else { panic!("{error:?}") };
    assert_eq!((host.as_str(), reason.as_str(), attempts), ("nowhere.test:80", "no such name", 3));
}
