//! API Gateway's requests and responses, to and from ours.

mod incoming;

use std::collections::BTreeMap;

use aws_lambda_events::encodings::Body;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::cors;
use crate::reply::{Content, FlowResponse, Reply};

pub(crate) use incoming::{event, readable, request};

/// Echoed, or made when absent; in every log line of the request.
pub(crate) const CORRELATION_ID: &str = "x-correlation-id";

/// What callers are told to wait before they try again what did not answer, in seconds.
const RETRY_AFTER_SECONDS: &str = "2";

/// The id that a caller gave its request, if it can be sent back and written into a log: 1 to 256 printable ASCII
/// characters.
pub(crate) fn given_correlation(request: &api::Request) -> Option<String> {
    let given = request.headers.get(CORRELATION_ID)?;
    let is_plain = given.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    ((1..=256).contains(&given.len()) && is_plain).then(|| given.clone())
}

/// A response as the gateway takes it (payload format 2.0).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outgoing {
    status_code: u16,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

impl From<Response<Body>> for Outgoing {
    fn from(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let (mut headers, mut cookies) = (BTreeMap::<String, String>::new(), Vec::new());
        for (name, value) in &parts.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            if name == header::SET_COOKIE {
                cookies.push(value);
                continue;
            }
            let joined = headers.entry(name.as_str().to_owned()).or_default();
            joined.push_str(if joined.is_empty() { "" } else { ", " });
            joined.push_str(&value);
        }
        let (body, is_base64_encoded) = match body {
            Body::Text(text) => (Some(text), false),
            Body::Binary(bytes) => (Some(BASE64_STANDARD.encode(bytes)), true),
            _ => (None, false),
        };
        Self { status_code: parts.status.as_u16(), headers, cookies, body, is_base64_encoded }
    }
}

/// The files of all projects have one origin, which is the API's. In a sandbox without `allow-same-origin` a page has
/// an origin of its own, to which storage, cookies and service workers of the others are closed. It may still fetch
/// what everybody may see, and so may pages elsewhere that a file was made for: nothing here knows who asks.
const SANDBOX: &str = "sandbox allow-downloads allow-forms allow-modals allow-popups \
                       allow-popups-to-escape-sandbox allow-scripts";

/// What an answer depends on beside the reply.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Follows the request through logs.
    pub(crate) correlation: String,
    /// How to get in, for whom it was refused (RFC 9110 §11.6.1).
    pub(crate) challenge: Option<&'static str>,
    /// Whether the headers alone were asked for.
    pub(crate) head: bool,
    /// Whom a browser may show the answer, beside pages of our own origin.
    pub(crate) origin: cors::Decision,
}

/// The gateway's view of our reply.
pub(crate) fn response(reply: Reply, asked: Asked) -> Response<Body> {
    let Reply { status, body } = reply;
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    // A file is what it was declared as, and a page that somebody uploaded is no page of ours.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let methods = if let Content::Options { allow } = &body { Some(allow.clone()) } else { None };
    let is_file = matches!(body, Content::File { .. });
    let body = content(headers, body);
    if status == StatusCode::SERVICE_UNAVAILABLE.as_u16() {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static(RETRY_AFTER_SECONDS));
    }
    if let Some(challenge) = asked.challenge.filter(|_| status == 401) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    // Everybody may see a file.
    if !is_file
        && cors::tell(headers, asked.origin)
        && let Some(methods) = methods
    {
        cors::let_send(headers, &methods);
    }
    if let Ok(correlation) = HeaderValue::from_str(&asked.correlation) {
        headers.insert(CORRELATION_ID, correlation);
    }
    if asked.head {
        // What GET would say (RFC 9110 §8.6).
        if let Some(length) = length(&body).filter(|_| !matches!(status, 204 | 304)) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
    } else {
        *response.body_mut() = body;
    }
    response
}

/// The number of bytes in a body.
const fn length(body: &Body) -> Option<usize> {
    match body {
        Body::Text(text) => Some(text.len()),
        Body::Binary(bytes) => Some(bytes.len()),
        Body::Empty => Some(0),
        _ => None,
    }
}

/// Puts the headers of a body in, and returns it.
fn content(headers: &mut HeaderMap, body: Content) -> Body {
    let mut describe = |media_type: HeaderValue, caching: &'static str| {
        headers.insert(header::CONTENT_TYPE, media_type);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    };
    let json = HeaderValue::from_static("application/json");
    let plain = HeaderValue::from_static("text/plain");
    match body {
        // Tokens, one-time secrets and private data: nothing on the way may keep an answer.
        Content::Json(text) => {
            describe(json, "no-store");
            if text.is_empty() {
                headers.remove(header::CONTENT_TYPE);
                return Body::Empty;
            }
            Body::Text(text)
        }
        Content::NotAllowed { text, allow } => {
            describe(json, "no-store");
            set(headers, header::ALLOW, &allow);
            Body::Text(text)
        }
        Content::Options { allow } => {
            describe(plain, "no-store");
            set(headers, header::ALLOW, &allow);
            Body::Empty
        }
        // What is behind the same URL changes with the next deployment.
        Content::File { media_type, bytes } => {
            describe(media_type_of(&media_type), "no-cache");
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            Body::Binary(bytes)
        }
        Content::Moved { to } => {
            describe(plain, "no-cache");
            set(headers, header::LOCATION, &to);
            Body::Empty
        }
        Content::Flow(response) => answered(headers, *response),
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Puts the headers of a flow's answer in, and returns its body. A page among the answers of flows is shown as files
/// are: all of them have the origin of the API.
fn answered(headers: &mut HeaderMap, response: FlowResponse) -> Body {
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    for (name, value) in response.headers {
        headers.append(name, value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for cookie in response.cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    if response.body.is_empty() { Body::Empty } else { text_or_bytes(response.body) }
}

/// A text goes as it is; bytes go in base64, which takes a third more.
fn text_or_bytes(body: Vec<u8>) -> Body {
    String::from_utf8(body).map_or_else(|bytes| Body::Binary(bytes.into_bytes()), Body::Text)
}

fn media_type_of(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use api::Request;
    use serde_json::{Value, json};

    use super::*;

    fn correlation(text: &str) -> Option<String> {
        let headers = BTreeMap::from([(CORRELATION_ID.to_owned(), text.to_owned())]);
        given_correlation(&Request { headers, ..Request::default() })
    }

    #[test]
    fn only_an_id_that_can_be_sent_back_is_kept() {
        for kept in ["a", "a b~!", &"x".repeat(256)] {
            assert_eq!(correlation(kept).as_deref(), Some(kept));
        }
        for replaced in ["", "a\tb", "a\u{7f}", "\r\nset-cookie: a=b", "\u{e9}", "\u{0}", &"x".repeat(257)] {
            assert_eq!(correlation(replaced), None, "{replaced:?}");
        }
    }

    #[test]
    fn what_may_be_tried_again_says_when() {
        let headers = |status| {
            let reply = Reply { status, body: Content::Json("{}".to_owned()) };
            serde_json::to_value(Outgoing::from(response(
                reply,
                Asked { correlation: "id".to_owned(), ..Asked::default() },
            )))
            .unwrap()
        };
        assert_eq!(headers(503)["headers"]["retry-after"], "2");
        assert_eq!(headers(500)["headers"].get("retry-after"), None);
        let sent = json!({
            "statusCode": 200,
            "headers": {
                "cache-control": "no-store", "content-type": "application/json",
                "x-content-type-options": "nosniff", "x-correlation-id": "id",
            },
            "body": "{}",
            "isBase64Encoded": false,
        });
        assert_eq!(headers(200), sent);
    }

    #[test]
    fn what_has_no_body_has_no_type() {
        let empty = Reply { status: 204, body: Content::Json(String::new()) };
        let sent = serde_json::to_value(Outgoing::from(response(empty, Asked::default()))).unwrap();
        assert_eq!((sent["headers"].get("content-type"), sent.get("body")), (None, None), "{sent}");
    }

    #[test]
    fn head_says_the_length_of_the_body_that_it_leaves_out() {
        let sent = |body, status| {
            let asked = Asked { head: true, ..Asked::default() };
            serde_json::to_value(Outgoing::from(response(Reply { status, body }, asked))).unwrap()
        };
        let file = |bytes| Content::File { media_type: "image/png".to_owned(), bytes };
        for (body, status, length) in [
            (Content::Json("{\"é\":1}".to_owned()), 200, json!("8")),
            (file(vec![0xff, 0]), 200, json!("2")),
            (file(vec![]), 200, json!("0")),
            (Content::Flow(Box::default()), 204, Value::Null),
        ] {
            let sent = sent(body, status);
            assert_eq!((&sent["headers"]["content-length"], sent.get("body")), (&length, None), "{sent}");
        }
    }

    #[test]
    fn bytes_travel_as_base64_and_cookies_beside_the_headers() {
        let mut response = Response::new(Body::Binary(vec![0xff, 0]));
        for value in ["a=1", "b=2"] {
            response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(value));
            response.headers_mut().append(header::VARY, HeaderValue::from_static(value));
        }
        let sent = json!({
            "statusCode": 200, "headers": { "vary": "a=1, b=2" }, "cookies": ["a=1", "b=2"], "body": "/wA=",
            "isBase64Encoded": true,
        });
        assert_eq!(serde_json::to_value(Outgoing::from(response)).unwrap(), sent);
    }
}
