//! The scope token: what an HTTP task of a deployed flow may reach.
//!
//! The worker signs one for each deployment and puts it into the arguments of its HTTP tasks; the task trusts
//! nothing else. A token does not expire, because a state machine is never changed and lives exactly as long
//! as its deployment. The same scope always gives the same token, so building a deployment again gives the
//! same definition.

use std::collections::BTreeMap;
use std::fmt;

use domain::secret::SecretHolder;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Who the token is for. A token for anybody else is refused.
const AUDIENCE: &str = "slipway-http-task";

/// What a token grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// The project's key.
    pub project: String,
    /// The environment's id; empty for a connector deployment, which has secrets of its own.
    pub environment: String,
    /// The deployment's id.
    pub deployment: String,
    /// The secured values that may be used, each with the version that was pinned when the deployment was
    /// configured. What is not listed here does not exist for the task.
    pub secrets: BTreeMap<String, u64>,
}

impl Scope {
    /// What holds the secrets that may be used.
    pub fn holder(&self) -> Option<SecretHolder> {
        if self.environment.is_empty() {
            return self.deployment.parse().ok().map(SecretHolder::ConnectorDeployment);
        }
        self.environment.parse().ok().map(SecretHolder::Environment)
    }
}

/// A token that is not one of ours. Deliberately nothing more: a reason would help only whoever made it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scope token is not valid")]
pub struct InvalidScope;

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    #[serde(flatten)]
    scope: Scope,
}

/// Signs and verifies scope tokens (JWT, HS256 and nothing else).
pub struct ScopeKey {
    signing: EncodingKey,
    verifying: DecodingKey,
    rules: Validation,
}

impl ScopeKey {
    /// Uses `key`, which must be the one derived for [`crate::keys::SCOPE_TOKEN`].
    pub fn new(key: &[u8; 32]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_required_spec_claims(&["aud"]);
        rules.set_audience(&[AUDIENCE]);
        rules.validate_exp = false;
        Self { signing: EncodingKey::from_secret(key), verifying: DecodingKey::from_secret(key), rules }
    }

    /// The token for `scope`.
    ///
    /// # Errors
    ///
    /// [`Error::Cryptography`], which no input leads to.
    pub fn sign(&self, scope: &Scope) -> Result<String, Error> {
        let claims = Claims { aud: AUDIENCE.to_owned(), scope: scope.clone() };
        encode(&Header::new(Algorithm::HS256), &claims, &self.signing).map_err(|_| Error::Cryptography)
    }

    /// What `token` grants.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`] for everything that [`ScopeKey::sign`] did not make with this key.
    pub fn verify(&self, token: &str) -> Result<Scope, InvalidScope> {
        decode::<Claims>(token, &self.verifying, &self.rules)
            .map(|token| token.claims.scope)
            .map_err(|_| InvalidScope)
    }
}

impl fmt::Debug for ScopeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ScopeKey")
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn scope() -> Scope {
        Scope {
            project: "demo".to_owned(),
            environment: "0b0f".to_owned(),
            deployment: "77aa".to_owned(),
            secrets: BTreeMap::from([("TOKEN".to_owned(), 3), ("OTHER".to_owned(), 1)]),
        }
    }

    fn key() -> ScopeKey {
        ScopeKey::new(&[5; 32])
    }

    /// A token with a correct signature over whatever is given.
    fn signed(algorithm: Algorithm, claims: &Value) -> String {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(&[5; 32])).unwrap()
    }

    fn claims() -> Value {
        let mut claims = serde_json::to_value(scope()).unwrap();
        claims["aud"] = json!(AUDIENCE);
        claims
    }

    #[test]
    fn a_token_grants_what_was_signed() {
        let token = key().sign(&scope()).unwrap();
        assert_eq!(key().verify(&token), Ok(scope()));
        assert_eq!(key().sign(&scope()).unwrap(), token, "the same scope, the same token");
        assert_eq!(key().verify(&signed(Algorithm::HS256, &claims())), Ok(scope()));
    }

    #[test]
    fn other_tokens_grant_nothing() {
        let changed = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            signed(Algorithm::HS256, &claims)
        };
        let missing = |name: &str| {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            signed(Algorithm::HS256, &claims)
        };
        let tokens = [
            String::new(),
            "..".to_owned(),
            changed("aud", json!("slipway-api")),
            changed("aud", json!(["slipway-http-task"])),
            changed("secrets", json!({ "TOKEN": -1 })),
            changed("project", json!(1)),
            missing("aud"),
            missing("project"),
            missing("secrets"),
            signed(Algorithm::HS384, &claims()),
            signed(Algorithm::HS512, &claims()),
            ScopeKey::new(&[6; 32]).sign(&scope()).unwrap(),
        ];
        for token in tokens {
            assert_eq!(key().verify(&token), Err(InvalidScope), "{token}");
        }
    }

    #[test]
    fn a_token_without_a_signature_grants_nothing() {
        let token = key().sign(&scope()).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        for algorithm in ["none", "None", "NONE", "", "HS256", "RS256"] {
            let header = BASE64_URL_SAFE_NO_PAD.encode(json!({ "alg": algorithm, "typ": "JWT" }).to_string());
            for signature in ["", "AA"] {
                let forged = format!("{header}.{}.{signature}", parts[1]);
                assert_eq!(key().verify(&forged), Err(InvalidScope), "{forged}");
            }
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", key()), "ScopeKey");
    }

    proptest! {
        #[test]
        fn a_changed_character_is_noticed(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
            let token = key().sign(&scope()).unwrap();
            let at = at.index(token.len());
            let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
            prop_assume!(changed != token);
            prop_assert_eq!(key().verify(&changed), Err(InvalidScope));
        }

        #[test]
        fn another_key_grants_nothing(other in any::<[u8; 32]>()) {
            prop_assume!(other != [5; 32]);
            let token = ScopeKey::new(&other).sign(&scope()).unwrap();
            prop_assert_eq!(key().verify(&token), Err(InvalidScope));
        }
    }
}
