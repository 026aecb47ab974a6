//! An output as the answer of a flow: itself, as JSON with status 200, or the response that it describes.

use std::collections::BTreeMap;

use api::{ApiError, ErrorCode, ErrorItem};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::exact;
use egress::is_hop_by_hop;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use serde_json::Value;
use serde_json::value::RawValue;

use super::cookie;
use super::media_type::MediaType;
use crate::reply::{Content, FlowResponse, Reply};

/// The only member of an output that describes a response. An output with other members beside it is plain.
pub const RESPONSE: &str = "httpResponse";

/// The members of a description.
const MEMBERS: [&str; 5] = ["statusCode", "headers", "cookies", "body", "isBase64Encoded"];

/// Maximum number of headers.
const MAX_HEADERS: usize = 50;

/// Maximum number of cookies.
const MAX_COOKIES: usize = 20;

/// Maximum number of bytes of the names and values of all headers and cookies together.
const MAX_HEADER_BYTES: usize = 8 * 1_024;

/// Headers that Slipway sets, and what a flow does instead.
const OURS: [(&str, &str); 5] = [
    ("set-cookie", "put cookies into 'cookies'"),
    ("x-correlation-id", "Slipway answers the caller's"),
    ("x-content-type-options", "Slipway sets it"),
    ("content-security-policy", "Slipway sets it, because all services have one origin"),
    (
        "www-authenticate",
        "callers would send credentials to a URL of Slipway's; refuse them with another header",
    ),
];

/// Headers that have one value: of two, every reader takes another one.
const SINGLE: [&str; 11] = [
    "age",
    "content-disposition",
    "content-location",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "location",
    "retry-after",
];

/// Why an output is no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer into the output.
    pub pointer: String,
    /// What is wrong there, and how to mend it.
    pub message: String,
}

/// The answer that an output stands for. `path` is that of the URL that was called, which cookies keep to.
///
/// # Errors
///
/// Everything that is wrong with the description of a response.
pub fn reply(output: &str, path: &str) -> Result<Reply, Vec<Problem>> {
    let described = members(output).filter(|members| members.len() == 1);
    match described.and_then(|mut members| members.remove(RESPONSE)) {
        Some(description) => Description::new(path).read(description.get()),
        None => Ok(Reply { status: 200, body: Content::Json(output.to_owned()) }),
    }
}

/// The members of an object, none of which is read: a body goes out as it came.
fn members(text: &str) -> Option<BTreeMap<String, &RawValue>> {
    serde_json::from_str(text).ok()
}

/// What a caller is told whose answer cannot be sent.
pub fn failed(problems: Vec<Problem>, run: &str) -> ApiError {
    let item = |Problem { pointer, message }| {
        let message = format!("The flow's answer cannot be sent: '{pointer}' {message}");
        ErrorItem::new(ErrorCode::InvalidResponse, message).with("field", pointer).with("run", run)
    };
    ApiError::all(502, problems.into_iter().map(item).collect())
}

/// A description that is being read.
struct Description<'a> {
    path: &'a str,
    response: FlowResponse,
    has_type: bool,
    bytes: usize,
    problems: Vec<Problem>,
}

impl<'a> Description<'a> {
    fn new(path: &'a str) -> Self {
        Self { path, response: FlowResponse::default(), has_type: false, bytes: 0, problems: Vec::new() }
    }

    fn read(mut self, description: &str) -> Result<Reply, Vec<Problem>> {
        let Some(members) = members(description) else {
            self.problem("", "must be an object");
            return Err(self.problems);
        };
        for name in members.keys().filter(|name| !MEMBERS.contains(&name.as_str())) {
            self.problem(
                &format!("/{}", escaped(name)),
                &format!("is not known; there are {}", MEMBERS.join(", ")),
            );
        }
        let raw = |name: &str| members.get(name).map_or("null", |member| member.get());
        // What nests too deep to be read is none of the values that these can be, and neither is a text.
        let value = |name: &str| serde_json::from_str(raw(name)).unwrap_or(Value::String(String::new()));
        let status = self.status(&value("statusCode"));
        self.headers(&value("headers"));
        self.cookies(&value("cookies"));
        let is_base64 = self.is_base64(&value("isBase64Encoded"));
        let body = raw("body");
        // These have no body, whatever the flow says (RFC 9110 §6.4.1).
        if !matches!(status, 204 | 205 | 304) {
            self.body(body, is_base64);
            self.text();
        }
        if self.bytes > MAX_HEADER_BYTES {
            let bytes = self.bytes;
            self.problem(
                "/headers",
                &format!("and cookies have {bytes} bytes, and {MAX_HEADER_BYTES} can be sent"),
            );
        }
        if self.problems.is_empty() {
            Ok(Reply { status, body: Content::Flow(Box::new(self.response)) })
        } else {
            Err(self.problems)
        }
    }

    fn problem(&mut self, pointer: &str, message: &str) {
        self.problems.push(Problem { pointer: format!("/{RESPONSE}{pointer}"), message: message.to_owned() });
    }

    fn status(&mut self, given: &Value) -> u16 {
        if given.is_null() {
            return 200;
        }
        let number = given.is_number().then(|| given.to_string());
        number.and_then(|number| status(&number)).unwrap_or_else(|| {
            self.problem("/statusCode", "must be a whole number from 200 to 599");
            200
        })
    }

    fn is_base64(&mut self, given: &Value) -> bool {
        if !matches!(given, Value::Null | Value::Bool(_)) {
            self.problem("/isBase64Encoded", "must be true or false");
        }
        given.as_bool().unwrap_or_default()
    }

    fn headers(&mut self, given: &Value) {
        let headers = match given {
            Value::Null => return,
            Value::Object(headers) => headers,
            _ => return self.problem("/headers", "must be an object of names and values"),
        };
        if headers.len() > MAX_HEADERS {
            self.problem("/headers", &format!("has {} names, and {MAX_HEADERS} can be sent", headers.len()));
            return;
        }
        for (name, value) in headers {
            let pointer = format!("/headers/{}", escaped(name));
            match header(name, value) {
                Ok(headers) => self.header(&pointer, headers),
                Err(message) => self.problem(&pointer, &message),
            }
        }
    }

    /// Takes the values of one header.
    fn header(&mut self, pointer: &str, headers: Vec<(HeaderName, HeaderValue)>) {
        let Some((name, value)) = headers.first() else { return };
        let is_single = SINGLE.contains(&name.as_str());
        if is_single && (headers.len() > 1 || self.response.headers.iter().any(|(other, _)| other == name)) {
            return self.problem(pointer, "has one value; give it once, and no list");
        }
        if name == CONTENT_TYPE {
            self.has_type = true;
            if value.to_str().ok().and_then(MediaType::parse).is_none() {
                let words = "must be a media type such as 'text/html; charset=utf-8', and not a list of them";
                return self.problem(pointer, words);
            }
        }
        self.bytes += headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
        self.response.headers.extend(headers);
    }

    fn cookies(&mut self, given: &Value) {
        let cookies = match given {
            Value::Null => return,
            Value::Array(cookies) => cookies,
            _ => {
                return self
                    .problem("/cookies", "must be a list of texts such as \"name=value; Max-Age=60\"");
            }
        };
        if cookies.len() > MAX_COOKIES {
            self.problem(
                "/cookies",
                &format!("has {} entries, and {MAX_COOKIES} can be sent", cookies.len()),
            );
            return;
        }
        for (place, cookie) in cookies.iter().enumerate() {
            let text = cookie.as_str().ok_or_else(|| "must be a text".to_owned());
            match text.and_then(|text| cookie::header(text, self.path)) {
                Ok(cookie) => {
                    self.bytes += cookie.len();
                    self.response.cookies.push(cookie);
                }
                Err(message) => self.problem(&format!("/cookies/{place}"), &message),
            }
        }
    }

    /// A text is sent as it is, bytes are given in base64, anything else is sent as JSON.
    fn body(&mut self, body: &str, is_base64: bool) {
        let (bytes, media_type) = match serde_json::from_str::<Option<String>>(body) {
            Ok(None) => return,
            Ok(Some(text)) if is_base64 => match BASE64_STANDARD.decode(text) {
                Ok(bytes) => (bytes, "application/octet-stream"),
                Err(_) => return self.problem("/body", "is not base64, as isBase64Encoded says"),
            },
            _ if is_base64 => {
                return self.problem("/body", "must be a text in base64, as isBase64Encoded says");
            }
            Ok(Some(text)) => (text.into_bytes(), "text/plain; charset=utf-8"),
            Err(_) => (body.as_bytes().to_vec(), "application/json"),
        };
        self.response.body = bytes;
        if !self.has_type {
            self.response.headers.push((CONTENT_TYPE, HeaderValue::from_static(media_type)));
        }
    }
}

/// What the types of texts begin with.
const TEXTS: [&str; 4] = ["text/", "application/json", "application/javascript", "application/xml"];

impl Description<'_> {
    /// Texts are sent in UTF-8: what is said to be written otherwise would be changed on its way.
    fn text(&mut self) {
        let stated = self.response.headers.iter().find(|(name, _)| name == CONTENT_TYPE);
        let Some(stated) = stated.and_then(|(_, value)| MediaType::parse(value.to_str().ok()?)) else {
            return;
        };
        if stated.all("charset").any(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
            self.problem("/headers", "say another charset than utf-8, in which texts are sent");
        }
        let is_text = TEXTS.iter().any(|text| stated.essence.starts_with(text));
        if is_text && std::str::from_utf8(&self.response.body).is_err() {
            self.problem("/body", "is no text in UTF-8, as its type needs");
        }
    }
}

/// The status that a number in JSON says: a whole number, however it is written, from 200 to 599.
pub fn status(number: &str) -> Option<u16> {
    let float: f64 = number.parse().ok()?;
    float.to_string().parse().ok().filter(|status| (200..600).contains(status))
}

/// A name as it stands in a JSON pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A header with each of its values, or what is wrong with it.
fn header(name: &str, value: &Value) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        "is no name of a header: it has letters, digits and some signs, such as '-'".to_owned()
    })?;
    if is_hop_by_hop(name.as_str()) {
        return Err("belongs to the connection, which is not the flow's; leave it out".to_owned());
    }
    if let Some((_, instead)) = OURS.iter().find(|(ours, _)| *ours == name) {
        return Err(format!("cannot be set: {instead}"));
    }
    if name.as_str().starts_with("access-control-") {
        return Err(
            "cannot be set: the project's setting 'serviceOrigins' says whose pages may call".to_owned()
        );
    }
    let values = match value {
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    };
    values.into_iter().map(|value| Ok((name.clone(), header_value(value)?))).collect()
}

fn header_value(value: &Value) -> Result<HeaderValue, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => exact::canonical(value),
        _ => return Err("must be a text, a number, true, false, or a list of these".to_owned()),
    };
    let value = Some(&text).filter(|text| text.is_ascii()).and_then(|text| HeaderValue::from_str(text).ok());
    value.ok_or_else(|| "has a value with characters that are not visible ASCII".to_owned())
}

#[cfg(test)]
mod tests;
