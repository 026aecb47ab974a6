//! Access tokens: what `POST /oauth/token` hands out and the authorizer takes.

use domain::ids::{ApiClientId, EnvironmentId};
use domain::metadata::{Principal, Timestamp};
use domain::scope::Scopes;
use domain::text::{Name, ProjectKey};
use jsonwebtoken::Validation;
use secrets::keys::{SigningKeys, Unverified, rules};
use serde::{Deserialize, Serialize};

use crate::config::MissingVariable;

/// An access token lives so long, in seconds. A deleted client's tokens live on until then.
pub const LIFETIME_SECONDS: i64 = 3600;

const ISSUER: &str = "slipway";
const AUDIENCE: &str = "slipway-api";

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

#[derive(Clone, Serialize, Deserialize)]
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

/// Signs and verifies access tokens.
#[derive(Debug)]
pub struct AccessKeys {
    keys: SigningKeys,
    rules: Validation,
}

impl AccessKeys {
    /// Uses `keys`, which must be those of access tokens.
    pub fn new(keys: SigningKeys) -> Self {
        let mut rules = rules(AUDIENCE, &["exp", "aud", "iss"]);
        rules.set_issuer(&[ISSUER]);
        rules.leeway = 5;
        Self { keys, rules }
    }

    /// A token that says `access`, from `now` on for [`LIFETIME_SECONDS`].
    ///
    /// # Errors
    ///
    /// [`secrets::Error::Cryptography`], which no input leads to.
    pub fn sign(&self, access: &Access, now: Timestamp) -> Result<String, secrets::Error> {
        self.keys.sign(&Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: access.client,
            project: access.project.clone(),
            scopes: access.scopes.clone(),
            environment: access.environment,
            name: access.name.clone(),
            iat: now.as_second(),
            exp: now.as_second() + LIFETIME_SECONDS,
        })
    }

    /// What a token says, if it is one of ours and still lives.
    ///
    /// # Errors
    ///
    /// [`Unverified`]; [`Unverified::UnknownKey`] deserves another look with the keys as they are now.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Access, Unverified> {
        let claims = self.keys.verify::<Claims>(token, &self.rules, now.as_second())?;
        let Claims { sub, project, scopes, environment, name, .. } = claims;
        Ok(Access { client: sub, project, scopes, environment, name })
    }
}

impl From<Unverified> for InvalidToken {
    fn from(unverified: Unverified) -> Self {
        match unverified {
            Unverified::Expired => Self::Expired,
            Unverified::UnknownKey(_) | Unverified::NotOurs => Self::NotOurs,
        }
    }
}

/// Why the keys of a kind of token could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// No project was bootstrapped yet.
    #[error("there are no signing keys yet; bootstrap a project first, or rotate the keys")]
    Absent,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// An envelope did not open.
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
    /// An envelope does not read back.
    #[error("the envelope of a signing key does not read back")]
    Corrupt(#[from] serde_json::Error),
    /// The process was not told where to look.
    #[error(transparent)]
    Config(#[from] MissingVariable),
}

#[cfg(test)]
mod tests {
    use domain::scope::Scope;
    use jsonwebtoken::{DecodingKey, EncodingKey, Header, decode, encode};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::clock::Clock;

    const KEY: [u8; 32] = [1; 32];
    const ID: Uuid = Uuid::from_u128(1);

    fn keys() -> AccessKeys {
        AccessKeys::new(SigningKeys::new([(ID, KEY.as_slice(), None)]).unwrap())
    }

    fn now() -> Timestamp {
        Clock::default().now()
    }

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
        keys().sign(&access(environment), now()).unwrap()
    }

    fn claims(token: &str) -> Value {
        decode(token, &DecodingKey::from_secret(&KEY), &keys().rules).unwrap().claims
    }

    #[test]
    fn a_token_says_what_it_is_limited_to() {
        let environment = EnvironmentId::new(Uuid::from_u128(8));
        let token = signed(Some(environment));
        assert_eq!(claims(&token)["environment"], environment.to_string());
        assert_eq!(keys().verify(&token, now()), Ok(access(Some(environment))));
    }

    #[test]
    fn a_token_without_a_limit_has_no_such_claim() {
        let token = signed(None);
        assert_eq!(claims(&token).get("environment"), None);
        assert_eq!(keys().verify(&token, now()), Ok(access(None)));
    }

    #[test]
    fn a_limit_that_cannot_be_read_is_not_forgotten() {
        let header = Header { kid: Some(ID.to_string()), ..Header::default() };
        for garbled in [json!("staging"), json!(""), json!(7), json!({})] {
            let mut claims = claims(&signed(None));
            claims["environment"] = garbled;
            let token = encode(&header, &claims, &EncodingKey::from_secret(&KEY)).unwrap();
            assert_eq!(keys().verify(&token, now()), Err(Unverified::NotOurs), "{claims}");
        }
    }
}
