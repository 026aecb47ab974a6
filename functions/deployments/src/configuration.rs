//! Configuration as requests write it, and what is wrong with it as clients are told.

use api::validate::MAX_PROBLEMS;
use api::{ApiError, ErrorCode, ErrorItem};
use app::seal::{ToSeal, seal};
use contract::connect::deployments::{DeploymentConfigurationApplication, DeploymentGlobalConfiguration};
use domain::connector_deployment::{ConfigurationDraft, ConfigurationProblem, ProblemCode, Secret};
use domain::ids::ConnectorDeploymentId;
use domain::text::ProjectKey;
use runtime::Context;
use store::{MAX_SECRETS_AT_ONCE, SealedVariable};

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
    Ok(seal(context, project, deployment, secrets.into_iter().map(to_seal).collect()).await?)
}

#[cfg(test)]
mod tests;
