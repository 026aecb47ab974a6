//! Keys that depend on the value of another key, as conditions of a schema.

use schemars::Schema;
use serde_json::{Map, Value, json};

use crate::connector::specification::ApplicationKind;

/// The keys of an application that not every type has: which types must have them, and which may.
const KEYS: &[(&str, &[ApplicationKind], &[ApplicationKind])] = {
    use ApplicationKind::{
        Event, Job, MerchantCenterCustomApplication as Page, MerchantCenterCustomView as View, Service,
    };
    &[
        ("endpoint", &[Service, Event, Job], &[]),
        ("properties", &[Job], &[]),
        ("scripts", &[], &[Service, Event, Job, Page, View]),
        ("configuration", &[], &[Service, Event, Job, Page, View]),
        ("healthCheck", &[], &[Service, Event]),
        ("retryPolicy", &[], &[Event]),
    ]
};

/// Says which keys an application of each type has.
pub(super) fn by_type(schema: &mut Schema) {
    for kind in ApplicationKind::ALL {
        let required = KEYS.iter().filter(|(_, must, _)| must.contains(kind)).map(|(key, ..)| *key).collect();
        let refused = KEYS.iter().filter(|(_, must, may)| !must.contains(kind) && !may.contains(kind));
        let refused = refused.map(|(key, must, may)| {
            let takers: Vec<&str> = must.iter().chain(*may).map(|kind| kind.as_str()).collect();
            let takers = takers.join(", ");
            (*key, format!("an application of type {kind} has no {key}; leave it out (it is for {takers})"))
        });
        add_condition(schema, "applicationType", &kind.names(), required, refused.collect());
    }
}

/// Says which numbers a retry policy has.
pub(super) fn by_strategy(schema: &mut Schema) {
    let pauses = vec!["minBackoffSeconds", "maxBackoffSeconds"];
    let message = "the strategy \"immediate\" has no numbers; leave it out";
    let refused = pauses.iter().chain(&["maxAttempts"]).map(|key| (*key, message.to_owned())).collect();
    add_condition(schema, "strategy", &["immediate"], Vec::new(), refused);
    add_condition(schema, "strategy", &["exponential-backoff"], pauses, Vec::new());
}

/// Says why a secret has no default, which would be an unknown key otherwise.
pub(super) fn without_default(schema: &mut Schema) {
    let message = "a secret has no default, for everybody could read it; leave it out, or declare the key in \
                   standardConfiguration";
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("default".to_owned(), refusal(message));
    }
}

/// Adds: if `key` has one of the `values`, these keys are required and those are refused.
fn add_condition(
    schema: &mut Schema,
    key: &str,
    values: &[&str],
    required: Vec<&str>,
    refused: Vec<(&str, String)>,
) {
    let mut then = Map::new();
    if !required.is_empty() {
        then.insert("required".to_owned(), required.into());
    }
    if !refused.is_empty() {
        let refused = refused.into_iter().map(|(key, message)| (key.to_owned(), refusal(&message)));
        then.insert("properties".to_owned(), Value::Object(refused.collect()));
    }
    let when = json!({ "properties": { key: { "enum": values } }, "required": [key] });
    let condition = json!({ "if": when, "then": then });
    let all = schema.ensure_object().entry("allOf").or_insert_with(|| json!([]));
    if let Value::Array(all) = all {
        all.push(condition);
    }
}

/// A schema that nothing fits, and what it says.
fn refusal(message: &str) -> Value {
    json!({ "not": {}, "errorMessage": message })
}
