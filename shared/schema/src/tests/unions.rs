//! Unions with a tag: update actions, and anything else that chooses by a constant.

use schemars::schema_for;
use serde_json::{Value, json};

use super::lines_of;
use super::samples::Update;
use crate::{Settings, Validator};

/// The lines about the actions of an update request.
pub(super) fn update(actions: &Value) -> Vec<String> {
    lines_of(schema_for!(Update).as_value(), &json!({ "version": 1, "actions": actions }))
}

#[test]
fn a_tag_picks_the_branch_that_judges() {
    assert_eq!(
        update(&json!([{ "action": "setName", "name": "abc" }, { "action": "save", "more": 1 }])),
        [""; 0]
    );
    assert_eq!(update(&json!([])), ["actions: must have at least 1 item"]);
    assert_eq!(update(&json!([{ "action": "setName" }])), ["actions[0].name: is required"]);
    assert_eq!(
        update(&json!([{ "action": "setName", "name": "too long" }])),
        ["actions[0].name: must be at most 5 characters"]
    );
    // What another branch requires does not matter, and a referred branch counts.
    assert_eq!(update(&json!([{ "action": "setLabel", "name": 5 }])), ["actions[0].text: is required"]);
    assert_eq!(update(&json!([{ "action": "setTrigger", "trigger": null }])), [""; 0]);
    assert_eq!(
        update(&json!([{ "action": "setTrigger", "trigger": { "type": "job", "settings": {} } }])),
        ["actions[0].trigger.settings.schedule: is required"]
    );
    assert_eq!(
        update(&json!([{ "action": "setTrigger", "trigger": { "type": "timer" } }])),
        ["actions[0].trigger: unknown type 'timer'; use one of job, event, none"]
    );
}

#[test]
fn a_wrong_or_missing_tag_is_named() {
    let unknown = "unknown action 'x'; use one of setName, setTrigger, setLabel, setAuth, save";
    let mut actions = vec![json!({ "action": "save" }); 11];
    actions.extend([
        json!({}),
        json!("save"),
        json!(null),
        json!({ "action": "x", "name": 5 }),
        json!({ "action": 5 }),
    ]);
    actions[2] = json!({ "action": "x" });
    assert_eq!(
        update(&json!(actions)),
        [
            format!("actions[2]: {unknown}"),
            "actions[11].action: is required".to_owned(),
            "actions[12]: must be an object".to_owned(),
            "actions[13]: must be an object".to_owned(),
            format!("actions[14]: {unknown}"),
            format!("actions[15]: {}", unknown.replace("'x'", "'5'")),
        ]
    );
    let problems = Validator::new(schema_for!(Update).as_value(), Settings::default()).unwrap();
    let problems = problems.problems(&json!({ "version": 1, "actions": [{ "action": "x" }] }));
    assert_eq!(problems[0].pointer, "/actions/0");
    assert_eq!(problems[0].message, unknown);
}

#[test]
fn tags_are_found_whatever_their_name_and_form() {
    let branch = |kind: &str, member: &str| json!({ "properties": { "kind": { "enum": [kind] }, "same": { "const": "s" } }, "required": ["kind", "same", member] });
    let schema = json!({
        "$defs": { "a": branch("a", "x"), "alias": { "$ref": "#/$defs/a" }, "loop": { "$ref": "#/$defs/loop" } },
        "anyOf": [{ "$ref": "#/$defs/alias" }, branch("b", "y"), branch("c", "z"), { "type": "null" }],
    });
    assert_eq!(lines_of(&schema, &json!({ "kind": "b", "same": "s" })), ["y: is required"]);
    assert_eq!(lines_of(&schema, &json!({ "kind": "a", "same": "s" })), ["x: is required"]);
    assert_eq!(lines_of(&schema, &json!({ "kind": "d" })), ["body: unknown kind 'd'; use one of a, b, c"]);
    assert_eq!(lines_of(&schema, &json!(null)), [""; 0]);
}
