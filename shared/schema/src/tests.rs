//! What is said about every keyword that `schemars` generates for our inputs, and that all is said at once.

pub(crate) mod samples;
mod unions;

use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use self::samples::{Everything, Update};
use super::{MAX_PROBLEMS, Settings, Validator};
use crate::pointer::pointer_to_words;

/// The schema of a sample, every member of it optional so that a test can give only what it is about.
fn schema_of<T: JsonSchema>() -> Value {
    let mut schema = schema_for!(T);
    schema.remove("required");
    schema.to_value()
}

/// The problems of a body as lines. Also checks that rewriting the schema did not change what is valid.
fn lines_of(schema: &Value, body: &Value) -> Vec<String> {
    let lines: Vec<String> = Validator::new(schema, Settings::default())
        .unwrap()
        .problems(body)
        .iter()
        .map(ToString::to_string)
        .collect();
    // The library by itself, which asks the meta-schema.
    let original = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    assert_eq!(lines.is_empty(), original.is_valid(body), "{body}: {lines:?}");
    lines
}

/// A member of [`Everything`], its value, and the line about it: none when it is right.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("name", r#""x""#, ""),
    ("name", r#""""#, "name: must not be empty"),
    ("name", "5", "name: must be text"),
    ("name", "null", "name: must be text"),
    ("short", r#""x""#, "short: must be at least 2 characters long"),
    ("key", r#""my-key""#, ""),
    ("key", r#""my key""#, "key: must match the pattern ^[A-Za-z0-9_-]{2,256}$"),
    ("description", "null", ""),
    ("description", r#""x""#, ""),
    ("description", "[]", "description: must be null or text"),
    ("id", r#""3f2b8c1e-5d4a-4e6f-9b7a-1c2d3e4f5a6b""#, ""),
    ("id", "null", ""),
    ("id", r#""3f2b""#, "id: must be a UUID such as 3f2b8c1e-5d4a-4e6f-9b7a-1c2d3e4f5a6b"),
    ("since", r#""2030-01-31T12:00:00.000Z""#, ""),
    ("since", r#""yesterday""#, "since: must be a time such as 2030-01-31T12:00:00Z"),
    ("callback", r#""https://example.com/a?b=c""#, ""),
    ("callback", r#""example""#, "callback: must be an absolute URL such as https://example.com/path"),
    ("limit", "500", ""),
    ("limit", "0", "limit: must be at least 1"),
    ("limit", "501", "limit: must be at most 500"),
    ("limit", r#""5""#, "limit: must be a whole number"),
    ("position", "-5", ""),
    ("position", "1.5", "position: must be a whole number"),
    ("ratio", "0.5", ""),
    ("ratio", "0", "ratio: must be more than 0"),
    ("ratio", "1", "ratio: must be less than 1"),
    ("ratio", r#""much""#, "ratio: must be a number"),
    ("enabled", "false", ""),
    ("enabled", r#""yes""#, "enabled: must be true or false"),
    ("aliases", r#"["a", "b"]"#, ""),
    ("aliases", "[]", "aliases: must have at least 1 item"),
    ("aliases", r#"["a", "b", "c"]"#, "aliases: must have at most 2 items"),
    ("aliases", "{}", "aliases: must be a list"),
    ("aliases", r#"["a", 5]"#, "aliases[1]: must be text"),
    ("tags", r#"["a", "a"]"#, "tags: must not have the same item twice"),
    ("matrix", "[[], [1, 2]]", ""),
    ("matrix", "[[], [1, 256]]", "matrix[1][1]: must be at most 255"),
    ("labels", r#"{ "a": { "text": "x", "unknown": true } }"#, ""),
    ("labels", r#"{ "a/b ~": {} }"#, "labels[\"a/b ~\"].text: is required"),
    ("labels", r#"{ "a": [] }"#, "labels.a: must be an object"),
    ("keyed", r#"{ "a": 5 }"#, ""),
    ("keyed", r#"{ "A": 5 }"#, "keyed.A: has a name that must match the pattern ^[a-z]+$"),
    ("kind", r#""flow""#, ""),
    ("kind", r#""flo""#, "kind: must be one of flow, api, tool"),
    ("kind", "5", "kind: must be one of flow, api, tool"),
    ("documented", r#""first""#, ""),
    ("documented", "null", ""),
    ("documented", r#""third""#, "documented: must be one of first, second"),
    ("format", "1", ""),
    ("format", "2", "format: must be 1"),
    ("label", "null", ""),
    ("label", r#"{ "text": 5 }"#, "label.text: must be text"),
    ("label", r#""x""#, "label: must be an object"),
    ("scalar", "5", ""),
    ("scalar", "[]", "scalar: must be text or a number"),
    ("value", r#"{ "value": "x" }"#, ""),
    ("value", r#"{ "value": 5 }"#, "value.value: must be text"),
    ("value", r#"{ "secured": "long enough" }"#, "value: value: is required; or version: is required"),
    ("value", r#""x""#, "value: must be an object"),
    ("auth", r#""none""#, ""),
    ("auth", r#"{ "basic": { "user": "me", "password": "long enough" } }"#, ""),
    ("auth", r#"{ "basic": { "user": "me" } }"#, "auth.basic.password: is required"),
    ("auth", r#"{ "bearer": "short" }"#, "auth.bearer: must be at least 8 characters long"),
    ("anything", r#"{ "a": [null] }"#, ""),
];

#[test]
fn every_keyword_has_its_words() {
    let schema = schema_of::<Everything>();
    for (member, value, line) in MEMBERS {
        let value: Value = serde_json::from_str(value).unwrap();
        let expected: Vec<&str> = Some(*line).into_iter().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines_of(&schema, &json!({ *member: value })), expected, "{member} = {value}");
    }
    let long = lines_of(&schema, &json!({ "name": "ä".repeat(257) }));
    assert_eq!(long, ["name: must be at most 256 characters"]);
    assert_eq!(lines_of(&schema, &json!({ "name": "ä".repeat(256) })), [""; 0]);
}

#[test]
fn all_problems_are_listed_at_once_and_in_order() {
    let body = json!({ "limit": 0, "name": "", "aliases": [1, 2, 3], "unknown": true });
    assert_eq!(
        lines_of(&schema_of::<Everything>(), &body),
        [
            "aliases: must have at most 2 items",
            "aliases[0]: must be text",
            "aliases[1]: must be text",
            "aliases[2]: must be text",
            "limit: must be at least 1",
            "name: must not be empty",
        ]
    );
    assert_eq!(
        lines_of(schema_for!(Update).as_value(), &json!({})),
        ["actions: is required", "version: is required"]
    );
    assert_eq!(lines_of(schema_for!(Update).as_value(), &json!([])), ["body: must be an object"]);
}

#[test]
fn secured_values_are_never_repeated_and_others_are_cut() {
    let secret = "hunter2";
    let bodies = [
        json!({ "value": { "secured": secret, "version": 1 }, "auth": { "bearer": secret } }),
        json!({ "auth": { "basic": { "user": 5, "password": secret } } }),
        json!({ "auth": secret, "scalar": [secret], "kind": secret, "id": secret }),
    ];
    for body in bodies {
        let lines = lines_of(&schema_of::<Everything>(), &body).join("\n");
        assert!(!lines.is_empty() && !lines.contains(secret), "{lines}");
    }
    assert_eq!(
        unions::update(&json!([{ "action": "setAuth", "auth": { "type": secret } }])),
        ["actions[0].auth: unknown type; use one of job, event, none"]
    );
    let line = unions::update(&json!([{ "action": "é\n".repeat(100) }])).join("");
    assert!(line.starts_with("actions[0]: unknown action 'é\\né\\n") && line.contains("…'; use"), "{line}");
    assert!(line.chars().count() < 200, "{line}");
}

#[test]
fn a_large_wrong_body_gets_a_short_answer() {
    let body = json!({ "version": 1, "actions": vec![json!({}); 1000] });
    let lines = lines_of(&schema_of::<Update>(), &body);
    assert_eq!(lines.len(), MAX_PROBLEMS + 1);
    assert_eq!(lines[MAX_PROBLEMS], "body: has more problems; these are 100 of them");
}

#[test]
fn other_keywords_have_words_too() {
    let schema = json!({ "properties": {
        "a": { "minProperties": 1, "maxProperties": 2, "propertyNames": { "maxLength": 3 } },
        "b": { "multipleOf": 5 },
        "c": { "not": { "type": "string" } },
        "d": { "oneOf": [{ "minimum": 1 }, { "minimum": 2 }] },
        "e": { "properties": { "y": true }, "additionalProperties": false },
        "f": false,
        "g": { "contains": { "type": "null" } },
    }});
    let rows = [
        (json!({ "a": {} }), "a: must have at least 1 member"),
        (json!({ "a": { "x": 1, "y": 2, "z": 3 } }), "a: must have at most 2 members"),
        (json!({ "a": { "long": 1 } }), "a.long: has a name that must be at most 3 characters"),
        (json!({ "b": 7 }), "b: must be a multiple of 5"),
        (json!({ "c": "" }), "c: is not allowed here"),
        (json!({ "d": 3 }), "d: fits several of the allowed forms; leave out what belongs to the others"),
        (json!({ "e": { "x": 1 } }), "e.x: unknown member; known are y"),
        (json!({ "f": 1 }), "f: is not allowed here"),
        (json!({ "g": [] }), "g: lacks an item that it must have"),
    ];
    for (body, line) in rows {
        assert_eq!(lines_of(&schema, &body), [line]);
    }
}

/// [`Validator`] does not ask the meta-schema.
#[test]
fn what_is_published_is_valid_by_the_meta_schema() {
    let document: Value = serde_json::from_str(include_str!("../../../openapi.json")).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert!(schemas.len() > 50, "{}", schemas.len());
    for (name, schema) in schemas {
        let problem = jsonschema::draft202012::meta::validate(schema).err().map(|error| error.to_string());
        assert_eq!(problem, None, "{name}");
    }
    // Editors read an earlier draft.
    let file: Value = serde_json::from_str(include_str!("../../../docs/connect.schema.json")).unwrap();
    assert_eq!(jsonschema::draft7::meta::validate(&file).err().map(|error| error.to_string()), None);
}

#[test]
fn a_schema_that_cannot_be_used_is_refused() {
    for schema in [json!({ "type": "strange" }), json!({ "$ref": "#/$defs/none" }), json!({ "pattern": "(" })]
    {
        let error = Validator::new(&schema, Settings::default()).expect_err("must be refused").to_string();
        assert!(error.starts_with("the schema cannot be used: "), "{error}");
    }
}

#[test]
fn pointers_become_words() {
    let long = format!("/{}", "x".repeat(100));
    let rows = [
        ("", "body"),
        ("/name", "name"),
        ("/actions/0/name", "actions[0].name"),
        ("/matrix/1/2", "matrix[1][2]"),
        ("/variables/a.b/value", "variables[\"a.b\"].value"),
        ("/variables/a~1b~0c", "variables[\"a/b~c\"]"),
        ("/", "[\"\"]"),
        ("/0", "[0]"),
        (long.as_str(), &format!("{}…", "x".repeat(80))),
    ];
    for (pointer, words) in rows {
        assert_eq!(pointer_to_words(pointer), words);
    }
}
