//! The sample events: each is what its function takes.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use futures::future::join_all;
use serde_json::Value;

use crate::harness::{Invoked, Stack};

/// What says that an event is not what the function takes.
const MISFITS: [&str; 7] = [
    "AuthorizationError",
    "HttpInvalidRequest",
    "InvalidEvent",
    "InvalidJsonInput",
    "InvalidPathParam",
    "InvalidQueryParam",
    "invalid_token",
];

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events")
}

#[test]
fn every_operation_has_a_sample_event_and_every_event_an_operation() {
    let operations: BTreeSet<_> =
        registry::operations().iter().map(|operation| operation.id.to_owned()).collect();
    let files =
        fs::read_dir(directory()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let events: BTreeSet<_> = files.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect();
    assert_eq!(events, operations, "run `make generate`");
}

#[tokio::test]
async fn every_sample_event_is_accepted_by_its_function() {
    let cases = registry::operations().into_iter().map(async |operation| {
        let text = fs::read_to_string(directory().join(format!("{}.json", operation.id))).unwrap();
        let event: Value = serde_json::from_str(&text).unwrap();
        let invoked = Stack::get().invoke(operation.id, &event).await;
        problem(&invoked, operation.route().is_some()).map(|problem| format!("{}: {problem}", operation.id))
    });
    let problems: Vec<_> = join_all(cases).await.into_iter().flatten().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Why an event was not accepted, if it was not. What it names need not be there.
fn problem(invoked: &Invoked, is_route: bool) -> Option<String> {
    let shown = invoked.payload.to_string();
    let status = invoked.payload["statusCode"].as_u64();
    let misfits = status != Some(200) && MISFITS.iter().any(|code| shown.contains(code));
    // The scope token in the HTTP task's event is made up, and so is what an operator's order names: what is invoked
    // by name can only say so by failing.
    let told = ["HttpScopeInvalid", "ResourceNotFound"];
    let refused = invoked.failed && !told.iter().any(|error| invoked.payload["errorType"] == *error);
    let broken = is_route && status.is_none_or(|status| status >= 500);
    (misfits || refused || broken).then_some(shown)
}
