//! JSON as it is taken from outside: UTF-8, no member twice in one object, and not nested too deeply.
//!
//! `serde_json` keeps the last of two members of one name. A reader before it, such as a proxy or a code review, may
//! keep the first, and then both see another document; so a document that leaves it open is refused.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde_json::Value;
use serde_json::error::Category;

use crate::exact::{self, NOT_EXACT};
use crate::raw_json::RawJson;

/// Maximum number of objects and lists that may lie inside one another.
pub const MAX_DEPTH: usize = 127;

/// How many characters of a member's name an error repeats.
const MAX_SHOWN: usize = 80;

/// Why a text is refused as JSON. It reads on after the name of the thing, as in "the body is not UTF-8".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The bytes are no text.
    #[error(
        "is not UTF-8: byte {offset} (0x{byte:02x}) is not part of a character; encode the text as UTF-8"
    )]
    NotUtf8 {
        /// The place of the byte, counted from 0.
        offset: usize,
        /// The byte.
        byte: u8,
    },
    /// A text that begins with U+FEFF, which RFC 8259 §8.1 does not allow.
    #[error("begins with a byte order mark (U+FEFF), which JSON does not allow; leave it out")]
    ByteOrderMark,
    /// More than [`MAX_DEPTH`] levels.
    #[error("is nested more than {MAX_DEPTH} levels deep (at {0}); flatten it")]
    TooDeep(Position),
    /// Not JSON at all.
    #[error("is not JSON: {0}")]
    Syntax(String),
    /// Valid JSON with a number that is larger than any double. Holds the JSON pointers to all numbers that cannot be
    /// kept exactly, in the order of the text.
    #[error("has a number that {NOT_EXACT} (at {})", .0.join(", "))]
    Inexact(Vec<String>),
    /// A member twice.
    #[error("{0}")]
    Repeated(Repeated),
}

/// A member that stands twice in one object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is given twice in one object: at {first} and again at {second}; leave one of them out")]
pub struct Repeated {
    /// The JSON pointer to the member.
    pub pointer: String,
    /// Where it stands first.
    pub first: Position,
    /// Where it stands again.
    pub second: Position,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// Reads a JSON document.
///
/// # Errors
///
/// [`JsonError`], of which the first in the text is told.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    parse_text(text)
}

/// Reads a JSON document that is known to be text.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_text(text: &str) -> Result<Value, JsonError> {
    if text.starts_with('\u{feff}') {
        return Err(JsonError::ByteOrderMark);
    }
    let value = serde_json::from_str(text).map_err(|error| refused(&error, text))?;
    match repeated(text) {
        Some(found) => Err(JsonError::Repeated(found)),
        None => Ok(value),
    }
}

/// Reads a JSON document that is handed on by its text: numbers keep every digit, and there is no limit to its depth.
///
/// # Errors
///
/// [`JsonError`] for what the next reader would take for something else: a member that is given twice, or a number that
/// is larger than any double, which some readers turn into an infinity.
pub fn parse_raw(text: &str) -> Result<RawJson, JsonError> {
    let raw = RawJson::parse(text).map_err(|error| refused(&error, text))?;
    if let Some(found) = repeated(text) {
        return Err(JsonError::Repeated(found));
    }
    let infinite = exact::infinite(text);
    if infinite.is_empty() { Ok(raw) } else { Err(JsonError::Inexact(infinite)) }
}

fn not_utf8(bytes: &[u8], offset: usize) -> JsonError {
    JsonError::NotUtf8 { offset, byte: bytes.get(offset).copied().unwrap_or_default() }
}

fn refused(error: &serde_json::Error, text: &str) -> JsonError {
    let message = error.to_string();
    // The reader stops there, so what follows may be no JSON, which comes first.
    if message.starts_with("number out of range") {
        return match RawJson::parse(text) {
            Ok(_) => JsonError::Inexact(exact::inexact(text)),
            Err(error) => JsonError::Syntax(error.to_string()),
        };
    }
    if error.classify() == Category::Syntax && message.starts_with("recursion limit exceeded") {
        return JsonError::TooDeep(Position { line: error.line(), column: error.column() });
    }
    if let Some((_, place)) = HALF_PAIRS.iter().find_map(|words| message.split_once(words)) {
        return JsonError::Syntax(format!(
            "a \\u escape is one half of a surrogate pair, D800 to DFFF, without the other half{place}"
        ));
    }
    JsonError::Syntax(message)
}

/// What the reader says of half a surrogate pair.
const HALF_PAIRS: [&str; 2] = ["unexpected end of hex escape", "lone leading surrogate in hex escape"];

/// An object or a list that the reader is in.
enum Level<'a> {
    /// An object: where each name stands first, the name read last, and whether a name comes next.
    Object { names: HashMap<Cow<'a, str>, usize>, last: Cow<'a, str>, expects_name: bool },
    /// A list, and the index of the item that is read.
    List(usize),
}

/// The first member that stands twice in an object of `text`, which is valid JSON.
fn repeated(text: &str) -> Option<Repeated> {
    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut rest = text.char_indices();
    while let Some((start, character)) = rest.next() {
        match character {
            '{' => levels.push(Level::Object {
                names: HashMap::new(),
                last: Cow::Borrowed(""),
                expects_name: true,
            }),
            '[' => levels.push(Level::List(0)),
            '}' | ']' => drop(levels.pop()),
            ',' => match levels.last_mut() {
                Some(Level::Object { expects_name, .. }) => *expects_name = true,
                Some(Level::List(index)) => *index += 1,
                None => {}
            },
            '"' => {
                let end = end_of_string(&mut rest);
                let Some(Level::Object { names, last, expects_name }) = levels.last_mut() else { continue };
                if !std::mem::take(expects_name) {
                    continue;
                }
                *last = name(text.get(start..end).unwrap_or_default());
                if let Some(first) = names.insert(last.clone(), start) {
                    let (first, second) = (position(text, first), position(text, start));
                    return Some(Repeated { pointer: pointer(&levels), first, second });
                }
            }
            _ => {}
        }
    }
    None
}

/// Reads on to the end of a string whose opening quote has been read; the offset behind its closing quote.
fn end_of_string(rest: &mut std::str::CharIndices<'_>) -> usize {
    while let Some((_, character)) = rest.next() {
        match character {
            '\\' => drop(rest.next()),
            '"' => break,
            _ => {}
        }
    }
    rest.offset()
}

/// The name that a string of valid JSON means.
fn name(quoted: &str) -> Cow<'_, str> {
    if quoted.contains('\\') {
        return Cow::Owned(serde_json::from_str(quoted).unwrap_or_default());
    }
    Cow::Borrowed(quoted.trim_matches('"'))
}

/// The JSON pointer to what is being read.
fn pointer(levels: &[Level<'_>]) -> String {
    let segments = levels.iter().map(|level| match level {
        Level::Object { last, .. } => {
            let shown: String = last.chars().take(MAX_SHOWN).collect();
            format!("/{}", shown.replace('~', "~0").replace('/', "~1"))
        }
        Level::List(index) => format!("/{index}"),
    });
    segments.collect()
}

fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Position { line, column }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    fn found(text: &str) -> Option<(String, String, String)> {
        match parse_text(text) {
            Err(JsonError::Repeated(found)) => {
                Some((found.pointer, found.first.to_string(), found.second.to_string()))
            }
            Ok(_) => None,
            Err(other) => panic!("{text}: {other}"),
        }
    }

    #[test]
    fn a_member_twice_is_told_with_both_places() {
        for (text, pointer, first, second) in [
            (r#"{"name":"a","name":"b"}"#, "/name", "line 1 column 2", "line 1 column 13"),
            (
                "{\n  \"a\": 1,\n  \"b\": [{\"c\": {}, \"ä\": 2, \"c\": 3}]\n}",
                "/b/0/c",
                "line 3 column 10",
                "line 3 column 27",
            ),
            (r#"[0,[1,{"x":{"a/b":1,"a\/b":2}}]]"#, "/1/1/x/a~1b", "line 1 column 13", "line 1 column 21"),
            (r#"{"a":{"\u0061":1},"\u0061":2}"#, "/a", "line 1 column 2", "line 1 column 19"),
            (r#"{"":1,"":2}"#, "/", "line 1 column 2", "line 1 column 7"),
        ] {
            let expected = (pointer.to_owned(), first.to_owned(), second.to_owned());
            assert_eq!(found(text), Some(expected), "{text}");
        }
        let told = parse_text(r#"{"name":"a","name":"b"}"#).unwrap_err().to_string();
        assert_eq!(
            told,
            "is given twice in one object: at line 1 column 2 and again at line 1 column 13; leave one of them out"
        );
    }

    #[test]
    fn the_same_name_in_another_object_or_as_a_value_is_fine() {
        for text in [
            r#"{"a":"a","b":{"a":["a","a",{"a":1}]},"c":{"a":"{\"a\":1,\"a\":2}"}}"#,
            r#"[{"a":1},{"a":1}]"#,
            r#"{"a":1,"A":2}"#,
            r#""a""#,
            "7",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_in_words() {
        let told = |bytes: &[u8]| parse(bytes).unwrap_err().to_string();
        assert!(told(b"{\"a\":\"caf\xe9\"}").starts_with("is not UTF-8: byte 9 (0xe9)"));
        assert!(told(b"\xff\xfe{\0}\0").starts_with("is not UTF-8: byte 0 (0xff)"));
        assert!(told(b"\xef\xbb\xbf{}").starts_with("begins with a byte order mark"));
        assert!(told(b"{'a':1}").starts_with("is not JSON: key must be a string at line 1 column 2"));
        for half in [br#""\ud800""#.as_slice(), br#""\udc00""#, br#"{"a":"\ud800\u0041"}"#, br#""\ud83dx""#] {
            let told = told(half);
            assert!(
                told.contains("one half of a surrogate pair") && told.contains(" at line 1 column"),
                "{told}"
            );
        }
        assert!(told(b"").starts_with("is not JSON: EOF while parsing a value"));
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(parse_text(&deep(MAX_DEPTH)).is_ok());
        let told = parse_text(&deep(MAX_DEPTH + 1)).unwrap_err().to_string();
        assert_eq!(told, "is nested more than 127 levels deep (at line 1 column 128); flatten it");
    }

    #[test]
    fn a_number_out_of_range_is_told_with_its_place() {
        let text = r#"{"a":[1,{"b/c":1e400}],"d":-1E999,"e":9007199254740993}"#;
        let places = ["/a/1/b~1c", "/d", "/e"].map(str::to_owned).to_vec();
        assert_eq!(parse_text(text), Err(JsonError::Inexact(places)));
        let told = parse(b"1e400").unwrap_err().to_string();
        assert_eq!(told, "has a number that cannot be kept exactly; write it as a string (at )");
        assert!(matches!(parse_text("[1e400"), Err(JsonError::Syntax(_))), "what is no JSON comes first");
    }

    #[test]
    fn what_is_handed_on_by_its_text_keeps_digits_and_depth_and_is_unambiguous() {
        let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        for text in ["12345678901234567890123", "[0.10000000000000000001, 1e-400]", "1.0", deep.as_str()] {
            assert_eq!(parse_raw(text).unwrap().text(), text);
        }
        assert!(matches!(parse_raw(r#"{"a":1,"a":1}"#), Err(JsonError::Repeated(_))));
        assert_eq!(parse_raw("[1, 1e400, -1e999]"), Err(JsonError::Inexact(vec!["/1".into(), "/2".into()])));
        assert!(matches!(parse_raw("{oops"), Err(JsonError::Syntax(_))));
    }

    /// Any JSON value.
    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_from_a_value_reads_back(value in values()) {
            prop_assert_eq!(&parse_text(&value.to_string()).unwrap(), &value);
            prop_assert_eq!(&parse_text(&serde_json::to_string_pretty(&value).unwrap()).unwrap(), &value);
        }

        #[test]
        fn a_member_added_again_anywhere_is_found(value in values(), name in any::<String>(), list in any::<bool>()) {
            let (name, value) = (json!(name), value.to_string());
            let twice = format!(r#"{{{name}:{value}, "other {name_len}": {value}, {name} : {value}}}"#, name_len = name.to_string().len());
            let text = if list { format!("[{value},{twice}]") } else { twice };
            prop_assert!(matches!(parse_text(&text), Err(JsonError::Repeated(_))), "{}", text);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(parse(&bytes));
        }
    }
}
