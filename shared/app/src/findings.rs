//! What is looked at before a definition is kept: our own check and that of Step Functions, both to the end.

use domain::asl::{self, stand_ins};
use domain::definition::{Finding, MAX_DEFINITION_BYTES};
use domain::payload::Digest;
use domain::placeholders::scan;
use runtime::Context;
use runtime::aws::AwsError;
use serde_json::Value;
use store::ProjectStore;

/// Why a definition, its placeholders in place, cannot be deployed; empty when it can. Warnings are left out.
///
/// Needs `states:ValidateStateMachineDefinition`.
pub async fn errors_of(
    context: &Context,
    project: &ProjectStore,
    definition: &Value,
    express: bool,
) -> Result<Vec<Finding>, AwsError> {
    let mut findings = findings_of(context, project, definition, express).await?;
    findings.retain(Finding::is_error);
    Ok(findings)
}

/// What Step Functions finds wrong with the definition `text`; empty when it would take it. It takes few such requests
/// in a second, so a definition that was found valid is not asked about again for a while: `known_by` is what it is
/// known by, the definition without what differs between deployments and does not matter to Step Functions.
///
/// Needs `states:ValidateStateMachineDefinition`, and to read and write the table.
pub async fn verdict(
    context: &Context,
    project: &ProjectStore,
    known_by: &Value,
    text: &str,
    express: bool,
) -> Result<Vec<Finding>, AwsError> {
    let digest = Digest::of(format!("{express}\n{known_by}").as_bytes());
    let now = context.clock.now();
    match project.is_validated(&digest, now).await {
        Ok(true) => return Ok(Vec::new()),
        Ok(false) => {}
        Err(cause) => {
            tracing::warn!(%digest, %cause, "cannot look whether it was validated; it is validated again");
        }
    }
    let findings = context.machines().findings(text, express).await?;
    if findings.is_empty()
        && let Err(cause) = project.remember_validated(&digest, now).await
    {
        tracing::warn!(%digest, %cause, "that it is valid is not remembered");
    }
    Ok(findings)
}

/// What is to be said of a definition, its placeholders in place: why it cannot be deployed, and what is probably not
/// meant. `express` says that it is to run as an EXPRESS workflow.
///
/// Needs `states:ValidateStateMachineDefinition`.
pub async fn findings_of(
    context: &Context,
    project: &ProjectStore,
    definition: &Value,
    express: bool,
) -> Result<Vec<Finding>, AwsError> {
    let http_task = context
        .config
        .http_task()
        .map_err(|missing| AwsError::Unavailable { service: "Lambda", source: missing.into() })?;
    let mut findings = own_findings_of(definition, http_task, express);
    let mut others = findings_of_step_functions(context, project, definition, express).await?;
    // Where both say something, ours says how to mend it.
    others.retain(|other| !findings.iter().any(|own| own.is_error() && own.path == other.path));
    findings.extend(others);
    Ok(findings)
}

/// The part of [`findings_of`] that needs no network. `http_task_arn` is the ARN of the HTTP task.
pub fn own_findings_of(definition: &Value, http_task_arn: &str, express: bool) -> Vec<Finding> {
    let mut findings = asl::check(definition, express);
    findings.extend(asl::other_ways(definition, http_task_arn));
    let placeholders = scan(definition);
    findings.extend(placeholders.problems);
    findings.extend(placeholders.warnings);
    // Both say so when the definition is nested too deeply.
    findings.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
    findings.dedup();
    findings
}

async fn findings_of_step_functions(
    context: &Context,
    project: &ProjectStore,
    definition: &Value,
    express: bool,
) -> Result<Vec<Finding>, AwsError> {
    // Step Functions knows no placeholders.
    let whole = stand_ins(definition);
    let text = whole.to_string();
    if text.len() > MAX_DEFINITION_BYTES {
        let message = format!(
            "The definition has {} bytes once its placeholders have values; Step Functions takes at most \
             {MAX_DEFINITION_BYTES}. Move a part of it into another flow.",
            text.len()
        );
        return Ok(vec![Finding::error("", message)]);
    }
    verdict(context, project, &whole, &text, express).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HTTP_TASK: &str = "arn:aws:lambda:eu-central-1:123456789012:function:slipway-http-task-call";

    #[test]
    fn what_is_nested_too_deeply_is_said_once() {
        let deep = (0..120).fold(json!({}), |inner, _| json!({ "a": inner }));
        assert_eq!(own_findings_of(&deep, HTTP_TASK, false).len(), 1);
    }

    #[test]
    fn a_sound_definition_has_no_findings() {
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": { "Type": "Wait", "Seconds": "${pause}", "End": true } } });
        assert_eq!(own_findings_of(&definition, HTTP_TASK, false), []);
    }
}
