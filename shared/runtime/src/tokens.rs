//! Access tokens: what `POST /oauth/token` hands out and the authorizer takes.

use std::fmt;

use domain::ids::{ApiClientId, EnvironmentId};
use domain::scope::Scopes;
use domain::text::{Name, ProjectKey};
use domain::trail::{Principal, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrets::{SealContext, Sealed};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::context::{Context, SigningKeyError};

/// An access token lives so long, in seconds. A deleted client's tokens live on until then.
pub const LIFETIME_SECONDS: i64 = 3600;

const ISSUER: &str = "slipway";
const AUDIENCE: &str = "slipway-api";

/// The context that the signing key is sealed for.
pub const SIGNING_KEY_CONTEXT: SealContext<'static> =
    SealContext { project: "slipway", entity: "system", key: "signing-key" };

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Which client.
    pub client: ApiClientId,
    /// In which project.
    pub project: ProjectKey,
    /// What it may do there.
    pub scopes: Scopes,
    /// The only environment that it may do it in; absent when it may everywhere.
    pub environment: Option<EnvironmentId>,
    /// What the client is called.
    pub name: Option<Name>,
}

impl Access {
    /// What is written into what the client changes.
    pub fn principal(&self) -> Principal {
        Principal::client(self.client, self.name.clone())
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: ApiClientId,
    project: ProjectKey,
    scopes: Scopes,
    /// Absent when unlimited. One that cannot be read makes the token invalid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<EnvironmentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
    iat: i64,
    exp: i64,
}

/// A token that is not valid, and why, for whoever holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// It was valid.
    #[error("The access token has expired")]
    Expired,
    /// It is not one of ours.
    #[error("The access token is not valid")]
    NotOurs,
}

/// Signs and verifies access tokens (JWT, HS256 and nothing else).
pub struct AccessKey {
    signing: EncodingKey,
    verifying: DecodingKey,
    rules: Validation,
}

impl AccessKey {
    /// Uses `key`, which must be the one derived for access tokens.
    pub fn new(key: &[u8; 32]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_required_spec_claims(&["exp", "aud", "iss"]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.leeway = 5;
        Self { signing: EncodingKey::from_secret(key), verifying: DecodingKey::from_secret(key), rules }
    }

    /// A token that says `access`, from `now` on for [`LIFETIME_SECONDS`].
    pub fn sign(&self, access: &Access, now: Timestamp) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: access.client,
            project: access.project.clone(),
            scopes: access.scopes.clone(),
            environment: access.environment,
            name: access.name.clone(),
            iat: now.as_second(),
            exp: now.as_second() + LIFETIME_SECONDS,
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// What a token says, if it is one of ours and still lives.
    pub fn verify(&self, token: &str) -> Result<Access, InvalidToken> {
        let claims =
            decode::<Claims>(token, &self.verifying, &self.rules).map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => InvalidToken::Expired,
                _ => InvalidToken::NotOurs,
            })?;
        let Claims { sub, project, scopes, environment, name, .. } = claims.claims;
        Ok(Access { client: sub, project, scopes, environment, name })
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey")
    }
}

/// Reads and opens the signing key.
pub(crate) async fn open_signing_key(context: &Context) -> Result<Zeroizing<Vec<u8>>, SigningKeyError> {
    let sealed = context.store().sealed_signing_key().await?.ok_or(SigningKeyError::Absent)?;
    let sealed: Sealed = serde_json::from_str(&sealed)?;
    Ok(context.secrets()?.open(SIGNING_KEY_CONTEXT, &sealed).await?)
}

#[cfg(test)]
mod tests {
    use domain::scope::Scope;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::clock::Clock;

    const KEY: &[u8; 32] = &[1; 32];

    fn access(environment: Option<EnvironmentId>) -> Access {
        Access {
            client: ApiClientId::new(Uuid::from_u128(7)),
            project: "acme".parse().unwrap(),
            scopes: Scopes([Scope::ManageRuns].into()),
            environment,
            name: "Ada".parse().ok(),
        }
    }

    fn signed(environment: Option<EnvironmentId>) -> String {
        AccessKey::new(KEY).sign(&access(environment), Clock::default().now()).unwrap()
    }

    fn claims(token: &str) -> Value {
        let key = AccessKey::new(KEY);
        decode(token, &key.verifying, &key.rules).unwrap().claims
    }

    #[test]
    fn a_token_says_what_it_is_limited_to() {
        let environment = EnvironmentId::new(Uuid::from_u128(8));
        let token = signed(Some(environment));
        assert_eq!(claims(&token)["environment"], environment.to_string());
        assert_eq!(AccessKey::new(KEY).verify(&token), Ok(access(Some(environment))));
    }

    #[test]
    fn a_token_without_a_limit_has_no_such_claim() {
        let token = signed(None);
        assert_eq!(claims(&token).get("environment"), None);
        assert_eq!(AccessKey::new(KEY).verify(&token), Ok(access(None)));
    }

    #[test]
    fn a_limit_that_cannot_be_read_is_not_forgotten() {
        let key = AccessKey::new(KEY);
        for garbled in [json!("staging"), json!(""), json!(7), json!({})] {
            let mut claims = claims(&signed(None));
            claims["environment"] = garbled;
            let token = encode(&Header::new(Algorithm::HS256), &claims, &key.signing).unwrap();
            assert_eq!(key.verify(&token), Err(InvalidToken::NotOurs), "{claims}");
        }
    }
}
