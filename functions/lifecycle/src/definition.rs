//! Definitions on their way to Step Functions, whoever they belong to: filled in, bound to whom they work for, judged.

use domain::asl::Finding;
use domain::{asl, placeholders};
use runtime::Context;
use runtime::definitions::verdict;
use secrets::scope_token::{Scope, ScopeKey};
use serde_json::Value;
use store::ProjectStore;

use crate::fault::Fault;

/// The name that stands for the HTTP task.
const HTTP: &str = "slipway.http";

/// The title of a warning of the check.
pub(crate) const ABOUT: &str = "About the definition";

/// What is to be said of a definition that could be made.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Why it cannot be made; empty when it can.
    pub(crate) errors: Vec<String>,
    /// What is probably not meant.
    pub(crate) warnings: Vec<String>,
}

/// Reads the text of a definition, or says why it is none that could be handed on as it is written.
pub(crate) fn read(text: &str) -> Result<Value, Vec<String>> {
    let definition = serde_json::from_str(text).map_err(|error| vec![format!("This is no JSON: {error}")])?;
    let wrong = api::request::inexact_numbers(text);
    if wrong.is_empty() { Ok(definition) } else { Err(wrong.iter().map(ToString::to_string).collect()) }
}

/// The definition with every value filled in, or everything that is in the way. `missing` says what to do about a
/// name that has no value.
pub(crate) fn fill_in(
    definition: &Value,
    http_task: &str,
    value_of: impl Fn(&str) -> Option<Value>,
    missing: impl Fn(&str) -> String,
) -> Result<Value, Vec<String>> {
    let lookup = |name: &str| if name == HTTP { Some(Value::from(http_task)) } else { value_of(name) };
    placeholders::resolve(definition, &lookup).map_err(|unresolved| {
        let nameless = unresolved.missing.iter().map(|name| missing(name));
        nameless.chain(unresolved.refused.iter().map(words)).collect()
    })
}

/// The definition as Step Functions gets it: with a scope token in every HTTP task, for the secrets that this task
/// names. `whole` is the scope with all secrets of the definition.
pub(crate) fn bind(
    definition: &Value,
    http_task: &str,
    key: &ScopeKey,
    whole: &Scope,
) -> Result<String, secrets::Error> {
    let mut bound = definition.clone();
    asl::bind_scope(&mut bound, http_task, |names| {
        let pins = whole.secrets.iter().filter(|(name, _)| names.contains(*name));
        let secrets = pins.map(|(name, version)| (name.clone(), *version)).collect();
        key.sign(&Scope { secrets, ..whole.clone() })
    })?;
    Ok(bound.to_string())
}

/// Our own check of a definition that is filled in, then that of Step Functions on what it would get.
pub(crate) async fn judge(
    context: &Context,
    project: &ProjectStore,
    definition: &Value,
    bound: &str,
    express: bool,
) -> Result<Judgement, Fault> {
    let found = asl::check_resolved(definition, context.config.http_task()?, express);
    let (errors, warnings): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.is_error());
    let mut errors: Vec<String> = errors.into_iter().map(words).collect();
    // The scope tokens count as well.
    if errors.is_empty() && bound.len() > asl::MAX_DEFINITION_BYTES {
        let (size, limit) = (bound.len(), asl::MAX_DEFINITION_BYTES);
        errors.push(format!("The definition has {size} bytes; Step Functions takes at most {limit}"));
    }
    if errors.is_empty() {
        // Scope tokens differ from deployment to deployment; to Step Functions they are text like any other.
        errors = verdict(context, project, definition, bound, express).await?.iter().map(words).collect();
    }
    Ok(Judgement { errors, warnings: warnings.into_iter().map(words).collect() })
}

/// What was found, and where, in one line.
pub(crate) fn words(found: &Finding) -> String {
    match found.path.as_str() {
        "" => found.message.clone(),
        path => format!("{path}: {}", found.message),
    }
}
