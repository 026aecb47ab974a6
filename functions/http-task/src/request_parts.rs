//! Method, URL and headers of a request: from what a flow wrote to what can be sent.

use std::collections::BTreeMap;

use domain::exact;
use domain::raw_json::RawJson;
use egress::is_hop_by_hop;
use reqwest::header::HeaderName;
use reqwest::{Method, Url};

use crate::error::HttpTaskError;
use crate::secret_reference::{OPENING, Piece, pieces};

const MAX_URL_BYTES: usize = 8_192;

/// Headers that the task sets by itself, or that would point the request at another host than the URL does.
const RESERVED_HEADERS: [&str; 2] = ["expect", "host"];

/// One of the methods that a flow may use.
pub(crate) fn method(text: &str) -> Result<Method, HttpTaskError> {
    match text {
        "GET" => Ok(Method::GET),
        "HEAD" => Ok(Method::HEAD),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        "OPTIONS" => Ok(Method::OPTIONS),
        _ => Err(HttpTaskError::invalid("`method` is GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS")),
    }
}

/// `text` with `query` appended and without its fragment, which is never sent.
pub(crate) fn url(text: &str, query: &BTreeMap<String, RawJson>) -> Result<Url, HttpTaskError> {
    if text.contains(OPENING) {
        return Err(HttpTaskError::invalid("`url`: a secret can be used in header values only"));
    }
    let mut url = Url::parse(text).map_err(|error| HttpTaskError::invalid(format!("`url`: {error}")))?;
    url.set_fragment(None);
    for (name, value) in query {
        let values = serde_json::from_str::<Vec<RawJson>>(value.text());
        for value in values.unwrap_or_else(|_| vec![value.clone()]) {
            let text = parameter(name, &value)?;
            url.query_pairs_mut().append_pair(name, &text);
        }
    }
    if url.as_str().len() > MAX_URL_BYTES {
        return Err(HttpTaskError::invalid(format!(
            "`url` with `query` is longer than {MAX_URL_BYTES} bytes"
        )));
    }
    Ok(url)
}

fn parameter(name: &str, value: &RawJson) -> Result<String, HttpTaskError> {
    if let Some(text) = value.as_string() {
        if text.contains(OPENING) {
            return Err(HttpTaskError::invalid(format!(
                "`query.{name}`: a secret can be used in header values only"
            )));
        }
        return Ok(text);
    }
    plain(value).ok_or_else(|| {
        HttpTaskError::invalid(format!(
            "`query.{name}` is a string, a number, a boolean, or an array of these"
        ))
    })
}

/// The one text of a number or a boolean.
fn plain(value: &RawJson) -> Option<String> {
    match value.text() {
        number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            Some(exact::text_of(number))
        }
        word @ ("true" | "false") => Some(word.to_owned()),
        _ => None,
    }
}

/// The headers with the secrets in their values found but not filled in.
pub(crate) fn headers(
    given: &BTreeMap<String, RawJson>,
) -> Result<Vec<(HeaderName, Vec<Piece>)>, HttpTaskError> {
    let mut headers: Vec<(HeaderName, Vec<Piece>)> = Vec::with_capacity(given.len());
    for (name, value) in given {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| HttpTaskError::invalid(format!("`{name}` is not a header name")))?;
        if is_hop_by_hop(parsed.as_str()) || RESERVED_HEADERS.contains(&parsed.as_str()) {
            return Err(HttpTaskError::invalid(format!("header `{parsed}` is set by the task itself")));
        }
        if headers.iter().any(|(other, _)| *other == parsed) {
            return Err(HttpTaskError::invalid(format!("header `{parsed}` is there twice")));
        }
        let text = value.as_string().or_else(|| plain(value)).ok_or_else(|| {
            HttpTaskError::invalid(format!("`headers.{name}` is a string, a number or a boolean"))
        })?;
        headers.push((parsed, pieces(name, &text)?));
    }
    Ok(headers)
}
