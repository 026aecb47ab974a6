//! A request as a flow is given it: what it says, parsed, and beside it the bytes that were sent.

use std::collections::BTreeMap;

use api::request::{Body, check_bytes, check_charset, check_encoding, media_type};
use api::{AnyJson, ApiError, Request};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::raw_json::RawJson;
use domain::run::MAX_RUN_BYTES;
use egress::is_hop_by_hop;
use serde_json::{Map, Value, json};

use super::multipart;
use crate::applications;

/// The member of a trigger that says that the raw body did not fit beside the payload.
pub const BODY_OMITTED: &str = "bodyOmitted";

/// What a body is said to be.
enum Kind {
    Json,
    Form,
    Multipart,
    Text,
    /// Bytes, or whatever reads as something.
    Other,
}

/// What a request says that its body is.
fn stated(request: &Request) -> &str {
    request.headers.get("content-type").map(String::as_str).unwrap_or_default()
}

impl Kind {
    fn of(request: &Request) -> Self {
        match media_type(stated(request)).as_str() {
            "application/x-www-form-urlencoded" => Self::Form,
            "multipart/form-data" => Self::Multipart,
            "application/json" | "text/json" => Self::Json,
            other if other.ends_with("+json") => Self::Json,
            "application/xml" => Self::Text,
            other if other.ends_with("+xml") || other.starts_with("text/") => Self::Text,
            _ => Self::Other,
        }
    }
}

/// What a flow gets as payload. A form is an object with a member for each field; anything else is JSON where it is, and
/// a text otherwise. `null` without a body, and for bytes that are no text: those are in the trigger.
///
/// # Errors
///
/// 400 `InvalidJsonInput` for a body that is said to be JSON or a multipart form and is not, for JSON that cannot be
/// handed on as it is, and for a body whose bytes the gateway has replaced. 415 for one in another character set than
/// UTF-8, and for a text or a form with a `Content-Encoding`.
pub fn payload(request: &Request) -> Result<Value, ApiError> {
    let body = request.body.as_slice();
    if body.is_empty() {
        return Ok(Value::Null);
    }
    let kind = Kind::of(request);
    match kind {
        // `charset=binary` is no character set.
        Kind::Other if media_type(stated(request)) == "application/octet-stream" => check_bytes(request)?,
        Kind::Other => check_charset(request).and_then(|()| check_bytes(request))?,
        _ => check_charset(request).and_then(|()| check_encoding(request))?,
    }
    match kind {
        Kind::Json => Ok(AnyJson::decode(request, None)?.0),
        // `curl -d` says that everything is a form. No form begins like an object or a list.
        Kind::Form if !is_document(body) => Ok(texts(form_urlencoded::parse(body).into_owned())),
        // What is larger is refused for that.
        Kind::Multipart if body.len() <= MAX_RUN_BYTES => {
            let parts = multipart::fields(stated(request), body);
            let parts = parts.map_err(|problem| ApiError::invalid_field("", problem))?;
            Ok(fields(parts.into_iter()))
        }
        _ => other(body),
    }
}

/// JSON where it reads as such, and a text where it is one.
fn other(body: &[u8]) -> Result<Value, ApiError> {
    match std::str::from_utf8(body) {
        Ok(text) => applications::payload(text).map_err(ApiError::invalid_body),
        Err(_) => Ok(Value::Null),
    }
}

/// Whether a body is an object or a list in JSON.
fn is_document(body: &[u8]) -> bool {
    let text = std::str::from_utf8(body).unwrap_or_default().trim_start();
    text.starts_with(['{', '[']) && RawJson::parse(text).is_ok()
}

/// What a flow gets as trigger, but for when that was and which run it is. `path` is what follows the URL.
pub fn trigger(path: &str, request: &Request) -> Value {
    let headers: BTreeMap<&String, &String> =
        request.headers.iter().filter(|(name, _)| !is_hop_by_hop(name)).collect();
    let (body, is_base64) = raw(&request.body);
    json!({
        "type": "service",
        // A flow answers HEAD as it answers GET; the body of its answer is left out.
        "method": if request.method == "HEAD" { "GET" } else { request.method.as_str() },
        "path": if path.is_empty() { "/" } else { path },
        "query": texts(request.query.iter().cloned()),
        "headers": headers,
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// The bytes of a body, for whoever verifies a signature over them: as text where they are text, in base64 otherwise.
fn raw(body: &[u8]) -> (Value, bool) {
    match std::str::from_utf8(body) {
        _ if body.is_empty() => (Value::Null, false),
        Ok(text) => (text.into(), false),
        Err(_) => (BASE64_STANDARD.encode(body).into(), true),
    }
}

fn texts(pairs: impl Iterator<Item = (String, String)>) -> Value {
    fields(pairs.map(|(name, text)| (name, text.into())))
}

/// Names with their values, which are no lists; the values of a name that is repeated are one.
fn fields(pairs: impl Iterator<Item = (String, Value)>) -> Value {
    let mut fields = Map::new();
    for (name, value) in pairs {
        match fields.get_mut(&name) {
            None => drop(fields.insert(name, value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    fields.into()
}

/// The input of a run that `build` makes of a payload and a trigger. Where it is too large with the raw body, it is made
/// without, and the trigger says so: what fits alone is not refused because it would be there twice. Without a payload
/// the raw body is all there is, and stays.
///
/// # Errors
///
/// What `build` fails with when the raw body is not the reason.
pub fn fitting<E>(
    payload: &Value,
    mut trigger: Value,
    build: impl Fn(&Value) -> Result<String, E>,
) -> Result<String, E> {
    match build(&trigger) {
        Err(error) => {
            let Value::Object(members) = &mut trigger else { return Err(error) };
            if payload.is_null() || members.get("body").is_none_or(Value::is_null) {
                return Err(error);
            }
            members.insert("body".to_owned(), Value::Null);
            members.insert("isBase64Encoded".to_owned(), false.into());
            members.insert(BODY_OMITTED.to_owned(), true.into());
            build(&trigger)
        }
        fits => fits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::ErrorCode;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn sent(content_type: &str, body: &[u8]) -> Request {
        let headers = if content_type.is_empty() { vec![] } else { pairs(&[("content-type", content_type)]) };
        let headers = headers.into_iter().collect();
        Request { method: "POST".to_owned(), headers, body: body.to_vec(), ..Request::default() }
    }

    #[test]
    fn a_body_is_json_a_form_or_text() {
        let form = form();
        for (content_type, body, expected) in [
            ("", "", Value::Null),
            ("", r#"{ "order": 1 }"#, json!({ "order": 1 })),
            ("", "7", json!(7)),
            ("", "a=1&b=2", json!("a=1&b=2")),
            ("text/plain", "{", json!("{")),
            ("application/json; charset=utf-8", "[1]", json!([1])),
            ("application/vnd.orders+json", "{}", json!({})),
            (form, "a=1&b=x+y%21&a=2&c", json!({ "a": ["1", "2"], "b": "x y!", "c": "" })),
            ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", "a=%C3%A9", json!({ "a": "é" })),
            // As `curl -d` sends it.
            (form, r#"{"order": 1}"#, json!({ "order": 1 })),
            (form, "7", json!({ "7": "" })),
        ] {
            let payload = payload(&sent(content_type, body.as_bytes())).unwrap();
            assert_eq!(payload, expected, "{content_type} {body}");
        }
        assert_eq!(payload(&sent("", &[0xff, 0xfe])).unwrap(), Value::Null);
        let binary = payload(&sent("application/octet-stream; charset=binary", b"a")).unwrap();
        assert_eq!(binary, json!("a"));
        assert_eq!(
            payload(&sent("application/json", b"{")).unwrap_err().errors[0].code,
            ErrorCode::InvalidJsonInput
        );
    }

    #[test]
    fn a_body_in_another_character_set_or_encoding_is_refused() {
        for kind in
            ["application/json", "text/plain", "application/xml", form(), "multipart/form-data", "a/b"]
        {
            let refused = payload(&sent(&format!("{kind}; charset=utf-16le"), b"{}")).unwrap_err();
            let message = "The body is in 'utf-16le'; send it in UTF-8";
            assert_eq!((refused.status, refused.errors[0].message.as_str()), (415, message), "{kind}");
        }
        for (kind, expected) in [("text/csv", 415), (form(), 415), ("application/json", 415), ("a/b", 200)] {
            let mut request = sent(kind, b"{}");
            request.headers.insert("content-encoding".to_owned(), "gzip".to_owned());
            let status = payload(&request).map_or_else(|error| error.status, |_| 200);
            assert_eq!(status, expected, "{kind}");
        }
    }

    #[test]
    fn a_multipart_form_that_is_none_is_told_why() {
        let kind = "multipart/form-data; boundary=x";
        for (kind, body, words) in [
            ("multipart/form-data", "--x--", "names no boundary"),
            (kind, "a=1", "does not begin with"),
            (kind, "--x\r\ncontent-disposition: form-data; name=a\r\n\r\n1", "ends before"),
            (kind, "--x\r\n\r\n1\r\n--x--", "a part without"),
        ] {
            let refused = payload(&sent(kind, body.as_bytes())).unwrap_err();
            assert_eq!(
                (refused.status, refused.errors[0].code),
                (400, ErrorCode::InvalidJsonInput),
                "{body}"
            );
            assert!(refused.errors[0].message.contains(words), "{refused:?}");
        }
    }

    fn form() -> &'static str {
        "application/x-www-form-urlencoded"
    }

    #[test]
    fn the_raw_body_is_text_or_base64() {
        for (body, expected, is_base64) in [
            (&b""[..], Value::Null, false),
            (b"{ \"a\" : 1 }\n", json!("{ \"a\" : 1 }\n"), false),
            (&[0xff, 0x00], json!("/wA="), true),
        ] {
            let trigger = trigger("", &sent("", body));
            assert_eq!((&trigger["body"], &trigger["isBase64Encoded"]), (&expected, &json!(is_base64)));
        }
    }

    #[test]
    fn a_request_is_told_without_what_belongs_to_the_connection() {
        let headers =
            [("content-type", "text/plain"), ("te", "trailers"), ("content-length", "3"), ("x-a", "b")];
        let request = Request {
            method: "POST".to_owned(),
            query: pairs(&[("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")]),
            headers: pairs(&headers).into_iter().collect(),
            body: b"abc".to_vec(),
            ..Request::default()
        };
        assert_eq!(
            trigger("/service/orders", &request),
            json!({
                "type": "service",
                "method": "POST",
                "path": "/service/orders",
                "query": { "a": ["1", "3", "4"], "b": "2" },
                "headers": { "content-type": "text/plain", "x-a": "b" },
                "body": "abc",
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn a_flow_is_asked_for_head_as_for_get() {
        let request = Request { method: "HEAD".to_owned(), ..Request::default() };
        assert_eq!(trigger("", &request)["method"], "GET");
    }

    #[test]
    fn a_raw_body_that_does_not_fit_is_left_out_and_that_is_said() {
        let build = |limit: usize| {
            move |trigger: &Value| {
                let text = trigger.to_string();
                if text.len() > limit { Err(text.len()) } else { Ok(text) }
            }
        };
        let trigger = trigger("", &sent("", &[b'x'; 1_000]));
        let whole: Value =
            serde_json::from_str(&fitting(&json!(1), trigger.clone(), build(2_000)).unwrap()).unwrap();
        assert_eq!(whole, trigger);
        let cut: Value =
            serde_json::from_str(&fitting(&json!(1), trigger.clone(), build(500)).unwrap()).unwrap();
        assert_eq!((&cut["body"], &cut[BODY_OMITTED]), (&Value::Null, &json!(true)));
        assert!(fitting(&Value::Null, trigger.clone(), build(500)).is_err(), "nothing is lost");
        assert!(fitting(&json!(1), trigger, build(50)).is_err());
    }
}
