use std::fmt::Display;
use std::sync::OnceLock;

use api::{Entry, Grant, SealedFor, TokenKind, grant};
use domain::raw_json::RawJson;
use domain::secret::SecretHolder;
use domain::text::{ProjectKey, VariableName};
use domain::via::Source;
use egress::AllowedHosts;
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::tokens::KeysError;
use runtime::{Context, EventEndpoint, EventError};
use secrets::scope_token::Scope;
use secrets::{SealContext, Sealed, variable_context};
use serde_json::json;
use store::ProjectStore;
use zeroize::Zeroizing;

use crate::{HttpCaller, HttpTaskError, Platform, Request, Response, SecretError, Unknown};

/// Makes one HTTP call for a flow.
#[derive(Debug)]
pub struct Call;

impl EventEndpoint for Call {
    const ID: &'static str = "http-task.call";
    const SUMMARY: &'static str = "Make one HTTP call for a deployed flow";
    const ENTRY: Entry = Entry::Direct;
    const GRANTS: &'static [Grant] = &[
        grant::READ,
        grant::read_keys(TokenKind::Scope),
        grant::open(SealedFor::SigningKeys(TokenKind::Scope)),
        grant::open(SealedFor::Environments),
        grant::open(SealedFor::ConnectorDeployments),
    ];
    const MEMORY_MB: u32 = 256;
    // Twice what a call may take, so that the function's own timeout never hides which call it was.
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = RawJson;
    type Answer = Response;

    async fn handle(context: &Context, event: RawJson) -> Result<Response, EventError> {
        let request = Request::parse(&event).map_err(|error| failed(&error))?;
        let caller = caller(context)?;
        crate::call(caller, &Stored { context }, request).await.map_err(|error| failed(&error))
    }
}

/// One caller for the life of the process, so that connections are used again. The first call makes it.
fn caller(context: &Context) -> Result<&'static HttpCaller, EventError> {
    static CALLER: OnceLock<HttpCaller> = OnceLock::new();
    if let Some(caller) = CALLER.get() {
        return Ok(caller);
    }
    let allowed: AllowedHosts = context.config.allowed_hosts.parse().map_err(unavailable)?;
    let caller = HttpCaller::new(allowed).map_err(unavailable)?;
    Ok(CALLER.get_or_init(|| caller))
}

/// The error under the name that a flow's `Retry` and `Catch` match.
fn failed(error: &HttpTaskError) -> EventError {
    EventError::new(error.error_type(), error.cause())
}

/// Ours, not the flow's: the cause is for the operator alone.
fn unavailable(cause: impl Display) -> EventError {
    tracing::error!(%cause, "the HTTP task cannot work");
    let message = "the HTTP task is not available at the moment; trying again is safe";
    EventError::new("HttpTaskUnavailable", json!({ "message": message }).to_string())
}

/// What there is in the table.
struct Stored<'c> {
    context: &'c Context,
}

impl Platform for Stored<'_> {
    fn scope<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Scope>, Unknown>> {
        self.verified(token).boxed()
    }

    fn is_deployed<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, Unknown>> {
        async move {
            let Ok(project) = scope.project.parse::<ProjectKey>() else { return Ok(false) };
            self.project(&project).has_machine(&scope.machine).await.map_err(untold)
        }
        .boxed()
    }

    fn secret<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Zeroizing<String>, SecretError>> {
        self.read(scope, name).boxed()
    }
}

impl Stored<'_> {
    fn project(&self, project: &ProjectKey) -> ProjectStore {
        self.context.project(project, self.context.part("http-task", Source::Worker))
    }

    async fn verified(&self, token: &str) -> Result<Option<Scope>, Unknown> {
        let scope = match self.context.verify_scope(token).await {
            Ok(verified) => verified.ok(),
            // Nothing was ever signed, so this was not either.
            Err(KeysError::Absent) => None,
            Err(error) => return Err(untold(error)),
        };
        let keys = self.context.scope_keys().await.map_err(untold)?;
        if let Some(scope) = scope.as_ref().filter(|_| keys.is_replaced(token)) {
            let (project, deployment) = (&scope.project, &scope.deployment);
            tracing::warn!(
                project,
                deployment,
                "the scope token's key was replaced; redeploy before it is withdrawn"
            );
        }
        Ok(scope)
    }

    async fn read(&self, scope: &Scope, name: &str) -> Result<Zeroizing<String>, SecretError> {
        let Pinned { project, holder, name, version } =
            Pinned::of(scope, name).ok_or(SecretError::Missing)?;
        let stored = self.project(&project).secret(holder, &name, version).await;
        let envelope = stored.map_err(unreadable)?.ok_or(SecretError::Missing)?;
        let sealed: Sealed = serde_json::from_str(&envelope).map_err(unreadable)?;
        let (entity, key) = variable_context(holder, &name, version);
        let place = SealContext { project: project.as_str(), entity: &entity, key: &key };
        let secrets = self.context.secrets().map_err(unreadable)?;
        let opened = secrets.open(place, &sealed).await.map_err(unreadable)?;
        std::str::from_utf8(&opened).map(|text| Zeroizing::new(text.to_owned())).map_err(unreadable)
    }
}

/// For the operator alone.
fn untold(cause: impl Display) -> Unknown {
    tracing::error!(%cause, "a scope cannot be looked up");
    Unknown
}

/// No cause says anything about a secret.
fn unreadable(cause: impl Display) -> SecretError {
    tracing::error!(%cause, "a secret cannot be read");
    SecretError::Unavailable
}

/// Which version of which variable a scope allows a name to mean.
#[derive(Debug, PartialEq, Eq)]
struct Pinned {
    project: ProjectKey,
    holder: SecretHolder,
    name: VariableName,
    version: u64,
}

impl Pinned {
    fn of(scope: &Scope, name: &str) -> Option<Self> {
        Some(Self {
            project: scope.project.parse().ok()?,
            holder: scope.holder()?,
            name: name.parse().ok()?,
            version: *scope.secrets.get(name)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_scope_pins_its_own_secrets_and_no_others() {
        let environment = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
        let scope = Scope {
            project: "demo".to_owned(),
            environment: environment.to_owned(),
            deployment: String::new(),
            machine: "slipway_1".to_owned(),
            origin: None,
            secrets: BTreeMap::from([("TOKEN".to_owned(), 3), ("not a name".to_owned(), 1)]),
        };
        let pinned = Pinned {
            project: "demo".parse().unwrap(),
            holder: SecretHolder::Environment(environment.parse().unwrap()),
            name: "TOKEN".parse().unwrap(),
            version: 3,
        };
        assert_eq!(Pinned::of(&scope, "TOKEN"), Some(pinned));
        assert_eq!(Pinned::of(&scope, "OTHER"), None);
        assert_eq!(Pinned::of(&scope, "not a name"), None);
        assert_eq!(Pinned::of(&Scope { environment: "staging".to_owned(), ..scope }, "TOKEN"), None);
    }

    #[test]
    fn a_flow_sees_the_name_and_the_cause_of_a_failure() {
        let error = failed(&Request::parse(&RawJson::from(&json!({ "scope": "x" }))).unwrap_err());
        assert_eq!(error.error_type, "HttpInvalidRequest");
        assert_eq!(
            error.message,
            "{\"message\":\"the request is not valid: missing field `url` at line 1 column 13\"}"
        );
        let error = unavailable("the table did not answer");
        assert_eq!(error.error_type, "HttpTaskUnavailable");
        assert!(!error.message.contains("table"), "{}", error.message);
    }
}
