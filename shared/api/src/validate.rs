//! Checks request bodies against the JSON Schema that the OpenAPI document publishes.
//!
//! What is published and what is enforced are thus the same thing, and **every** problem of a body is found at
//! once, where deserialising stops at the first. Run it before deserialising:
//!
//! ```
//! # use schemars::JsonSchema;
//! # use api::validate::Validator;
//! #[derive(JsonSchema)]
//! struct Draft {
//!     /// What people call it.
//!     #[schemars(length(max = 256))]
//!     name: String,
//!     position: u32,
//! }
//!
//! let validator = Validator::new(schemars::schema_for!(Draft).as_value())?;
//! let problems = validator.problems(&serde_json::json!({ "position": "first" }));
//! let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
//! assert_eq!(lines, ["name: is required", "position: must be a whole number"]);
//! # Ok::<(), api::validate::SchemaError>(())
//! ```
//!
//! The body's values are not repeated in messages, except an unknown tag of a union, cut to 80 characters, and
//! not even that inside a member marked `writeOnly`. What becomes of members that the schema does not know depends on
//! [`Unknown`].

mod closed;
mod formats;
mod integers;
mod rewrite;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

use jsonschema::{Draft, PatternOptions};
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::operation::BodySchema;
use crate::pointer::{self, pointer_to_words};
use crate::unknown::Unknown;

pub use closed::{ReadOnly, close};

/// The most problems reported for one body, so that a large wrong body cannot make a larger answer.
pub const MAX_PROBLEMS: usize = 100;

/// One thing that is wrong with a body.
///
/// `Display` gives place and message in one line, such as `actions[0].name: must not be empty`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON pointer (RFC 6901) into the body, empty for the body itself. A member that is missing is
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

/// The schema of a body cannot be used: it is not valid JSON Schema, or refers to something it does not contain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema cannot be used: {0}")]
pub struct SchemaError(String);

/// A compiled schema. Build it once per operation, when a function starts: compiling costs far more than checking.
#[derive(Debug)]
pub struct Validator {
    /// The schema as compiled, for what an error message must look up in it.
    schema: Value,
    unknown: Unknown,
    compiled: jsonschema::Validator,
}

impl Validator {
    /// Compiles a JSON Schema (draft 2020-12) whose references all stay inside it, as `schemars` generates it.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] when the schema is not valid or a reference leads nowhere.
    pub fn new(schema: &Value) -> Result<Self, SchemaError> {
        Self::compile(schema, Unknown::Refused)
    }

    /// The schema of an operation's body, closed as the OpenAPI document publishes it. Where the contract ignores
    /// unknown members, only those are problems that come close to a guarded one.
    ///
    /// # Errors
    ///
    /// As [`Validator::new`].
    pub fn of_body(body: BodySchema, unknown: Unknown) -> Result<Self, SchemaError> {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema = (body.schema)(&mut generator).to_value();
        let definitions = generator.take_definitions(true);
        close(&mut schema, &definitions);
        let mut closed = definitions.clone();
        closed.values_mut().for_each(|definition| close(definition, &definitions));
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("$defs".to_owned(), Value::Object(closed));
        }
        Self::compile(&schema, unknown)
    }

    fn compile(schema: &Value, unknown: Unknown) -> Result<Self, SchemaError> {
        let schema = rewrite::with_explicit_unions(schema);
        let mut options = jsonschema::options();
        for (name, judge) in formats::FORMATS {
            options = options.with_format(*name, move |text| judge(text).is_none());
        }
        let compiled = options
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            // Takes time linear in the text, whatever the pattern.
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(&schema)
            .map_err(|error| SchemaError(error.to_string()))?;
        Ok(Self { schema, unknown, compiled })
    }

    /// Writes the whole numbers of `body` without a fraction, where the schema says that there are whole numbers.
    pub fn settle(&self, body: &mut Value) {
        integers::settle(&self.schema, &self.schema, body);
    }

    /// Everything that is wrong with `body`, in the order of its members; empty when it fits the schema.
    ///
    /// At most [`MAX_PROBLEMS`], followed by one that says that there are more.
    pub fn problems(&self, body: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        for error in self.compiled.iter_errors(body) {
            problems.extend(words::explain(&self.schema, &error, self.unknown));
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
