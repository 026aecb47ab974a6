//! Events of functions that are invoked by name: nothing but their own code says what they take.

use serde_json::{Value, json};

use super::{ID, OTHER_ID, PROJECT};

/// The event of an operation, when it is known here.
pub(super) fn sample(operation: &str) -> Option<Value> {
    match operation {
        "projects.bootstrap" => Some(json!({ "projectKey": PROJECT, "name": "Demo" })),
        "projects.rotate-keys" => Some(json!({ "tokens": "scope", "oldKeysVerifySeconds": 7_776_000 })),
        "triggers.fire" => Some(json!({
            "project": PROJECT,
            "environment": OTHER_ID,
            "flow": ID,
            "scheduledAt": "2026-11-20T10:00:00Z",
        })),
        "staged-connectors.certify" => Some(json!({
            "project": PROJECT,
            "connector": "key=example",
            "decision": "certify",
            "comment": "Welcome to the catalogue",
        })),
        // The worker writes the token into each task; this one is none, so the call is refused.
        "http-task.call" => Some(json!({
            "scope": "made-up.scope.token",
            "method": "POST",
            "url": "https://example.com/orders",
            "headers": { "accept": "application/json" },
            "query": { "dryRun": true },
            "body": { "order": 1 },
            "timeoutSeconds": 5,
        })),
        _ => None,
    }
}
