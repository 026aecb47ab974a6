//! What is looked at before a definition is kept: our own check and that of Step Functions, both to the end.

use domain::asl::{self, Finding, MAX_DEFINITION_BYTES};
use domain::placeholders::{scan, stand_ins};
use serde_json::Value;

use crate::aws::AwsError;
use crate::context::Context;

/// Why a definition, its placeholders in place, cannot be deployed; empty when it can. Warnings are left out.
///
/// Needs `states:ValidateStateMachineDefinition`.
pub async fn errors_of(
    context: &Context,
    definition: &Value,
    express: bool,
) -> Result<Vec<Finding>, AwsError> {
    let mut findings = findings_of(context, definition, express).await?;
    findings.retain(Finding::is_error);
    Ok(findings)
}

/// What is to be said of a definition, its placeholders in place: why it cannot be deployed, and what is probably not
/// meant. `express` says that it is to run as an EXPRESS workflow.
///
/// Needs `states:ValidateStateMachineDefinition`.
pub async fn findings_of(
    context: &Context,
    definition: &Value,
    express: bool,
) -> Result<Vec<Finding>, AwsError> {
    let mut findings = own_findings_of(definition, express);
    let mut others = findings_of_step_functions(context, definition, express).await?;
    // Where both say something, ours says how to mend it.
    others.retain(|other| !findings.iter().any(|own| own.is_error() && own.path == other.path));
    findings.extend(others);
    Ok(findings)
}

/// The part of [`findings_of`] that needs no network.
pub fn own_findings_of(definition: &Value, express: bool) -> Vec<Finding> {
    let mut findings = asl::check(definition, express);
    findings.extend(scan(definition).problems);
    // Both say so when the definition is nested too deeply.
    findings.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
    findings.dedup();
    findings
}

async fn findings_of_step_functions(
    context: &Context,
    definition: &Value,
    express: bool,
) -> Result<Vec<Finding>, AwsError> {
    // Step Functions knows no placeholders.
    let text = stand_ins(definition).to_string();
    if text.len() > MAX_DEFINITION_BYTES {
        let message = format!(
            "The definition has {} bytes once its placeholders have values; Step Functions takes at most \
             {MAX_DEFINITION_BYTES}. Move a part of it into another flow.",
            text.len()
        );
        return Ok(vec![Finding::error("", message)]);
    }
    context.machines().findings(&text, express).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_nested_too_deeply_is_said_once() {
        let deep = (0..120).fold(json!({}), |inner, _| json!({ "a": inner }));
        assert_eq!(own_findings_of(&deep, false).len(), 1);
    }

    #[test]
    fn a_sound_definition_has_no_findings() {
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": { "Type": "Wait", "Seconds": "${pause}", "End": true } } });
        assert_eq!(own_findings_of(&definition, false), []);
    }
}
