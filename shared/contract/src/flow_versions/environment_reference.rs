//! How bodies name a virtual environment.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use domain::address::Address;
use domain::placement::Placement;
use domain::text::Key;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// An environment as a body names it: by its id, as `key={key}`, or by its key alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct EnvironmentReference {
    sent: String,
    address: Address,
}

/// The text given names no environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidEnvironment;

impl fmt::Display for InvalidEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be the id of a virtual environment (a UUID) or its key")
    }
}

impl Error for InvalidEnvironment {}

impl TryFrom<String> for EnvironmentReference {
    type Error = InvalidEnvironment;

    fn try_from(sent: String) -> Result<Self, InvalidEnvironment> {
        let as_key = || sent.parse::<Key>().map(Address::Key).map_err(|_| InvalidEnvironment);
        let address = sent.parse().or_else(|_| as_key())?;
        Ok(Self { sent, address })
    }
}

impl EnvironmentReference {
    /// How it addresses the environment.
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// The text as it was sent, for the error that says it leads to nothing.
    pub fn as_sent(&self) -> &str {
        &self.sent
    }

    /// Whether this is the id of the environment where something is. A key is not looked up.
    pub fn names(&self, placement: Placement) -> bool {
        let id = placement.environment().map(|environment| environment.uuid());
        id.is_some_and(|id| self.address == Address::Id(id))
    }
}

impl JsonSchema for EnvironmentReference {
    fn schema_name() -> Cow<'static, str> {
        "EnvironmentReference".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 2,
            "maxLength": 260,
            "pattern": "^(key=)?[A-Za-z0-9_-]+$",
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::EnvironmentId;

    use super::*;

    #[test]
    fn an_environment_is_named_by_its_id_or_its_key_with_or_without_the_word() {
        let id = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
        for (sent, address) in [
            (id, Address::Id(id.parse().unwrap())),
            ("key=staging", Address::Key("staging".parse().unwrap())),
            ("staging", Address::Key("staging".parse().unwrap())),
        ] {
            let reference: EnvironmentReference = serde_json::from_value(sent.into()).unwrap();
            assert_eq!(reference.address, address, "{sent}");
            assert_eq!(reference.names(EnvironmentId::new(id.parse().unwrap()).into()), sent == id);
            assert!(!reference.names(Placement::Global));
        }
        for bad in ["", "s", "key=", "key=a b", "a b", "id=staging"] {
            assert!(serde_json::from_value::<EnvironmentReference>(bad.into()).is_err(), "{bad}");
        }
    }
}
