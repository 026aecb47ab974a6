//! What all operations share: what the API is, who may call it, and what its errors look like.

use std::collections::BTreeMap;

use api::Family;
use contract::ErrorCode;
use contract::error_code::ErrorDescription;
use domain::scope::Scope;
use schemars::schema_for;
use serde_json::{Map, Value, json};

/// The security scheme of access tokens.
pub(super) const TOKEN: &str = "accessToken";
/// The security scheme of API keys.
pub(super) const API_KEY: &str = "apiKey";
/// The security scheme of the route that hands out access tokens.
pub(super) const CLIENT: &str = "clientCredentials";

const DESCRIPTION: &str = "Releases integration flows and deploys them to environments, where they run as AWS Step \
    Functions state machines.\n\nEvery entity has a `version`. An update sends the version that it saw and a list of \
    actions, which are done all or not at all; another version now is a conflict (409). Lists are paged. Errors have \
    one form, and below `/api/v1/` another. A scope is written `{scope}:{projectKey}` in a token; a `manage_` scope includes the `view_` scope of \
    the same resource, and `manage_project` includes all.";

pub(super) fn info() -> Value {
    json!({
        "title": "Slipway",
        "version": env!("CARGO_PKG_VERSION"),
        "description": DESCRIPTION,
        "license": { "name": env!("CARGO_PKG_LICENSE") },
    })
}

pub(super) fn servers() -> Value {
    let variable =
        |default: &str, description: &str| json!({ "default": default, "description": description });
    json!([
        { "url": "http://127.0.0.1:3000", "description": "The local stack" },
        {
            "url": "https://{apiId}.execute-api.{region}.amazonaws.com",
            "description": "A stack on AWS; see its output `ApiUrl`",
            "variables": {
                "apiId": variable("example", "The HTTP API"),
                "region": variable("eu-central-1", "The region of the stack"),
            },
        },
    ])
}

/// The components, of which the schemas are the operations' and those of the errors.
pub(super) fn components(mut schemas: Map<String, Value>) -> BTreeMap<&'static str, Value> {
    schemas.insert("Error".to_owned(), error());
    schemas.insert(format!("{}Error", prefix(Family::FlowVersions)), fields_error());
    BTreeMap::from([
        ("headers", json!({ "CorrelationId": header() })),
        ("parameters", parameters()),
        ("responses", responses()),
        ("schemas", Value::Object(schemas)),
        ("securitySchemes", security_schemes()),
    ])
}

fn header() -> Value {
    json!({ "description": "The request's id in the logs", "schema": { "type": "string" } })
}

fn parameters() -> Value {
    json!({
        "ProjectKey": {
            "name": super::parameters::PROJECT,
            "in": "path",
            "required": true,
            "description": "The project, which must be the token's",
            "schema": { "type": "string", "minLength": 2, "maxLength": 36, "pattern": "^[A-Za-z0-9_-]+$" },
        },
        "CorrelationId": {
            "name": "X-Correlation-ID",
            "in": "header",
            "description": "An id of the caller's for the logs; it comes back. One is made when absent",
            "schema": { "type": "string", "minLength": 1, "maxLength": 256 },
        },
    })
}

/// What the names of a family's responses and errors begin with.
pub(super) const fn prefix(family: Family) -> &'static str {
    match family {
        Family::Native => "",
        Family::FlowVersions => "FlowVersions",
    }
}

fn responses() -> Value {
    let families = [Family::Native, Family::FlowVersions];
    let all = families.into_iter().flat_map(|family| {
        let prefix = prefix(family);
        let schema = json!({ "schema": { "$ref": format!("#/components/schemas/{prefix}Error") } });
        refusals(family).into_iter().map(move |(name, description)| {
            let response = json!({ "description": description, "content": { "application/json": schema } });
            (format!("{prefix}{name}"), response)
        })
    });
    Value::Object(all.collect())
}

/// The responses of a family that are errors.
fn refusals(family: Family) -> [(&'static str, &'static str); 6] {
    let (unfit, conflict) = match family {
        Family::Native => (
            ("BadRequest", "The request cannot be carried out as it is; every problem is listed."),
            "The entity has another version now; the error has `expectedVersion` and `currentVersion`. Or somebody \
             wrote at the same moment: try again.",
        ),
        Family::FlowVersions => (
            (
                "Unprocessable",
                "The request cannot be carried out as it is; every problem is listed by field.",
            ),
            "It cannot be done in the state that it is in now, or somebody wrote at the same moment.",
        ),
    };
    [
        unfit,
        (
            "Unauthenticated",
            "No token or key, or one that is not good. Without an `Authorization` header the gateway itself answers, \
             with `message` alone.",
        ),
        ("Forbidden", "The token lacks the scope."),
        ("NotFound", "The path names nothing in this project."),
        ("Conflict", conflict),
        ("Unexpected", "Something is wrong on our side (500, 503), or the request is too large (413)."),
    ]
}

fn error() -> Value {
    json!({
        "type": "object",
        "description": "An error response: one or more errors with a status in common.",
        "required": ["statusCode", "message", "errors"],
        "properties": {
            "statusCode": { "type": "integer", "description": "The HTTP status" },
            "message": { "type": "string", "description": "The message of the first error" },
            "error": { "type": "string", "description": "The code that OAuth clients look for; on 401 only" },
            "errors": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["code", "message"],
                    "description": "One error. Some codes have further members, such as `field`.",
                    "properties": {
                        "code": { "type": "string", "description": "A stable word" },
                        "message": { "type": "string", "description": "The problem and its remedy" },
                    },
                },
            },
        },
    })
}

/// The error of the family below `/api/v1/`.
fn fields_error() -> Value {
    json!({
        "type": "object",
        "description": "An error response of the paths below `/api/v1/`.",
        "required": ["message"],
        "properties": {
            "message": {
                "type": "string",
                "description": "The first problem and its remedy, and the number of other problems",
            },
            "errors": {
                "type": "object",
                "description": "The problems by the field that they are about, such as `flow_versions.0.priority` or \
                                `filter.global`: always with 422. `body` is the whole body, `request` no single field",
                "additionalProperties": { "type": "array", "minItems": 1, "items": { "type": "string" } },
            },
        },
        "examples": [{
            "message": "priority: must be a whole number (and 1 more error)",
            "errors": {
                "priority": ["priority: must be a whole number"],
                "flow_version_id": ["flow_version_id: is required"],
            },
        }],
    })
}

fn security_schemes() -> Value {
    let flow = json!({ "tokenUrl": "/oauth/token", "scopes": scopes() });
    json!({
        TOKEN: {
            "type": "oauth2",
            "description": "`Authorization: Bearer {token}`, a JWT from `POST /oauth/token`.",
            "flows": { "clientCredentials": flow },
        },
        API_KEY: {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: {key}`, the API key alone.",
        },
        CLIENT: {
            "type": "http",
            "scheme": "basic",
            "description": "The client's id and secret; they may be in the body instead.",
        },
    })
}

/// Every scope with what its documentation says.
fn scopes() -> Map<String, Value> {
    let schema = schema_for!(Scope).to_value();
    let variants = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let described = |scope: &Scope| {
        let own = variants
            .iter()
            .find(|variant| variant.get("const").and_then(Value::as_str) == Some(scope.as_str()));
        own.and_then(|variant| variant.get("description")).cloned().unwrap_or_default()
    };
    Scope::ALL.iter().map(|scope| (scope.as_str().to_owned(), described(scope))).collect()
}

/// Every error code, for clients and for tools.
pub(super) fn errors() -> Vec<Value> {
    let described = ErrorCode::ALL.iter().map(|code| {
        let ErrorDescription { status, meaning, remedy, .. } = code.description();
        json!({
            "code": code.as_str(),
            "status": status,
            "meaning": without_links(meaning),
            "remedy": without_links(remedy),
        })
    });
    described.collect()
}

/// The text with each link replaced by its words: the pages that it leads to do not come with the document.
fn without_links(markdown: &str) -> String {
    let Some((before, rest)) = markdown.split_once("](") else { return markdown.to_owned() };
    let (text, words) = before.rsplit_once('[').unwrap_or((before, ""));
    let (_, after) = rest.split_once(')').unwrap_or_default();
    format!("{text}{words}{}", without_links(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_replaced_by_its_words() {
        assert_eq!(
            without_links("the [key](OPERATIONS.md#keys) is [gone](X.md), not x[0]"),
            "the key is gone, not x[0]"
        );
        assert_eq!(without_links("nothing to replace"), "nothing to replace");
    }
}
