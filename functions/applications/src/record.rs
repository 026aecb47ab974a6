use api::Grant;
use api::operation::{Entry, Resource, grant};
use app::application_runs::{self, Deployed, LOG};
use domain::application_log::{LogSeverity, LogType};
use domain::ids::{ApplicationId, ConnectorDeploymentId};
use domain::metadata::Timestamp;
use domain::text::ProjectKey;
use runtime::applications::ApplicationAddress;
use runtime::aws::AwsError;
use runtime::{Context, EventEndpoint, EventError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// What EventBridge tells of a run that is over.
#[derive(Debug, Deserialize)]
pub struct ExecutionEnd {
    /// The run.
    pub detail: Ended,
}

/// A run that is over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// Its ARN.
    pub execution_arn: String,
    /// Its name.
    pub name: String,
    /// `SUCCEEDED`, or how else it ended.
    pub status: String,
    /// When it ended, in milliseconds since 1970.
    pub stop_date: Option<i64>,
    /// What it was started with, as JSON; left out where it is large.
    pub input: Option<String>,
    /// Why it failed, in a word.
    pub error: Option<String>,
    /// Why it failed.
    pub cause: Option<String>,
}

/// What a run was started with, as far as it says whose run it is.
#[derive(Debug, Deserialize)]
struct Input {
    deployment: Whose,
}

#[derive(Debug, Deserialize)]
struct Whose {
    id: ConnectorDeploymentId,
    project: ProjectKey,
    application: Which,
}

#[derive(Debug, Deserialize)]
struct Which {
    id: ApplicationId,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Recorded {
    /// Whether there is a deployment that the run belongs to.
    pub recorded: bool,
}

/// Writes how a run ended into the log of its application. Told twice, it is written once.
#[derive(Debug)]
pub struct Record;

impl EventEndpoint for Record {
    const ID: &'static str = "applications.record";
    const SUMMARY: &'static str = "Write how a run of a deployed application ended into its log";
    const ENTRY: Entry = Entry::Executions;
    const GRANTS: &'static [Grant] =
        &[grant::READ, LOG, Grant { on: Resource::Executions, actions: &["states:DescribeExecution"] }];
    type Event = ExecutionEnd;
    type Answer = Recorded;

    async fn handle(context: &Context, event: ExecutionEnd) -> Result<Recorded, EventError> {
        let ended = event.detail;
        let Some(address) = whose(context, &ended).await? else { return Ok(Recorded { recorded: false }) };
        let Some(deployed) = Deployed::find(context, &address).await? else {
            return Ok(Recorded { recorded: false });
        };
        let at = ended.stop_date.and_then(moment).unwrap_or_else(|| context.clock.now());
        deployed.write(context, entry(&ended, at)).await?;
        Ok(Recorded { recorded: true })
    }
}

/// The application that the run was started for. A run that is gone, or that something else started, is nobody's.
async fn whose(context: &Context, ended: &Ended) -> Result<Option<ApplicationAddress>, EventError> {
    let input = match &ended.input {
        Some(text) => address(text),
        None => match context.machines().execution(&ended.execution_arn).await {
            Ok(execution) => execution.input.and_then(|input| address(input.text())),
            Err(AwsError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        },
    };
    Ok(input)
}

fn address(input: &str) -> Option<ApplicationAddress> {
    let Whose { id, project, application } = serde_json::from_str::<Input>(input).ok()?.deployment;
    Some(ApplicationAddress { project, deployment: id, application: application.id })
}

fn moment(milliseconds: i64) -> Option<Timestamp> {
    jiff::Timestamp::from_millisecond(milliseconds).ok().map(Timestamp::new)
}

fn entry(ended: &Ended, at: Timestamp) -> application_runs::Entry {
    let run = &ended.name;
    let (severity, details) = match ended.status.as_str() {
        "SUCCEEDED" => (LogSeverity::Info, json!({ "message": "run succeeded", "run": run })),
        status => {
            let error = ended.error.as_deref().unwrap_or(match status {
                "TIMED_OUT" => "States.Timeout",
                status => status,
            });
            let details =
                json!({ "message": "run failed", "run": run, "error": error, "cause": ended.cause });
            (LogSeverity::Error, details)
        }
    };
    let name = format!("{}/{}", ended.execution_arn, ended.status);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    application_runs::Entry { id, at, kind: LogType::ApplicationJson, severity, details }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(status: &str) -> Ended {
        serde_json::from_value(json!({
            "executionArn": "arn:aws:states:eu-central-1:1:execution:slipway-app-1:one",
            "name": "one",
            "status": status,
            "stopDate": 1_795_168_802_000_i64,
            "input": null,
            "error": null,
            "cause": null,
        }))
        .unwrap()
    }

    #[test]
    fn an_end_is_told_by_how_it_was() {
        let at = moment(1_795_168_802_000).unwrap();
        let succeeded = entry(&ended("SUCCEEDED"), at);
        assert_eq!(succeeded.severity, LogSeverity::Info);
        assert_eq!(succeeded.details, json!({ "message": "run succeeded", "run": "one" }));
        let failed = Ended { error: Some("E".to_owned()), cause: Some("C".to_owned()), ..ended("FAILED") };
        let failed = entry(&failed, at);
        assert_eq!(failed.severity, LogSeverity::Error);
        assert_eq!(
            failed.details,
            json!({ "message": "run failed", "run": "one", "error": "E", "cause": "C" })
        );
        assert_eq!(entry(&ended("TIMED_OUT"), at).details["error"], "States.Timeout");
        assert_eq!(entry(&ended("ABORTED"), at).details["error"], "ABORTED");
    }

    #[test]
    fn one_end_has_one_id() {
        let at = moment(0).unwrap();
        assert_eq!(entry(&ended("FAILED"), at).id, entry(&ended("FAILED"), at).id);
        assert_ne!(entry(&ended("FAILED"), at).id, entry(&ended("SUCCEEDED"), at).id);
    }

    #[test]
    fn a_run_tells_whose_it_is() {
        let id = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
        let input = json!({
            "payload": null,
            "deployment": { "id": id, "project": "demo", "application": { "id": id, "name": "orders" } },
        });
        let found = address(&input.to_string()).unwrap();
        assert_eq!((found.project.as_str(), found.application.to_string()), ("demo", id.to_owned()));
        assert_eq!(address(&json!({ "deployment": { "id": id } }).to_string()), None);
        assert_eq!(address("\"text\""), None);
    }
}
