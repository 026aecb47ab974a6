//! From a release to what Step Functions is given: resolved, bound to whom it works for, validated.

use domain::deployment::Bundle;
use domain::ids::{DeploymentId, EnvironmentId, FlowId};
use domain::payload::Payload;
use domain::release::{Release, ReleasePayload};
use domain::report_code::ReportCode;
use runtime::Context;
use secrets::scope_token::Scope;
use serde_json::Value;
use store::ProjectStore;

use crate::definition;
use crate::error::AppError;

/// The title of the refusal of a definition that is not valid.
pub const NOT_VALID: &str = ReportCode::DefinitionNotValid.title();

/// The refusal of a definition that is not valid, for all of `reasons`.
pub fn not_valid(reasons: Vec<String>) -> AppError {
    AppError::Failed { code: ReportCode::DefinitionNotValid, reasons }
}

/// What a build is made of.
#[derive(Debug)]
pub struct Blueprint {
    /// The definition with its values, and what it was made of.
    pub bundle: Bundle,
    /// The definition as Step Functions gets it, bound to its deployment: signed once for an attempt.
    pub definition: String,
}

/// Whom a state machine works for.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Where its secrets lie. Without an environment there are none.
    pub environment: Option<EnvironmentId>,
    /// The name of the state machine.
    pub machine: &'a str,
}

/// Reads a release, and verifies the digest of its contents.
///
/// # Errors
///
/// [`AppError::NotFound`] when there is no such release.
pub async fn resolve(
    context: &Context,
    project: &ProjectStore,
    flow: FlowId,
    number: u32,
) -> Result<(Release, ReleasePayload), AppError> {
    let release = project.release(flow, number).await?;
    let document = context.artifacts()?.get(&release.payload).await?;
    Ok((release, serde_json::from_value(document)?))
}

/// A build as it was stored, bound to `owner`.
///
/// # Errors
///
/// [`AppError::Refused`] when it cannot be read any more.
pub async fn stored(
    context: &Context,
    project: &ProjectStore,
    owner: Owner<'_>,
    payload: &Payload,
) -> Result<Blueprint, AppError> {
    let document = context.artifacts()?.get(payload).await?;
    bind(context, project, owner, serde_json::from_value(document)?).await
}

/// The definition as Step Functions gets it: with a scope token of its deployment and state machine in every HTTP task.
///
/// # Errors
///
/// [`AppError::Internal`] when the keys of scope tokens do not open.
pub async fn bind(
    context: &Context,
    project: &ProjectStore,
    owner: Owner<'_>,
    bundle: Bundle,
) -> Result<Blueprint, AppError> {
    let keys = context.current_scope_keys().await?;
    let scope = Scope {
        project: project.project().to_string(),
        environment: owner.environment.map(|id| id.to_string()).unwrap_or_default(),
        deployment: owner.deployment.to_string(),
        machine: owner.machine.to_owned(),
        // Each task is told its own.
        origin: None,
        secrets: bundle.secrets.iter().map(|(name, version)| (name.to_string(), *version)).collect(),
    };
    let definition = definition::bind(&bundle.definition, context.config.http_task()?, &keys, &scope)?;
    Ok(Blueprint { bundle, definition })
}

/// Our own check of a build, then that of Step Functions. `written` is the definition with its placeholders in place.
/// Returns what is probably not meant.
///
/// # Errors
///
/// [`AppError::Refused`] with everything that is wrong.
pub async fn validate(
    context: &Context,
    project: &ProjectStore,
    written: &Value,
    blueprint: &Blueprint,
) -> Result<Vec<String>, AppError> {
    let Blueprint { bundle, definition } = blueprint;
    let express = bundle.kind.is_express();
    let judgement =
        definition::judge(context, project, written, &bundle.definition, definition, express).await?;
    if judgement.errors.is_empty() { Ok(judgement.warnings) } else { Err(not_valid(judgement.errors)) }
}
