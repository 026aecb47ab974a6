//! Splitting a string into text and placeholders.

use super::MAX_NAME_CHARS;

const OPEN: &str = "${";
const ESCAPED_OPEN: &str = "$${";

/// One part of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    /// Text as it is.
    Text(&'a str),
    /// `$${`, a literal `${`.
    Escape,
    /// A placeholder, by its name.
    Name(&'a str),
    /// `${` without a `}` anywhere after it.
    Unclosed,
    /// `${` with something before the next `}` that is no name.
    Misnamed,
}

/// The parts of a string, in order. Every `${` that starts no placeholder is a part of its own, so
/// that a later one is still found.
pub(crate) fn segments(text: &str) -> Vec<Segment<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        let (before, from) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            push_text(&mut parts, before);
            parts.push(Segment::Escape);
            rest = from.strip_prefix(OPEN).unwrap_or_default();
            continue;
        }
        push_text(&mut parts, before);
        let after = from.strip_prefix(OPEN).unwrap_or_default();
        let (part, remaining) = placeholder(after);
        parts.push(part);
        rest = remaining;
    }
    push_text(&mut parts, rest);
    parts
}

fn push_text<'a>(parts: &mut Vec<Segment<'a>>, text: &'a str) {
    if !text.is_empty() {
        parts.push(Segment::Text(text));
    }
}

/// What follows a `${`, and what is left after it.
fn placeholder(after: &str) -> (Segment<'_>, &str) {
    let end = after.find(|c: char| !is_name_char(c)).unwrap_or(after.len());
    let (name, rest) = after.split_at(end);
    match rest.strip_prefix('}') {
        // Names are ASCII, so bytes are characters.
        Some(rest) if (1..=MAX_NAME_CHARS).contains(&name.len()) => (Segment::Name(name), rest),
        _ if after.contains('}') => (Segment::Misnamed, after),
        _ => (Segment::Unclosed, after),
    }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// How a part was written.
pub(crate) fn literal(segment: Segment<'_>, into: &mut String) {
    match segment {
        Segment::Text(text) => into.push_str(text),
        Segment::Escape => into.push_str(ESCAPED_OPEN),
        Segment::Unclosed | Segment::Misnamed => into.push_str(OPEN),
        Segment::Name(name) => {
            into.push_str(OPEN);
            into.push_str(name);
            into.push('}');
        }
    }
}

/// The name, if the whole string is one placeholder.
pub(crate) fn is_whole(text: &str) -> Option<&str> {
    match segments(text).as_slice() {
        [Segment::Name(name)] => Some(name),
        _ => None,
    }
}

/// Whether there is a placeholder in the string.
pub(crate) fn has_placeholder(text: &str) -> bool {
    segments(text).iter().any(|segment| matches!(segment, Segment::Name(_)))
}

/// Whether a placeholder of this name is in the string.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    segments(text).contains(&Segment::Name(name))
}
