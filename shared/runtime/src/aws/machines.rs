//! State machines and their executions. A machine is made once and never updated.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::retry::RetryConfig;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::types::{
    ExecutionStatus, StateMachineStatus, StateMachineType, SyncExecutionStatus,
    ValidateStateMachineDefinitionResultCode,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use domain::definition::Finding;
use domain::metadata::Timestamp;
use domain::raw_json::RawJson;
use domain::run::{RunError, RunResult, RunStatus};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{AwsError, classify};

const SERVICE: &str = "Step Functions";

/// To everybody but who wants to make it again, a state machine that is being deleted is gone.
const DELETING: &str = "StateMachineDeleting";

/// A state machine to be made.
#[derive(Debug, Clone)]
pub struct MachineDraft {
    /// Its name, at most 80 characters. The same name and definition give the same machine.
    pub name: String,
    /// The definition, as JSON.
    pub definition: String,
    /// True for EXPRESS.
    pub express: bool,
}

/// A state machine as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The definition, as JSON.
    pub definition: String,
    /// Whether it can be started.
    pub active: bool,
}

/// How an execution stands.
#[derive(Debug, Clone)]
pub struct Execution {
    /// What it was started with.
    pub input: Option<RawJson>,
    /// How it stands or ended.
    pub result: RunResult,
}

/// What starting an execution came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It runs.
    Started,
    /// It was started before, under the same name.
    StartedBefore,
}

/// Step Functions.
#[derive(Debug, Clone)]
pub struct Machines {
    client: Client,
}

impl Machines {
    /// Step Functions through `client`.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// What Step Functions finds wrong with a definition, and where; empty when it would take it.
    pub fn findings<'a>(
        &'a self,
        definition: &'a str,
        express: bool,
    ) -> BoxFuture<'a, Result<Vec<Finding>, AwsError>> {
        async move {
            let request = self.client.validate_state_machine_definition().definition(definition);
            let answer = match request.r#type(machine_type(express)).send().await {
                // What it cannot even begin to validate is the definition's fault as well.
                Err(error) if error.code() == Some("ValidationException") => {
                    let message = error.message().unwrap_or("Step Functions cannot read the definition");
                    return Ok(vec![Finding::error("", message)]);
                }
                answer => answer.map_err(failed)?,
            };
            if answer.result == ValidateStateMachineDefinitionResultCode::Ok {
                return Ok(Vec::new());
            }
            let finding = |found: &aws_sdk_sfn::types::ValidateStateMachineDefinitionDiagnostic| {
                Finding::error(found.location().unwrap_or_default(), found.message())
            };
            Ok(answer.diagnostics().iter().map(finding).collect())
        }
        .boxed()
    }

    /// Makes a state machine that runs as `role`, or finds the one of that name, and returns its ARN.
    /// [`AwsError::Unavailable`] while one of that name is still being deleted.
    pub fn create<'a>(
        &'a self,
        draft: &'a MachineDraft,
        role: &'a str,
    ) -> BoxFuture<'a, Result<String, AwsError>> {
        async move {
            let request = self.client.create_state_machine().name(&draft.name).definition(&draft.definition);
            let request = request.r#type(machine_type(draft.express)).role_arn(role);
            match request.send().await {
                Ok(made) => Ok(made.state_machine_arn),
                // Its name is taken until the last of its runs has ended.
                Err(error) if error.code() == Some(DELETING) => {
                    let source = "the state machine of this name is still being deleted".into();
                    Err(AwsError::Unavailable { service: SERVICE, source })
                }
                Err(error) => Err(failed(error)),
            }
        }
        .boxed()
    }

    /// A state machine as Step Functions has it.
    pub fn describe<'a>(&'a self, arn: &'a str) -> BoxFuture<'a, Result<Machine, AwsError>> {
        async move {
            let found =
                self.client.describe_state_machine().state_machine_arn(arn).send().await.map_err(failed)?;
            let active = found.status.is_none_or(|status| status == StateMachineStatus::Active);
            Ok(Machine { definition: found.definition, active })
        }
        .boxed()
    }

    /// Whether a state machine has no run under way. Nothing when it cannot be told: EXPRESS runs are not listed.
    pub fn is_idle<'a>(&'a self, arn: &'a str) -> BoxFuture<'a, Result<Option<bool>, AwsError>> {
        async move {
            let request = self.client.list_executions().state_machine_arn(arn).max_results(1);
            match request.status_filter(ExecutionStatus::Running).send().await {
                Ok(found) => Ok(Some(found.executions.is_empty())),
                Err(error) if error.code() == Some("StateMachineTypeNotSupported") => Ok(None),
                Err(error) => match failed(error) {
                    AwsError::Missing { .. } => Ok(Some(true)),
                    error => Err(error),
                },
            }
        }
        .boxed()
    }

    /// Deletes a state machine. Runs under way end at their next transition, so ask [`Machines::is_idle`] first. One
    /// that is not there is deleted already.
    pub fn delete<'a>(&'a self, arn: &'a str) -> BoxFuture<'a, Result<(), AwsError>> {
        async move {
            match self.client.delete_state_machine().state_machine_arn(arn).send().await.map_err(failed) {
                Ok(_) | Err(AwsError::Missing { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        }
        .boxed()
    }

    /// Starts an execution under `name`. A name is used once.
    pub fn start<'a>(
        &'a self,
        arn: &'a str,
        name: &'a str,
        input: &'a str,
    ) -> BoxFuture<'a, Result<Outcome, AwsError>> {
        async move {
            let request = self.client.start_execution().state_machine_arn(arn).name(name).input(input);
            match request.send().await {
                Ok(_) => Ok(Outcome::Started),
                Err(error) if error.code() == Some("ExecutionAlreadyExists") => Ok(Outcome::StartedBefore),
                Err(error) => Err(failed(error)),
            }
        }
        .boxed()
    }

    /// Runs an EXPRESS state machine to its end.
    pub fn run<'a>(
        &'a self,
        arn: &'a str,
        name: &'a str,
        input: &'a str,
    ) -> BoxFuture<'a, Result<RunResult, AwsError>> {
        async move {
            let request = self.client.start_sync_execution().state_machine_arn(arn).name(name).input(input);
            // Synchronous runs are not told apart by name: trying again would run the flow again.
            let once = aws_sdk_sfn::config::Builder::default().retry_config(RetryConfig::disabled());
            let request = request.customize().config_override(once).mutate_request(|request| {
                // The SDK calls this operation at `sync-{host}`, which for an emulator is no host at all.
                let uri = request.uri().replacen("://sync-127.0.0.1", "://127.0.0.1", 1);
                if uri != request.uri() {
                    let _ = request.set_uri(uri);
                }
            });
            let ended = request.send().await.map_err(failed)?;
            let status = match ended.status {
                SyncExecutionStatus::Succeeded => RunStatus::Succeeded,
                SyncExecutionStatus::TimedOut => RunStatus::TimedOut,
                _ => RunStatus::Failed,
            };
            Ok(result(status, Some(ended.stop_date), ended.output.as_deref(), ended.error, ended.cause))
        }
        .boxed()
    }

    /// How an execution stands.
    pub fn execution<'a>(&'a self, arn: &'a str) -> BoxFuture<'a, Result<Execution, AwsError>> {
        async move {
            let found = self.client.describe_execution().execution_arn(arn).send().await.map_err(failed)?;
            let status = match found.status {
                ExecutionStatus::Succeeded => RunStatus::Succeeded,
                ExecutionStatus::Failed => RunStatus::Failed,
                ExecutionStatus::TimedOut => RunStatus::TimedOut,
                ExecutionStatus::Aborted => RunStatus::Aborted,
                _ => RunStatus::Running,
            };
            let input = found.input.as_deref().and_then(|text| RawJson::parse(text).ok());
            let result = result(status, found.stop_date, found.output.as_deref(), found.error, found.cause);
            Ok(Execution { input, result })
        }
        .boxed()
    }
}

const fn machine_type(express: bool) -> StateMachineType {
    if express { StateMachineType::Express } else { StateMachineType::Standard }
}

fn result(
    status: RunStatus,
    stopped: Option<aws_sdk_sfn::primitives::DateTime>,
    output: Option<&str>,
    error: Option<String>,
    cause: Option<String>,
) -> RunResult {
    let millis = stopped.and_then(|stopped| stopped.to_millis().ok());
    let stopped_at =
        millis.and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok()).map(Timestamp::new);
    // Only success has an output; the emulator gives failures one too.
    if status == RunStatus::Succeeded {
        return RunResult::succeeded(output, stopped_at);
    }
    RunResult { status, stopped_at, output: None, error: error.map(|error| RunError { error, cause }) }
}

fn failed<E>(error: SdkError<E, HttpResponse>) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let missing = ["StateMachineDoesNotExist", DELETING, "ExecutionDoesNotExist"];
    classify(SERVICE, error, &missing, |raw| raw.status().as_u16())
}
