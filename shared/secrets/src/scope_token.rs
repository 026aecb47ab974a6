//! The scope token: what an HTTP task of a deployed flow may reach.
//!
//! The worker signs one for each HTTP task and puts it into the task's arguments; the task trusts nothing else. A token
//! names the state machine that it was made for and is good as long as that is noted in the table, so it dies with its
//! build and its deployment. It does not expire otherwise, because a state machine is never changed.

use std::collections::BTreeMap;

use domain::secret::SecretHolder;
use jsonwebtoken::Validation;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::keys::{SigningKeys, Unverified, rules};

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
    /// The name of the state machine whose task it is: one for each build and application.
    pub machine: String,
    /// The only origin that may be called, as in `https://example.com:443`; absent when the definition leaves the URL to
    /// the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
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

#[derive(Clone, Serialize, Deserialize)]
struct Claims {
    aud: String,
    #[serde(flatten)]
    scope: Scope,
}

/// Signs and verifies scope tokens.
#[derive(Debug)]
pub struct ScopeKeys {
    keys: SigningKeys,
    rules: Validation,
}

impl ScopeKeys {
    /// Uses `keys`, which must be those of scope tokens.
    pub fn new(keys: SigningKeys) -> Self {
        let mut rules = rules(AUDIENCE, &["aud"]);
        rules.validate_exp = false;
        Self { keys, rules }
    }

    /// The token for `scope`.
    ///
    /// # Errors
    ///
    /// [`Error::Cryptography`], which no input leads to.
    pub fn sign(&self, scope: &Scope) -> Result<String, Error> {
        self.keys.sign(&Claims { aud: AUDIENCE.to_owned(), scope: scope.clone() })
    }

    /// What `token` grants at `now`, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// [`Unverified`] for everything that [`ScopeKeys::sign`] did not make with one of these keys.
    pub fn verify(&self, token: &str, now: i64) -> Result<Scope, Unverified> {
        self.keys.verify::<Claims>(token, &self.rules, now).map(|claims| claims.scope)
    }

    /// Whether a token was signed with a key that another has taken the place of, and that will verify no more one day.
    pub fn is_replaced(&self, token: &str) -> bool {
        self.keys.is_replaced(token)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    fn scope() -> Scope {
        Scope {
            project: "demo".to_owned(),
            environment: "0b0f".to_owned(),
            deployment: "77aa".to_owned(),
            machine: "slipway_1".to_owned(),
            origin: Some("https://example.com:443".to_owned()),
            secrets: BTreeMap::from([("TOKEN".to_owned(), 3), ("OTHER".to_owned(), 1)]),
        }
    }

    const NOW: i64 = 1_800_000_000;

    fn id(key: u8) -> Uuid {
        Uuid::from_u128(key.into())
    }

    /// Keys of which the first one signs, and that verify for ever.
    fn keys<const N: usize>(keys: [u8; N]) -> ScopeKeys {
        let bytes = keys.map(|key| (id(key), [key; 32]));
        let keys = bytes.iter().map(|(id, bytes)| (*id, bytes.as_slice(), None));
        ScopeKeys::new(SigningKeys::new(keys).unwrap())
    }

    fn key() -> ScopeKeys {
        keys([5])
    }

    fn header(algorithm: Algorithm, key: Option<Uuid>) -> Header {
        Header { kid: key.map(|key| key.to_string()), ..Header::new(algorithm) }
    }

    /// A token with a correct signature over whatever is given.
    fn signed(algorithm: Algorithm, claims: &Value) -> String {
        encode(&header(algorithm, Some(id(5))), claims, &EncodingKey::from_secret(&[5; 32])).unwrap()
    }

    fn claims() -> Value {
        let mut claims = serde_json::to_value(scope()).unwrap();
        claims["aud"] = json!(AUDIENCE);
        claims
    }

    #[test]
    fn a_token_grants_what_was_signed() {
        let token = key().sign(&scope()).unwrap();
        assert_eq!(key().verify(&token, NOW), Ok(scope()));
        assert_eq!(key().sign(&scope()).unwrap(), token, "the same scope, the same token");
        assert_eq!(key().verify(&signed(Algorithm::HS256, &claims()), NOW), Ok(scope()));
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
            missing("machine"),
            changed("machine", json!(null)),
            changed("origin", json!(7)),
            encode(&header(Algorithm::HS256, None), &claims(), &EncodingKey::from_secret(&[5; 32])).unwrap(),
            encode(&header(Algorithm::HS256, Some(id(5))), &claims(), &EncodingKey::from_secret(&[6; 32]))
                .unwrap(),
        ];
        for token in tokens {
            assert_eq!(key().verify(&token, NOW), Err(Unverified::NotOurs), "{token}");
        }
    }

    #[test]
    fn a_token_without_a_signature_grants_nothing() {
        let token = key().sign(&scope()).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        for algorithm in ["none", "None", "NONE", "", "HS256", "RS256"] {
            let header = BASE64_URL_SAFE_NO_PAD
                .encode(json!({ "alg": algorithm, "typ": "JWT", "kid": id(5) }).to_string());
            for signature in ["", "AA"] {
                let forged = format!("{header}.{}.{signature}", parts[1]);
                assert_eq!(key().verify(&forged, NOW), Err(Unverified::NotOurs), "{forged}");
            }
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        // The key is 5, many times over; the name of the algorithm has one as well.
        let shown = format!("{:?}", key()).replace("HS256", "");
        assert!(!shown.contains('5'), "{shown}");
    }

    #[test]
    fn a_key_verifies_until_it_is_withdrawn() {
        let old = keys([5]).sign(&scope()).unwrap();
        let both = |until| {
            let ring = [(id(6), [6; 32].as_slice(), None), (id(5), [5; 32].as_slice(), until)];
            ScopeKeys::new(SigningKeys::new(ring).unwrap())
        };
        assert_eq!(both(Some(NOW + 1)).verify(&old, NOW), Ok(scope()));
        assert_eq!(both(Some(NOW)).verify(&old, NOW), Err(Unverified::UnknownKey(id(5))));
        let new = both(Some(NOW)).sign(&scope()).unwrap();
        assert_eq!(keys([6]).verify(&new, NOW), Ok(scope()));
        assert_eq!(keys([5]).verify(&new, NOW), Err(Unverified::UnknownKey(id(6))), "made since");
        assert!(both(None).is_replaced(&old) && !both(None).is_replaced(&new));
    }

    #[test]
    fn a_ring_needs_a_whole_key() {
        assert!(matches!(SigningKeys::new([]), Err(Error::WeakKey)));
        assert!(matches!(SigningKeys::new([(id(1), [1; 31].as_slice(), None)]), Err(Error::WeakKey)));
    }

    proptest! {
        #[test]
        fn a_changed_character_is_noticed(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
            let token = key().sign(&scope()).unwrap();
            let at = at.index(token.len());
            let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
            prop_assume!(changed != token);
            prop_assert!(key().verify(&changed, NOW).is_err());
        }

        #[test]
        fn another_key_grants_nothing(other in any::<[u8; 32]>()) {
            prop_assume!(other != [5; 32]);
            let other = SigningKeys::new([(id(5), other.as_slice(), None)]).unwrap();
            let token = ScopeKeys::new(other).sign(&scope()).unwrap();
            prop_assert_eq!(key().verify(&token, NOW), Err(Unverified::NotOurs));
        }
    }
}
