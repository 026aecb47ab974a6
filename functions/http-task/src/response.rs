//! An answer, as a flow gets it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::json::{JsonError, parse_raw};
use domain::raw_json::RawJson;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::Serialize;
use serde_json::Value;

use crate::answer::{Answer, MAX_OUTPUT_BYTES};
use crate::error::HttpTaskError;

/// What an HTTP task returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The HTTP status.
    pub status_code: u16,
    /// The headers, names in lower case; the values of a header that came several times are joined by `, `.
    pub headers: BTreeMap<String, String>,
    /// `null` without content; the document, as the server wrote it, when the content type is JSON and the content is;
    /// text otherwise; base64 when it is not UTF-8.
    pub body: RawJson,
    /// Whether `body` is base64. Left out when it is not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_base64: bool,
}

impl Response {
    /// The response for `answer`, if it is small enough.
    pub(crate) fn from_answer(answer: &Answer) -> Result<Self, HttpTaskError> {
        let too_large = || HttpTaskError::ResponseTooLarge { limit: MAX_OUTPUT_BYTES };
        if !answer.complete {
            return Err(too_large());
        }
        let (body, is_base64) = body(answer)?;
        let headers = headers(&answer.headers);
        let response = Self { status_code: answer.status, headers, body, is_base64 };
        // The text can be longer than the content: escapes, base64.
        let size = serde_json::to_vec(&response).map_or(usize::MAX, |text| text.len());
        if size > MAX_OUTPUT_BYTES { Err(too_large()) } else { Ok(response) }
    }
}

fn headers(received: &HeaderMap) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in received {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push_str(", ");
                joined.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    headers
}

/// `application/json`, `text/json` and everything that ends in `+json`, whatever its parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}

/// The content as JSON, and whether it is base64.
fn body(answer: &Answer) -> Result<(RawJson, bool), HttpTaskError> {
    let string = |text: &str| RawJson::from(&Value::from(text));
    let Ok(text) = std::str::from_utf8(&answer.body) else {
        return Ok((string(&BASE64_STANDARD.encode(&answer.body)), true));
    };
    if text.is_empty() {
        return Ok((RawJson::from(&Value::Null), false));
    }
    if !is_json(&answer.headers) {
        return Ok((string(text), false));
    }
    match parse_raw(text) {
        Ok(document) => Ok((document, false)),
        Err(error @ (JsonError::Repeated(_) | JsonError::Inexact(_))) => {
            Err(HttpTaskError::ambiguous(&error, answer.status, text))
        }
        Err(_) => Ok((string(text), false)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn response(content_type: &str, body: &[u8]) -> Result<Value, HttpTaskError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        let answer = Answer { status: 200, headers, body: body.to_vec(), complete: true };
        Response::from_answer(&answer).map(|response| serde_json::to_value(response).unwrap())
    }

    #[test]
    fn the_content_type_decides() {
        let cases: [(&str, &[u8], Value); 9] = [
            ("application/json", b"{\"a\":[1]}", json!({ "a": [1] })),
            ("Application/JSON; charset=utf-8", b"1", json!(1)),
            ("application/problem+json", b"null", json!(null)),
            ("text/json", b"\"x\"", json!("x")),
            ("application/json", b"{oops", json!("{oops")),
            ("application/jsonp", b"1", json!("1")),
            ("text/plain", "\u{e9}".as_bytes(), json!("\u{e9}")),
            ("text/plain", b"", json!(null)),
            ("application/json", b"", json!(null)),
        ];
        for (content_type, body, expected) in cases {
            let response = response(content_type, body).unwrap();
            assert_eq!(response["body"], expected, "{content_type}");
            assert_eq!(response.get("isBase64"), None);
        }
    }

    #[test]
    fn json_is_handed_on_as_it_was_written() {
        let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        for document in [
            r#"{"id":12345678901234567890123,"b":1.0,"a":[0.10000000000000000001,9007199254740993]}"#,
            "{ \"b\" : 1E2,\n\"a\" : 1e-400 }",
            deep.as_str(),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
            let body = format!(" {document}\n").into_bytes();
            let answer = Answer { status: 200, headers, body, complete: true };
            let response = Response::from_answer(&answer).unwrap();
            assert_eq!(response.body.text(), document);
            assert!(serde_json::to_string(&response).unwrap().contains(document));
        }
    }

    #[test]
    fn json_that_readers_take_differently_is_told() {
        for (document, words) in [
            (
                r#"{"id":1,"a":{"id":2,"id":3}}"#,
                "'/a/id' is given twice in one object, at line 1 column 14 and at line 1 column 21",
            ),
            (r#"{"a":[1,-1e400]}"#, "'/a/1' is larger than any number that is kept"),
        ] {
            let error = response("application/json", document.as_bytes()).unwrap_err();
            assert_eq!(error.error_type(), "HttpResponseAmbiguous");
            let cause: Value = serde_json::from_str(&error.cause()).unwrap();
            assert_eq!((&cause["statusCode"], &cause["body"]), (&json!(200), &json!(document)));
            assert!(cause["message"].as_str().unwrap().contains(words), "{cause}");
            // As text it is nobody's to take one way or another.
            assert_eq!(response("text/plain", document.as_bytes()).unwrap()["body"], document);
        }
    }

    #[test]
    fn what_is_not_text_is_base64() {
        let response = response("image/png", &[0x89, 0x50, 0xff]).unwrap();
        assert_eq!(response["body"], "iVD/");
        assert_eq!(response["isBase64"], true);
    }

    #[test]
    fn repeated_headers_are_joined() {
        let mut received = HeaderMap::new();
        received.append("X-A", "1".parse().unwrap());
        received.append("x-a", "2".parse().unwrap());
        received.append("X-B", "3".parse().unwrap());
        assert_eq!(
            headers(&received),
            BTreeMap::from([("x-a".to_owned(), "1, 2".to_owned()), ("x-b".to_owned(), "3".to_owned())])
        );
    }

    #[test]
    fn the_size_that_counts_is_the_outputs() {
        let too_large = Err(HttpTaskError::ResponseTooLarge { limit: MAX_OUTPUT_BYTES });
        assert!(response("text/plain", &vec![b'x'; MAX_OUTPUT_BYTES - 200]).is_ok());
        assert_eq!(response("text/plain", &vec![b'x'; MAX_OUTPUT_BYTES]), too_large);
        assert_eq!(response("text/plain", &vec![1; MAX_OUTPUT_BYTES / 5]), too_large, "escapes count");
        assert_eq!(response("image/png", &vec![0xff; MAX_OUTPUT_BYTES * 4 / 5]), too_large, "so does base64");
    }
}
