//! Starting runs: by hand, through a trigger's URL, by a schedule. All ask the route which deployment answers.

use api::operation::Resource;
use api::{ApiError, ErrorItem, Grant, grant};
use domain::ids::{EnvironmentId, FlowId, RunId};
use domain::route::RouteEntry;
use domain::run::{MAX_RUN_BYTES, Run, RunError, RunResult, RunStatus, RunTrigger};
use domain::trail::{Principal, Timestamp};
use serde_json::{Value, json};
use store::ProjectStore;

use crate::aws::{AwsError, Outcome};
use crate::context::Context;

/// What starting a run needs.
pub const GRANTS: &[Grant] = &[
    grant::READ,
    grant::CREATE,
    Grant { on: Resource::StateMachines, actions: &["states:StartExecution", "states:StartSyncExecution"] },
];

/// What is to be run.
#[derive(Debug)]
pub struct Start {
    /// The run's id. An id that was used before starts nothing.
    pub id: RunId,
    /// The flow.
    pub flow: FlowId,
    /// Where.
    pub environment: EnvironmentId,
    /// What starts it.
    pub trigger: RunTrigger,
    /// What it is given.
    pub payload: Value,
    /// Who starts it.
    pub by: Principal,
}

/// The deployment that answers for a flow in an environment, or 404.
pub async fn answering(
    project: &ProjectStore,
    flow: FlowId,
    environment: EnvironmentId,
) -> Result<RouteEntry, ApiError> {
    let route = project.route(flow, environment).await?;
    let entry = route.as_ref().and_then(|route| route.answering()).cloned();
    entry.ok_or_else(|| {
        ApiError::not_found(format!(
            "No deployment of the flow '{flow}' answers in the environment '{environment}'"
        ))
    })
}

/// A route may be switched between our look and the start so often before we give up.
const LOOKS: usize = 3;

/// Starts a run of the deployment `entry`. The run is stored before it starts, so that none is ever unknown. A run
/// of an EXPRESS state machine is over when this returns.
pub async fn start(
    context: &Context,
    project: &ProjectStore,
    mut entry: RouteEntry,
    start: Start,
) -> Result<Run, ApiError> {
    let mut run = run_of(&entry, &start, context.clock.now());
    let mut input = input_of(&run, &start.payload)?;
    let is_new = project.create_run(&run).await?;
    // A slot that is delivered again may have failed to start before; the execution's name keeps it from running
    // twice. A synchronous run has no such name, so it is not tried again.
    if !is_new && entry.express {
        return Ok(run);
    }
    let mut is_stored = is_new;
    for _ in 0..LOOKS {
        match launch(context, &entry, &run, &input).await {
            Ok(None) if is_stored => return Ok(run),
            Ok(result) => {
                run.result = result;
                return project.finish_run(&run).await.map(|()| run).map_err(ApiError::from);
            }
            // The deployment was switched away from since we looked, and its state machine is gone.
            Err(AwsError::Missing { .. }) => {
                entry = answering(project, run.flow, run.environment).await?;
                run = run_of(&entry, &start, run.started_at);
                input = input_of(&run, &start.payload)?;
                is_stored = false;
            }
            Err(error) => return Err(record_refusal(project, run, error).await),
        }
    }
    Err(record_refusal(project, run, AwsError::Missing { service: "Step Functions" }).await)
}

/// The result, when the run is over.
async fn launch(
    context: &Context,
    entry: &RouteEntry,
    run: &Run,
    input: &str,
) -> Result<Option<RunResult>, AwsError> {
    let (machines, name) = (context.machines(), run.id.to_string());
    if entry.express {
        return machines.run(&entry.state_machine, &name, input).await.map(Some);
    }
    machines.start(&entry.state_machine, &name, input).await.map(|_: Outcome| None)
}

fn run_of(entry: &RouteEntry, start: &Start, now: Timestamp) -> Run {
    Run {
        id: start.id,
        flow: start.flow,
        environment: start.environment,
        deployment: entry.deployment,
        release: entry.release,
        state_machine: entry.state_machine.clone(),
        trigger: start.trigger,
        started_at: now,
        started_by: start.by.clone(),
        result: None,
    }
}

/// What a run gets as input; at most [`MAX_RUN_BYTES`].
fn input_of(run: &Run, payload: &Value) -> Result<String, ApiError> {
    let input = json!({
        "payload": payload,
        "trigger": { "type": run.trigger, "receivedAt": run.started_at, "run": run.id },
        "settings": { "integration": {}, "flow": {} },
        "deployment": { "id": run.deployment, "environment": run.environment, "release": run.release },
    });
    let input = input.to_string();
    if input.len() > MAX_RUN_BYTES {
        let message =
            format!("A run's input may be {MAX_RUN_BYTES} bytes of JSON; this one is {} bytes", input.len());
        return Err(ApiError::new(413, "PayloadTooLarge", message));
    }
    Ok(input)
}

/// A run that could not start has failed, and says so to whoever asks for it.
async fn record_refusal(project: &ProjectStore, mut run: Run, error: AwsError) -> ApiError {
    let cause = Some(error.to_string());
    run.result = Some(RunResult {
        status: RunStatus::Failed,
        stopped_at: Some(run.started_at),
        output: None,
        error: Some(RunError { error: "RunNotStarted".to_owned(), cause }),
    });
    if let Err(unrecorded) = project.finish_run(&run).await {
        tracing::warn!(run = %run.id, cause = %unrecorded, "a run that did not start is not recorded as failed");
    }
    let mut answer = ApiError::unavailable(error);
    answer.errors = vec![
        ErrorItem::new("RunNotStarted", "The run could not be started; try again")
            .with("run", run.id.to_string()),
    ];
    answer
}
