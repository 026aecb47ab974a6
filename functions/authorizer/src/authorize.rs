use std::collections::BTreeMap;
use std::fmt;

use api::{Entry, Grant, SealedFor, TokenKind, grant};
use domain::client::{ClientKind, Credential};
use domain::ids::{ApiClientId, EnvironmentId};
use domain::metadata::Principal;
use domain::payload::Digest;
use domain::scope::{Scope, Scopes};
use domain::text::ProjectKey;
use runtime::tokens::{Access, InvalidToken, KeysError};
use runtime::{Context, EventEndpoint, EventError};
use secrets::credential::admitted;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::presented::{INVALID_KEY, Presented};

/// What API Gateway asks a request authorizer with (payload format 2.0), as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerEvent {
    /// The request's headers.
    headers: Option<BTreeMap<String, Value>>,
    /// The values of the identity sources, of which there is one: the `Authorization` header.
    identity_source: Option<Vec<Value>>,
}

/// What API Gateway is answered (simple response).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Always true: the gateway's own refusal would not be our error envelope, so the handlers refuse.
    pub is_authorized: bool,
    /// What the handlers see.
    pub context: Identity,
}

/// Who calls; every member is empty for nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The project of the token or key.
    pub project: String,
    /// What the caller may do there, separated by spaces and without the project.
    pub scopes: String,
    /// The id that is written into what the caller changes.
    pub principal: String,
    /// The name that is written beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id of the only environment that the caller may do it in; absent when it may everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Why it is nobody, for the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Finds out who calls.
#[derive(Debug)]
pub struct Authorize;

impl EventEndpoint for Authorize {
    const ID: &'static str = "authorizer.authorize";
    const SUMMARY: &'static str = "Find out who calls, from an access token or an API key";
    const ENTRY: Entry = Entry::Authorizer;
    const GRANTS: &'static [Grant] = &[
        grant::READ_CREDENTIAL,
        grant::read_keys(TokenKind::Access),
        grant::open(SealedFor::SigningKeys(TokenKind::Access)),
    ];
    type Event = AuthorizerEvent;
    type Answer = Decision;

    async fn handle(context: &Context, event: AuthorizerEvent) -> Result<Decision, EventError> {
        let identity = match Presented::read(event.authorization()) {
            Presented::Token(token) => of_token(context, token).await?,
            Presented::Key(client, hash) => of_key(context, client, &hash).await?,
            Presented::Unusable(reason) => Identity::nobody(reason),
        };
        Ok(Decision { is_authorized: true, context: identity })
    }
}

async fn of_token(context: &Context, token: &str) -> Result<Identity, EventError> {
    let verified = match context.verify_access(token).await {
        Ok(verified) => verified.map_err(InvalidToken::from),
        // Nothing was ever signed, so this was not either.
        Err(KeysError::Absent) => Err(InvalidToken::NotOurs),
        Err(error) => return Err(error.into()),
    };
    Ok(verified.map_or_else(|refusal| Identity::nobody(&refusal.to_string()), Identity::from))
}

async fn of_key(context: &Context, client: ApiClientId, hash: &Digest) -> Result<Identity, EventError> {
    let credential = context.store().credential(client).await?;
    let credential = admitted(credential, ClientKind::ApiKey, hash);
    Ok(credential.map_or_else(|| Identity::nobody(INVALID_KEY), Identity::from))
}

/// Its headers are nobody's business.
impl fmt::Debug for AuthorizerEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizerEvent")
    }
}

impl AuthorizerEvent {
    /// The header, whatever the case of its name.
    fn authorization(&self) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        let header = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let source = || self.identity_source.as_ref().and_then(|values| values.first());
        header.map(|(_, value)| value).or_else(source).and_then(Value::as_str)
    }
}

impl Identity {
    fn nobody(reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..Self::default() }
    }

    fn somebody(
        project: &ProjectKey,
        scopes: &Scopes,
        principal: &Principal,
        environment: Option<EnvironmentId>,
    ) -> Self {
        let scopes: Vec<&str> = scopes.0.iter().copied().map(Scope::as_str).collect();
        Self {
            project: project.to_string(),
            scopes: scopes.join(" "),
            principal: principal.id().to_owned(),
            name: principal.name().map(ToString::to_string),
            environment: environment.map(|id| id.to_string()),
            reason: None,
        }
    }
}

impl From<Access> for Identity {
    fn from(access: Access) -> Self {
        Self::somebody(&access.project, &access.scopes, &access.principal(), access.environment)
    }
}

impl From<Credential> for Identity {
    fn from(credential: Credential) -> Self {
        let principal = Principal::client(credential.client, credential.name);
        Self::somebody(&credential.project, &credential.scopes, &principal, credential.environment)
    }
}

#[cfg(test)]
mod tests {
    use api::{Actor, Request};
    use domain::text::Name;
    use runtime::Clock;
    use runtime::tokens::{AccessKeys, LIFETIME_SECONDS};
    use secrets::keys::SigningKeys;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const CLIENT: ApiClientId = ApiClientId::new(Uuid::from_u128(7));
    const STAGING: EnvironmentId = EnvironmentId::new(Uuid::from_u128(8));

    fn keys(byte: u8) -> AccessKeys {
        AccessKeys::new(SigningKeys::new([(Uuid::from_u128(1), [byte; 32].as_slice(), None)]).unwrap())
    }

    fn scopes() -> Scopes {
        Scopes([Scope::ViewRuns, Scope::ManageEnvironments].into())
    }

    fn name() -> Option<Name> {
        "Ada".parse().ok()
    }

    fn project() -> ProjectKey {
        "acme".parse().unwrap()
    }

    fn access(environment: Option<EnvironmentId>) -> Access {
        Access { client: CLIENT, project: project(), scopes: scopes(), environment, name: name() }
    }

    fn credential(environment: Option<EnvironmentId>) -> Credential {
        Credential {
            client: CLIENT,
            project: project(),
            kind: ClientKind::ApiKey,
            secret_hash: Digest::of(b"secret"),
            scopes: scopes(),
            environment,
            name: name(),
        }
    }

    /// The caller as a handler sees it, over the wire form of the context.
    fn actor(identity: &Identity) -> Result<Actor, String> {
        let Value::Object(context) = serde_json::to_value(identity).unwrap() else { panic!("an object") };
        let identity = context.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned()));
        let request = Request { identity: identity.collect(), ..Request::default() };
        Actor::of(&request).map_err(|error| error.errors[0].message.clone())
    }

    #[test]
    fn the_header_is_found_in_any_spelling() {
        let found = |event: Value| {
            let event: AuthorizerEvent = serde_json::from_value(event).unwrap();
            event.authorization().map(str::to_owned)
        };
        let a = || Some("a".to_owned());
        assert_eq!(found(json!({ "version": "2.0", "headers": { "authorization": "a" } })), a());
        assert_eq!(
            found(json!({ "headers": { "AUTHORIZATION": "a", "x": "b" }, "identitySource": ["b"] })),
            a()
        );
        assert_eq!(found(json!({ "headers": null, "identitySource": ["a"] })), a());
        assert_eq!(found(json!({ "headers": { "x": "b" }, "identitySource": null })), None);
        assert_eq!(found(json!({ "identitySource": [] })), None);
        assert_eq!(found(json!({})), None);
    }

    #[test]
    fn a_handler_sees_who_holds_a_token() {
        let (key, now) = (keys(1), Clock::default().now());
        let token = key.sign(&access(None), now).unwrap();
        let identity = Identity::from(key.verify(&token, now).unwrap());
        assert_eq!(
            serde_json::to_value(&identity).unwrap(),
            json!({
                "project": "acme", "scopes": "manage_environments view_runs",
                "principal": "client:00000000-0000-0000-0000-000000000007", "name": name()
            })
        );
        let actor = actor(&identity).unwrap();
        assert_eq!((actor.project, actor.scopes), (project(), scopes()));
        assert_eq!(actor.principal, Principal::client(CLIENT, name()));
    }

    #[test]
    fn a_handler_refuses_a_token_and_says_why() {
        let (key, other) = (keys(1), keys(2));
        let now = Clock::default().now();
        let long_ago = now.plus_seconds(-LIFETIME_SECONDS - 60);
        for (token, words) in [
            (key.sign(&access(None), long_ago).unwrap(), "The access token has expired; get a token"),
            (other.sign(&access(None), now).unwrap(), "The access token is not valid; get a token"),
            ("garbled".to_owned(), "The access token is not valid; get a token"),
        ] {
            let reason = InvalidToken::from(key.verify(&token, now).unwrap_err()).to_string();
            let refused = actor(&Identity::nobody(&reason)).unwrap_err();
            assert!(refused.starts_with(words), "{refused}");
        }
    }

    #[test]
    fn a_handler_sees_who_holds_a_key() {
        let hash = Digest::of(b"secret");
        let admitted = admitted(Some(credential(None)), ClientKind::ApiKey, &hash).unwrap();
        let actor = actor(&Identity::from(admitted)).unwrap();
        assert_eq!((actor.project, actor.principal), (project(), Principal::client(CLIENT, name())));
    }

    #[test]
    fn a_handler_sees_what_a_token_or_a_key_is_limited_to() {
        for limit in [Some(STAGING), None] {
            let (key, now) = (keys(1), Clock::default().now());
            let token = key.sign(&access(limit), now).unwrap();
            let by_token = Identity::from(key.verify(&token, now).unwrap());
            for identity in [by_token, Identity::from(credential(limit))] {
                let written = serde_json::to_value(&identity).unwrap();
                let written = written.get("environment").map(|id| id.as_str().unwrap().to_owned());
                assert_eq!(written, limit.map(|id| id.to_string()));
                assert_eq!(actor(&identity).unwrap().environment, limit);
            }
        }
    }

    #[test]
    fn the_gateway_is_answered_in_its_own_words() {
        let decision = Decision { is_authorized: true, context: Identity::nobody(INVALID_KEY) };
        assert_eq!(
            serde_json::to_value(&decision).unwrap(),
            json!({
                "isAuthorized": true,
                "context": { "project": "", "scopes": "", "principal": "", "reason": INVALID_KEY }
            })
        );
    }
}
