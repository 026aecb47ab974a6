//! Placeholders, `${name}`, in the string values of a definition: found when it is saved, replaced
//! when it is deployed.
//!
//! # Spelling
//!
//! A name has 1 to 128 letters, digits, `.`, `_` and `-` (ASCII). `$${` is a literal `${`. Object keys
//! are left alone. Names come in three kinds: plain ones are variables of the environment, those that
//! begin with `slipway.` are given by the platform, those that begin with `secret.` stay as they are
//! for the HTTP task to resolve at run time.
//!
//! # What is put in
//!
//! * A string that is exactly one placeholder becomes the value, with the value's JSON type.
//! * Within other text a string goes in as it is, any other value as canonical JSON (RFC 8785): a number has one text,
//!   however it was written, and `1E2` and `100.0` both go in as `100`.
//! * Within a JSONata expression, `{% … %}`, a value goes in as a JSONata literal: a string with quotes
//!   around it, any other value as JSON. Between quotes (`"…${name}…"`, `'…${name}…'`) the text goes in
//!   without further quotes. Either way every character that could end the literal or the expression
//!   is written as an escape, so a value is data and never code.
//! * Elsewhere in an expression (a regular expression, a comment, a name in backticks, right after a
//!   backslash) there is no such escape, so a placeholder there is refused.
//! * Values are not searched for placeholders again. A value that would start an expression, select
//!   with a path (a member whose name ends with `.$`) or refer to a secret is refused: all of them
//!   must be visible in the definition itself.

mod blank;
mod expression;
mod resolve;
mod segment;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeSet;

use serde_json::Value;

pub(crate) use blank::{BLANK, blank_expression, blank_path, blank_text};
pub use resolve::{Unresolved, resolve};
pub(crate) use segment::{Segment, has_placeholder, is_whole, literal, mentions, segments};
pub use values::Values;

use crate::definition::{Finding, MAX_DEPTH, deeper_than, each_name, each_string, is_expression, sorted};
use crate::spelling::hint;
use expression::{Place, Tracker};

/// The longest name of a placeholder, in characters.
pub const MAX_NAME_CHARS: usize = 128;

/// The names that the platform gives a value.
pub const PLATFORM_NAMES: [&str; 1] = ["slipway.http"];

pub(crate) const PLATFORM: &str = "slipway.";
const SECRET: &str = "secret.";
/// How the pseudo parameters of CloudFormation begin.
const PSEUDO: &str = "AWS::";

/// What a definition refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Variables, by name; each needs a value wherever the definition is deployed.
    pub names: BTreeSet<String>,
    /// Secured variables: the `NAME` of each `${secret.NAME}`.
    pub secrets: BTreeSet<String>,
    /// Names given by the platform, with their prefix, known or not.
    pub platform: BTreeSet<String>,
    /// Placeholders that are misspelt, unknown or in a place where they cannot stand, ordered by path.
    pub problems: Vec<Finding>,
    /// Placeholders in the names of members, which stay as they are written, ordered by path.
    pub warnings: Vec<Finding>,
}

/// Which kind of name a placeholder has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    Variable,
    Platform,
    /// With the name of the secured variable.
    Secret(&'a str),
}

fn kind(name: &str) -> Kind<'_> {
    if let Some(secret) = name.strip_prefix(SECRET) {
        Kind::Secret(secret)
    } else if name.starts_with(PLATFORM) {
        Kind::Platform
    } else {
        Kind::Variable
    }
}

/// Collects every placeholder of a definition and reports the faulty ones.
pub fn scan(definition: &Value) -> Scan {
    let mut scan = Scan::default();
    if deeper_than(definition, MAX_DEPTH) {
        let message = format!("The definition is nested deeper than {MAX_DEPTH} levels. Flatten it.");
        scan.problems.push(Finding::error("", message));
        return scan;
    }
    each_string(definition, |path, text| scan.text(path, text));
    scan.problems = sorted(scan.problems);
    each_name(definition, |path, name| scan.name_of_member(path, name));
    scan.warnings = sorted(scan.warnings);
    scan
}

/// The variables whose values stand at the place that a JSON pointer leads to, or around it: those of the string that
/// the definition, its placeholders in place, has there.
pub fn variables_at<'a>(definition: &'a Value, pointer: &str) -> BTreeSet<&'a str> {
    let mut at = Some(definition);
    let mut tokens = pointer.split('/').skip(1);
    while let Some(value) = at
        && !value.is_string()
        && let Some(token) = tokens.next()
    {
        at = value.pointer(&format!("/{token}"));
    }
    let text = at.and_then(Value::as_str).unwrap_or_default();
    let variable = |segment: Segment<'a>| match segment {
        Segment::Name(name) if kind(name) == Kind::Variable => Some(name),
        _ => None,
    };
    segments(text).into_iter().filter_map(variable).collect()
}

impl Scan {
    fn text(&mut self, path: &str, text: &str) {
        let mut tracker = is_expression(text).then(Tracker::new);
        let mut after_escape = false;
        let parts = segments(text);
        for (index, segment) in parts.iter().copied().enumerate() {
            if let (Segment::Misnamed, Some(Segment::Text(rest))) = (segment, parts.get(index + 1))
                && rest.starts_with(PSEUDO)
            {
                self.problem(path, pseudo_parameter(rest));
            } else {
                self.segment(path, segment, tracker.as_ref().map(Tracker::place));
            }
            if let Segment::Text(text) = segment
                && after_escape
                && text.starts_with(SECRET)
            {
                self.problem(
                    path,
                    "\"$${secret.\" cannot be kept apart from a secret at run time. Word it differently.",
                );
            }
            if let Some(tracker) = &mut tracker {
                tracker.pass(segment);
            }
            after_escape = segment == Segment::Escape;
        }
    }

    fn segment(&mut self, path: &str, segment: Segment<'_>, place: Option<Place>) {
        match segment {
            Segment::Name(name) => self.name(path, name, place),
            Segment::Text(_) | Segment::Escape => {}
            Segment::Unclosed => self.problem(
                path,
                "\"${\" is not closed. Write \"${name}\", or \"$${\" for the characters themselves.",
            ),
            Segment::Misnamed => self.problem(
                path,
                format!(
                    "What follows \"${{\" is not a name: 1 to {MAX_NAME_CHARS} letters, digits, \".\", \"_\" \
                     and \"-\". Write \"$${{\" for the characters themselves."
                ),
            ),
        }
    }

    fn name(&mut self, path: &str, name: &str, place: Option<Place>) {
        match (kind(name), place) {
            (Kind::Secret(""), _) => self.problem(path, "\"${secret.}\" names no secret."),
            (Kind::Secret(secret), place) => {
                self.secrets.insert(secret.to_owned());
                if place.is_some_and(|place| place != Place::Quoted) {
                    self.problem(
                        path,
                        format!("Put \"${{{name}}}\" between quotes: it reaches the HTTP task as text."),
                    );
                }
                return;
            }
            (Kind::Platform, _) => {
                self.platform.insert(name.to_owned());
                if !PLATFORM_NAMES.contains(&name) {
                    let hint = hint(name, PLATFORM_NAMES);
                    self.problem(path, format!("The platform has no \"{name}\".{hint}"));
                }
            }
            (Kind::Variable, _) => {
                self.names.insert(name.to_owned());
            }
        }
        if place == Some(Place::Opaque) {
            self.problem(path, opaque(name));
        }
    }

    fn name_of_member(&mut self, path: &str, name: &str) {
        if has_placeholder(name) {
            let message = format!(
                "Placeholders in the name of a member are not replaced: it stays \"{name}\". Write the name itself, or \
                 put the whole object into a variable."
            );
            self.warnings.push(Finding::warning(path, message));
        }
    }

    fn problem(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Finding::error(path, message));
    }
}

/// Why a pseudo parameter of CloudFormation is refused. `rest` begins with its name.
fn pseudo_parameter(rest: &str) -> String {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != ':').unwrap_or(rest.len());
    let name = rest.get(..end).unwrap_or_default();
    let own = name.get(PSEUDO.len()..).unwrap_or_default().to_ascii_lowercase();
    format!(
        "\"${{{name}}}\" is a pseudo parameter of CloudFormation, which has no value here. Write a variable of the \
         environment, such as \"${{{own}}}\", or the value itself."
    )
}

/// Why a placeholder is refused in a place that knows no escapes.
fn opaque(name: &str) -> String {
    format!(
        "\"${{{name}}}\" cannot stand in a regular expression, in a comment, in a name in backticks or right \
         after a backslash. Put it into a string of its own and use that."
    )
}
