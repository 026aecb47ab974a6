//! Everything that is secret: values sealed with KMS, the keys we sign with, the texts that clients prove themselves
//! with, and the token that says which secrets an HTTP task may use.

mod aead;
pub mod credential;
mod data_keys;
pub mod keys;
pub mod scope_token;
mod sealing;

pub use aead::{SealContext, Sealed};
use domain::secret::SecretHolder;
use domain::signing::TokenKind;
use domain::text::VariableName;
pub use sealing::Secrets;

/// Why a secret could not be sealed, opened or derived. None of these says anything about the secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sealed value was changed, or belongs to another project, entity or key.
    #[error("the sealed value does not belong here or is damaged")]
    Refused,
    /// The value was sealed by a later version of this program.
    #[error("the sealed value has the unknown scheme {0}")]
    UnknownScheme(u8),
    /// A key is too short to be one.
    #[error("the key is too short")]
    WeakKey,
    /// The cryptographic library refused; it does not say why.
    #[error("the cryptographic library refused the operation")]
    Cryptography,
    /// KMS did not answer, or refused. Trying again is safe.
    #[error("the key service is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What the signing keys of a kind of token are sealed for: as if they were values of a project that cannot exist.
pub fn signing_context(kind: TokenKind) -> (&'static str, String) {
    ("slipway#", format!("{}{}", domain::signing::ENTITY_PREFIX, kind.name()))
}

/// The entity and key that one version of a secured value is sealed for. A ciphertext that is moved to another holder,
/// name or version does not open.
pub fn variable_context(
    holder: impl Into<SecretHolder>,
    name: &VariableName,
    version: u64,
) -> (String, String) {
    (holder.into().to_string(), format!("{name}#{version}"))
}
