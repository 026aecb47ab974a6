//! The input of an HTTP task: checked first, completed with secrets second.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use domain::raw_json::RawJson;
use egress::Target;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::HttpTaskError;
use crate::request_parts::{headers, method, url};
use crate::secret_reference::{Piece, join};

const DEFAULT_TIMEOUT_SECONDS: u64 = 10;
const MAX_TIMEOUT_SECONDS: u64 = 30;

/// The arguments of an HTTP task. Members that are not listed here are refused, so that a misspelt one is
/// noticed.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The token that the deployment puts here; flows do not write it.
    pub scope: String,
    /// `GET` (the default), `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` or `OPTIONS`.
    #[serde(default)]
    pub method: Option<String>,
    /// `http` or `https`, at most 8 KiB, without user name and password.
    pub url: String,
    /// Names and values: strings, numbers or booleans; `${secret.NAME}` in a string is replaced.
    #[serde(default)]
    pub headers: BTreeMap<String, RawJson>,
    /// Appended to the URL's query: a string, number or boolean, or an array of these for a repeated
    /// parameter.
    #[serde(default)]
    pub query: BTreeMap<String, RawJson>,
    /// A string is sent as it is; anything else but `null` as the JSON that it is, to the last digit, with
    /// `content-type: application/json` unless `headers` has another.
    #[serde(default)]
    pub body: Option<RawJson>,
    /// Seconds for the whole call with all its attempts, 1 to 30; 10 when absent.
    #[serde(default)]
    pub timeout_seconds: Option<u64>,
    /// Return answers with a status of 400 or more instead of failing.
    #[serde(default)]
    pub accept_status: bool,
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Request {
    /// Reads the arguments of a task, a JSON object.
    ///
    /// # Errors
    ///
    /// [`HttpTaskError::InvalidRequest`], which says where and what.
    pub fn parse(arguments: &RawJson) -> Result<Self, HttpTaskError> {
        let reader = &mut serde_json::Deserializer::from_str(arguments.text());
        serde_path_to_error::deserialize(reader).map_err(|error| HttpTaskError::invalid(error.to_string()))
    }

    /// Checks everything that can be checked without secrets.
    pub(crate) fn check(self) -> Result<Draft, HttpTaskError> {
        let method = method(self.method.as_deref().unwrap_or("GET"))?;
        let seconds = self.timeout_seconds.unwrap_or(DEFAULT_TIMEOUT_SECONDS);
        if !(1..=MAX_TIMEOUT_SECONDS).contains(&seconds) {
            return Err(HttpTaskError::invalid(format!(
                "`timeoutSeconds` is from 1 to {MAX_TIMEOUT_SECONDS}"
            )));
        }
        let target = Target::new(url(&self.url, &self.query)?)
            .map_err(|error| HttpTaskError::invalid(format!("`url` {error}")))?;
        let headers = headers(&self.headers)?;
        let (body, is_json) = match self.body {
            None => (None, false),
            Some(document) => match document.as_string() {
                Some(text) => (Some(text.into_bytes()), false),
                None => (Some(document.text().as_bytes().to_vec()), true),
            },
        };
        Ok(Draft {
            method,
            target,
            headers,
            body,
            is_json,
            timeout: Duration::from_secs(seconds),
            accept_status: self.accept_status,
        })
    }
}

/// A checked request whose secrets are not there yet.
#[derive(Debug)]
pub(crate) struct Draft {
    method: Method,
    target: Target,
    headers: Vec<(HeaderName, Vec<Piece>)>,
    body: Option<Vec<u8>>,
    is_json: bool,
    timeout: Duration,
    accept_status: bool,
}

impl Draft {
    /// The origin that would be called.
    pub(crate) fn origin(&self) -> String {
        self.target.origin()
    }

    /// The secrets it refers to, each once.
    pub(crate) fn secret_names(&self) -> BTreeSet<&str> {
        let pieces = self.headers.iter().flat_map(|(_, pieces)| pieces);
        pieces
            .filter_map(|piece| match piece {
                Piece::Secret(name) => Some(name.as_str()),
                Piece::Text(_) => None,
            })
            .collect()
    }

    /// Puts the secrets in.
    pub(crate) fn prepare(
        self,
        secrets: &BTreeMap<String, Zeroizing<String>>,
    ) -> Result<Prepared, HttpTaskError> {
        let mut headers = HeaderMap::new();
        for (name, pieces) in self.headers {
            let text = join(&pieces, |name| secrets.get(name).map(|value| value.as_str()))?;
            let mut value = HeaderValue::from_str(&text).map_err(|_| {
                HttpTaskError::invalid(format!("header `{name}` has a character that cannot be sent"))
            })?;
            value.set_sensitive(pieces.iter().any(|piece| matches!(piece, Piece::Secret(_))));
            headers.insert(name, value);
        }
        if self.is_json {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        let repeatable = is_idempotent(&self.method) || headers.contains_key("idempotency-key");
        Ok(Prepared {
            method: self.method,
            target: self.target,
            headers,
            body: self.body,
            timeout: self.timeout,
            accept_status: self.accept_status,
            repeatable,
        })
    }
}

/// A request that can be sent. Not `Debug`: its headers hold secrets.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) target: Target,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) timeout: Duration,
    pub(crate) accept_status: bool,
    /// Whether sending it twice does what sending it once does.
    pub(crate) repeatable: bool,
}

fn is_idempotent(method: &Method) -> bool {
    !matches!(*method, Method::POST | Method::PATCH)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn draft(mut arguments: Value) -> Result<Draft, HttpTaskError> {
        arguments["scope"] = json!("token");
        Request::parse(&RawJson::from(&arguments))?.check()
    }

    fn prepared(arguments: Value) -> Prepared {
        draft(arguments).unwrap().prepare(&BTreeMap::new()).unwrap()
    }

    #[test]
    fn defaults_are_filled_in() {
        let request = prepared(json!({ "url": "https://example.com/a#part" }));
        assert_eq!(request.method, Method::GET);
        assert_eq!(request.target.url().as_str(), "https://example.com/a");
        assert_eq!(request.timeout, Duration::from_secs(10));
        assert_eq!(request.body, None);
        assert!(request.headers.is_empty() && request.repeatable && !request.accept_status);
    }

    #[test]
    fn the_query_is_appended() {
        let query = json!({ "a": "x y&", "b": 1.5, "c": true, "d": ["1", 2, false], "e": [] });
        let request = prepared(json!({ "url": "https://example.com/?z=0", "query": query }));
        assert_eq!(request.target.url().query(), Some("z=0&a=x+y%26&b=1.5&c=true&d=1&d=2&d=false"));
    }

    #[test]
    fn a_body_is_text_or_json() {
        let body = |arguments| {
            let request = prepared(arguments);
            let content_type =
                request.headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
            (String::from_utf8(request.body.unwrap()).unwrap(), content_type)
        };
        let json_type = Some("application/json".to_owned());
        let url = "https://example.com";
        assert_eq!(body(json!({ "url": url, "body": "a=1" })), ("a=1".to_owned(), None));
        assert_eq!(
            body(json!({ "url": url, "body": { "a": 1 } })),
            ("{\"a\":1}".to_owned(), json_type.clone())
        );
        assert_eq!(body(json!({ "url": url, "body": false })), ("false".to_owned(), json_type));
        let headers = json!({ "Content-Type": "text/x" });
        assert_eq!(
            body(json!({ "url": url, "headers": headers, "body": [1] })),
            ("[1]".to_owned(), Some("text/x".to_owned()))
        );
    }

    #[test]
    fn numbers_are_sent_to_the_last_digit() {
        let arguments = r#"{
            "scope": "token", "url": "https://example.com",
            "headers": { "a": 12345678901234567890123, "b": 1E2, "c": true, "d": "1E2" },
            "query": { "a": 12345678901234567890123, "b": 1E2, "c": [9007199254740993, 1.50] },
            "body": { "id": 12345678901234567890123, "a": 1.0 }
        }"#;
        let draft = Request::parse(&RawJson::parse(arguments).unwrap()).unwrap().check().unwrap();
        let request = draft.prepare(&BTreeMap::new()).unwrap();
        let query = "a=12345678901234567890123&b=100&c=9007199254740993&c=1.5";
        assert_eq!(request.target.url().query(), Some(query));
        let sent = ["a", "b", "c", "d"].map(|name| request.headers[name].to_str().unwrap());
        assert_eq!(sent, ["12345678901234567890123", "100", "true", "1E2"]);
        assert_eq!(request.body.unwrap(), br#"{ "id": 12345678901234567890123, "a": 1.0 }"#);
    }

    #[test]
    fn what_may_be_sent_twice() {
        let repeatable = |method: &str, headers: Value| {
            prepared(json!({ "url": "https://example.com", "method": method, "headers": headers })).repeatable
        };
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
            assert!(repeatable(method, json!({})), "{method}");
        }
        for method in ["POST", "PATCH"] {
            assert!(!repeatable(method, json!({})), "{method}");
            assert!(repeatable(method, json!({ "Idempotency-Key": "1" })), "{method}");
        }
    }

    #[test]
    fn a_secret_is_sent_but_not_shown() {
        let headers = json!({ "authorization": "Bearer ${secret.TOKEN}", "x": "${secret.TOKEN}${secret.B}" });
        let draft = draft(json!({ "url": "https://example.com", "headers": headers })).unwrap();
        assert_eq!(draft.secret_names().into_iter().collect::<Vec<_>>(), ["B", "TOKEN"]);
        let secret = |text: &str| Zeroizing::new(text.to_owned());
        let values = BTreeMap::from([("TOKEN".to_owned(), secret("s3")), ("B".to_owned(), secret("!"))]);
        let request = draft.prepare(&values).unwrap();
        assert_eq!(request.headers["authorization"], "Bearer s3");
        assert_eq!(request.headers["x"], "s3!");
        assert!(!format!("{:?}", request.headers).contains("s3"));
    }

    #[test]
    fn a_secret_that_cannot_be_sent_is_not_shown() {
        let headers = json!({ "x": "${secret.A}" });
        let draft = draft(json!({ "url": "https://example.com", "headers": headers })).unwrap();
        let values = BTreeMap::from([("A".to_owned(), Zeroizing::new("hunter2\r\nx: y".to_owned()))]);
        let Err(error) = draft.prepare(&values) else { panic!("a line break in a header") };
        assert_eq!(error.error_type(), "HttpInvalidRequest");
        assert!(!error.cause().contains("hunter2"));
    }

    #[test]
    fn bad_requests_are_refused() {
        let url = "https://example.com";
        let cases = [
            (json!({}), "missing field `url`"),
            (json!({ "url": 1 }), "url: invalid type"),
            (json!({ "url": url, "timeout": 1 }), "unknown field `timeout`"),
            (
                json!({ "url": url, "headers": { "a": [1] } }),
                "`headers.a` is a string, a number or a boolean",
            ),
            (json!({ "url": url, "headers": { "a": null } }), "`headers.a` is"),
            (json!({ "url": "" }), "`url`: relative URL"),
            (json!({ "url": "example.com/x" }), "`url`: relative URL"),
            (json!({ "url": "ftp://example.com" }), "`url` begins with http"),
            (json!({ "url": "file:///etc/passwd" }), "`url` begins with http"),
            (json!({ "url": "https://u:p@example.com" }), "`url` holds a user name"),
            (json!({ "url": "https://u@example.com" }), "`url` holds a user name"),
            (json!({ "url": "https://example.com/${secret.A}" }), "header values only"),
            (json!({ "url": format!("{url}/{}", "a".repeat(9_000)) }), "longer than 8192 bytes"),
            (json!({ "url": url, "query": { "a": "${secret.A}" } }), "header values only"),
            (json!({ "url": url, "query": { "a": { "b": 1 } } }), "`query.a` is"),
            (json!({ "url": url, "query": { "a": [[1]] } }), "`query.a` is"),
            (json!({ "url": url, "query": { "a": null } }), "`query.a` is"),
            (json!({ "url": url, "method": "get" }), "`method` is"),
            (json!({ "url": url, "method": "CONNECT" }), "`method` is"),
            (json!({ "url": url, "timeoutSeconds": 0 }), "`timeoutSeconds` is"),
            (json!({ "url": url, "timeoutSeconds": 31 }), "`timeoutSeconds` is"),
            (json!({ "url": url, "timeoutSeconds": 1.5 }), "timeoutSeconds: invalid type"),
            (json!({ "url": url, "headers": { "Host": "x" } }), "`host` is set by the task"),
            (json!({ "url": url, "headers": { "Transfer-Encoding": "x" } }), "set by the task"),
            (json!({ "url": url, "headers": { "a b": "x" } }), "not a header name"),
            (json!({ "url": url, "headers": { "A": "x", "a": "y" } }), "there twice"),
            (json!({ "url": url, "headers": { "a": "${secret.B" } }), "without `}`"),
        ];
        for (arguments, expected) in cases {
            let error = draft(arguments.clone()).unwrap_err();
            assert_eq!(error.error_type(), "HttpInvalidRequest", "{arguments}");
            assert!(error.to_string().contains(expected), "{arguments}: {error}");
        }
    }
}
