//! Configuration as requests write it, and what is wrong with it as clients are told.

use api::validate::MAX_PROBLEMS;
use api::{ApiError, ErrorCode, ErrorItem};
use domain::connector_deployment::{
    ApplicationDraft, ConfigurationDraft, ConfigurationProblem, DraftedValues, ProblemCode, Secret,
};
use domain::ids::ConnectorDeploymentId;
use domain::secret::SecretText;
use domain::text::ProjectKey;
use runtime::Context;
use runtime::sealing::{ToSeal, seal};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use store::{MAX_SECRETS_AT_ONCE, SealedVariable};

/// A value that can be read after it was set.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct StandardValueDraft {
    /// The key, as `connect.yaml` declares it.
    #[schemars(length(max = 256))]
    pub key: String,
    /// The value.
    pub value: String,
}

/// A value that cannot be read after it was set.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SecuredValueDraft {
    /// The key, as `connect.yaml` declares it.
    #[schemars(length(max = 256))]
    pub key: String,
    /// The secret. `****` leaves the one that is there as it is.
    pub value: SecretText,
}

/// The values of the keys that every application gets.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentGlobalConfiguration {
    /// Readable values.
    #[schemars(length(max = 500))]
    pub standard_configuration: Option<Vec<StandardValueDraft>>,
    /// Secrets.
    #[schemars(length(max = 500))]
    pub secured_configuration: Option<Vec<SecuredValueDraft>>,
}

/// The configuration of one application.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentConfigurationApplication {
    /// Its name in `connect.yaml`.
    #[schemars(length(max = 256))]
    pub application_name: String,
    /// Readable values.
    #[schemars(length(max = 500))]
    pub standard_configuration: Option<Vec<StandardValueDraft>>,
    /// Secrets.
    #[schemars(length(max = 500))]
    pub secured_configuration: Option<Vec<SecuredValueDraft>>,
    /// When a job runs, in place of what `connect.yaml` says: five-field cron, or a macro such as `@daily`.
    #[schemars(length(max = 256))]
    pub schedule: Option<String>,
    /// The retry policy for messages of an event application. It replaces that of `connect.yaml`.
    pub retry_policy: Option<Value>,
}

impl From<DeploymentGlobalConfiguration> for DraftedValues {
    fn from(draft: DeploymentGlobalConfiguration) -> Self {
        let standard = draft.standard_configuration.unwrap_or_default();
        let secured = draft.secured_configuration.unwrap_or_default();
        Self {
            standard: standard.into_iter().map(|drafted| (drafted.key, drafted.value)).collect(),
            secured: secured.into_iter().map(|drafted| (drafted.key, drafted.value)).collect(),
        }
    }
}

impl From<DeploymentConfigurationApplication> for ApplicationDraft {
    fn from(draft: DeploymentConfigurationApplication) -> Self {
        let values = DeploymentGlobalConfiguration {
            standard_configuration: draft.standard_configuration,
            secured_configuration: draft.secured_configuration,
        };
        Self {
            name: draft.application_name,
            values: values.into(),
            schedule: draft.schedule,
            retry_policy: draft.retry_policy,
        }
    }
}

/// The configuration that a request writes. What it does not mention stays.
pub(crate) fn draft(
    applications: Option<Vec<DeploymentConfigurationApplication>>,
    global: Option<DeploymentGlobalConfiguration>,
) -> ConfigurationDraft {
    ConfigurationDraft {
        applications: applications.map(|list| list.into_iter().map(Into::into).collect()),
        global: global.map(Into::into),
    }
}

/// Every problem of a configuration in one answer. `list` points at the request's list of applications.
pub(crate) fn refused(problems: Vec<ConfigurationProblem>, list: &str) -> ApiError {
    let code = problems.first().map_or(ProblemCode::InvalidInput, |problem| problem.code);
    let mut items: Vec<ErrorItem> = problems.into_iter().flat_map(|problem| items(problem, list)).collect();
    // A small request can be wrong in so many places that the answer would be larger than Lambda carries.
    if items.len() > MAX_PROBLEMS {
        let more = items.len() - MAX_PROBLEMS;
        items.truncate(MAX_PROBLEMS);
        items.extend(
            ApiError::invalid_field(list, format!("and {more} more problems; mend these first")).errors,
        );
    }
    ApiError::all(ErrorCode::from(code).status(), items)
}

fn items(problem: ConfigurationProblem, list: &str) -> Vec<ErrorItem> {
    let ConfigurationProblem { code, message, pointer } = problem;
    if code != ProblemCode::InvalidInput {
        return vec![ErrorItem::new(ErrorCode::from(code), message)];
    }
    let pointer = pointer.unwrap_or_default();
    let pointer = match pointer.strip_prefix("/global") {
        Some(below) => format!("/globalConfiguration{below}"),
        None => format!("{list}{pointer}"),
    };
    ApiError::invalid_field(&pointer, message).errors
}

/// Seals new secrets. `list` points at the request's list of applications.
pub(crate) async fn seal_all(
    context: &Context,
    project: &ProjectKey,
    deployment: ConnectorDeploymentId,
    secrets: Vec<Secret>,
    list: &str,
) -> Result<Vec<SealedVariable>, ApiError> {
    if secrets.len() > MAX_SECRETS_AT_ONCE {
        let words = format!(
            "brings {} new secured values, that of an API client included; at most {MAX_SECRETS_AT_ONCE} are stored at \
             once",
            secrets.len()
        );
        return Err(ApiError::invalid_field(list, words));
    }
    let to_seal = |secret: Secret| ToSeal {
        name: secret.key.as_variable(),
        version: secret.version,
        value: secret.value,
    };
    seal(context, project, deployment, secrets.into_iter().map(to_seal).collect()).await
}

#[cfg(test)]
mod tests;
