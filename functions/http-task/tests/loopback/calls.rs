//! What is sent, what comes back, and when it is tried again.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::scopes;
use crate::server::{Action, Server};
use egress::AllowedHosts;
use futures::FutureExt;
use futures::future::BoxFuture;
use http_task::{
    HttpCaller, HttpTaskError, MAX_OUTPUT_BYTES, Platform, Request, ScopeRefusal, SecretError, Unknown,
};
use secrets::scope_token::Scope;
use serde_json::{Value, json};
use zeroize::Zeroizing;

const SECRET: &str = "hunter2-hunter2";

/// Knows `TOKEN` and cannot read `BUSY`.
struct Vault;

impl Platform for Vault {
    fn scope<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Scope>, Unknown>> {
        scopes::verified(token)
    }

    fn is_deployed<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, Unknown>> {
        scopes::is_deployed(scope)
    }

    fn secret<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<String>, SecretError>> {
        assert_eq!(scope.project, "demo");
        let answer = match name {
            "TOKEN" => Ok(Zeroizing::new(SECRET.to_owned())),
            "BUSY" => Err(SecretError::Unavailable),
            "GONE" => Err(SecretError::Missing),
            _ => panic!("the scope does not list {name}"),
        };
        async { answer }.boxed()
    }
}

/// Answers nobody before two have asked.
struct TwoAtOnce(tokio::sync::Barrier);

impl Platform for TwoAtOnce {
    fn scope<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Scope>, Unknown>> {
        scopes::verified(token)
    }

    fn is_deployed<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, Unknown>> {
        scopes::is_deployed(scope)
    }

    fn secret<'a>(
        &'a self,
        _: &'a Scope,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<String>, SecretError>> {
        async move {
            self.0.wait().await;
            Ok(Zeroizing::new(format!("value of {name}")))
        }
        .boxed()
    }
}

fn scope() -> Scope {
    scopes::scope(["TOKEN", "BUSY", "GONE"])
}

fn token() -> String {
    scopes::token(&scope())
}

/// Calls with `arguments` and a valid scope; the loopback is allowed.
fn call(arguments: Value) -> Result<Value, HttpTaskError> {
    call_for(&scope(), arguments)
}

fn call_for(scope: &Scope, mut arguments: Value) -> Result<Value, HttpTaskError> {
    arguments["scope"] = json!(scopes::token(scope));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let caller = HttpCaller::new("127.0.0.1".parse::<AllowedHosts>().unwrap()).unwrap();
        let input = Request::parse(&(&arguments).into())?;
        let response = http_task::call(&caller, &Vault, input).await?;
        Ok(serde_json::to_value(response).unwrap())
    })
}

fn statuses(statuses: &[u16]) -> Vec<Action> {
    statuses.iter().map(|status| Action::status(*status)).collect()
}

#[test]
fn a_call_carries_everything_and_brings_it_back() {
    let reply = Action::Reply(
        201,
        "Content-Type: application/json; charset=utf-8\r\nX-Trace: a\r\nX-Trace: b\r\n",
        b"{ \"id\": 7 }".to_vec(),
    );
    let server = Server::start([reply]);
    let response = call(json!({
        "method": "POST",
        "url": server.url("/orders?z=1"),
        "headers": { "X-Api": "v1" },
        "query": { "tag": ["a b", 2] },
        "body": { "amount": 3 },
    }))
    .unwrap();
    assert_eq!(
        response,
        json!({
            "statusCode": 201,
            "headers": {
                "connection": "close", "content-length": "11",
                "content-type": "application/json; charset=utf-8", "x-trace": "a, b",
            },
            "body": { "id": 7 },
        })
    );
    let received = &server.received()[0];
    assert_eq!(received.line, "POST /orders?z=1&tag=a+b&tag=2 HTTP/1.1");
    assert_eq!(received.body, "{\"amount\":3}");
    for (name, value) in [
        ("content-type", "application/json"),
        ("x-api", "v1"),
        ("host", server.address.to_string().as_str()),
        ("user-agent", concat!("slipway-http-task/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(received.headers[name], value);
    }
}

#[test]
fn a_secret_arrives_in_a_header_and_nowhere_else() {
    let server = Server::start([Action::status(200), Action::status(403)]);
    let arguments = json!({
        "url": server.url("/"),
        "method": "PUT",
        "headers": { "Authorization": "Bearer ${secret.TOKEN}" },
        "body": "${secret.TOKEN}",
    });
    let response = call(arguments.clone()).unwrap();
    let received = &server.received()[0];
    assert_eq!(received.headers["authorization"], format!("Bearer {SECRET}"));
    assert_eq!(received.body, "${secret.TOKEN}", "only headers are resolved");
    assert!(!response.to_string().contains(SECRET));
    let error = call(arguments).unwrap_err();
    assert!(!format!("{error:?} {error} {}", error.cause()).contains(SECRET));
}

#[test]
fn a_secret_outside_the_scope_does_not_exist() {
    let server = Server::start([]);
    for (name, expected) in
        [("OTHER", "HttpSecretMissing"), ("GONE", "HttpSecretMissing"), ("BUSY", "HttpSecretUnavailable")]
    {
        let headers = BTreeMap::from([("a", format!("${{secret.{name}}}"))]);
        let error = call(json!({ "url": server.url("/"), "headers": headers })).unwrap_err();
        assert_eq!(error.error_type(), expected, "{name}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_call_without_a_valid_scope_goes_nowhere() {
    let server = Server::start([]);
    let caller = HttpCaller::new("127.0.0.1".parse().unwrap()).unwrap();
    for scope in ["", "x.y.z", &format!("{}x", token())] {
        let input = json!({ "url": server.url("/"), "scope": scope });
        let input = Request::parse(&(&input).into()).unwrap();
        let answer = http_task::call(&caller, &Vault, input).await;
        assert_eq!(answer, Err(HttpTaskError::ScopeInvalid(ScopeRefusal::NotOurs)));
    }
    assert!(server.received().is_empty());
}

#[test]
fn a_scope_is_good_for_its_own_host_only() {
    let server = Server::start([Action::status(200)]);
    let own = format!("http://{}", server.address);
    let arguments = json!({ "url": server.url("/"), "headers": { "x": "${secret.TOKEN}" } });
    for origin in ["https://example.com:443", "http://127.0.0.1:1", &own.replace("http:", "https:")] {
        let elsewhere = Scope { origin: Some(origin.to_owned()), ..scope() };
        let refusal = ScopeRefusal::OtherOrigin { origin: origin.to_owned(), other: own.clone() };
        assert_eq!(call_for(&elsewhere, arguments.clone()), Err(HttpTaskError::ScopeInvalid(refusal)));
    }
    assert!(server.received().is_empty());
    call_for(&Scope { origin: Some(own), ..scope() }, arguments).unwrap();
    assert_eq!(server.received()[0].headers["x"], SECRET);
}

#[test]
fn a_scope_dies_with_its_state_machine() {
    let server = Server::start([]);
    let gone = Scope { machine: "slipway_2".to_owned(), ..scope() };
    for secret in ["TOKEN", "GONE"] {
        let headers = json!({ "x": format!("${{secret.{secret}}}") });
        let error = call_for(&gone, json!({ "url": server.url("/"), "headers": headers })).unwrap_err();
        assert_eq!(error, HttpTaskError::ScopeInvalid(ScopeRefusal::Gone));
        assert_eq!(error.error_type(), "HttpScopeInvalid");
        assert!(error.cause().contains("not deployed any more"), "{}", error.cause());
    }
    assert!(server.received().is_empty());
}

#[test]
fn a_failing_server_is_asked_again() {
    let server = Server::start(statuses(&[500, 502]));
    assert_eq!(call(json!({ "url": server.url("/") })).unwrap()["body"], "fine");
    assert_eq!(server.received().len(), 3);
}

#[test]
fn after_three_attempts_the_failure_counts() {
    let server = Server::start(statuses(&[503; 6]));
    let error = call(json!({ "url": server.url("/") })).unwrap_err();
    assert_eq!(error, HttpTaskError::Status { status: 503, body: "body".to_owned(), attempts: 3 });
    let response = call(json!({ "url": server.url("/"), "acceptStatus": true })).unwrap();
    assert_eq!((&response["statusCode"], &response["body"]), (&json!(503), &json!("body")));
    assert_eq!(server.received().len(), 6);
}

#[test]
fn what_cannot_be_repeated_is_not() {
    let cases = [
        (404, "GET", json!({}), 1),
        (500, "POST", json!({}), 1),
        (500, "PATCH", json!({}), 1),
        (429, "POST", json!({}), 2),
        (503, "POST", json!({}), 2),
        (500, "POST", json!({ "Idempotency-Key": "k" }), 2),
        (500, "DELETE", json!({}), 2),
    ];
    for (status, method, headers, expected) in cases {
        let server = Server::start(statuses(&[status]));
        let answer = call(json!({ "url": server.url("/"), "method": method, "headers": headers }));
        assert_eq!(server.received().len(), expected, "{status} {method}");
        assert_eq!(answer.is_ok(), expected == 2);
    }
}

#[test]
fn a_broken_connection_is_tried_again_when_that_is_harmless() {
    let server = Server::start([Action::Drop, Action::Drop]);
    assert!(call(json!({ "url": server.url("/") })).is_ok());
    assert_eq!(server.received().len(), 3);

    let server = Server::start([Action::Drop]);
    let error = call(json!({ "url": server.url("/"), "method": "POST", "body": "x" })).unwrap_err();
    assert_eq!(error.error_type(), "HttpConnectError");
    assert_eq!(server.received().len(), 1);
}

#[test]
fn nobody_listens() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = call(json!({ "url": format!("http://{address}/?password=x") })).unwrap_err();
    let HttpTaskError::Connect { host, reason, attempts } = error else { panic!("{error:?}") };
    assert_eq!((host, attempts), (address.to_string(), 3));
    assert!(reason.contains("refused") && !reason.contains("password"), "{reason}");
}

#[test]
fn the_server_says_how_long_to_wait() {
    let server = Server::start([Action::Reply(429, "Retry-After: 1\r\n", Vec::new())]);
    let started = Instant::now();
    assert!(call(json!({ "url": server.url("/") })).is_ok());
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[test]
fn there_is_no_waiting_beyond_the_time_allowed() {
    let started = Instant::now();
    for header in ["Retry-After: 60\r\n", "Retry-After: 18446744073709551615\r\n"] {
        let server = Server::start([Action::Reply(503, header, Vec::new())]);
        let error = call(json!({ "url": server.url("/"), "timeoutSeconds": 5 })).unwrap_err();
        assert!(matches!(error, HttpTaskError::Status { status: 503, attempts: 1, .. }));
    }
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn silence_and_slowness_end_in_time() {
    for action in [Action::Hang, Action::Stream(200, 100_000, Duration::from_millis(200))] {
        let server = Server::start([action]);
        let started = Instant::now();
        let error = call(json!({ "url": server.url("/"), "timeoutSeconds": 1 })).unwrap_err();
        assert_eq!(error, HttpTaskError::Timeout { seconds: 1, attempts: 1 });
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[test]
fn a_large_answer_is_not_read_to_its_end() {
    let endless = |status| Action::Stream(status, 10_000_000_000, Duration::ZERO);
    let server = Server::start([endless(200), endless(404)]);
    let error = call(json!({ "url": server.url("/") })).unwrap_err();
    assert_eq!(error, HttpTaskError::ResponseTooLarge { limit: MAX_OUTPUT_BYTES });
    let error = call(json!({ "url": server.url("/") })).unwrap_err();
    assert!(matches!(error, HttpTaskError::Status { status: 404, .. }), "the status matters more");
}

#[test]
fn a_redirect_is_returned() {
    let elsewhere = Server::start([]);
    let headers = format!("Location: {}\r\n", elsewhere.url("/stolen"));
    let server = Server::start([Action::Reply(302, headers.leak(), Vec::new())]);
    let response = call(json!({ "url": server.url("/"), "headers": { "a": "${secret.TOKEN}" } })).unwrap();
    assert_eq!(response["statusCode"], 302);
    assert_eq!(response["headers"]["location"], elsewhere.url("/stolen"));
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn secrets_are_read_side_by_side() {
    let server = Server::start([Action::status(200)]);
    let headers = json!({ "a": "${secret.TOKEN}", "b": "${secret.GONE}" });
    let input = json!({ "url": server.url("/"), "headers": headers, "scope": token() });
    let caller = HttpCaller::new("127.0.0.1".parse::<AllowedHosts>().unwrap()).unwrap();
    let vault = TwoAtOnce(tokio::sync::Barrier::new(2));
    let answer = http_task::call(&caller, &vault, Request::parse(&(&input).into()).unwrap());
    tokio::time::timeout(Duration::from_secs(10), answer).await.expect("one waits for the other").unwrap();
}
