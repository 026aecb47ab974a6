//! How bodies name other entities.

use std::borrow::Cow;

use domain::address::{Address, InvalidAddress};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// An entity that a body names as a path does: by its id, or as `key={key}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Reference {
    sent: String,
    address: Address,
}

impl Reference {
    /// How it addresses the entity.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// The text as it was sent, for the error that says it leads to nothing.
    pub fn as_sent(&self) -> &str {
        &self.sent
    }
}

impl TryFrom<String> for Reference {
    type Error = InvalidAddress;

    fn try_from(sent: String) -> Result<Self, InvalidAddress> {
        sent.parse().map(|address| Self { sent, address })
    }
}

impl JsonSchema for Reference {
    fn schema_name() -> Cow<'static, str> {
        "Reference".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An id, or key={key}",
            "minLength": 1,
            "maxLength": 260,
            "format": "reference",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_an_id_or_a_key_and_says_what_was_sent() {
        for sent in ["8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", "key=staging"] {
            let reference: Reference = serde_json::from_value(sent.into()).unwrap();
            assert_eq!(reference.as_sent(), sent);
        }
        for bad in ["", "staging", "key=", "key=a b"] {
            assert!(serde_json::from_value::<Reference>(bad.into()).is_err(), "{bad}");
        }
    }
}
