//! Checks JSON against a JSON Schema and says in plain words what is wrong with it.
//!
//! What is published and what is enforced are thus the same thing, and **every** problem of a value is found at
//! once, where deserialising stops at the first. Run it before deserialising:
//!
//! ```
//! # use schemars::JsonSchema;
//! # use schema::{Settings, Validator};
//! #[derive(JsonSchema)]
//! struct Draft {
//!     /// What people call it.
//!     #[schemars(length(max = 256))]
//!     name: String,
//!     position: u32,
//! }
//!
//! let validator = Validator::new(schemars::schema_for!(Draft).as_value(), Settings::default())?;
//! let problems = validator.problems(&serde_json::json!({ "position": "first" }));
//! let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
//! assert_eq!(lines, ["name: is required", "position: must be a whole number"]);
//! # Ok::<(), schema::SchemaError>(())
//! ```
//!
//! Values are not repeated in messages, except an unknown tag of a union, cut to 80 characters, and not even that
//! inside a member marked `writeOnly`. What becomes of members that the schema does not know depends on [`Unknown`].

mod broken;
mod closed;
mod integers;
mod names;
mod patterns;
pub mod pointer;
mod rewrite;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use jsonschema::{Draft, PatternOptions, Registry, ValidationError};
use serde_json::{Value, json};

use crate::pointer::pointer_to_words;

pub use broken::Broken;
pub use closed::{ReadOnly, close};
pub use names::{Unknown, complaint, misspelt, nearest};

/// A format that a schema names and only code can judge: its name, and what is wrong with a text, if anything.
pub type Format = (&'static str, fn(&str) -> Option<String>);

/// What a schema does not say itself.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// What becomes of members that the schema does not know.
    pub unknown: Unknown,
    /// Whether a misspelling of this member is refused where unknown members are ignored.
    pub guarded: fn(&str) -> bool,
    /// The formats beside those of JSON Schema.
    pub formats: &'static [Format],
}

impl Settings {
    /// What is wrong with `text`, in the words of its format; `None` when it is right, or the format is not here.
    pub(crate) fn explain(&self, format: &str, text: &str) -> Option<String> {
        self.formats.iter().find(|(name, _)| *name == format).and_then(|(_, judge)| judge(text))
    }
}

impl Default for Settings {
    /// Unknown members are refused, and there are no formats but those of JSON Schema.
    fn default() -> Self {
        Self { unknown: Unknown::Refused, guarded: |_| false, formats: &[] }
    }
}

/// Maximum number of problems reported for one value, so that a large wrong one cannot make a larger answer.
pub const MAX_PROBLEMS: usize = 100;

/// What the schema is called while it is compiled.
///
/// The library checks every schema against the meta-schema of its draft, and cannot be told not to. Compiling that of draft
/// 2020-12 costs several times what compiling one of ours does. So the library gets a reference to our schema, in the terms
/// of draft 4, whose meta-schema is small. Tests check our schemas against the meta-schema of their own draft.
const SCHEMA: &str = "slipway:schema";

/// One thing that is wrong with a value.
///
/// `Display` gives place and message in one line, such as `actions[0].name: must not be empty`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON pointer (RFC 6901) into the value, empty for the value itself. A member that is missing is
    /// pointed at as if it were there.
    pub pointer: String,
    /// What is wrong and how to mend it, in plain words and without the place.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", pointer_to_words(&self.pointer), self.message)
    }
}

/// A schema cannot be used: it is not valid JSON Schema, or refers to something it does not contain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema cannot be used: {0}")]
pub struct SchemaError(String);

/// A compiled schema. Build it once, when a process starts: compiling costs far more than checking.
#[derive(Debug)]
pub struct Validator {
    /// The schema as compiled, for what an error message must look up in it.
    schema: Value,
    settings: Settings,
    compiled: jsonschema::Validator,
}

impl Validator {
    /// Compiles a JSON Schema (draft 2020-12) whose references all stay inside it, as `schemars` generates it.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] when the schema is not valid or a reference leads nowhere.
    pub fn new(schema: &Value, settings: Settings) -> Result<Self, SchemaError> {
        let schema = rewrite::with_explicit_unions(schema);
        let compiled = compile(&schema, &settings).map_err(|error| SchemaError(error.to_string()))?;
        Ok(Self { schema, settings, compiled })
    }

    /// Writes the whole numbers of `body` without a fraction, where the schema says that there are whole numbers.
    pub fn settle(&self, body: &mut Value) {
        integers::settle(&self.schema, &self.schema, body);
    }

    /// Every rule that `value` breaks, for who tells them in words of their own.
    pub fn broken<'a>(&'a self, value: &'a Value) -> impl Iterator<Item = Broken<'a>> {
        self.compiled.iter_errors(value).flat_map(|error| broken::of(&self.schema, &error, &self.settings))
    }

    /// Everything that is wrong with `body`, in the order of its members; empty when it fits the schema.
    ///
    /// At most [`MAX_PROBLEMS`], followed by one that says that there are more.
    pub fn problems(&self, body: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        for error in self.compiled.iter_errors(body) {
            problems.extend(words::explain(&self.schema, &error, &self.settings));
            if problems.len() > MAX_PROBLEMS {
                break;
            }
        }
        problems.sort_by_cached_key(|problem| (pointer::sort_key(&problem.pointer), problem.message.clone()));
        problems.dedup();
        if problems.len() > MAX_PROBLEMS {
            problems.truncate(MAX_PROBLEMS);
            let message = format!("has more problems; these are {MAX_PROBLEMS} of them");
            problems.push(Problem { pointer: String::new(), message });
        }
        problems
    }
}

/// Compiles a schema that is written in draft 2020-12.
fn compile(schema: &Value, settings: &Settings) -> Result<jsonschema::Validator, ValidationError<'static>> {
    let mut options = jsonschema::options();
    for (name, judge) in settings.formats {
        options = options.with_format(*name, move |text| judge(text).is_none());
    }
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .add(SCHEMA, Draft::Draft202012.create_resource_ref(schema))
        .and_then(jsonschema::RegistryBuilder::prepare)?;
    options
        .with_draft(Draft::Draft4)
        .with_registry(&registry)
        .should_validate_formats(true)
        // Takes time linear in the text, whatever the pattern.
        .with_pattern_options(PatternOptions::regex())
        .with_keyword(patterns::PATTERN, patterns::make)
        .offline()
        .build(&json!({ "$ref": SCHEMA }))
}
