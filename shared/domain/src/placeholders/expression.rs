//! Placeholders within JSONata expressions: in what place one stands, and how a value is written there.

use serde_json::Value;

use super::segment::Segment;
use crate::exact::canonical;

/// Where in an expression the next character stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Where an operand or operator may stand.
    Code,
    /// Within a string literal, in either kind of quotes.
    Quoted,
    /// Within a regular expression, a comment or a name in backticks, where nothing can be escaped, or
    /// after a backslash, which would swallow the beginning of an escape and so let a quote through.
    Opaque,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    /// After a `/` whose meaning the next character decides: a division, a regular expression or the
    /// beginning of a comment.
    Slash,
    /// Up to the same quote; `escaped` after a backslash.
    Quoted {
        quote: char,
        escaped: bool,
    },
    Backticks,
    /// `star` after a `*`, which a `/` turns into the end.
    Comment {
        star: bool,
    },
    /// Up to a `/` outside of brackets.
    Regex {
        escaped: bool,
        depth: usize,
    },
}

/// Follows an expression and knows in what place it is.
///
/// It reads only as much of JSONata's tokens as that takes. A division and a regular expression begin
/// with the same character; as in JSONata itself, what was before decides.
#[derive(Debug)]
pub(super) struct Tracker {
    state: State,
    /// Whether an operand has just ended, so that an operator is to follow.
    operand: bool,
    /// The word that has just been read, or is being read.
    word: String,
    in_word: bool,
    /// Characters of the opening `{%`, which belong to no JSONata, still to come.
    skip: usize,
}

impl Tracker {
    /// At the beginning of a string that begins with `{%`.
    pub(super) fn new() -> Self {
        Self { state: State::Code, operand: false, word: String::new(), in_word: false, skip: 2 }
    }

    /// Goes past a part of the expression; a placeholder outside of quotes is an operand.
    pub(super) fn pass(&mut self, segment: Segment<'_>) {
        match segment {
            Segment::Text(text) => self.read(text),
            Segment::Escape | Segment::Unclosed | Segment::Misnamed => self.read("${"),
            Segment::Name(_) if self.place() == Place::Code => self.state = self.ended_operand(),
            Segment::Name(_) => {}
        }
    }

    fn read(&mut self, text: &str) {
        for c in text.chars() {
            if self.skip > 0 {
                self.skip -= 1;
            } else {
                self.state = self.next(c);
            }
        }
    }

    /// Where the next character stands.
    pub(super) fn place(&self) -> Place {
        match self.state {
            State::Code => Place::Code,
            State::Slash if self.divides() => Place::Code,
            State::Quoted { escaped: false, .. } => Place::Quoted,
            State::Quoted { escaped: true, .. }
            | State::Slash
            | State::Backticks
            | State::Comment { .. }
            | State::Regex { .. } => Place::Opaque,
        }
    }

    fn next(&mut self, c: char) -> State {
        match self.state {
            State::Code => self.code(c),
            State::Slash if c == '*' => State::Comment { star: false },
            State::Slash if self.divides() => {
                self.ended_operator();
                self.code(c)
            }
            State::Slash => self.regex(c, false, 0),
            State::Quoted { quote, escaped: false } if c == quote => self.ended_operand(),
            State::Quoted { quote, escaped } => State::Quoted { quote, escaped: !escaped && c == '\\' },
            State::Backticks if c == '`' => self.ended_operand(),
            State::Backticks => State::Backticks,
            State::Comment { star: true } if c == '/' => State::Code,
            State::Comment { .. } => State::Comment { star: c == '*' },
            State::Regex { escaped, depth } => self.regex(c, escaped, depth),
        }
    }

    fn code(&mut self, c: char) -> State {
        match c {
            '"' | '\'' => State::Quoted { quote: c, escaped: false },
            '`' => State::Backticks,
            '/' => {
                self.in_word = false;
                State::Slash
            }
            ')' | ']' | '}' => self.ended_operand(),
            _ if c.is_whitespace() => {
                self.in_word = false;
                State::Code
            }
            _ if c.is_alphanumeric() || matches!(c, '_' | '$') => {
                if !self.in_word {
                    self.word.clear();
                }
                self.word.push(c);
                self.in_word = true;
                self.operand = true;
                State::Code
            }
            // Where an operand is due these two are operands: a wildcard and a parent.
            '*' | '%' if !self.operand => self.ended_operand(),
            _ => self.ended_operator(),
        }
    }

    /// As in JSONata, what follows a backslash counts for nothing, be the backslash itself escaped or
    /// not, and brackets nest even within a character class.
    fn regex(&mut self, c: char, escaped: bool, depth: usize) -> State {
        let depth = match c {
            _ if escaped => depth,
            '/' if depth == 0 => return self.ended_operand(),
            '(' | '[' | '{' => depth + 1,
            ')' | ']' | '}' => depth.saturating_sub(1),
            _ => depth,
        };
        State::Regex { escaped: c == '\\', depth }
    }

    /// Whether a `/` here is a division. The words `and`, `or` and `in` are operators.
    fn divides(&self) -> bool {
        self.operand && !matches!(self.word.as_str(), "and" | "or" | "in")
    }

    fn ended_operand(&mut self) -> State {
        self.after(true)
    }

    fn ended_operator(&mut self) -> State {
        self.after(false)
    }

    fn after(&mut self, operand: bool) -> State {
        self.operand = operand;
        self.word.clear();
        self.in_word = false;
        State::Code
    }
}

/// Writes a value where an operand may stand: JSON, whose literals are JSONata's too.
pub(super) fn push_literal(value: &Value, into: &mut String) {
    match value {
        Value::String(text) => push_quoted(text, into),
        Value::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                push_comma(index, into);
                push_literal(item, into);
            }
            into.push(']');
        }
        Value::Object(members) => {
            into.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                push_comma(index, into);
                push_quoted(name, into);
                into.push(':');
                push_literal(member, into);
            }
            into.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => into.push_str(&canonical(value)),
    }
}

fn push_comma(index: usize, into: &mut String) {
    if index > 0 {
        into.push(',');
    }
}

fn push_quoted(text: &str, into: &mut String) {
    into.push('"');
    push_escaped(text, into);
    into.push('"');
}

/// Writes text that stands within a string literal, in either kind of quotes.
///
/// JSONata knows the escapes of JSON and no others: there is none for a single quote but its number.
/// `%`, `{` and `}` are escaped one by one and not as the pair `%}`, since the other half of a pair may
/// stand in the expression around; the rest is what ends a name, a comment or a string, so that even
/// in a place that was taken for another nothing is ended.
pub(super) fn push_escaped(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\'' | '`' | '%' | '{' | '}' | '*' => push_number(c, into),
            c if c.is_control() => push_number(c, into),
            c => into.push(c),
        }
    }
}

fn push_number(c: char, into: &mut String) {
    use std::fmt::Write as _;

    // Writing to a `String` does not fail. All characters that come here have numbers below 0x10000.
    let _ = write!(into, "\\u{:04x}", u32::from(c));
}
