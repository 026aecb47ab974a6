//! The layer below KMS: AES-256-GCM with a given data key. Pure, so everything about it can be tested.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Error;

/// AES-256-GCM, random 96-bit nonce, a data key of its own for every value, the context as additional data.
const SCHEME: u8 = 1;

/// Where a sealed value belongs. A value sealed in one place does not open in another: neither KMS nor the
/// cipher accepts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// The project's key.
    pub project: &'a str,
    /// The owner inside the project, for instance `environment/{id}`.
    pub entity: &'a str,
    /// The name of the value in its owner.
    pub key: &'a str,
}

impl SealContext<'_> {
    /// An encoding that no two contexts share: each part is preceded by its length.
    fn additional_data(&self) -> Vec<u8> {
        let mut data = b"slipway/sealed/1".to_vec();
        for part in [self.project, self.entity, self.key] {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

/// A sealed value as an item holds it. Binary members are base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sealed {
    /// How the value is sealed; 1 is AES-256-GCM under a KMS data key.
    pub scheme: u8,
    /// The data key, wrapped by KMS.
    pub key: String,
    /// 12 random bytes.
    pub nonce: String,
    /// The encrypted value followed by its 16-byte tag.
    pub ciphertext: String,
}

/// Seals `plaintext` with `data_key` (32 bytes); `wrapped` is the same key as KMS wrapped it.
pub(crate) fn seal(
    data_key: &[u8],
    wrapped: &[u8],
    context: SealContext<'_>,
    plaintext: &[u8],
) -> Result<Sealed, Error> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, data_key).map_err(|_| Error::WeakKey)?;
    // Room for the tag from the start: growing would leave a copy of the plaintext behind.
    let mut text = Zeroizing::new(Vec::with_capacity(plaintext.len() + AES_256_GCM.tag_len()));
    text.extend_from_slice(plaintext);
    let nonce = key
        .seal_in_place_append_tag(Aad::from(context.additional_data()), &mut *text)
        .map_err(|_| Error::Cryptography)?;
    Ok(Sealed {
        scheme: SCHEME,
        key: BASE64_STANDARD.encode(wrapped),
        nonce: BASE64_STANDARD.encode(nonce.as_ref()),
        ciphertext: BASE64_STANDARD.encode(text.as_slice()),
    })
}

/// Opens `sealed` with the data key that its `key` unwraps to.
pub(crate) fn open(
    data_key: &[u8],
    context: SealContext<'_>,
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    check_scheme(sealed)?;
    let key = RandomizedNonceKey::new(&AES_256_GCM, data_key).map_err(|_| Error::WeakKey)?;
    let nonce = Nonce::try_assume_unique_for_key(&decode(&sealed.nonce)?).map_err(|_| Error::Refused)?;
    let mut text = Zeroizing::new(decode(&sealed.ciphertext)?);
    let length = key
        .open_in_place(nonce, Aad::from(context.additional_data()), &mut text)
        .map_err(|_| Error::Refused)?
        .len();
    text.truncate(length);
    Ok(text)
}

/// Refuses what a later version of this program sealed, before KMS is asked.
pub(crate) fn check_scheme(sealed: &Sealed) -> Result<(), Error> {
    if sealed.scheme == SCHEME { Ok(()) } else { Err(Error::UnknownScheme(sealed.scheme)) }
}

/// The bytes of a member of [`Sealed`].
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Error> {
    BASE64_STANDARD.decode(text).map_err(|_| Error::Refused)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const HERE: SealContext<'_> = SealContext { project: "demo", entity: "environment/1", key: "TOKEN" };

    fn sealed(plaintext: &[u8]) -> Sealed {
        seal(&KEY, b"wrapped", HERE, plaintext).unwrap()
    }

    #[test]
    fn the_stored_form_is_text() {
        let value = sealed(b"hunter2");
        let json = serde_json::to_value(&value).unwrap();
        assert_eq!(json["scheme"], 1);
        assert_eq!(json["key"], "d3JhcHBlZA==");
        assert_eq!(serde_json::from_value::<Sealed>(json).unwrap(), value);
        assert!(!format!("{value:?}").contains("hunter2"));
    }

    #[test]
    fn the_same_value_is_never_sealed_the_same() {
        let (one, two) = (sealed(b"hunter2"), sealed(b"hunter2"));
        assert_ne!(one.nonce, two.nonce);
        assert_ne!(one.ciphertext, two.ciphertext);
    }

    #[test]
    fn an_unknown_scheme_is_refused() {
        let later = Sealed { scheme: 2, ..sealed(b"x") };
        assert!(matches!(open(&KEY, HERE, &later), Err(Error::UnknownScheme(2))));
    }

    #[test]
    fn a_short_key_is_refused() {
        assert!(matches!(seal(&KEY[1..], b"", HERE, b"x"), Err(Error::WeakKey)));
    }

    #[test]
    fn text_that_is_not_base64_is_refused() {
        for value in [
            Sealed { nonce: "?".to_owned(), ..sealed(b"x") },
            Sealed { nonce: "AAAA".to_owned(), ..sealed(b"x") },
            Sealed { ciphertext: "?".to_owned(), ..sealed(b"x") },
            Sealed { ciphertext: String::new(), ..sealed(b"x") },
        ] {
            assert!(matches!(open(&KEY, HERE, &value), Err(Error::Refused)));
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_can_be_opened(plaintext in prop::collection::vec(any::<u8>(), 0..2_048)) {
            let opened = open(&KEY, HERE, &sealed(&plaintext)).unwrap();
            prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        }

        #[test]
        fn a_value_opens_only_where_it_belongs(
            project in "[a-z/]{0,4}", entity in "[a-z/]{0,4}", key in "[a-z/]{0,4}",
            other_project in "[a-z/]{0,4}", other_entity in "[a-z/]{0,4}", other_key in "[a-z/]{0,4}",
        ) {
            let here = SealContext { project: &project, entity: &entity, key: &key };
            let there = SealContext { project: &other_project, entity: &other_entity, key: &other_key };
            let value = seal(&KEY, b"", here, b"hunter2").unwrap();
            prop_assert_eq!(open(&KEY, there, &value).is_ok(), here == there);
        }

        #[test]
        fn moving_a_border_makes_another_context(text in "[a-z]{2,8}", one in 0_usize..9, two in 0_usize..9) {
            let (one, two) = (one.min(text.len()), two.min(text.len()));
            let context = |at: usize| SealContext { project: &text[..at], entity: &text[at..], key: "" };
            let value = seal(&KEY, b"", context(one), b"hunter2").unwrap();
            prop_assert_eq!(open(&KEY, context(two), &value).is_ok(), one == two);
        }

        #[test]
        fn a_changed_byte_is_noticed(
            plaintext in prop::collection::vec(any::<u8>(), 0..64),
            in_nonce in any::<bool>(),
            at in any::<prop::sample::Index>(),
            mask in 1_u8..,
        ) {
            let mut value = sealed(&plaintext);
            let text = if in_nonce { &mut value.nonce } else { &mut value.ciphertext };
            let mut bytes = decode(text).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= mask;
            *text = BASE64_STANDARD.encode(bytes);
            prop_assert!(matches!(open(&KEY, HERE, &value), Err(Error::Refused)));
        }

        #[test]
        fn another_key_does_not_open(other in any::<[u8; 32]>()) {
            prop_assume!(other != KEY);
            prop_assert!(open(&other, HERE, &sealed(b"hunter2")).is_err());
        }
    }
}
