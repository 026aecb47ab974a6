//! Members of changes that may be null.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

/// A member of a change that may be absent, null or a value, each of which means something else. Its field needs
/// `#[serde(default)]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// Not there: leave it as it is.
    #[default]
    Absent,
    /// Take it away.
    Null,
    /// Let it be this.
    Value(T),
}

impl<T> Given<T> {
    /// What is to be in place of `before`.
    pub fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Absent => before,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T: JsonSchema> JsonSchema for Given<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Changes {
        #[serde(default)]
        #[schemars(length(max = 255))]
        notes: Given<String>,
    }

    #[test]
    fn absent_null_and_a_value_are_told_apart() {
        for (body, given, after) in [
            (json!({}), Given::Absent, Some("old")),
            (json!({ "notes": null }), Given::Null, None),
            (json!({ "notes": "new" }), Given::Value("new".to_owned()), Some("new")),
        ] {
            let notes = serde_json::from_value::<Changes>(body).unwrap().notes;
            assert_eq!(notes, given);
            assert_eq!(notes.or(Some("old".to_owned())).as_deref(), after);
        }
        let schema = schemars::schema_for!(Changes);
        let notes = &schema.as_value()["properties"]["notes"];
        assert_eq!(*notes, json!({ "type": ["string", "null"], "maxLength": 255 }));
        assert_eq!(schema.as_value().get("required"), None);
    }
}
