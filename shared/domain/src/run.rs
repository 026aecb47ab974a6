//! Runs: single executions of a deployed flow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{DeploymentId, FlowId, RunId};
use crate::metadata::{Principal, Timestamp};
use crate::placement::Placement;
use crate::raw_json::RawJson;

/// What a run's input and output may be, in bytes of JSON (the limit of Step Functions).
pub const MAX_RUN_BYTES: usize = 256 * 1024;

/// A run is remembered so long after it started, in days. Step Functions keeps an execution's history as long.
pub const RETENTION_DAYS: i64 = 90;

/// The way in which a run was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RunTrigger {
    /// A person or program, through the API.
    Manual,
    /// A request to the deployment's URL.
    Service,
    /// The schedule.
    Job,
}

/// Status of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RunStatus {
    /// Not done yet.
    Running,
    /// Done, with an output.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Ran longer than it may.
    TimedOut,
    /// Stopped by hand.
    Aborted,
}

/// Why a run ended badly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunError {
    /// The error's name, as the definition's Catch sees it.
    pub error: String,
    /// The cause, as text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<String>,
}

/// One execution of a deployed flow. Its status is asked of Step Functions, except for synchronous runs, whose
/// result exists nowhere else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The id, and the name of the execution.
    pub id: RunId,
    /// The flow.
    pub flow: FlowId,
    /// Where it ran: for a global deployment, in the environment that it was called for, if it was for one.
    #[serde(rename = "environment")]
    pub placement: Placement,
    /// The deployment that answered.
    pub deployment: DeploymentId,
    /// Its release.
    pub release: u32,
    /// The ARN of the state machine that runs it.
    pub state_machine: String,
    /// The way in which it was started.
    pub trigger: RunTrigger,
    /// Time at which it started.
    pub started_at: Timestamp,
    /// The client that started the run.
    pub started_by: Principal,
    /// The result of a synchronous run.
    pub result: Option<RunResult>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// Succeeded or how it ended otherwise.
    pub status: RunStatus,
    /// Time at which it ended.
    pub stopped_at: Option<Timestamp>,
    /// What it put out, as Step Functions handed it over.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub output: Option<RawJson>,
    /// Why it failed.
    pub error: Option<RunError>,
}

/// An output of `null` is an output.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<RawJson>, D::Error> {
    RawJson::deserialize(deserializer).map(Some)
}

impl RunResult {
    /// The result of a run that succeeded with `output`, a text of JSON.
    ///
    /// An output that is larger than [`MAX_RUN_BYTES`] or no JSON makes a failed run, which says so.
    pub fn succeeded(output: Option<&str>, stopped_at: Option<Timestamp>) -> Self {
        let failed = |error: &str, cause: String| {
            let error = RunError { error: error.to_owned(), cause: Some(cause) };
            Self { status: RunStatus::Failed, stopped_at, output: None, error: Some(error) }
        };
        let Some(text) = output else {
            return Self { status: RunStatus::Succeeded, stopped_at, output: None, error: None };
        };
        if text.len() > MAX_RUN_BYTES {
            let size = text.len();
            let cause = format!("The output has {size} bytes of JSON; a run may put out {MAX_RUN_BYTES}");
            return failed("States.DataLimitExceeded", cause);
        }
        match RawJson::parse(text) {
            Ok(output) => {
                Self { status: RunStatus::Succeeded, stopped_at, output: Some(output), error: None }
            }
            Err(error) => failed("OutputUnreadable", format!("The output is not JSON: {error}")),
        }
    }
}

impl Run {
    /// The ARN of the execution, which is the state machine's with the run's id.
    pub fn execution_arn(&self) -> String {
        format!("{}:{}", self.state_machine.replacen(":stateMachine:", ":execution:", 1), self.id)
    }
}

impl RunId {
    /// The run of one slot of a schedule: a schedule that fires twice for one slot starts one run.
    pub fn of_slot(placement: Placement, flow: FlowId, slot: &str) -> Self {
        let environment = placement.environment().map_or(Uuid::nil(), |id| id.uuid());
        Self::new(Uuid::new_v5(&environment, format!("{flow}/{slot}").as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::EnvironmentId;

    #[test]
    fn an_output_is_kept_as_it_came_or_the_run_failed_and_says_why() {
        let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        for text in [deep.as_str(), "12345678901234567890123", "null", r#"{"b":1.0,"a":2}"#] {
            let result = RunResult::succeeded(Some(text), None);
            assert_eq!(result.output.as_ref().map(RawJson::text), Some(text));
            let stored = serde_json::to_string(&result).unwrap();
            assert_eq!(serde_json::from_str::<RunResult>(&stored).unwrap(), result);
        }
        let large = format!("\"{}\"", "x".repeat(400_000));
        for (text, error, words) in [
            (
                large.as_str(),
                "States.DataLimitExceeded",
                "has 400002 bytes of JSON; a run may put out 262144",
            ),
            ("{", "OutputUnreadable", "not JSON"),
        ] {
            let result = RunResult::succeeded(Some(text), None);
            assert_eq!((result.status, &result.output), (RunStatus::Failed, &None));
            let failure = result.error.unwrap();
            assert_eq!(failure.error, error);
            assert!(failure.cause.unwrap().contains(words));
        }
        assert_eq!(RunResult::succeeded(None, None).status, RunStatus::Succeeded);
    }

    #[test]
    fn an_execution_is_named_after_its_run() {
        let id = Uuid::from_u128(7);
        let run = Run {
            id: RunId::new(id),
            flow: FlowId::new(id),
            placement: EnvironmentId::new(id).into(),
            deployment: DeploymentId::new(id),
            release: 1,
            state_machine: "arn:aws:states:eu-central-1:000000000000:stateMachine:slipway-x".to_owned(),
            trigger: RunTrigger::Manual,
            started_at: "2026-11-20T10:00:00Z".parse().unwrap(),
            started_by: Principal::system("test"),
            result: None,
        };
        let expected = "arn:aws:states:eu-central-1:000000000000:execution:slipway-x:00000000-0000-0000-0000-000000000007";
        assert_eq!(run.execution_arn(), expected);
    }

    #[test]
    fn a_slot_of_a_schedule_has_one_run_id() {
        let environment = EnvironmentId::new(Uuid::from_u128(1)).into();
        let flow = FlowId::new(Uuid::from_u128(2));
        let first = RunId::of_slot(environment, flow, "2026-11-20T10:00:00Z");
        assert_eq!(first, RunId::of_slot(environment, flow, "2026-11-20T10:00:00Z"));
        assert_ne!(first, RunId::of_slot(environment, flow, "2026-11-20T10:01:00Z"));
    }
}
