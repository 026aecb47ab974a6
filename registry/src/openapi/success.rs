//! What an answer of success is, in a sentence.

use api::operation::Route;
use api::{Method, Operation};
use serde_json::Value;

/// What an endpoint answers whose name and method do not say it, by operation and status.
const OWN: &[(&str, u16, &str)] = &[
    ("applications.read", 200, "The file, or the response of the service's flow."),
    ("applications.receive", 200, "The response of the service's flow."),
    ("deployments.logs", 200, "One page of the log."),
    ("fallback.document", 200, "The OpenAPI document."),
    ("flows.definition", 200, "The definition in Amazon States Language."),
    ("oauth.token", 200, "The access token."),
    ("packages.deploy", 200, "The deployment of the package, as requested."),
    ("releases.definition", 200, "The definition in Amazon States Language."),
    ("runs.start", 201, "The run, as started."),
    ("triggers.receive", 200, "The output of the flow, or the response that the flow describes."),
    ("triggers.receive", 202, "The run, as started."),
];

/// What the entities of a crate are called, where the name of the crate does not say it.
const NOUNS: &[(&str, &str)] = &[
    ("api-clients", "API client"),
    ("deployments", "deployment of the connector"),
    ("flow-versions", "deployment of the flow version"),
];

/// What an operation answers with that status. `answer` is the schema of the answer.
pub(super) fn description(operation: &Operation, route: &Route, status: u16, answer: &Value) -> String {
    if let Some((.., words)) = OWN.iter().find(|(id, own, _)| *id == operation.id && *own == status) {
        return (*words).to_owned();
    }
    let of_list = ["Paged", "CollectedOf"];
    let schema = answer.get("$ref").and_then(Value::as_str).unwrap_or_default();
    if of_list.iter().any(|name| schema.contains(name)) {
        return "One page of the list.".to_owned();
    }
    let noun = noun(operation);
    match (route.method, endpoint(operation)) {
        (Method::Get, _) => format!("The {noun}."),
        (Method::Delete, _) if status == 202 => {
            format!("The {noun}, which is being undeployed; it is gone when GET answers 404.")
        }
        (Method::Delete, _) => format!("The {noun} that was deleted."),
        (_, "create") => format!("The {noun}, as created."),
        _ => format!("The {noun}, as changed."),
    }
}

/// The part of an operation's id behind the dot.
fn endpoint(operation: &Operation) -> &'static str {
    operation.id.split_once('.').map_or("", |(_, endpoint)| endpoint)
}

/// What an operation is about: `flow deployment` for those of `flow-deployments`.
fn noun(operation: &Operation) -> String {
    let owner = operation.crate_name();
    if owner == "packages" && endpoint(operation).ends_with("deployment") {
        return "deployment of the package".to_owned();
    }
    let named = NOUNS.iter().find(|(name, _)| *name == owner).map(|(_, noun)| (*noun).to_owned());
    named.unwrap_or_else(|| owner.strip_suffix('s').unwrap_or(owner).replace('-', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations;

    /// What an operation answers with a status that it declares.
    fn said(id: &str, status: u16) -> String {
        let operations = operations();
        let operation = operations.iter().find(|operation| operation.id == id).unwrap();
        let route = operation.route().unwrap();
        assert!(route.success == status || route.also == Some(status), "{id} {status}");
        description(operation, route, status, &Value::Null)
    }

    #[test]
    fn an_answer_is_named_after_its_entity_and_what_was_done() {
        for (id, status, words) in [
            ("environments.create", 201, "The environment, as created."),
            ("environments.get", 200, "The environment."),
            ("flows.update", 200, "The flow, as changed."),
            ("integrations.delete", 200, "The integration that was deleted."),
            (
                "flow-deployments.delete",
                202,
                "The flow deployment, which is being undeployed; it is gone when GET answers 404.",
            ),
            ("api-clients.get", 200, "The API client."),
            ("packages.get-deployment", 200, "The deployment of the package."),
            ("flow-versions.enable", 200, "The deployment of the flow version, as changed."),
        ] {
            assert_eq!(said(id, status), words, "{id}");
        }
    }

    #[test]
    fn what_is_named_apart_is_there() {
        for (id, status, words) in OWN {
            assert_eq!(said(id, *status), *words);
        }
        for (owner, _) in NOUNS {
            assert!(operations().iter().any(|operation| operation.crate_name() == *owner), "{owner}");
        }
    }
}
