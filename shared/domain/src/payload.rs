//! Content addresses: what an item holds instead of a definition, a release or a bundle.
//!
//! A payload is a JSON document in canonical form (RFC 8785). Its address is the SHA-256 of those bytes, so
//! two documents that mean the same have one address, and a changed byte is always noticed.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use sha2::{Digest as _, Sha256};

use crate::exact::{NOT_EXACT, is_exact};

/// How many arrays and objects may be inside one another: what `serde_json` reads back. A deeper document
/// could be written but never read.
pub const MAX_DEPTH: usize = 127;

/// The SHA-256 of a payload's canonical bytes: 64 lower-case hexadecimal characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// A text that is not 64 lower-case hexadecimal characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal characters")]
pub struct InvalidDigest;

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(bytes)))
    }

    /// The 64 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        let valid = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if valid { Ok(Self(text)) } else { Err(InvalidDigest) }
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        Self::try_from(text.to_owned())
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl JsonSchema for Digest {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Digest".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

/// A stored document: its digest and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payload {
    /// The address.
    pub digest: Digest,
    /// Bytes of the canonical form, before compression.
    pub size: u64,
}

impl Payload {
    /// The payload that `bytes`, a canonical form made by [`canonical`], would be stored as.
    pub fn of(bytes: &[u8]) -> Self {
        Self { digest: Digest::of(bytes), size: bytes.len() as u64 }
    }
}

/// Why a document has no canonical form that means the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// Canonical JSON knows double-precision numbers only; this integer would silently become another one.
    #[error("the number {0} {NOT_EXACT}")]
    Number(String),
    /// More than [`MAX_DEPTH`] arrays and objects inside one another.
    #[error("the document nests arrays and objects more than {MAX_DEPTH} deep")]
    Depth,
    /// The serializer refused, for instance a number that is not finite.
    #[error("the document cannot be written as JSON: {0}")]
    Unwritable(String),
}

/// The canonical form (RFC 8785) of `document`: members sorted, no white space, numbers as JavaScript prints
/// them. Reading the bytes back gives an equal document, and canonicalising that gives the same bytes.
pub fn canonical(document: &Value) -> Result<Vec<u8>, NotCanonical> {
    check(document, MAX_DEPTH)?;
    write(document)
}

fn write(document: &Value) -> Result<Vec<u8>, NotCanonical> {
    serde_json_canonicalizer::to_vec(document).map_err(|error| NotCanonical::Unwritable(error.to_string()))
}

/// Recursion is bounded by `levels`, so a hostile depth cannot exhaust the stack.
fn check(value: &Value, levels: usize) -> Result<(), NotCanonical> {
    let inner = |levels: usize| levels.checked_sub(1).ok_or(NotCanonical::Depth);
    match value {
        Value::Array(items) => {
            let levels = inner(levels)?;
            items.iter().try_for_each(|item| check(item, levels))
        }
        Value::Object(members) => {
            let levels = inner(levels)?;
            members.values().try_for_each(|member| check(member, levels))
        }
        Value::Number(number) => check_number(number),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

/// Integers are read whole, so those that no double is equal to are noticed here, if they come this far.
fn check_number(number: &Number) -> Result<(), NotCanonical> {
    let text = number.to_string();
    if number.is_f64() || is_exact(&text) { Ok(()) } else { Err(NotCanonical::Number(text)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn nested(depth: usize) -> Value {
        (1..depth).fold(json!([]), |inner, _| json!([inner]))
    }

    #[test]
    fn the_form_is_sorted_and_compact() {
        let document = json!({ "b": [1.0, 1e21, 0.5, -0.0], "a": "é\n", "€": null,
            "\u{e000}": 1, "😀": 2 });
        let bytes = canonical(&document).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text, "{\"a\":\"é\\n\",\"b\":[1,1e+21,0.5,0],\"€\":null,\"😀\":2,\"\u{e000}\":1}",
            "members are sorted by UTF-16 units, numbers are JavaScript's"
        );
    }

    #[test]
    fn the_address_is_sha_256() {
        let payload = Payload::of(b"abc");
        assert_eq!(
            payload.digest.as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(payload.size, 3);
        let text = serde_json::to_value(&payload).unwrap();
        assert_eq!(text, json!({ "digest": payload.digest.as_str(), "size": 3 }));
        assert_eq!(serde_json::from_value::<Payload>(text).unwrap(), payload);
    }

    #[test]
    fn only_a_lower_case_sha_256_is_a_digest() {
        let good = "0123456789abcdef".repeat(4);
        assert_eq!(good.parse::<Digest>().unwrap().as_str(), good);
        let bad =
            [String::new(), good.to_uppercase(), good[1..].to_owned(), format!("{good}0"), "g".repeat(64)];
        for text in bad {
            assert_eq!(text.parse::<Digest>(), Err(InvalidDigest), "{text}");
            assert!(serde_json::from_value::<Digest>(json!(text)).is_err());
        }
    }

    #[test]
    fn an_integer_that_would_change_is_refused() {
        for kept in [
            json!(9_007_199_254_740_992_u64),
            json!(-9_007_199_254_740_992_i64),
            json!(1e17),
            json!(1u64 << 53),
        ] {
            assert!(canonical(&kept).is_ok(), "{kept}");
        }
        for lost in [json!(9_007_199_254_740_993_u64), json!(u64::MAX), json!(i64::MIN + 1)] {
            assert_eq!(canonical(&json!([lost])), Err(NotCanonical::Number(lost.to_string())));
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let bytes = canonical(&nested(MAX_DEPTH)).unwrap();
        assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
        assert_eq!(canonical(&nested(MAX_DEPTH + 1)), Err(NotCanonical::Depth));
    }

    fn documents() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (-1_000_000_i64..1_000_000).prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".{0,6}", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_form_is_a_fixed_point(document in documents()) {
            if let Ok(bytes) = canonical(&document) {
                let read: Value = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(canonical(&read).unwrap(), bytes);
            }
        }
    }
}
