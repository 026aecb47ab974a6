//! Signing keys: made here, and used to sign and verify the tokens of one kind.

use std::fmt;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Error;

/// The length of a key, in bytes: that of the digest of its signatures.
pub const KEY_LENGTH: usize = 32;

/// A new key: [`KEY_LENGTH`] random bytes.
///
/// # Errors
///
/// [`Error::Cryptography`] when the system has no randomness to give.
pub fn generate() -> Result<Zeroizing<[u8; KEY_LENGTH]>, Error> {
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    aws_lc_rs::rand::fill(key.as_mut_slice()).map_err(|_| Error::Cryptography)?;
    Ok(key)
}

/// Why a token is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unverified {
    /// It names a key that is not among these: made up, withdrawn, or made since these were read.
    UnknownKey(Uuid),
    /// It was valid.
    Expired,
    /// It is none of ours, or none of this kind.
    NotOurs,
}

/// The keys of one kind of token (JWT, HS256 and nothing else). The first one signs; its id is the token's `kid`.
pub struct SigningKeys(Vec<SigningKey>);

struct SigningKey {
    id: Uuid,
    signing: EncodingKey,
    verifying: DecodingKey,
    /// Seconds since 1970.
    verifies_until: Option<i64>,
}

impl SigningKeys {
    /// Keys by their ids, the one that signs first, each with the second since 1970 until which it verifies.
    ///
    /// # Errors
    ///
    /// [`Error::WeakKey`] when there is none, or one is not [`KEY_LENGTH`] bytes.
    pub fn new<'k>(keys: impl IntoIterator<Item = (Uuid, &'k [u8], Option<i64>)>) -> Result<Self, Error> {
        let keys: Vec<SigningKey> = keys
            .into_iter()
            .map(|(id, key, verifies_until)| {
                let is_whole = key.len() == KEY_LENGTH;
                let (signing, verifying) = (EncodingKey::from_secret(key), DecodingKey::from_secret(key));
                is_whole
                    .then_some(SigningKey { id, signing, verifying, verifies_until })
                    .ok_or(Error::WeakKey)
            })
            .collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(Error::WeakKey) } else { Ok(Self(keys)) }
    }

    /// A token that says `claims`.
    ///
    /// # Errors
    ///
    /// [`Error::Cryptography`], which no input leads to.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        let key = self.0.first().ok_or(Error::WeakKey)?;
        let header = Header { kid: Some(key.id.to_string()), ..Header::new(Algorithm::HS256) };
        encode(&header, claims, &key.signing).map_err(|_| Error::Cryptography)
    }

    /// What a token says, if a key signed it that verifies at `now`, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// [`Unverified`]: [`Unverified::UnknownKey`] deserves another look at the keys, for they may have been rotated.
    pub fn verify<C: DeserializeOwned + Clone>(
        &self,
        token: &str,
        rules: &Validation,
        now: i64,
    ) -> Result<C, Unverified> {
        let header = decode_header(token).map_err(|_| Unverified::NotOurs)?;
        let id = header.kid.and_then(|id| Uuid::try_parse(&id).ok()).ok_or(Unverified::NotOurs)?;
        let mut keys = self.0.iter().filter(|key| key.verifies_until.is_none_or(|until| now < until));
        let key = keys.find(|key| key.id == id).ok_or(Unverified::UnknownKey(id))?;
        decode::<C>(token, &key.verifying, rules).map(|token| token.claims).map_err(|error| {
            match error.kind() {
                ErrorKind::ExpiredSignature => Unverified::Expired,
                _ => Unverified::NotOurs,
            }
        })
    }

    /// Whether the key that signed a token signs no more.
    pub fn is_replaced(&self, token: &str) -> bool {
        let id = decode_header(token).ok().and_then(|header| header.kid);
        id != self.0.first().map(|key| key.id.to_string())
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKeys")
    }
}

/// The rules of a kind of token, which is told by its audience.
pub fn rules(audience: &str, required: &[&str]) -> Validation {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_required_spec_claims(required);
    rules.set_audience(&[audience]);
    rules
}
