//! What is special about services of connectors: where they answer, and the short form of an answer with a status.

use runtime::web::{self, Problem};
use runtime::{Content, Reply};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Whether a path is the service's endpoint or lies below it.
pub(crate) fn is_at_or_below(path: &str, endpoint: &str) -> bool {
    let endpoint = endpoint.trim_matches('/');
    match path.trim_start_matches('/').strip_prefix(endpoint) {
        Some(rest) => endpoint.is_empty() || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// What the short form of a response says. What is not looked at is not read: it goes out as it came.
#[derive(Debug, Deserialize)]
struct Shaped<'a> {
    #[serde(rename = "statusCode", borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

/// The answer that an output stands for: the response that it describes, or itself with status 200. An object with a
/// `statusCode` between 200 and 599 is the short form of a response: its `body` as JSON with that status, and nothing
/// else of it. Interim statuses are no answers. `path` is that of the service's URL.
///
/// # Errors
///
/// Everything that is wrong with the description of a response.
pub(crate) fn reply(output: &str, path: &str) -> Result<Reply, Vec<Problem>> {
    let shaped = serde_json::from_str::<Shaped<'_>>(output).ok().filter(|_| output.starts_with('{'));
    let status = shaped.as_ref().and_then(|shaped| web::status(shaped.status?.get()));
    let Some(status) = status else { return web::reply(output, path) };
    let body = shaped.and_then(|shaped| shaped.body).map_or("null", RawValue::get);
    // These have no body, whatever the flow says (RFC 9110 §6.4.1).
    let body = if matches!(status, 204 | 205 | 304) { String::new() } else { body.to_owned() };
    Ok(Reply { status, body: Content::Json(body) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
    fn an_output_goes_out_as_it_came() {
        let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        for output in [deep.as_str(), "12345678901234567890123", r#"{"b":1.0,"a":[0.10]}"#, r#"[201,"x"]"#] {
            let as_it_came = |status| Ok(Reply { status, body: Content::Json(output.to_owned()) });
            assert_eq!(reply(output, "/apps/x"), as_it_came(200));
            assert_eq!(
                reply(&format!(r#"{{"body": {output}, "statusCode": 201}}"#), "/apps/x"),
                as_it_came(201)
            );
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
            assert_eq!(
                reply(&output.to_string(), "/apps/x"),
                Ok(Reply { status, body: Content::Json(body.to_owned()) })
            );
        }
        assert_eq!(reply(r#"{"httpResponse":{"statusCode":404}}"#, "/apps/x").unwrap().status, 404);
        assert!(reply(r#"{"httpResponse":{"statusCode":1}}"#, "/apps/x").is_err());
    }
}
