//! The log of a deployed application: requests that it answered, runs that were started and how they ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::ConnectorDeploymentId;
use crate::metadata::Timestamp;
use crate::text::Key;

/// A log entry is forgotten after so many days.
pub const RETENTION_DAYS: i64 = 30;

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// What kind of entry it is.
    #[serde(rename = "type")]
    pub kind: LogType,
    /// The deployment.
    pub deployment_id: ConnectorDeploymentId,
    /// The application, by name.
    pub application_name: Key,
    /// Severity.
    pub severity: LogSeverity,
    /// When it happened.
    pub timestamp: Timestamp,
    /// What happened. Of a request `requestMethod`, `requestUrl`, `status` and `userAgent`.
    pub details: Value,
}

/// The kinds of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogType {
    /// A request that was answered.
    HttpRequest,
    /// `{"message": …}`.
    ApplicationText,
    /// Anything else that the platform reports, such as the start and the end of a run.
    ApplicationJson,
}

/// Severity of an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogSeverity {
    /// Nothing was said.
    #[default]
    Default,
    /// For finding faults.
    Debug,
    /// What happens.
    Info,
    /// What is worth a look.
    Notice,
    /// What may become a problem.
    Warning,
    /// What failed.
    Error,
    /// What fails for many.
    Critical,
    /// What somebody must do something about at once.
    Alert,
    /// What is down.
    Emergency,
}
