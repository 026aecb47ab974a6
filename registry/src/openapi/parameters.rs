//! Parameters of routes, in the path and in the query.

use api::operation::{Param, ParamKind, Route, parameter_name};
use serde_json::{Value, json};

/// The path parameter that is checked against the caller's token.
pub(super) const PROJECT: &str = "projectKey";

/// What may be addressed as `key={key}` besides by id.
const ADDRESSED_BY_KEY: [&str; 7] =
    ["connectors", "deployments", "drafts", "environments", "flows", "integrations", "repository-hosts"];

/// The parameters of a route, those of the path first.
pub(super) fn of(route: &Route) -> Vec<Value> {
    let path = path_parameters(route.path).into_iter().map(|(collection, name)| in_path(collection, name));
    let correlation = json!({ "$ref": "#/components/parameters/CorrelationId" });
    path.chain(route.query_parameters().map(in_query)).chain([correlation]).collect()
}

/// Names in braces, each with the segment before it.
pub(crate) fn path_parameters(path: &str) -> Vec<(&str, &str)> {
    let segments: Vec<&str> = path.split('/').collect();
    let pairs = segments.iter().zip(segments.iter().skip(1));
    pairs.filter_map(|(before, own)| Some((*before, parameter_name(own)?))).collect()
}

/// Whether `key={key}` is good for a path parameter: an `{id}` after the name of a collection that allows it.
fn takes_key(collection: &str, name: &str) -> bool {
    name == "id" && ADDRESSED_BY_KEY.contains(&collection)
}

fn in_path(collection: &str, name: &str) -> Value {
    if name == PROJECT {
        return json!({ "$ref": "#/components/parameters/ProjectKey" });
    }
    let (description, schema) = match name {
        "number" => ("The number", json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX })),
        "path" => ("The rest of an application's URL, slashes included", json!({ "type": "string" })),
        _ if takes_key(collection, name) => ("The id, or `key=` and the key", reference()),
        _ => ("The id", json!({ "type": "string", "format": "uuid" })),
    };
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
}

/// An id, or `key={key}`.
fn reference() -> Value {
    json!({ "anyOf": [
        { "type": "string", "format": "uuid" },
        { "type": "string", "pattern": "^key=[A-Za-z0-9_-]{2,256}$" },
    ] })
}

fn in_query(param: &Param) -> Value {
    let schema = match param.kind {
        // A bound that no number reaches is none.
        ParamKind::Integer { min, max: u64::MAX } => json!({ "type": "integer", "minimum": min }),
        ParamKind::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        ParamKind::Boolean => json!({ "type": "boolean" }),
        ParamKind::Id => json!({ "type": "string", "format": "uuid" }),
        ParamKind::Reference => reference(),
        ParamKind::OneOf(words) => json!({ "type": "string", "enum": words }),
        ParamKind::Text => json!({ "type": "string", "maxLength": 1024 }),
        ParamKind::Repeated => json!({ "type": "array", "items": { "type": "string", "maxLength": 1024 } }),
    };
    json!({ "name": param.name, "in": "query", "description": param.description, "schema": schema })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_entities_are_addressed_by_key() {
        let path = "/{projectKey}/flows/{id}/releases/{number}";
        assert_eq!(path_parameters(path), [("", "projectKey"), ("flows", "id"), ("releases", "number")]);
        assert_eq!(path_parameters("/apps/{path+}"), [("apps", "path")]);
        assert!(takes_key("flows", "id"));
        assert!(!takes_key("triggers", "environment"));
        assert!(!takes_key("api-clients", "id"));
        assert!(!takes_key("releases", "number"));
    }
}
