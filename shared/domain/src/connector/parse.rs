//! Reading `connect.yaml`: strictly, and everything that is wrong with it at once.
//!
//! A key that is not declared is an error, so that a misspelt one is told and not ignored. `docs/CONNECT-YAML.md` says
//! what a file may hold and where this differs from what the vendor reads.

mod conditions;
mod declared;
mod document;
mod file;
mod plain;
mod relations;
mod report;
mod words;

use std::sync::LazyLock;

use schema::{Format, SchemaError, Settings, Validator};
use serde::{Deserialize, Serialize};

use self::document::Node;
use self::file::File;
use self::report::{Place, Report};
use super::cadence::{Cadence, InvalidCadence, refuse_unknown_elsewhere};
use super::specification::Specification;
use crate::text::{ConfigurationKey, unprintable};

pub use file::connect_yaml_schema;

/// The largest file, in bytes (48 KiB): what it declares is kept in items of a table whose items are bounded.
const MAX_BYTES: usize = 48 * 1024;

/// The most that a file may declare, in bytes of the JSON that is stored (80 KB): short YAML makes twice as much JSON,
/// and aliases twice as much YAML. An item of 400 KB has to hold it with everything else.
const MAX_STORED_BYTES: usize = 80_000;

/// Everything that is wrong with a `connect.yaml`, by line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct InvalidSpecification(pub Vec<Problem>);

/// One thing that is wrong: where, what, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "connect.yaml{}{}: {message}",
    .line.map(|line| format!(" line {line}")).unwrap_or_default(),
    if .path.is_empty() { String::new() } else { format!(": {path}") },
)]
pub struct Problem {
    /// Where, such as `deployAs[0].configuration.standardConfiguration[1].key`; empty for the file as a whole.
    pub path: String,
    /// The line, from 1, when it is known.
    pub line: Option<usize>,
    /// The problem and its remedy.
    pub message: String,
}

impl Specification {
    /// Reads a `connect.yaml`.
    ///
    /// # Errors
    ///
    /// Every problem that the file has, by line, at most 100. One alone when the file is too large, or is not YAML, or
    /// declares more than 80 KB of JSON.
    pub fn parse(text: &str) -> Result<Self, InvalidSpecification> {
        if text.len() > MAX_BYTES {
            let message = format!("the file has {} bytes; at most {MAX_BYTES} (48 KiB) are read", text.len());
            return Err(InvalidSpecification(vec![Place::file(1).problem(message)]));
        }
        let root = document::read(text).map_err(|problem| InvalidSpecification(vec![problem]))?;
        bounded(read(&root)?)
    }
}

/// The specification, if there is room for it where it is stored.
fn bounded(specification: Specification) -> Result<Specification, InvalidSpecification> {
    // A deployment has the scopes twice: it keeps those that its API client was made with.
    let bytes = json_bytes(&specification) + json_bytes(&specification.api_client_scopes);
    if bytes <= MAX_STORED_BYTES {
        return Ok(specification);
    }
    let message = format!(
        "with its aliases replaced, what the file declares takes {bytes} bytes as JSON; at most {MAX_STORED_BYTES} can \
         be stored; declare fewer keys, use fewer aliases, or shorten descriptions and defaults"
    );
    Err(InvalidSpecification(vec![Problem { path: String::new(), line: None, message }]))
}

/// How long something is as JSON. What cannot be written takes all the room there is.
fn json_bytes(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(MAX_STORED_BYTES, |json| json.len())
}

/// The validator of the schema that is published.
static VALIDATOR: LazyLock<Result<Validator, SchemaError>> = LazyLock::new(|| {
    let settings = Settings { formats: FORMATS, ..Settings::default() };
    Validator::new(&connect_yaml_schema(), settings)
});

const FORMATS: &[Format] = &[
    ("connect-schedule", |text| {
        let cadence = text.parse::<Cadence>().and_then(|_| refuse_unknown_elsewhere(text));
        cadence.err().map(|InvalidCadence(message)| message)
    }),
    ("configuration-key", |text| Some(text.parse::<ConfigurationKey>().err()?.to_string())),
    ("multi-line", |text| unprintable(text, true)),
];

/// Judges the file by the schema, then its parts by each other, and reads it when nothing is wrong.
fn read(root: &Node) -> Result<Specification, InvalidSpecification> {
    let unusable = |error: String| {
        let message = format!("cannot be checked: {error}");
        InvalidSpecification(vec![Problem { path: String::new(), line: None, message }])
    };
    let validator = VALIDATOR.as_ref().map_err(|error| unusable(error.to_string()))?;
    let mut report = Report::default();
    let file = root.as_json(&Place::file(root.line), &mut report);
    for broken in validator.broken(&file) {
        words::report(&broken, root, &mut report);
    }
    relations::check(&file, root, &mut report);
    report.into_error().map_or(Ok(()), Err)?;
    let file = File::deserialize(file).map_err(|error| unusable(error.to_string()))?;
    Ok(file.into())
}
