//! JSON that is handed on as it came.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON document by its text: every digit of its numbers, the order of its members and any depth of nesting are kept,
/// none of which a [`Value`] promises. Two are equal when their texts are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// The text is not JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// What it says where it is a string.
    pub fn as_string(&self) -> Option<String> {
        self.text().starts_with('"').then(|| serde_json::from_str(self.text()).ok()).flatten()
    }

    /// The text, without white space around it.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for RawJson {}

impl From<&Value> for RawJson {
    fn from(value: &Value) -> Self {
        // A `Value` is always JSON.
        Self::parse(&value.to_string()).unwrap_or_else(|_| Self(RawValue::NULL.to_owned()))
    }
}

impl JsonSchema for RawJson {
    fn inline_schema() -> bool {
        Value::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Value::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Value::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_to_the_last_digit_and_to_any_depth() {
        let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        for text in
            ["12345678901234567890123", "1.0", r#"{"b":1,"a":[0.10]}"#, "null", "\"é\"", deep.as_str()]
        {
            let raw = RawJson::parse(&format!(" {text}\n")).unwrap();
            assert_eq!(raw.text(), text);
            let written = serde_json::to_string(&raw).unwrap();
            assert_eq!(written, text);
            assert_eq!(serde_json::from_str::<RawJson>(&written).unwrap(), raw);
        }
        assert!(
            RawJson::parse("{").is_err() && RawJson::parse("").is_err() && RawJson::parse("1 2").is_err()
        );
    }
}
