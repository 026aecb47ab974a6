//! HTTP as a service's flow sees it: a request as input, an output as answer.

use std::collections::BTreeMap;

use api::{ApiError, Method, Request};
use runtime::{Content, Reply, applications};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// Headers about the connection, not about the request (RFC 9110 §7.6.1), and the length of a body that is given.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether a path is the service's endpoint or lies below it.
pub(crate) fn is_at_or_below(path: &str, endpoint: &str) -> bool {
    let endpoint = endpoint.trim_matches('/');
    match path.trim_start_matches('/').strip_prefix(endpoint) {
        Some(rest) => endpoint.is_empty() || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// What the flow gets as payload: the body as JSON where it is, else as text; `null` without a body.
pub(crate) fn payload(body: &[u8]) -> Result<Value, ApiError> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    let text = std::str::from_utf8(body).map_err(|_| {
        ApiError::new(415, "UnsupportedMediaType", "The body is not text: send JSON, or text in UTF-8")
    })?;
    applications::payload(text).map_err(ApiError::invalid_body)
}

/// What the flow gets as trigger. A query parameter that is repeated is a list.
pub(crate) fn trigger(method: Method, path: &str, request: &Request) -> Value {
    let headers: BTreeMap<&String, &String> =
        request.headers.iter().filter(|(name, _)| !HOP_BY_HOP.contains(&name.as_str())).collect();
    json!({
        "type": "service",
        "method": method.as_str(),
        "path": if path.is_empty() { "/" } else { path },
        "query": query(&request.query),
        "headers": headers,
    })
}

fn query(pairs: &[(String, String)]) -> Map<String, Value> {
    let mut query = Map::new();
    for (name, value) in pairs {
        let value = Value::from(value.as_str());
        match query.get_mut(name) {
            None => drop(query.insert(name.clone(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    query
}

/// What an output says about the answer that it stands for. What is not looked at is not read: it goes out as it came.
#[derive(Debug, Deserialize)]
struct Shaped<'a> {
    #[serde(rename = "statusCode", borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

/// The answer that an output stands for: itself with status 200, or, where it is an object with a `statusCode` between
/// 200 and 599, its `body` with that status. Interim statuses are no answers.
pub(crate) fn reply(output: &str) -> Reply {
    let shaped = serde_json::from_str::<Shaped<'_>>(output).ok().filter(|_| output.starts_with('{'));
    let status = shaped.as_ref().and_then(|shaped| shaped.status?.get().parse::<u16>().ok());
    let Some(status) = status.filter(|status| (200..600).contains(status)) else {
        return Reply { status: 200, body: Content::Json(output.to_owned()) };
    };
    let body = shaped.and_then(|shaped| shaped.body).map_or("null", RawValue::get);
    // These have no body, whatever the flow says (RFC 9110 §6.4.1).
    let body = if matches!(status, 204 | 205 | 304) { String::new() } else { body.to_owned() };
    Reply { status, body: Content::Json(body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_answers_at_its_endpoint_and_below() {
        for (path, endpoint, answers) in [
            ("/service", "/service", true),
            ("/service/", "/service", true),
            ("/service/orders/1", "service/", true),
            ("/services", "/service", false),
            ("/other", "/service", false),
            ("", "/service", false),
            ("/a/b", "/a/b", true),
            ("/a", "/a/b", false),
            ("/anything", "/", true),
            ("/", "/", true),
            ("", "/", true),
        ] {
            assert_eq!(is_at_or_below(path, endpoint), answers, "{path} at {endpoint}");
        }
    }

    #[test]
    fn a_body_is_json_or_text() {
        for (body, expected) in [
            ("", Value::Null),
            (r#"{ "order": 1 }"#, json!({ "order": 1 })),
            ("7", json!(7)),
            ("a=1&b=2", json!("a=1&b=2")),
            ("{", json!("{")),
        ] {
            assert_eq!(payload(body.as_bytes()).unwrap(), expected, "{body}");
        }
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        for (body, words) in [(r#"{"id":1234567890123456789}"#, "exactly"), (deep.as_str(), "127 deep")] {
            let refused = payload(body.as_bytes()).unwrap_err();
            assert_eq!(refused.status, 400);
            assert!(refused.errors[0].message.contains(words), "{}", refused.errors[0].message);
        }
        assert_eq!(payload(&[0xff, 0xfe]).unwrap_err().status, 415);
    }

    #[test]
    fn a_request_is_told_without_what_belongs_to_the_connection() {
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let headers =
            [("content-type", "text/plain"), ("te", "trailers"), ("content-length", "3"), ("x-a", "b")];
        let request = Request {
            query: pairs(&[("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")]),
            headers: pairs(&headers).into_iter().collect(),
            ..Request::default()
        };
        assert_eq!(
            trigger(Method::Post, "/service/orders", &request),
            json!({
                "type": "service",
                "method": "POST",
                "path": "/service/orders",
                "query": { "a": ["1", "3", "4"], "b": "2" },
                "headers": { "content-type": "text/plain", "x-a": "b" },
            })
        );
    }

    #[test]
    fn an_output_goes_out_as_it_came() {
        let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        for output in [deep.as_str(), "12345678901234567890123", r#"{"b":1.0,"a":[0.10]}"#, r#"[201,"x"]"#] {
            assert_eq!(reply(output), Reply { status: 200, body: Content::Json(output.to_owned()) });
            let shaped = format!(r#"{{"body": {output}, "statusCode": 201}}"#);
            assert_eq!(reply(&shaped), Reply { status: 201, body: Content::Json(output.to_owned()) });
        }
    }

    #[test]
    fn an_output_is_the_answer_or_says_its_status() {
        for (output, status, body) in [
            (json!({ "a": 1 }), 200, r#"{"a":1}"#),
            (json!(null), 200, "null"),
            (json!({ "statusCode": 201, "body": { "id": 7 }, "more": 1 }), 201, r#"{"id":7}"#),
            (json!({ "statusCode": 404 }), 404, "null"),
            (json!({ "statusCode": 204, "body": "ignored" }), 204, ""),
            (json!({ "statusCode": "404" }), 200, r#"{"statusCode":"404"}"#),
            (json!({ "statusCode": 100 }), 200, r#"{"statusCode":100}"#),
            (json!({ "statusCode": 600 }), 200, r#"{"statusCode":600}"#),
            (json!({ "statusCode": 70_000 }), 200, r#"{"statusCode":70000}"#),
        ] {
            assert_eq!(reply(&output.to_string()), Reply { status, body: Content::Json(body.to_owned()) });
        }
    }
}
