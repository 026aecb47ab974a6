//! The gateway's event (payload format 2.0) as our request.
//!
//! Everything in it comes from outside: a query string may hold what no URI may, a header what no header may. Each
//! member is read by itself and as it is, so there is no event that cannot be read; what a handler cannot use, it
//! refuses. A reader that makes a URI or a header map of the event fails or panics before anybody can answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use api::Request;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use crate::config::Config;

/// The event in a text. What is no JSON at all, which Lambda hands on to nobody, is `null`.
pub(crate) fn event(text: &str) -> Value {
    serde_json::from_str(&readable(text)).unwrap_or_default()
}

/// The text of an event with U+FFFD in place of escapes of lone surrogates, which are no characters: texts with such
/// escapes cannot be read.
pub(crate) fn readable(text: &str) -> Cow<'_, str> {
    if text.contains(r"\u") { Cow::Owned(without_lone_surrogates(text)) } else { Cow::Borrowed(text) }
}

/// Our view of an event.
pub(crate) fn request(mut event: Value, config: &Config) -> Request {
    let body = body(&mut event);
    let context = event.get("requestContext").unwrap_or(&Value::Null);
    let query = text(&event, "/rawQueryString");
    let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let authorizer = context.pointer("/authorizer/lambda").and_then(Value::as_object);
    Request {
        method: text(context, "/http/method").to_owned(),
        raw_path: text(&event, "/rawPath").to_owned(),
        path: texts(event.get("pathParameters").and_then(Value::as_object)).collect(),
        query,
        headers: headers(&event),
        body,
        identity: texts(authorizer).collect(),
        base_url: config.public_url.clone().or_else(|| gateway_url(context)).unwrap_or_default(),
        correlation: String::new(),
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The members of an object. Texts are what they say; anything else, which the authorizer could put into its context,
/// is shown as JSON.
fn texts(members: Option<&Map<String, Value>>) -> impl Iterator<Item = (String, String)> {
    members
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
}

/// The headers, their names in lower case. The gateway hands cookies on beside them.
fn headers(event: &Value) -> BTreeMap<String, String> {
    let given = event.get("headers").and_then(Value::as_object);
    let mut headers: BTreeMap<String, String> =
        texts(given).map(|(name, value)| (name.to_lowercase(), value)).collect();
    let cookies = event.get("cookies").and_then(Value::as_array).into_iter().flatten();
    let cookies: Vec<&str> = cookies.filter_map(Value::as_str).collect();
    if !cookies.is_empty() {
        headers.insert("cookie".to_owned(), cookies.join("; "));
    }
    headers
}

fn body(event: &mut Value) -> Vec<u8> {
    let is_encoded = event.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let Some(Value::String(body)) = event.get_mut("body").map(Value::take) else { return Vec::new() };
    if !is_encoded {
        return body.into_bytes();
    }
    BASE64_STANDARD.decode(&body).unwrap_or_else(|_| body.into_bytes())
}

fn gateway_url(context: &Value) -> Option<String> {
    let host = context.get("domainName").and_then(Value::as_str)?;
    let stage = context.get("stage").and_then(Value::as_str).filter(|stage| *stage != "$default");
    let stage = stage.map(|stage| format!("/{stage}")).unwrap_or_default();
    Some(format!("https://{host}{stage}"))
}

/// The text with U+FFFD in place of every escaped surrogate that is not one of a pair.
fn without_lone_surrogates(text: &str) -> String {
    const ESCAPE: usize = r"\uXXXX".len();
    let unit = |at: usize| {
        let digits = text.get(at..at + ESCAPE)?.strip_prefix(r"\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut mended = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        mended.push_str(text.get(at..escape).unwrap_or_default());
        let (is_lone, length) = match unit(escape) {
            Some(0xd800..=0xdbff) if matches!(unit(escape + ESCAPE), Some(0xdc00..=0xdfff)) => {
                (false, 2 * ESCAPE)
            }
            Some(0xd800..=0xdfff) => (true, ESCAPE),
            // What is escaped may be a backslash: both go on together.
            _ => (
                false,
                1 + text.get(escape + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8),
            ),
        };
        let kept = text.get(escape..escape + length).unwrap_or_default();
        mended.push_str(if is_lone { r"\ufffd" } else { kept });
        at = escape + length;
    }
    mended.push_str(text.get(at..).unwrap_or_default());
    mended
}

#[cfg(test)]
mod tests;
