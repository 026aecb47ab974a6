//! Bodies as they come: what they claim to be, and the JSON in them.

use domain::exact::{self, NOT_EXACT};
use domain::json::{self, JsonError};
use serde_json::Value;

use super::Request;
use crate::error::ApiError;
use crate::operation::Route;
use crate::unknown::Unknown;
use crate::validate::Problem;

/// The JSON of a body that has to be JSON.
///
/// # Errors
///
/// 415 for a body in another media type, character set or encoding, 400 for one that is missing or no JSON.
pub(super) fn json(raw: &Request) -> Result<Value, ApiError> {
    if raw.body.is_empty() {
        return Err(ApiError::invalid_field("", "is missing: send a JSON document"));
    }
    let given = raw.headers.get("content-type").map(String::as_str).unwrap_or_default();
    if !media_type(given).is_empty() && !is_json(given) {
        let message = format!("The body is '{}'; send it as 'application/json'", shown(given));
        return Err(ApiError::unsupported_media_type(message));
    }
    check_charset(raw)?;
    parse(raw)
}

/// Refuses a body that is said to be in another character set than UTF-8.
///
/// # Errors
///
/// 415.
pub fn check_charset(raw: &Request) -> Result<(), ApiError> {
    let given = raw.headers.get("content-type").map(String::as_str).unwrap_or_default();
    match charset(given).filter(|charset| !is_utf8(charset)) {
        Some(charset) => {
            let message = format!("The body is in '{}'; send it in UTF-8", shown(&charset));
            Err(ApiError::unsupported_media_type(message))
        }
        None => Ok(()),
    }
}

/// The JSON of a body, whatever it claims to be.
///
/// # Errors
///
/// 415 for an encoded body, 400 for what is no JSON.
pub(super) fn parse(raw: &Request) -> Result<Value, ApiError> {
    check_encoding(raw)?;
    json::parse(&raw.body).map_err(|error| ApiError::invalid_body(json_problems(&error)))
}

/// What is wrong with a JSON text, each problem at its place.
pub fn json_problems(error: &JsonError) -> Vec<Problem> {
    match error {
        JsonError::Inexact(pointers) => pointers.iter().cloned().map(inexact).collect(),
        JsonError::Repeated(found) => {
            vec![Problem { pointer: found.pointer.clone(), message: error.to_string() }]
        }
        _ => vec![Problem { pointer: String::new(), message: error.to_string() }],
    }
}

/// The numbers of a JSON text that cannot be kept exactly. Their digits are not repeated: they may be a secret.
pub fn inexact_numbers(json: &str) -> Vec<Problem> {
    exact::inexact(json).into_iter().map(inexact).collect()
}

fn inexact(pointer: String) -> Problem {
    Problem { pointer, message: format!("is a number that {NOT_EXACT}") }
}

/// Refuses a body where none is taken. One without a member, which some clients send with every request, says nothing.
///
/// # Errors
///
/// 400 for a body that says something.
pub(super) fn nothing(route: &Route, raw: &Request) -> Result<(), ApiError> {
    let says_nothing = matches!(raw.body.trim_ascii(), b"" | b"null" | b"{}" | b"[]");
    if says_nothing || route.unknown() != Unknown::Refused {
        return Ok(());
    }
    let known: Vec<&str> = route.query_parameters().map(|parameter| parameter.name).collect();
    let instead = if known.is_empty() {
        String::new()
    } else {
        format!("; this operation takes query parameters: {}", known.join(", "))
    };
    Err(ApiError::invalid_field("", format!("is not taken here; leave it out{instead}")))
}

/// Refuses a body that has to be decoded first, and one that was decoded as text although it is none.
///
/// # Errors
///
/// 415 for the one, 400 `InvalidJsonInput` for the other.
pub fn check_encoding(raw: &Request) -> Result<(), ApiError> {
    let encoding = raw.headers.get("content-encoding").map(|encoding| encoding.trim()).unwrap_or_default();
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
        let message =
            format!("The body has the Content-Encoding '{}'; send it as it is, without one", shown(encoding));
        return Err(ApiError::unsupported_media_type(message));
    }
    check_bytes(raw)
}

/// Refuses a body of which the gateway has replaced bytes: one that takes a body for text puts U+FFFD (3 bytes) where a
/// byte is part of no character.
///
/// # Errors
///
/// 400 `InvalidJsonInput`, when there is U+FFFD in the body and its length is not what the client said.
pub fn check_bytes(raw: &Request) -> Result<(), ApiError> {
    let sent: Option<usize> = raw.headers.get("content-length").and_then(|length| length.trim().parse().ok());
    let is_replaced = || std::str::from_utf8(&raw.body).is_ok_and(|text| text.contains('\u{fffd}'));
    if sent.is_some_and(|sent| sent != raw.body.len()) && is_replaced() {
        let message = "is not UTF-8: some bytes are not part of a character; encode the text as UTF-8";
        return Err(ApiError::invalid_field("", message));
    }
    Ok(())
}

/// The media type of a `Content-Type`, in lower case and without its parameters.
pub fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a `Content-Type` says JSON, or a format that is written in JSON.
pub fn is_json(content_type: &str) -> bool {
    let kind = media_type(content_type);
    matches!(kind.as_str(), "application/json" | "text/json")
        || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The character set that a `Content-Type` names.
fn charset(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })
}

fn is_utf8(charset: &str) -> bool {
    matches!(charset, "utf-8" | "utf8" | "us-ascii" | "ascii" | "")
}

/// As much of what was sent as an error should repeat.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

/// What a type says of a value that it cannot be made of, without the names that only Rust has and without the line and
/// column that may follow. What our own types say is in words already.
pub fn in_words(message: &str) -> String {
    const OF_SERDE: [&str; 3] = ["invalid type: ", "invalid value: ", "invalid length "];
    let begins = |starts: &[&str]| starts.iter().any(|start| message.starts_with(start));
    let quoted = |text: &str| text.replace('`', "'");
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    match message.split_once(", expected ") {
        Some((_, expected)) if begins(&OF_SERDE) => format!("must be {}", expectation(expected)),
        Some((_, known)) if begins(&["unknown variant "]) => format!("must be {}", quoted(known)),
        Some((member, known)) if begins(&["unknown field "]) => {
            let member = quoted(member.trim_start_matches("unknown field "));
            format!("has the unknown member {member}; there are {}", quoted(known))
        }
        _ => match message.split_once(" field ") {
            Some(("missing", member)) => format!("lacks the member {}", quoted(member)),
            Some(("duplicate", member)) => format!("has the member {} twice", quoted(member)),
            _ => message.to_owned(),
        },
    }
}

/// What serde expected, in the words of JSON.
fn expectation(expected: &str) -> String {
    const OBJECTS: [&str; 5] =
        ["struct ", "internally tagged ", "adjacently tagged ", "enum ", "unit struct "];
    let range = |min: i64, max: i64| format!("a whole number from {min} to {max}");
    let words = match expected {
        "u8" => return range(0, u8::MAX.into()),
        "u16" => return range(0, u16::MAX.into()),
        "u32" => return range(0, u32::MAX.into()),
        "i8" => return range(i8::MIN.into(), i8::MAX.into()),
        "i16" => return range(i16::MIN.into(), i16::MAX.into()),
        "i32" => return range(i32::MIN.into(), i32::MAX.into()),
        "u64" | "u128" | "usize" | "i64" | "i128" | "isize" => "a whole number that is kept exactly",
        "f32" | "f64" => "a number",
        "a string" | "str" | "string" | "a character" => "text",
        "a boolean" | "bool" => "true or false",
        "a map" => "an object",
        "a sequence" => "a list",
        "unit" => "null",
        other if OBJECTS.iter().any(|kind| other.starts_with(kind)) => "an object",
        other => other,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::operation::{Method, Param, ParamKind};

    fn request(headers: &[(&str, &str)], body: &[u8]) -> Request {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Request { headers: headers.collect::<BTreeMap<_, _>>(), body: body.to_vec(), ..Request::default() }
    }

    /// The status and the message of a refusal; nothing for a body that is read.
    fn refused(headers: &[(&str, &str)], body: &[u8]) -> Option<(u16, String)> {
        let error = json(&request(headers, body)).err()?;
        Some((error.status, error.errors[0].message.clone()))
    }

    #[test]
    fn json_is_taken_under_every_name_it_goes_by() {
        for content_type in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/merge-patch+json",
            "text/json",
            "",
        ] {
            assert_eq!(refused(&[("content-type", content_type)], b"{}"), None, "{content_type}");
        }
        assert_eq!(refused(&[("content-encoding", "identity")], b"{}"), None);
        assert_eq!(refused(&[], b"{}"), None);
    }

    #[test]
    fn a_body_of_another_kind_is_told_what_to_be() {
        for (name, value, words) in [
            ("content-type", "text/plain", "The body is 'text/plain'; send it as 'application/json'"),
            ("content-type", "application/x-www-form-urlencoded", "send it as 'application/json'"),
            ("content-type", "application/json; charset=utf-16", "The body is in 'utf-16'; send it in UTF-8"),
            ("content-encoding", "gzip", "has the Content-Encoding 'gzip'; send it as it is"),
        ] {
            let (status, message) = refused(&[(name, value)], b"{}").unwrap();
            assert_eq!(status, 415, "{value}");
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_where() {
        let twice = "a.b: is given twice in one object: at line 1 column 7 and again at line 2 column 1";
        for (body, words) in [
            (b"".as_slice(), "body: is missing: send a JSON document"),
            (b"{\"a\":\"\xe9\"}", "body: is not UTF-8: byte 6 (0xe9)"),
            (b"{\"a\":{\"b\":1,\n\"b\":2}}", twice),
            (b"{\"a\":[1,-1e400]}", "a[1]: is a number that cannot be kept exactly; write it as a string"),
            (b"1e400", "body: is a number that cannot be kept exactly; write it as a string"),
            (b"{", "body: is not JSON: EOF while parsing an object at line 1 column 1"),
        ] {
            let (status, message) = refused(&[], body).unwrap();
            assert_eq!(status, 400);
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn bytes_that_a_gateway_replaced_are_told_from_a_character_that_was_sent() {
        let body = "{\"a\":\"\u{fffd}\"}".as_bytes();
        let (status, message) = refused(&[("content-length", "9")], body).unwrap();
        assert!(status == 400 && message.contains("is not UTF-8"), "{message}");
        assert_eq!(refused(&[("content-length", &body.len().to_string())], body), None);
        assert_eq!(refused(&[], body), None);
    }

    #[test]
    fn where_no_body_is_taken_one_that_says_something_is_refused() {
        const VERSION: &[Param] =
            &[Param { name: "version", description: "", kind: ParamKind::Integer { min: 1, max: 9 } }];
        let route = |path| Route { query: VERSION, ..Route::new(Method::Delete, path) };
        let taken = |path, body: &[u8]| nothing(&route(path), &request(&[], body));
        for body in ["", " \n", "{}", "null", "[]"] {
            assert!(taken("/{projectKey}/flows/{id}", body.as_bytes()).is_ok(), "{body}");
        }
        let error = taken("/{projectKey}/flows/{id}", b"{\"version\":7}").unwrap_err();
        assert_eq!(error.status, 400);
        let message = &error.errors[0].message;
        assert!(
            message.ends_with("leave it out; this operation takes query parameters: version"),
            "{message}"
        );
        assert!(taken("/{projectKey}/deployments/{id}", b"{\"version\":7}").is_ok());
    }

    #[test]
    fn no_message_names_a_type_of_rust() {
        for (message, words) in [
            (
                "invalid type: floating point `1.5`, expected u64",
                "must be a whole number that is kept exactly",
            ),
            ("invalid value: integer `-1`, expected u32", "must be a whole number from 0 to 4294967295"),
            ("invalid type: null, expected a string", "must be text"),
            ("invalid type: map, expected struct Draft", "must be an object"),
            ("missing field `name`", "lacks the member 'name'"),
            ("missing field `name` at line 1 column 2", "lacks the member 'name'"),
            ("unknown variant `x`, expected one of `a`, `b`", "must be one of 'a', 'b'"),
            ("unknown field `x`, expected `a` or `b`", "has the unknown member 'x'; there are 'a' or 'b'"),
            ("duplicate field `x`", "has the member 'x' twice"),
            ("must be at most 5 characters", "must be at most 5 characters"),
        ] {
            assert_eq!(in_words(message), words);
        }
    }
}
