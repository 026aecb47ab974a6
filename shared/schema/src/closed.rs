//! Schemas of bodies as they are published and enforced: closed, and with the bounds of their numbers.
//!
//! `schemars` leaves objects open and does not say how large a `u32` can be. Rather than every type, one pass over the
//! finished schema says both, so a type that is added tomorrow is closed as well:
//!
//! * an object that declares its members takes no others, at any depth. Objects that declare none, or say themselves
//!   what becomes of others (`additionalProperties`), stay as they are: maps, and what is handed on;
//! * a reference with members beside it, which is what an action with a struct in it becomes, is written out, because
//!   a closed object cannot be a part of a larger one;
//! * whole numbers get the bounds of their type, 64-bit ones those of what JSON keeps exactly everywhere.

use schemars::Schema;
use schemars::transform::Transform;
use serde_json::{Map, Value, json};

use crate::rewrite::subschemas;

/// The largest number up to which every whole number is exact in the readers of JSON there are (RFC 8259 §6).
const MAX_EXACT: i64 = (1 << 53) - 1;

/// Keywords whose schemas judge the same object.
const PARTS: [&str; 8] = ["allOf", "anyOf", "oneOf", "if", "then", "else", "not", "dependentSchemas"];

/// Closes a schema. `definitions` are those that its references name by their last segment, as they were generated;
/// they are closed one by one.
pub fn close(schema: &mut Value, definitions: &Map<String, Value>) {
    close_part(schema, definitions, false);
}

/// `is_part` is true where another schema says which members there are.
fn close_part(schema: &mut Value, definitions: &Map<String, Value>, is_part: bool) {
    let Some(object) = schema.as_object_mut() else { return };
    if is_part || object.contains_key("properties") {
        write_out_reference(object, definitions);
    }
    bound(object);
    let declares = object.contains_key("properties");
    let is_composed = PARTS.iter().any(|keyword| object.get(*keyword).is_some_and(names_members));
    // A union of objects is closed in its branches, anything else that is composed as a whole.
    let in_branches = !declares && !object.contains_key("allOf");
    let parts_are_parts = is_part || (is_composed && !in_branches);
    for (keyword, value) in object.iter_mut() {
        let inner_is_part = PARTS.contains(&keyword.as_str()) && (parts_are_parts || !is_union(keyword));
        for inner in subschemas(keyword, value) {
            close_part(inner, definitions, inner_is_part);
        }
    }
    if !is_part && (declares || parts_are_parts) && !says_itself(object) {
        let keyword = if parts_are_parts { "unevaluatedProperties" } else { "additionalProperties" };
        object.insert(keyword.to_owned(), Value::Bool(false));
    }
}

fn is_union(keyword: &str) -> bool {
    matches!(keyword, "anyOf" | "oneOf")
}

/// Whether a schema says what becomes of members that it does not declare.
fn says_itself(object: &Map<String, Value>) -> bool {
    ["additionalProperties", "unevaluatedProperties", "patternProperties"]
        .iter()
        .any(|keyword| object.contains_key(*keyword))
}

/// Whether the schemas that a keyword holds declare members.
fn names_members(schemas: &Value) -> bool {
    match schemas {
        Value::Array(list) => list.iter().any(names_members),
        Value::Object(object) => object.contains_key("properties") || object.contains_key("$ref"),
        _ => false,
    }
}

/// Puts what a reference leads to in its place, when that is an object with members.
fn write_out_reference(object: &mut Map<String, Value>, definitions: &Map<String, Value>) {
    let name = object.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
    let Some(Value::Object(target)) = name.and_then(|name| definitions.get(name)).cloned() else { return };
    if !target.contains_key("properties") {
        return;
    }
    object.remove("$ref");
    for (keyword, value) in target {
        match (object.get_mut(&keyword), value) {
            (Some(Value::Object(own)), Value::Object(more)) => more.into_iter().for_each(|(name, value)| {
                own.entry(name).or_insert(value);
            }),
            (Some(Value::Array(own)), Value::Array(more)) => own.extend(more),
            (Some(_), _) => {}
            (None, value) => drop(object.insert(keyword, value)),
        }
    }
}

/// Says how large a whole number can be.
fn bound(object: &mut Map<String, Value>) {
    let (min, max) = match object.get("format").and_then(Value::as_str) {
        Some("uint8") => (0, i64::from(u8::MAX)),
        Some("uint16") => (0, i64::from(u16::MAX)),
        Some("uint32") => (0, i64::from(u32::MAX)),
        Some("uint64" | "uint") => (0, MAX_EXACT),
        Some("int8") => (i64::from(i8::MIN), i64::from(i8::MAX)),
        Some("int16") => (i64::from(i16::MIN), i64::from(i16::MAX)),
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64" | "int") => (-MAX_EXACT, MAX_EXACT),
        _ => return,
    };
    object.entry("minimum").or_insert_with(|| min.into());
    object.entry("maximum").or_insert_with(|| max.into());
}

/// Declares members that a client may send back as it read them, and that are not looked at.
///
/// ```
/// # use schema::ReadOnly;
/// #[derive(schemars::JsonSchema)]
/// #[schemars(transform = ReadOnly(&["id", "created_at"]))]
/// struct Changes {
///     priority: Option<i32>,
/// }
/// let schema = schemars::schema_for!(Changes);
/// assert_eq!(schema.as_value()["properties"]["id"]["readOnly"], true);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ReadOnly(pub &'static [&'static str]);

impl Transform for ReadOnly {
    fn transform(&mut self, schema: &mut Schema) {
        let properties = schema.ensure_object().entry("properties").or_insert_with(|| json!({}));
        let Some(properties) = properties.as_object_mut() else { return };
        for name in self.0 {
            let member = json!({ "readOnly": true, "description": "As it was read; it is not looked at." });
            properties.entry(*name).or_insert(member);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(schema: Value) -> Value {
        let mut schema = schema;
        let definitions = schema.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
        close(&mut schema, &definitions);
        schema
    }

    #[test]
    fn objects_that_declare_members_take_no_others_at_any_depth() {
        let schema = closed(json!({
            "type": "object",
            "properties": {
                "list": { "type": "array", "items": { "type": "object", "properties": { "a": true } } },
                "map": { "type": "object", "additionalProperties": { "properties": { "b": true } } },
                "free": { "type": "object", "additionalProperties": true },
                "anything": true,
                "empty": { "type": "object" },
            },
        }));
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["list"]["items"]["additionalProperties"], false);
        assert_eq!(schema["properties"]["map"]["additionalProperties"]["additionalProperties"], false);
        assert_eq!(schema["properties"]["free"]["additionalProperties"], true);
        assert_eq!(schema["properties"]["anything"], true);
        assert_eq!(schema["properties"]["empty"], json!({ "type": "object" }));
    }

    #[test]
    fn a_union_is_closed_in_its_branches_and_a_reference_beside_members_is_written_out() {
        let schema = closed(json!({
            "$defs": { "Value": { "type": "object", "properties": { "value": true, "secured": true }, "required": ["value"] } },
            "oneOf": [
                { "type": "object", "properties": { "action": { "const": "a" } }, "required": ["action"] },
                { "$ref": "#/$defs/Value", "properties": { "action": { "const": "b" } }, "required": ["action"] },
                { "$ref": "#/$defs/Value" },
            ],
        }));
        assert_eq!(schema.get("additionalProperties"), None);
        assert_eq!(schema["oneOf"][0]["additionalProperties"], false);
        let written = &schema["oneOf"][1];
        assert_eq!((written.get("$ref"), &written["additionalProperties"]), (None, &json!(false)));
        assert_eq!(written["required"], json!(["action", "value"]));
        assert_eq!(written["properties"].as_object().unwrap().len(), 3);
        assert_eq!(schema["oneOf"][2], json!({ "$ref": "#/$defs/Value" }));
        assert_eq!(schema["$defs"]["Value"]["additionalProperties"], false);
    }

    #[test]
    fn what_is_composed_is_closed_as_a_whole() {
        let schema = closed(json!({
            "$defs": { "More": { "type": "object", "properties": { "c": true } } },
            "properties": { "a": true },
            "allOf": [{ "properties": { "b": true } }, { "$ref": "#/$defs/More" }],
        }));
        assert_eq!(schema["unevaluatedProperties"], false);
        assert_eq!(schema["allOf"][0].get("additionalProperties"), None);
        assert_eq!(schema["allOf"][1]["properties"], json!({ "c": true }));
        assert_eq!(schema["allOf"][1].get("additionalProperties"), None);
        // What only says which members are required declares none.
        let schema = closed(json!({ "properties": { "a": true }, "anyOf": [{ "required": ["a"] }] }));
        assert_eq!(
            (&schema["additionalProperties"], schema.get("unevaluatedProperties")),
            (&json!(false), None)
        );
    }

    #[test]
    fn whole_numbers_have_bounds() {
        let schema = closed(json!({ "properties": {
            "a": { "type": "integer", "format": "uint32", "minimum": 1 },
            "b": { "type": ["integer", "null"], "format": "int32" },
            "c": { "type": "integer", "format": "uint64", "minimum": 0 },
        }}));
        let bounds = |name: &str| {
            let schema = &schema["properties"][name];
            (schema["minimum"].as_i64().unwrap(), schema["maximum"].as_i64().unwrap())
        };
        assert_eq!(bounds("a"), (1, i64::from(u32::MAX)));
        assert_eq!(bounds("b"), (i64::from(i32::MIN), i64::from(i32::MAX)));
        assert_eq!(bounds("c"), (0, 9_007_199_254_740_991));
    }
}
