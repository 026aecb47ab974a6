//! The texts that clients prove themselves with: client secrets `sls_…` and API keys `slk_…`.
//!
//! Each holds 256 random bits and ends in a checksum, so that a mistyped or made-up one is refused before anything
//! is read, and so that a leaked one is recognised by scanners. We keep only the SHA-256 of the whole text.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::client::{ApiClient, ClientKind, Credential};
use domain::ids::ApiClientId;
use domain::payload::Digest;
use domain::secret::SecretText;
use domain::text::ProjectKey;
use uuid::Uuid;

use crate::{Error, keys};

/// Every API key begins so; nothing else in an `Authorization` header does.
pub const API_KEY_PREFIX: &str = "slk_";

const CLIENT_SECRET_PREFIX: &str = "sls_";
/// A UUID without hyphens.
const ID_LENGTH: usize = 32;
/// 256 bits in base64 without padding.
const RANDOM_LENGTH: usize = 43;
/// CRC-32 in hexadecimal.
const CHECKSUM_LENGTH: usize = 8;
const CLIENT_SECRET_LENGTH: usize = CLIENT_SECRET_PREFIX.len() + RANDOM_LENGTH + CHECKSUM_LENGTH;
const API_KEY_LENGTH: usize = API_KEY_PREFIX.len() + ID_LENGTH + RANDOM_LENGTH + CHECKSUM_LENGTH;

/// What is compared with when there is no such client. No text is known that hashes to it.
const NOBODY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// API keys: `slk_`, the client's id in 32 hexadecimal characters, 43 random characters, 8 of checksum.
#[derive(Debug)]
pub struct ApiKey;

impl ApiKey {
    /// A new key of `client`, and its hash.
    ///
    /// # Errors
    ///
    /// [`Error::Cryptography`] when the system has no randomness to give.
    pub fn generate(client: ApiClientId) -> Result<(SecretText, Digest), Error> {
        generate(&format!("{API_KEY_PREFIX}{}", client.uuid().as_simple()))
    }

    /// The client that a key says it belongs to, and the hash that tells whether it does.
    pub fn parse(text: &str) -> Option<(ApiClientId, Digest)> {
        let id = checked(text, API_KEY_PREFIX, API_KEY_LENGTH)?.get(..ID_LENGTH)?;
        let id = Uuid::try_parse(id).ok()?;
        Some((ApiClientId::new(id), Digest::of(text.as_bytes())))
    }
}

/// Client secrets: `sls_`, 43 random characters, 8 of checksum.
#[derive(Debug)]
pub struct ClientSecret;

impl ClientSecret {
    /// A new secret, and its hash.
    ///
    /// # Errors
    ///
    /// [`Error::Cryptography`] when the system has no randomness to give.
    pub fn generate() -> Result<(SecretText, Digest), Error> {
        generate(CLIENT_SECRET_PREFIX)
    }

    /// The hash of a secret, if the text is one.
    pub fn parse(text: &str) -> Option<Digest> {
        checked(text, CLIENT_SECRET_PREFIX, CLIENT_SECRET_LENGTH)?;
        Some(Digest::of(text.as_bytes()))
    }
}

/// Makes the secret of a new client, of the kind that the client is of.
///
/// # Errors
///
/// [`Error::Cryptography`] when the system has no randomness to give.
pub fn issue(project: &ProjectKey, client: &ApiClient) -> Result<(Credential, SecretText), Error> {
    let (secret, secret_hash) = match client.kind {
        ClientKind::ClientCredentials => ClientSecret::generate()?,
        ClientKind::ApiKey => ApiKey::generate(client.id)?,
    };
    let credential = Credential {
        client: client.id,
        project: project.clone(),
        kind: client.kind,
        secret_hash,
        scopes: client.scopes.clone(),
        environment: client.environment,
        name: Some(client.name.clone()),
    };
    Ok((credential, secret))
}

/// The credential, if `presented` is the hash of its secret and it is of `kind`. An absent credential takes as long
/// as a wrong secret.
pub fn admitted(credential: Option<Credential>, kind: ClientKind, presented: &Digest) -> Option<Credential> {
    let stored = credential.as_ref().map_or(NOBODY, |credential| credential.secret_hash.as_str());
    let same = verify_slices_are_equal(stored.as_bytes(), presented.as_str().as_bytes()).is_ok();
    credential.filter(|credential| same && credential.kind == kind)
}

fn generate(start: &str) -> Result<(SecretText, Digest), Error> {
    // Room for everything from the start: growing would leave a copy behind.
    let mut text = String::with_capacity(API_KEY_LENGTH);
    text.push_str(start);
    BASE64_URL_SAFE_NO_PAD.encode_string(keys::generate()?.as_slice(), &mut text);
    text.push_str(&checksum(&text));
    let hash = Digest::of(text.as_bytes());
    Ok((SecretText::new(text), hash))
}

/// What is between the prefix and the checksum, if both and the length are right.
fn checked<'a>(text: &'a str, prefix: &str, length: usize) -> Option<&'a str> {
    if text.len() != length {
        return None;
    }
    let (covered, end) = text.split_at_checked(length - CHECKSUM_LENGTH)?;
    let middle = covered.strip_prefix(prefix)?;
    (checksum(covered) == end).then_some(middle)
}

fn checksum(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use domain::ids::EnvironmentId;
    use domain::metadata::{Metadata, Principal};
    use domain::scope::{Scope, Scopes};
    use proptest::prelude::*;

    use super::*;

    fn client(id: u128) -> ApiClientId {
        ApiClientId::new(Uuid::from_u128(id))
    }

    fn credential(kind: ClientKind, secret_hash: Digest) -> Credential {
        let project = "demo".parse().unwrap();
        let scopes = Scopes::default();
        Credential { client: client(1), project, kind, secret_hash, scopes, environment: None, name: None }
    }

    #[test]
    fn no_two_are_the_same() {
        let (one, two) = (ApiKey::generate(client(1)).unwrap(), ApiKey::generate(client(1)).unwrap());
        assert_ne!(one.0.expose_secret(), two.0.expose_secret());
        assert_ne!(one.1, two.1);
        assert_ne!(ClientSecret::generate().unwrap().1, ClientSecret::generate().unwrap().1);
    }

    #[test]
    fn one_kind_does_not_pass_as_the_other() {
        assert_eq!(ApiKey::parse(ClientSecret::generate().unwrap().0.expose_secret()), None);
        assert_eq!(ClientSecret::parse(ApiKey::generate(client(1)).unwrap().0.expose_secret()), None);
    }

    #[test]
    fn only_the_right_secret_of_the_right_kind_is_admitted() {
        let (right, wrong) = (Digest::of(b"right"), Digest::of(b"wrong"));
        let stored = credential(ClientKind::ApiKey, right.clone());
        let admit = |stored: Option<&Credential>, kind, presented: &Digest| {
            admitted(stored.cloned(), kind, presented).is_some()
        };
        assert!(admit(Some(&stored), ClientKind::ApiKey, &right));
        assert!(!admit(Some(&stored), ClientKind::ClientCredentials, &right));
        assert!(!admit(Some(&stored), ClientKind::ApiKey, &wrong));
        assert!(!admit(None, ClientKind::ApiKey, &right));
        assert!(!admit(None, ClientKind::ApiKey, &NOBODY.parse().unwrap()));
    }

    #[test]
    fn a_credential_says_what_its_client_may_do_and_where() {
        let environment = Some(EnvironmentId::new(Uuid::from_u128(2)));
        let at = "2026-11-20T10:00:00Z".parse().unwrap();
        for kind in [ClientKind::ApiKey, ClientKind::ClientCredentials] {
            let client = ApiClient {
                id: client(1),
                name: "CI".parse().unwrap(),
                kind,
                scopes: Scopes([Scope::ViewRuns].into()),
                environment,
                metadata: Metadata::begin(at, &Principal::system("tests")),
            };
            let (credential, _) = issue(&"demo".parse().unwrap(), &client).unwrap();
            assert_eq!((credential.client, credential.kind), (client.id, kind));
            assert_eq!((credential.scopes, credential.environment), (client.scopes, environment));
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(id in any::<u128>()) {
            let (text, hash) = ApiKey::generate(client(id)).unwrap();
            let text = text.expose_secret();
            prop_assert_eq!(text.len(), API_KEY_LENGTH);
            prop_assert_eq!(ApiKey::parse(text), Some((client(id), hash)));
            let (text, hash) = ClientSecret::generate().unwrap();
            prop_assert_eq!(text.expose_secret().len(), CLIENT_SECRET_LENGTH);
            prop_assert_eq!(ClientSecret::parse(text.expose_secret()), Some(hash));
        }

        #[test]
        fn a_changed_character_is_noticed(at in any::<prop::sample::Index>(), to in any::<char>()) {
            let made = [ApiKey::generate(client(7)).unwrap().0, ClientSecret::generate().unwrap().0];
            for text in made.iter().map(SecretText::expose_secret) {
                let at = at.index(text.len());
                let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
                prop_assert!(changed == text || ApiKey::parse(&changed).is_none());
                prop_assert!(changed == text || ClientSecret::parse(&changed).is_none());
            }
        }

        #[test]
        fn a_cut_or_longer_text_is_refused(cut in 0..API_KEY_LENGTH, more in ".{1,4}") {
            let (text, _) = ApiKey::generate(client(7)).unwrap();
            let text = text.expose_secret();
            prop_assert_eq!(ApiKey::parse(&text[..cut]), None);
            prop_assert_eq!(ApiKey::parse(&format!("{text}{more}")), None);
        }

        #[test]
        fn nothing_else_is_a_key(text in "(slk_)?.{0,100}") {
            prop_assert_eq!(ApiKey::parse(&text), None);
            prop_assert_eq!(ClientSecret::parse(&text), None);
        }
    }
}
