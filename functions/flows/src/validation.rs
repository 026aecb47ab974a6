//! What is looked at when a flow is saved: our own check and that of Step Functions, both to the end.

use api::{ApiError, ErrorItem};
use domain::asl::{self, Finding, MAX_DEFINITION_BYTES};
use domain::flow::FlowKind;
use domain::placeholders::{scan, stand_ins};
use runtime::Context;
use runtime::aws::AwsError;
use serde_json::Value;

/// Refuses a definition that cannot be deployed, with every finding. Warnings do not count.
pub(crate) async fn validate(context: &Context, definition: &Value, kind: FlowKind) -> Result<(), ApiError> {
    let mut findings = own_findings(definition);
    findings.extend(findings_of_step_functions(context, definition, kind).await?);
    if findings.is_empty() { Ok(()) } else { Err(refusal(findings)) }
}

fn own_findings(definition: &Value) -> Vec<Finding> {
    let mut findings = asl::check(definition);
    findings.extend(scan(definition).problems);
    findings.retain(Finding::is_error);
    // Both say so when the definition is nested too deeply.
    findings.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
    findings.dedup();
    findings
}

async fn findings_of_step_functions(
    context: &Context,
    definition: &Value,
    kind: FlowKind,
) -> Result<Vec<Finding>, ApiError> {
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
    context.machines().findings(&text, kind.is_express()).await.map_err(|error| match error {
        AwsError::Unavailable { .. } => ApiError::unavailable(error),
        AwsError::Refused { .. } | AwsError::Missing { .. } => ApiError::internal(error),
    })
}

fn refusal(findings: Vec<Finding>) -> ApiError {
    let item = |finding: Finding| {
        ErrorItem::new("FlowDefinitionInvalid", finding.message).with("path", finding.path)
    };
    ApiError::all(400, findings.into_iter().map(item).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_finding_is_an_error_of_its_own_with_its_place() {
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "Nowhere", "States": {
            "Call": { "Type": "Task", "Resource": "${slipway.htp}", "End": true },
            "Last": { "Type": "Pass", "Output": "${", "End": true },
        }});
        let refused = refusal(own_findings(&definition));
        let paths: Vec<_> =
            refused.errors.iter().map(|error| error.members["path"].as_str().unwrap()).collect();
        for path in ["/StartAt", "/States/Call/Resource", "/States/Last/Output"] {
            assert!(paths.contains(&path), "{path} in {paths:?}");
        }
        assert!(refused.errors.iter().all(|error| error.code == "FlowDefinitionInvalid"));
        assert_eq!(refused.status, 400);
    }

    #[test]
    fn what_is_nested_too_deeply_is_said_once() {
        let deep = (0..120).fold(json!({}), |inner, _| json!({ "a": inner }));
        assert_eq!(own_findings(&deep).len(), 1);
    }

    #[test]
    fn a_sound_definition_has_no_findings() {
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": { "Type": "Wait", "Seconds": "${pause}", "End": true } } });
        assert_eq!(own_findings(&definition), []);
    }
}
