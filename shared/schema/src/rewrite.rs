//! Rewrites unions so that a wrong value is judged by the one branch that it means.
//!
//! JSON Schema only knows "fits one of these"; a body that fits none gets the errors of all. What a union chooses
//! by is in its branches, though, and this module says it in so many words, leaving what is valid as it was:
//!
//! * a **tagged union** (what `#[serde(tag = "action")]` generates: a property that is a different constant in
//!   every branch) becomes an enumeration of the tags, and `if` the tag is this one, `then` that branch;
//! * a **nullable** schema becomes `if` not null, then the rest;
//! * a union of **constants** (an `enum` whose variants have doc comments) becomes one enumeration.
//!
//! Any other union stays, and is explained as well as can be when it fails.

use serde_json::{Map, Value, json};

/// Marks the enumeration of a union's tags, so that a failure is told apart from any other wrong value.
pub(crate) const TAG_MARK: &str = "x-slipway-union-tag";

/// How many references in a row are followed; more are a circle.
const MAX_HOPS: usize = 16;

/// Keywords that hold one schema.
const ONE: [&str; 11] = [
    "items",
    "additionalProperties",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];

/// Keywords that hold a list of schemas.
const LISTS: [&str; 4] = ["oneOf", "anyOf", "allOf", "prefixItems"];

/// Keywords that hold schemas by name.
const MAPS: [&str; 5] = ["properties", "$defs", "definitions", "patternProperties", "dependentSchemas"];

/// A copy of the schema with its unions rewritten.
pub(crate) fn with_explicit_unions(root: &Value) -> Value {
    let mut schema = root.clone();
    rewrite(&mut schema, root);
    schema
}

/// Follows a reference inside `root`, and the references that it leads to.
pub(crate) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let mut reference = reference;
    for _ in 0..MAX_HOPS {
        let target = root.pointer(reference.strip_prefix('#')?)?;
        match target.as_object() {
            Some(object) if object.len() == 1 => match object.get("$ref").and_then(Value::as_str) {
                Some(next) => reference = next,
                None => return Some(target),
            },
            _ => return Some(target),
        }
    }
    None
}

fn rewrite(schema: &mut Value, root: &Value) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    for (keyword, value) in object.iter_mut() {
        for inner in subschemas(keyword, value) {
            rewrite(inner, root);
        }
    }
    for keyword in ["oneOf", "anyOf"] {
        let Some(branches) = object.get(keyword).and_then(Value::as_array) else {
            continue;
        };
        let Some(rules) = explicit(keyword, branches, root) else {
            continue;
        };
        object.remove(keyword);
        // Beside the union there may be keywords of the same names, so the rules get a place of their own.
        if let Value::Array(all) = object.entry("allOf").or_insert_with(|| json!([])) {
            all.extend(rules);
        }
    }
}

/// The schemas that a keyword holds; none for keywords that hold values, which must not be touched.
pub(crate) fn subschemas<'a>(keyword: &str, value: &'a mut Value) -> Vec<&'a mut Value> {
    if ONE.contains(&keyword) {
        return vec![value];
    }
    match value {
        Value::Array(list) if LISTS.contains(&keyword) => list.iter_mut().collect(),
        Value::Object(map) if MAPS.contains(&keyword) => map.values_mut().collect(),
        _ => Vec::new(),
    }
}

/// Schemas that, all together, say what the union says; `None` when there is nothing that chooses a branch.
fn explicit(keyword: &str, branches: &[Value], root: &Value) -> Option<Vec<Value>> {
    nullable(keyword, branches, root).or_else(|| constants(branches)).or_else(|| tagged(branches, root))
}

fn nullable(keyword: &str, branches: &[Value], root: &Value) -> Option<Vec<Value>> {
    let is_null = |branch: &Value| branch.get("type").is_some_and(|kind| kind == "null");
    let rest: Vec<Value> = branches.iter().filter(|branch| !is_null(branch)).cloned().collect();
    let otherwise = match rest.as_slice() {
        [] => return None,
        all if all.len() == branches.len() => return None,
        [only] => only.clone(),
        several => {
            let mut union = json!({ keyword: several });
            rewrite(&mut union, root);
            union
        }
    };
    Some(vec![json!({ "if": { "type": "null" }, "else": otherwise })])
}

fn constants(branches: &[Value]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for branch in branches {
        let (constant, list) = (branch.get("const"), branch.get("enum").and_then(Value::as_array));
        match (constant, list) {
            (Some(value), None) => values.push(value.clone()),
            (None, Some(list)) => values.extend(list.iter().cloned()),
            _ => return None,
        }
    }
    Some(vec![json!({ "enum": values })])
}

fn tagged(branches: &[Value], root: &Value) -> Option<Vec<Value>> {
    let (tag, values) = tag_of(branches, root)?;
    let mut rules = vec![json!({
        "type": "object",
        "required": [&tag],
        "properties": { tag.as_str(): { "enum": &values, TAG_MARK: true } },
    })];
    rules.extend(values.iter().zip(branches).map(|(value, branch)| {
        let chosen = json!({
            "type": "object",
            "required": [&tag],
            "properties": { tag.as_str(): { "const": value } },
        });
        json!({ "if": chosen, "then": branch })
    }));
    Some(rules)
}

/// The property that has a different constant text in every branch, and these texts.
fn tag_of(branches: &[Value], root: &Value) -> Option<(String, Vec<String>)> {
    let constants: Vec<Map<String, Value>> =
        branches.iter().map(|branch| required_constants(branch, root)).collect();
    let candidates = constants.first()?.keys();
    for tag in candidates {
        let mut values: Vec<String> = Vec::new();
        for branch in &constants {
            match branch.get(tag).and_then(Value::as_str) {
                Some(value) if !values.iter().any(|known| known == value) => values.push(value.to_owned()),
                _ => break,
            }
        }
        if values.len() == branches.len() {
            return Some((tag.clone(), values));
        }
    }
    None
}

/// The required properties of a branch that are a constant, in the branch itself or in what it refers to.
fn required_constants(branch: &Value, root: &Value) -> Map<String, Value> {
    let referred = branch.get("$ref").and_then(Value::as_str).and_then(|reference| resolve(root, reference));
    let mut constants = Map::new();
    for schema in [Some(branch), referred].into_iter().flatten() {
        let required = schema.get("required").and_then(Value::as_array);
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let is_required = required.is_some_and(|names| names.iter().any(|each| each == name));
            if let (true, Some(constant)) = (is_required, constant_of(property)) {
                constants.insert(name.clone(), constant.clone());
            }
        }
    }
    constants
}

fn constant_of(property: &Value) -> Option<&Value> {
    match property.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => Some(only),
        _ => property.get("const"),
    }
}
