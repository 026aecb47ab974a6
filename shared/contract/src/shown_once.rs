//! Secrets on their way to their owner.

use std::borrow::Cow;
use std::fmt;

use domain::secret::SecretText;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// A secret on its way to its owner, in the one answer that shows it. Unlike [`SecretText`] it can be written as
/// JSON; `Debug` prints a mask.
#[derive(Clone)]
pub struct ShownOnce(SecretText);

impl ShownOnce {
    /// Lets `secret` go out.
    pub const fn new(secret: SecretText) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for ShownOnce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for ShownOnce {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

impl JsonSchema for ShownOnce {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ShownOnce".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "readOnly": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_but_not_printed() {
        let shown = ShownOnce::new(SecretText::new("sls_text".to_owned()));
        assert_eq!(serde_json::to_value(&shown).unwrap(), "sls_text");
        assert_eq!(format!("{shown:?}"), "****");
    }
}
