//! Whole numbers, however they are written: to JSON Schema, and so to the OpenAPI document, `1.0` and `1e0` are
//! integers; to Rust's types they are not.

use serde_json::Value;

use crate::rewrite::resolve;

/// How many schemas may judge one value; more are a circle.
const MAX_SCHEMAS: usize = 64;

/// From here on not every whole number is a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes whole numbers without a fraction wherever the schema says that one stands there. Everything else, such as
/// the input of a run, stays as it was sent.
pub(crate) fn settle(schema: &Value, root: &Value, value: &mut Value) {
    settle_at(schema, root, value, 0);
}

fn settle_at(schema: &Value, root: &Value, value: &mut Value, schemas: usize) {
    if schemas > MAX_SCHEMAS {
        return;
    }
    if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|it| resolve(root, it)) {
        settle_at(target, root, value, schemas + 1);
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for branch in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            settle_at(branch, root, value, schemas + 1);
        }
    }
    if let Some(branch) = schema.get("if").and_then(|condition| branch(schema, condition, value)) {
        settle_at(branch, root, value, schemas + 1);
    }
    match value {
        Value::Number(number) if is_integer(schema) => {
            if let Some(whole) = number.as_f64().filter(|_| number.is_f64()).and_then(whole) {
                *number = whole.into();
            }
        }
        Value::Object(members) => {
            let declared = schema.get("properties").and_then(Value::as_object);
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            let others = schema.get("additionalProperties").filter(|_| patterns.is_none());
            for (name, member) in members {
                // The names of a map that fit no pattern have been refused.
                let own = declared.and_then(|declared| declared.get(name)).or(others);
                let patterns = patterns.filter(|_| own.is_none()).into_iter().flat_map(|map| map.values());
                for schema in own.into_iter().chain(patterns) {
                    settle_at(schema, root, member, 0);
                }
            }
        }
        Value::Array(items) => {
            if let Some(own) = schema.get("items") {
                for item in items {
                    settle_at(own, root, item, 0);
                }
            }
        }
        _ => {}
    }
}

/// The branch that an `if` leads to, where it asks for `null` or for the tag of a union; that is all that is generated.
fn branch<'a>(schema: &'a Value, condition: &Value, value: &Value) -> Option<&'a Value> {
    let is_null = condition.get("type").is_some_and(|kind| kind == "null") && value.is_null();
    let tags = condition.get("properties").and_then(Value::as_object);
    let has_tags = tags.is_some_and(|tags| {
        tags.iter().all(|(name, tag)| tag.get("const").is_some_and(|wanted| value.get(name) == Some(wanted)))
    });
    schema.get(if is_null || has_tags { "then" } else { "else" })
}

fn is_integer(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == "integer",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "integer"),
        _ => false,
    }
}

/// A float as the whole number that it is.
fn whole(float: f64) -> Option<i64> {
    let fits = float.fract() == 0.0 && float.abs() < EXACT;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    fits.then_some(float as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::samples::{Everything, Update};
    use crate::{Settings, Validator};

    fn settled(schema: &schemars::Schema, text: &str) -> Value {
        let mut value = serde_json::from_str(text).unwrap();
        Validator::new(schema.as_value(), Settings::default()).unwrap().settle(&mut value);
        value
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        let schema = schemars::schema_for!(Everything);
        let value = settled(
            &schema,
            r#"{ "limit": 1.0, "position": -2e0, "matrix": [[1e1, 2.5]], "keyed": { "a": 3.0 }, "ratio": 1.0,
                 "anything": { "limit": 1.0 }, "format": 1.0 }"#,
        );
        assert_eq!(
            value.to_string(),
            json!({ "limit": 1, "position": -2, "matrix": [[10, 2.5]], "keyed": { "a": 3 }, "ratio": 1.0,
                    "anything": { "limit": 1.0 }, "format": 1 })
            .to_string()
        );
        let value = settled(&schemars::schema_for!(Update), r#"{ "version": 7.0, "actions": [] }"#);
        assert_eq!(value.to_string(), r#"{"actions":[],"version":7}"#);
    }

    #[test]
    fn what_is_no_whole_number_that_is_kept_exactly_stays() {
        for text in ["0.5", "1e300", "9007199254740993.0", "-1e20"] {
            let schema = schemars::schema_for!(Everything);
            let body = format!(r#"{{"limit":{text}}}"#);
            let value: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(settled(&schema, &body), value, "{text}");
        }
    }
}
