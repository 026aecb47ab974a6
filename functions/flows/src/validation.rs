//! What is looked at when a flow is saved.

use api::{ApiError, ErrorCode, ErrorItem};
use app::findings::findings_of;
use domain::definition::Finding;
use domain::flow::FlowKind;
use runtime::Context;
use runtime::aws::AwsError;
use serde_json::Value;
use store::ProjectStore;

/// Refuses a definition that cannot be deployed, with every error, and returns the warnings about one that can.
pub(crate) async fn validate(
    context: &Context,
    project: &ProjectStore,
    definition: &Value,
    kind: FlowKind,
) -> Result<Vec<Finding>, ApiError> {
    let found = findings_of(context, project, definition, kind.is_express()).await;
    let found = found.map_err(|error| match error {
        AwsError::Unavailable { .. } => ApiError::unavailable(error),
        AwsError::Refused { .. } | AwsError::Quota { .. } | AwsError::Missing { .. } => {
            ApiError::internal(error)
        }
    })?;
    let (errors, warnings): (Vec<_>, Vec<_>) = found.into_iter().partition(Finding::is_error);
    if errors.is_empty() { Ok(warnings) } else { Err(refusal(errors)) }
}

fn refusal(findings: Vec<Finding>) -> ApiError {
    let item = |finding: Finding| {
        ErrorItem::new(ErrorCode::FlowDefinitionInvalid, finding.message).with("path", finding.path)
    };
    ApiError::all(400, findings.into_iter().map(item).collect())
}

#[cfg(test)]
mod tests {
    use app::findings::own_findings_of;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_finding_is_an_error_of_its_own_with_its_place() {
        let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "Nowhere", "States": {
            "Call": { "Type": "Task", "Resource": "${slipway.htp}", "End": true },
            "Last": { "Type": "Pass", "Output": "${", "End": true },
        }});
        let http_task = "arn:aws:lambda:eu-central-1:123456789012:function:slipway-http-task-call";
        let refused = refusal(own_findings_of(&definition, http_task, false));
        let paths: Vec<_> =
            refused.errors.iter().map(|error| error.members["path"].as_str().unwrap()).collect();
        for path in ["/StartAt", "/States/Call/Resource", "/States/Last/Output"] {
            assert!(paths.contains(&path), "{path} in {paths:?}");
        }
        assert!(refused.errors.iter().all(|error| error.code == ErrorCode::FlowDefinitionInvalid));
        assert_eq!(refused.status, 400);
    }
}
