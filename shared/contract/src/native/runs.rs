//! What a client sees of a run, wherever it was started.

use domain::ids::{DeploymentId, FlowId, RunId};
use domain::metadata::{Principal, Timestamp};
use domain::placement::Placement;
use domain::raw_json::RawJson;
use domain::run::{Run, RunError, RunResult, RunStatus, RunTrigger};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Reference;

/// A run.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Run")]
pub struct RunView {
    /// The id.
    pub id: RunId,
    /// The flow.
    pub flow: FlowId,
    /// The environment that it runs in. Absent for a global deployment that was called for no environment.
    #[serde(skip_serializing_if = "Placement::is_global")]
    pub environment: Placement,
    /// The deployment that answered.
    pub deployment: DeploymentId,
    /// Its release.
    pub release: u32,
    /// The way in which it was started.
    pub trigger: RunTrigger,
    /// Status.
    pub status: RunStatus,
    /// Time at which it started.
    pub started_at: Timestamp,
    /// The client that started the run.
    pub started_by: Principal,
    /// Time at which it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
    /// The input of the execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<RawJson>,
    /// The output, if it succeeded, exactly as Step Functions returned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<RawJson>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
}

impl RunView {
    /// The view of a run with the result it has by now; nothing when it still runs.
    pub fn new(run: Run, result: Option<RunResult>, input: Option<RawJson>) -> Self {
        let result = result.or(run.result);
        let status = result.as_ref().map_or(RunStatus::Running, |result| result.status);
        let (stopped_at, output, error) =
            result.map_or((None, None, None), |result| (result.stopped_at, result.output, result.error));
        let output = output.filter(|_| status == RunStatus::Succeeded);
        Self {
            id: run.id,
            flow: run.flow,
            environment: run.placement,
            deployment: run.deployment,
            release: run.release,
            trigger: run.trigger,
            status,
            started_at: run.started_at,
            started_by: run.started_by,
            stopped_at,
            input,
            output,
            error,
        }
    }
}

/// A flow to run, and its input.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RunDraft {
    /// The flow.
    pub flow: Reference,
    /// The environment, whose deployment is run. If omitted, the global deployment is run.
    pub environment: Option<Reference>,
    /// The input that the definition finds under `payload`. Maximum size with what Slipway adds: 256 KiB.
    #[serde(default)]
    pub input: Value,
}
