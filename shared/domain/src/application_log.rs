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
    /// The kind of entry.
    #[serde(rename = "type")]
    pub kind: LogType,
    /// The deployment.
    pub deployment_id: ConnectorDeploymentId,
    /// The application, by name.
    pub application_name: Key,
    /// Severity.
    pub severity: LogSeverity,
    /// Time of the event.
    pub timestamp: Timestamp,
    /// The details of the event. Of a request: `requestMethod`, `requestUrl`, `status` and `userAgent`.
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
    /// Routine information, such as ongoing status.
    Info,
    /// Normal but significant events, such as a change of configuration.
    Notice,
    /// Events that might cause problems.
    Warning,
    /// Events that are likely to cause problems.
    Error,
    /// Events that cause severe problems or outages.
    Critical,
    /// A person must act at once.
    Alert,
    /// One or more systems are unusable.
    Emergency,
}
