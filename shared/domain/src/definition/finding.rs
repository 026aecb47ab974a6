//! What a check reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The definition cannot be saved or deployed.
    Error,
    /// The definition works, but probably not as meant.
    Warning,
}

/// One thing that is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Where: a JSON pointer (RFC 6901) into the definition, such as `/States/Fetch/Next`; empty for the
    /// whole definition.
    pub path: String,
    /// The problem and its remedy, for the author of the definition.
    pub message: String,
    /// Whether it forbids saving and deploying.
    pub severity: Severity,
}

impl Finding {
    /// A finding that forbids saving and deploying.
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), severity: Severity::Error }
    }

    /// A finding to show, that forbids nothing.
    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), severity: Severity::Warning }
    }

    /// Whether it forbids saving and deploying.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The pointer to the member or element `token` of what `path` points to.
pub(crate) fn join(path: &str, token: &str) -> String {
    // The order matters: escaping `/` first would have its `~` escaped again.
    let token = token.replace('~', "~0").replace('/', "~1");
    format!("{path}/{token}")
}

/// Findings in the order of the document's paths, whatever order they were made in.
pub(crate) fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    findings
}
