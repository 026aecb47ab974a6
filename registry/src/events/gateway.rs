//! What API Gateway sends: requests (HTTP API, payload format 2.0) and questions to the authorizer.

use api::Operation;
use api::operation::Route;
use serde_json::{Map, Value, json};

use super::{ACCOUNT, FLOW_VERSION, ID, OTHER_ID, PROJECT, REGION, example};
use crate::openapi::schemas::{Direction, Schemas};

/// What the URL of an application has in its path.
const APPLICATION: &str = "service-8d1c7a526a0f4c1e9f530c8b6a3e7f10-3f0e5b6d9a414d7a8c5571d2e0a9b6c4-demo";
const API_ID: &str = "example";
const TOKEN: &str = "Bearer made-up.access.token";
/// A client's id and secret that are not right.
const BASIC: &str = "Basic OGQxYzdhNTItNmEwZi00YzFlLTlmNTMtMGM4YjZhM2U3ZjEwOm1hZGUtdXA=";

/// A request for an operation, from somebody who may do everything in the project.
pub(super) fn request(operation: &Operation, route: &Route, schemas: &Schemas) -> Value {
    let parameters = route.path_parameters().into_iter().map(|name| (name, path_value(name)));
    let parameters: Vec<(&str, &str)> = parameters.collect();
    let path = filled(route.path, &parameters);
    let authorization = if route.scope.is_some() { TOKEN } else { BASIC };
    let mut event = envelope(route, &path, authorization);
    let mut add = |member: &str, value: Value| event.insert(member.to_owned(), value);
    if !parameters.is_empty() {
        let named = parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        add("pathParameters", Value::Object(named.collect()));
    }
    if let Some(body) = route.body {
        let schema = schemas.schema(operation.id, Direction::In);
        let value = example::of(&schema, &schemas.components());
        let form = body.media_type == "application/x-www-form-urlencoded";
        add("body", Value::from(if form { form_of(&value) } else { value.to_string() }));
        // Where anything is taken, the sample is JSON.
        let media_type = if body.media_type == "*/*" { "application/json" } else { body.media_type };
        add("headers", headers(authorization, Some(media_type)));
    }
    Value::Object(event)
}

/// A request that no route takes: a path that there is, with a method that it does not take.
pub(super) fn unrouted() -> Value {
    let path = format!("/{PROJECT}/environments");
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers(TOKEN, None),
        "requestContext": context("$default", "PUT", &path),
        "isBase64Encoded": false,
    })
}

/// A question to the authorizer, for a request with a token that is not ours.
pub(super) fn authorization() -> Value {
    let path = format!("/{PROJECT}/environments");
    json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/$default/GET{path}"),
        "identitySource": [TOKEN],
        "routeKey": "GET /{projectKey}/environments",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers(TOKEN, None),
        "requestContext": context("GET /{projectKey}/environments", "GET", &path),
        "pathParameters": { "projectKey": PROJECT },
    })
}

fn envelope(route: &Route, path: &str, authorization: &str) -> Map<String, Value> {
    let route_key = format!("{} {}", route.method, route.path);
    let mut context = context(&route_key, route.method.as_str(), path);
    if route.scope.is_some() {
        let identity =
            json!({ "project": PROJECT, "principal": format!("client:{ID}"), "scopes": "manage_project" });
        context.insert("authorizer".to_owned(), json!({ "lambda": identity }));
    }
    let members = [
        ("version", json!("2.0")),
        ("routeKey", route_key.into()),
        ("rawPath", path.into()),
        ("rawQueryString", "".into()),
        ("headers", headers(authorization, None)),
        ("requestContext", Value::Object(context)),
        ("isBase64Encoded", false.into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn headers(authorization: &str, content_type: Option<&str>) -> Value {
    let mut headers = json!({
        "accept": "application/json",
        "authorization": authorization,
        "host": host(),
        "x-correlation-id": "sample-event",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    });
    if let (Some(content_type), Some(headers)) = (content_type, headers.as_object_mut()) {
        headers.insert("content-type".to_owned(), content_type.into());
    }
    headers
}

fn context(route_key: &str, method: &str, path: &str) -> Map<String, Value> {
    let members = [
        ("accountId", json!(ACCOUNT)),
        ("apiId", API_ID.into()),
        ("domainName", host().into()),
        ("domainPrefix", API_ID.into()),
        (
            "http",
            json!({
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "sample",
            }),
        ),
        ("requestId", "sample-request".into()),
        ("routeKey", route_key.into()),
        ("stage", "$default".into()),
        ("time", "20/Nov/2026:10:00:00 +0000".into()),
        ("timeEpoch", 1_795_168_800_000_i64.into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn host() -> String {
    format!("{API_ID}.execute-api.{REGION}.amazonaws.com")
}

fn path_value(name: &str) -> &'static str {
    match name {
        "projectKey" => PROJECT,
        "number" => "1",
        "environment" => OTHER_ID,
        "flow_version" => FLOW_VERSION,
        "path" => APPLICATION,
        _ => ID,
    }
}

fn filled(path: &str, parameters: &[(&str, &str)]) -> String {
    let fill = |path: String, (name, value): &(&str, &str)| {
        path.replace(&format!("{{{name}}}"), value).replace(&format!("{{{name}+}}"), value)
    };
    parameters.iter().fold(path.to_owned(), fill)
}

/// A flat object as a form. The samples need no escaping.
fn form_of(value: &Value) -> String {
    let members = value.as_object().into_iter().flatten();
    let pairs = members.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
    pairs.collect::<Vec<_>>().join("&")
}
