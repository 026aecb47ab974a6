//! One master key, a key of its own for every purpose: a token of one kind can never pass as one of another.

use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use crate::Error;

/// Signs the tokens that API clients get.
pub const ACCESS_TOKEN: &str = "access-token";

/// Signs the tokens that HTTP tasks carry.
pub const SCOPE_TOKEN: &str = "scope-token";

/// The shortest master key, in bytes: a shorter one would be weaker than the signatures made with it.
pub const MASTER_LENGTH: usize = 32;

/// A new master key: [`MASTER_LENGTH`] random bytes.
///
/// # Errors
///
/// [`Error::Cryptography`] when the system has no randomness to give.
pub fn generate() -> Result<Zeroizing<[u8; MASTER_LENGTH]>, Error> {
    let mut key = Zeroizing::new([0; MASTER_LENGTH]);
    aws_lc_rs::rand::fill(key.as_mut_slice()).map_err(|_| Error::Cryptography)?;
    Ok(key)
}

/// The key for `purpose` that follows from `master` (HKDF with SHA-256): 32 bytes, always the same.
///
/// # Errors
///
/// [`Error::WeakKey`] when `master` is shorter than [`MASTER_LENGTH`].
pub fn derive(master: &[u8], purpose: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
    if master.len() < MASTER_LENGTH {
        return Err(Error::WeakKey);
    }
    let mut key = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, b"slipway/keys/1")
        .extract(master)
        .expand(&[purpose.as_bytes()], HKDF_SHA256)
        .and_then(|output| output.fill(key.as_mut_slice()))
        .map_err(|_| Error::Cryptography)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_follows_from_master_and_purpose() {
        let key = |master: u8, purpose| *derive(&[master; 32], purpose).unwrap();
        assert_eq!(key(1, ACCESS_TOKEN), key(1, ACCESS_TOKEN));
        assert_ne!(key(1, ACCESS_TOKEN), key(1, SCOPE_TOKEN));
        assert_ne!(key(1, ACCESS_TOKEN), key(2, ACCESS_TOKEN));
        assert_ne!(key(1, ACCESS_TOKEN), [0; 32]);
    }

    #[test]
    fn a_derived_key_never_changes() {
        // Computed with an independent implementation of RFC 5869. Another value would sign everybody out.
        let key = derive(&[1; 32], SCOPE_TOKEN).unwrap();
        let text = hex::encode(key.as_slice());
        assert_eq!(text, "2e8f445f1f68a58127d6d87bf692a15e83a99e5746f1afbbf6f7446abcf85ade");
    }

    #[test]
    fn a_short_master_is_refused() {
        assert!(matches!(derive(&[1; 31], ACCESS_TOKEN), Err(Error::WeakKey)));
    }
}
