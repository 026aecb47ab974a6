//! From a release to a build: what its placeholders stand for where it is deployed is filled in.

use domain::deployment::Bundle;
use domain::environment::{Environment, Variable};
use domain::ids::EnvironmentId;
use domain::placeholders::{self, Scan, Values};
use domain::placement::Placement;
use domain::release::ReleasePayload;
use domain::report_code::ReportCode;
use domain::text::VariableName;
use runtime::Context;
use serde_json::Value;
use store::ProjectStore;

use crate::definition;
use crate::error::AppError;

/// The title of the refusal of what lacks a value.
pub const INCOMPLETE: &str = ReportCode::ConfigurationIncomplete.title();

/// The refusal of a configuration that lacks something, for all of `reasons`.
pub fn incomplete(reasons: Vec<String>) -> AppError {
    AppError::Failed { code: ReportCode::ConfigurationIncomplete, reasons }
}

/// A release with the values of where it is deployed.
#[derive(Debug)]
pub struct Configured {
    /// What is built.
    pub bundle: Bundle,
    /// What was filled in, in words.
    pub summary: String,
}

/// Fills a release in with the values of `destination`.
///
/// # Errors
///
/// [`AppError::Refused`] with everything that is missing.
pub async fn configure(
    context: &Context,
    project: &ProjectStore,
    release: ReleasePayload,
    destination: Placement,
) -> Result<Configured, AppError> {
    let environment = match destination {
        Placement::Environment(id) => Some(environment(project, id).await?),
        Placement::Global => None,
    };
    let values = environment.as_ref().map_or(EnvironmentValues::None, EnvironmentValues::Of);
    let scan = placeholders::scan(&release.definition);
    let (secrets, mut reasons) = values.pin(&scan);
    let filled = definition::fill_in(&release.definition, context.config.http_task()?, &values);
    let definition = filled.unwrap_or_else(|in_the_way| {
        reasons.extend(in_the_way);
        Value::Null
    });
    if !reasons.is_empty() {
        return Err(incomplete(reasons));
    }
    let summary = values.summary(&scan);
    // Whatever is pinned is a variable of the environment.
    let secrets =
        secrets.into_iter().filter_map(|(name, version)| Some((name.parse().ok()?, version))).collect();
    let execution_role = environment.and_then(|environment| environment.execution_role);
    let bundle = Bundle { kind: release.kind, trigger: release.trigger, definition, secrets, execution_role };
    Ok(Configured { bundle, summary })
}

async fn environment(project: &ProjectStore, id: EnvironmentId) -> Result<Environment, AppError> {
    Ok(project.get_by_id::<Environment>(id.uuid()).await?.entity)
}

/// Values of where a release is deployed.
#[derive(Debug, Clone, Copy)]
pub enum EnvironmentValues<'a> {
    /// Those of an environment.
    Of(&'a Environment),
    /// None: what is deployed everywhere is deployed in no environment.
    None,
}

impl Values for EnvironmentValues<'_> {
    fn plain(&self, name: &str) -> Option<Value> {
        let Self::Of(environment) = self else { return None };
        let name: VariableName = name.parse().ok()?;
        match environment.variables.get(&name)? {
            Variable::Plain { value } => Some(value.clone()),
            Variable::Secured { .. } => None,
        }
    }

    fn missing(&self, name: &str) -> String {
        let Self::Of(environment) = self else { return nowhere("variable", name) };
        let is_secured = name.parse().is_ok_and(|name| environment.is_secured(&name));
        if is_secured {
            let place = &environment.name;
            return format!(
                "The variable '{name}' is secured in {place}: write ${{secret.{name}}}, in a header"
            );
        }
        format!("The variable '{name}' is not set in {}", environment.name)
    }

    fn secret(&self, name: &str) -> Result<u64, String> {
        let Self::Of(environment) = self else { return Err(nowhere("secured variable", name)) };
        let parsed = name.parse::<VariableName>().ok();
        match parsed.and_then(|parsed| environment.variables.get(&parsed)) {
            Some(Variable::Secured { version }) => Ok(*version),
            Some(Variable::Plain { .. }) => {
                Err(format!("The variable '{name}' is not secured in {}", environment.name))
            }
            _ => Err(format!("The secured variable '{name}' is not set in {}", environment.name)),
        }
    }
}

impl EnvironmentValues<'_> {
    /// What was filled in, in words.
    fn summary(self, scan: &Scan) -> String {
        let (variables, secrets) = (scan.names.len(), scan.secrets.len());
        match self {
            Self::Of(Environment { name, .. }) => {
                format!("Filled in from {name}; variables: {variables}, secrets: {secrets}")
            }
            Self::None => {
                "Deployed everywhere: without an environment there is nothing to fill in".to_owned()
            }
        }
    }
}

fn nowhere(what: &str, name: &str) -> String {
    format!(
        "The {what} '{name}' has no value: a global deployment has no environment; deploy the release to an \
         environment where it is set, or write a release that does without it"
    )
}

#[cfg(test)]
mod tests {
    use domain::placeholders;
    use serde_json::json;

    use super::*;

    fn environment() -> Environment {
        serde_json::from_value(json!({
            "id": "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", "key": null, "name": "Staging", "position": 0,
            "variables": {
                "word": { "kind": "plain", "value": "new" },
                "TOKEN": { "kind": "secured", "version": 3 },
            },
            "lastSecretVersion": 3,
            "metadata": {
                "version": 1, "createdAt": "2026-11-20T10:00:00Z", "createdBy": "system:tests",
                "lastModifiedAt": "2026-11-20T10:00:00Z", "lastModifiedBy": "system:tests",
            },
        }))
        .unwrap()
    }

    fn scan() -> Scan {
        placeholders::scan(&json!({ "a": "${word}", "b": "Bearer ${secret.TOKEN}", "c": "${secret.word}" }))
    }

    #[test]
    fn an_environment_gives_what_is_set_there_in_the_way_it_is_set() {
        let (environment, scan) = (environment(), scan());
        let values = EnvironmentValues::Of(&environment);
        assert_eq!(values.plain("word"), Some(json!("new")));
        assert_eq!(values.plain("TOKEN"), None);
        assert!(values.missing("TOKEN").contains("write ${secret.TOKEN}"));
        assert_eq!(values.missing("other"), "The variable 'other' is not set in Staging");
        let (pinned, missing) = values.pin(&scan);
        assert_eq!(pinned, [("TOKEN".to_owned(), 3)].into());
        assert_eq!(missing, ["The variable 'word' is not secured in Staging"]);
    }

    #[test]
    fn everywhere_nothing_has_a_value_and_the_words_say_what_to_do() {
        assert_eq!(EnvironmentValues::None.plain("word"), None);
        let (pinned, mut missing) = EnvironmentValues::None.pin(&scan());
        assert!(pinned.is_empty());
        missing.push(EnvironmentValues::None.missing("word"));
        assert_eq!(missing.len(), 3);
        for (reason, name) in missing.iter().zip(["TOKEN", "word", "word"]) {
            assert!(reason.contains(&format!("'{name}'")), "{reason}");
            assert!(
                reason.contains("a global deployment has no environment; deploy the release to"),
                "{reason}"
            );
        }
    }
}
