//! The HTTP task: what a flow calls, as `${slipway.http}`, to reach the world.
//!
//! Input and output are [`Request`] and [`Response`]. What the task promises:
//!
//! * It acts only for a deployed flow: every call carries the scope token that the deployment was given, and the state
//!   machine that the token names must still be there.
//! * It calls the host that the definition names, where the definition names one.
//! * `${secret.NAME}` is resolved in header values and nowhere else. Secrets are not in logs, errors or the
//!   output. (A server that sends back what it received can put them into its answer; the task cannot know.)
//! * It connects only to public addresses, and to exactly the addresses it checked, unless the stack allows
//!   the host.
//! * It never follows a redirect: the answer with its `location` is returned, and the flow decides. A secret
//!   therefore never travels to a host that the flow did not name.
//! * It tries again, at most three times and within the time the flow gave it, when that cannot do anything
//!   twice.
//! * Failures have stable names that a flow can match in `Retry` and `Catch`; see [`HttpTaskError`].

mod answer;
mod attempt;
mod endpoint;
mod error;
mod request;
mod request_parts;
mod response;
mod retry;
mod secret_reference;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{BoxFuture, join, try_join_all};
use secrets::scope_token::Scope;
use zeroize::Zeroizing;

pub use answer::MAX_OUTPUT_BYTES;
pub use attempt::HttpCaller;
pub use endpoint::Call;
pub use error::{HttpTaskError, ScopeRefusal};
pub use request::Request;
pub use response::Response;
pub use retry::MAX_ATTEMPTS;

use answer::Answer;
use egress::Failure;
use request::Prepared;
use runtime::Endpoint;

/// The endpoints of this crate.
pub const ENDPOINTS: &[Endpoint] = &[Endpoint::event::<Call>()];

/// Why a secret could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no such secret, or not in this version.
    #[error("there is no such secret")]
    Missing,
    /// It could not be read right now.
    #[error("the secret cannot be read at the moment")]
    Unavailable,
}

/// It could not be told right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be told at the moment")]
pub struct Unknown;

/// What the task asks of the rest of Slipway.
pub trait Platform: Send + Sync {
    /// What a scope token grants, if it is one of ours.
    fn scope<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Scope>, Unknown>>;

    /// Whether what a scope was made for is still there. One consistent read.
    fn is_deployed<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, Unknown>>;

    /// The secret `name` in the version that `scope` pins. It is asked only for names that `scope` lists.
    fn secret<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<String>, SecretError>>;
}

/// Makes one HTTP call for a flow: verifies the scope and that it is still good, resolves secrets, sends, tries again
/// where that is harmless.
///
/// A status of 400 or more is an error unless `input.acceptStatus` says otherwise.
///
/// # Errors
///
/// Every variant of [`HttpTaskError`].
pub fn call<'a>(
    caller: &'a HttpCaller,
    platform: &'a dyn Platform,
    input: Request,
) -> BoxFuture<'a, Result<Response, HttpTaskError>> {
    async move {
        let (scope, prepared) = ready(platform, input).await.inspect_err(|error| {
            tracing::info!(outcome = error.error_type(), "HTTP task not sent");
        })?;
        let started = Instant::now();
        let (outcome, attempts) = send(caller, &prepared).await;
        let result = conclude(&prepared, outcome, attempts);
        report(&scope, &prepared, &result, attempts, started.elapsed());
        result
    }
    .boxed()
}

/// Everything that comes before the network.
async fn ready(platform: &dyn Platform, input: Request) -> Result<(Scope, Prepared), HttpTaskError> {
    let refused = HttpTaskError::ScopeInvalid;
    let scope = platform.scope(&input.scope).await.map_err(|_| HttpTaskError::Unavailable)?;
    let scope = scope.ok_or_else(|| refused(ScopeRefusal::NotOurs))?;
    let draft = input.check()?;
    if let Some(origin) = scope.origin.clone().filter(|origin| *origin != draft.origin()) {
        return Err(refused(ScopeRefusal::OtherOrigin { origin, other: draft.origin() }));
    }
    // Side by side: a secret that is read in vain is not sent.
    let (is_deployed, values) =
        join(platform.is_deployed(&scope), read_secrets(platform, &scope, draft.secret_names())).await;
    if !is_deployed.map_err(|_| HttpTaskError::Unavailable)? {
        return Err(refused(ScopeRefusal::Gone));
    }
    Ok((scope, draft.prepare(&values?)?))
}

async fn read_secrets<'n>(
    platform: &dyn Platform,
    scope: &Scope,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<BTreeMap<String, Zeroizing<String>>, HttpTaskError> {
    let read = names.into_iter().map(|name| async move {
        let missing = || HttpTaskError::SecretMissing { name: name.to_owned() };
        if !scope.secrets.contains_key(name) {
            return Err(missing());
        }
        let value = platform.secret(scope, name).await.map_err(|error| match error {
            SecretError::Missing => missing(),
            SecretError::Unavailable => HttpTaskError::SecretUnavailable { name: name.to_owned() },
        })?;
        Ok((name.to_owned(), value))
    });
    // Side by side: each is two requests, and the flow waits for all of them.
    Ok(try_join_all(read).await?.into_iter().collect())
}

/// Sends until an answer is final, attempts run out or the time is up. Returns the last outcome and how many
/// attempts were made.
async fn send(caller: &HttpCaller, prepared: &Prepared) -> (Result<Answer, Failure>, u32) {
    let deadline = Instant::now() + prepared.timeout;
    let left = || deadline.saturating_duration_since(Instant::now());
    let mut attempt = 1;
    loop {
        let outcome = caller.attempt(prepared, left()).await;
        if attempt == MAX_ATTEMPTS || !retry::worthwhile(prepared.repeatable, &outcome) {
            return (outcome, attempt);
        }
        let pause = retry::pause(attempt, retry::asked_pause(&outcome));
        if pause.saturating_add(retry::LEAST_TIME) > left() {
            return (outcome, attempt);
        }
        tokio::time::sleep(pause).await;
        attempt += 1;
    }
}

fn conclude(
    prepared: &Prepared,
    outcome: Result<Answer, Failure>,
    attempts: u32,
) -> Result<Response, HttpTaskError> {
    let host = || prepared.target.host_and_port();
    match outcome {
        Ok(answer) if answer.status >= 400 && !prepared.accept_status => {
            Err(HttpTaskError::status(answer.status, &answer.body, attempts))
        }
        Ok(answer) => Response::from_answer(&answer),
        Err(Failure::Refused(class)) => Err(HttpTaskError::RefusedAddress { host: host(), class }),
        Err(Failure::TimedOut) => {
            Err(HttpTaskError::Timeout { seconds: prepared.timeout.as_secs(), attempts })
        }
        Err(Failure::NotConnected(reason) | Failure::Broken(reason)) => {
            Err(HttpTaskError::Connect { host: host(), reason, attempts })
        }
    }
}

/// One line for each call. Path, query, headers and bodies stay out: any of them can hold what is nobody's
/// business.
fn report(
    scope: &Scope,
    prepared: &Prepared,
    result: &Result<Response, HttpTaskError>,
    attempts: u32,
    elapsed: Duration,
) {
    let (status, outcome) = match result {
        Ok(response) => (Some(response.status_code), "answered"),
        Err(error @ HttpTaskError::Status { status, .. }) => (Some(*status), error.error_type()),
        Err(error) => (None, error.error_type()),
    };
    tracing::info!(
        project = scope.project,
        deployment = scope.deployment,
        method = prepared.method.as_str(),
        host = prepared.target.host_and_port(),
        status,
        outcome,
        attempts,
        elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "HTTP task"
    );
}
