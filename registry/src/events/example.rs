//! A value that fits a schema: its own example where it has one, else what is required, as short as it may be.

use serde_json::{Map, Value, json};

use super::ID;

const PREFIX: &str = "#/components/schemas/";
/// Nothing that we describe is deeper; a schema that refers to itself would be without end.
const MAX_DEPTH: usize = 32;

/// A value that fits `schema`, whose references lead into `definitions`.
pub(super) fn of(schema: &Value, definitions: &Map<String, Value>) -> Value {
    Sampler { definitions }.value(schema, "", MAX_DEPTH)
}

struct Sampler<'a> {
    definitions: &'a Map<String, Value>,
}

impl Sampler<'_> {
    /// A value for the member `name`.
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let Some(depth) = depth.checked_sub(1) else { return Value::Null };
        if let Some(given) = given(schema) {
            return given;
        }
        let mut parts = Vec::new();
        parts.extend(self.target(schema).map(|target| self.value(target, name, depth)));
        let choices = choices(schema).filter(|choice| !only_requires(choice));
        parts.extend(choices.map(|choice| self.value(choice, name, depth)));
        let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        parts.extend(all.map(|part| self.value(part, name, depth)));
        if schema.get("type").is_some() || parts.is_empty() {
            parts.push(self.plain(schema, name, depth));
        } else if schema.get("properties").is_some() {
            parts.push(self.object(schema, depth));
        }
        merged(parts)
    }

    fn target(&self, schema: &Value) -> Option<&Value> {
        self.definitions.get(schema.get("$ref")?.as_str()?.strip_prefix(PREFIX)?)
    }

    fn plain(&self, schema: &Value, name: &str, depth: usize) -> Value {
        match kind(schema) {
            Some("object") => self.object(schema, depth),
            Some("array") => self.array(schema, name, depth),
            Some("string") => text(schema, name).into(),
            Some("integer" | "number") => {
                schema.get("minimum").and_then(Value::as_u64).unwrap_or(1).max(1).into()
            }
            Some("boolean") => false.into(),
            Some(_) => Value::Null,
            // Any JSON will do.
            None => json!("example"),
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        // A choice may say no more than which members there have to be.
        let says = std::iter::once(schema).chain(choices(schema));
        let required = says.filter_map(|one| one.get("required")?.as_array()).flatten();
        let members = required.filter_map(Value::as_str).filter_map(|name| {
            let member = schema.get("properties")?.get(name)?;
            Some((name.to_owned(), self.value(member, name, depth)))
        });
        Value::Object(members.collect())
    }

    /// One item: an empty list shows nothing.
    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let items = schema.get("items").map(|items| self.value(items, name, depth));
        items.into_iter().collect()
    }
}

fn given(schema: &Value) -> Option<Value> {
    let first_of = |word: &str| schema.get(word)?.as_array()?.first().cloned();
    let own = ["example", "const"].into_iter().find_map(|word| schema.get(word).cloned());
    own.or_else(|| first_of("examples")).or_else(|| first_of("enum"))
}

/// The choice that is made of each kind there is.
fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|word| first(schema, word))
}

/// Whether a choice is about members that are described beside it.
fn only_requires(choice: &Value) -> bool {
    choice.as_object().is_some_and(|words| words.len() == 1 && words.contains_key("required"))
}

/// The first choice that is not `null`.
fn first<'a>(schema: &'a Value, word: &str) -> Option<&'a Value> {
    schema.get(word)?.as_array()?.iter().find(|choice| kind(choice) != Some("null"))
}

/// The type, or the first of several that is not `null`.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

fn text(schema: &Value, name: &str) -> String {
    if schema.get("format").and_then(Value::as_str) == Some("release-id") {
        return format!("{ID}.1");
    }
    let word = match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => ID,
        Some("date-time") => "2026-11-20T10:00:00.000Z",
        _ if ["environment", "flow", "integration"].contains(&name) => "key=example",
        _ => "example",
    };
    let length = schema.get("minLength").and_then(Value::as_u64).unwrap_or_default();
    let missing = usize::try_from(length).unwrap_or_default().saturating_sub(word.len());
    word.to_owned() + &"x".repeat(missing)
}

/// Objects become one; of anything else the last counts.
fn merged(parts: Vec<Value>) -> Value {
    parts.into_iter().fold(Value::Null, |merged, part| match (merged, part) {
        (Value::Object(mut members), Value::Object(more)) => {
            members.extend(more);
            Value::Object(members)
        }
        (_, part) => part,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_required_is_there_and_what_may_be_null_is_not_null() {
        let definitions = Map::from_iter([(
            "Draft".to_owned(),
            json!({
                "type": "object",
                "required": ["name", "note"],
                "properties": {
                    "name": { "type": "string", "minLength": 9 },
                    "note": { "anyOf": [{ "type": "null" }, { "type": "string" }] },
                    "left_out": { "type": "integer" },
                },
            }),
        )]);
        let tagged = json!({
            "$ref": "#/components/schemas/Draft",
            "type": "object",
            "required": ["action"],
            "properties": { "action": { "const": "set" } },
        });
        let value = of(&json!({ "type": "array", "items": tagged }), &definitions);
        assert_eq!(value, json!([{ "action": "set", "name": "examplexx", "note": "example" }]));
    }

    #[test]
    fn one_of_the_members_of_which_one_is_needed_is_there() {
        let reference = json!({
            "type": "object",
            "properties": { "id": { "type": "string" }, "key": { "type": "string" }, "more": {} },
            "anyOf": [{ "required": ["id"] }, { "required": ["key"] }],
        });
        assert_eq!(of(&reference, &Map::new()), json!({ "id": "example" }));
    }

    #[test]
    fn a_schemas_own_example_wins_and_anything_goes_where_anything_does() {
        let none = Map::new();
        assert_eq!(
            of(&json!({ "type": "string", "examples": ["rate(5 minutes)"] }), &none),
            "rate(5 minutes)"
        );
        assert_eq!(of(&json!({ "oneOf": [{ "type": "string", "const": "b" }] }), &none), "b");
        assert_eq!(of(&json!(true), &none), "example");
        assert_eq!(
            of(
                &json!({ "$ref": "#/components/schemas/Loop" }),
                &Map::from_iter([("Loop".to_owned(), json!({ "$ref": "#/components/schemas/Loop" })),])
            ),
            Value::Null
        );
    }
}
