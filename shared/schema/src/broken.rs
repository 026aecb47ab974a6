//! Rules of a schema that a value breaks, for who has words of their own for them.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::pointer::join;
use crate::{Settings, words};

/// A rule of a schema that a value breaks.
#[derive(Debug, Clone)]
pub struct Broken<'a> {
    /// The JSON pointer to the value. A member that is missing or not known is pointed at itself.
    pub pointer: String,
    /// The keyword of the schema, such as `required`.
    pub keyword: String,
    /// The schema with the keyword.
    pub schema: &'a Value,
    /// The schema of the member that is missing.
    pub member: Option<&'a Value>,
    /// The problem in general words, without the place.
    pub message: String,
}

/// The rules that an error stands for: several where several members are not known.
pub(crate) fn of<'a>(root: &'a Value, error: &ValidationError<'_>, settings: &Settings) -> Vec<Broken<'a>> {
    let Some((at, keyword)) = error.schema_path().as_str().rsplit_once('/') else { return Vec::new() };
    let pointer = error.instance_path().as_str();
    let broken = |pointer: String, member| Broken {
        pointer,
        keyword: keyword.to_owned(),
        schema: root.pointer(at).unwrap_or(root),
        member,
        message: words::of_error(error, settings),
    };
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![broken(join(pointer, name), declaration(root, at, name))]
        }
        Kind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| broken(join(pointer, name), None)).collect()
        }
        _ => vec![broken(pointer.to_owned(), None)],
    }
}

/// The schema of a member, from the nearest schema around `at` that declares it: the `then` of a condition may only say
/// that it is required.
fn declaration<'a>(root: &'a Value, at: &str, name: &str) -> Option<&'a Value> {
    let mut at = at;
    loop {
        if let Some(member) = root.pointer(at).and_then(|schema| schema.get("properties")?.get(name)) {
            return Some(member);
        }
        (at, _) = at.rsplit_once('/')?;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Validator;

    #[test]
    fn every_broken_rule_is_told_with_the_schema_that_has_it() {
        let schema = json!({
            "properties": {
                "kind": { "enum": ["a", "b"], "errorMessage": "own words" },
                "more": { "description": "More." },
                "text": { "format": "upper" },
            },
            "additionalProperties": false,
            "allOf": [{ "if": { "properties": { "kind": { "const": "c" } } }, "then": { "required": ["more"] } }],
        });
        let settings = Settings {
            formats: &[("upper", |text| text.contains('x').then(|| "must be upper case".to_owned()))],
            ..Settings::default()
        };
        let validator = Validator::new(&schema, settings).unwrap();
        let value = json!({ "kind": "c", "text": "x", "y": 1, "z": 2 });
        let mut broken: Vec<_> = validator.broken(&value).collect();
        broken.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        let places: Vec<_> =
            broken.iter().map(|broken| (broken.pointer.as_str(), broken.keyword.as_str())).collect();
        assert_eq!(
            places,
            [
                ("/kind", "enum"),
                ("/more", "required"),
                ("/text", "format"),
                ("/y", "additionalProperties"),
                ("/z", "additionalProperties"),
            ]
        );
        assert_eq!(broken[0].schema["errorMessage"], "own words");
        assert_eq!(broken[1].member, Some(&json!({ "description": "More." })));
        assert_eq!(broken[2].message, "must be upper case");
    }
}
