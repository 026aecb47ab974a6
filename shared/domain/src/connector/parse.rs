//! Reading `connect.yaml`: strictly, and everything that is wrong with it at once.
//!
//! A key that is not declared is an error, so that a misspelt one is told and not ignored. `docs/CONNECT-YAML.md` says
//! what a file may hold and where this differs from what the vendor reads.

mod application;
mod configuration;
mod document;
mod endpoint;
mod fields;
mod operation;
mod plain;
mod relations;
mod report;

use serde::Serialize;

use self::application::Application;
use self::configuration::Declared;
use self::fields::{Fields, Found};
use self::report::{Place, Report};
use super::specification::Specification;

/// The largest file, in bytes (48 KiB): what it declares is kept in items of a table whose items are bounded.
const MAX_BYTES: usize = 48 * 1024;

/// The most that a file may declare, in bytes of the JSON that is stored (80 KB): short YAML makes twice as much JSON,
/// and aliases twice as much YAML. An item of 400 KB has to hold it with everything else.
const MAX_STORED_BYTES: usize = 80_000;

/// The most applications of a connector.
const MAX_APPLICATIONS: usize = 50;

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
        let mut report = Report::default();
        let specification = read(&Found::root(&root), &mut report);
        report.into_error().map_or(Ok(()), Err)?;
        bounded(specification)
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

/// Reads what can be read. What could not be is in the report.
fn read(root: &Found<'_>, report: &mut Report) -> Specification {
    let Some(fields) = root.fields(&["deployAs", "inheritAs"], report) else {
        return Specification::default();
    };
    let applications = applications(&fields, report);
    let inherit =
        fields.get("inheritAs").and_then(|found| found.fields(&["configuration", "apiClient"], report));
    let inherited = inherit.as_ref().and_then(|fields| fields.get("configuration"));
    let inherited = inherited.map(|found| configuration::read(&found, report)).unwrap_or_default();
    let api_client = inherit.as_ref().and_then(|fields| fields.get("apiClient"));
    let api_client_scopes = api_client.map(|found| scopes(&found, report).unwrap_or_default());
    relate(&applications, &inherited, api_client_scopes.is_some(), report);
    Specification {
        applications: applications.into_iter().filter_map(Application::into_specification).collect(),
        global: inherited.keys,
        api_client_scopes,
    }
}

fn relate(applications: &[Application], inherited: &Declared, has_api_client: bool, report: &mut Report) {
    relations::refuse_shared_names(applications, report);
    relations::refuse_inherited_keys(applications, inherited, report);
    if has_api_client {
        relations::refuse_generated_keys(applications, inherited, report);
    }
    for application in applications {
        relations::check_merchant_center(application, inherited, report);
    }
}

fn applications(fields: &Fields<'_>, report: &mut Report) -> Vec<Application> {
    let Some(found) = fields.require("deployAs", "it is the list of applications", report) else {
        return Vec::new();
    };
    let items = found.list(report).unwrap_or_default();
    if items.len() > MAX_APPLICATIONS {
        let words =
            format!("{} applications are too many; a connector has at most {MAX_APPLICATIONS}", items.len());
        report.add(&found.place, words);
    }
    items.iter().take(MAX_APPLICATIONS).filter_map(|found| Application::read(found, report)).collect()
}

/// The scopes of the API client that a deployment is given, each once.
fn scopes(found: &Found<'_>, report: &mut Report) -> Option<Vec<String>> {
    const REMEDY: &str = "write at least one scope, such as manage_orders";
    let found = found.fields(&["scopes"], report)?.require("scopes", REMEDY, report)?;
    let items = found.list(report)?;
    if items.is_empty() {
        report.add(&found.place, format!("the list is empty; {REMEDY}"));
    }
    let mut scopes: Vec<String> = Vec::new();
    for scope in items.iter().filter_map(|item| item.text(report)) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Some(scopes)
}
