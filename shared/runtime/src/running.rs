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
    if !project.create_run(&run).await? {
        return start_again(context, project, run.id, &input).await;
    }
    for _ in 0..LOOKS {
        match launch(context, &entry, &run, &input).await {
            Ok(None) => return Ok(run),
            Ok(result) => {
                run.result = result;
                project.finish_run(&run).await?;
                return Ok(run);
            }
            // The deployment was switched away from since we looked, and its state machine is gone.
            Err(AwsError::Missing { .. }) => {
                entry = answering(project, run.flow, run.environment).await?;
                run = run_of(&entry, &start, run.started_at);
                input = input_of(&run, &start.payload)?;
                project.finish_run(&run).await?;
            }
            Err(error) => return Err(not_started(project, run, entry.express, error).await),
        }
    }
    Err(not_started(project, run, entry.express, AwsError::Missing { service: "Step Functions" }).await)
}

/// A slot of a schedule that is delivered again. It goes to the state machine that it went to before, where the
/// execution's name keeps it from running twice, whatever answers by now.
async fn start_again(
    context: &Context,
    project: &ProjectStore,
    id: RunId,
    input: &str,
) -> Result<Run, ApiError> {
    let mut run = project.run(id).await?;
    match context.machines().start(&run.state_machine, &id.to_string(), input).await {
        Ok(Outcome::Started) if run.result.take().is_some() => project.finish_run(&run).await?,
        Ok(_) | Err(AwsError::Missing { .. }) => {}
        Err(error) => return Err(not_started(project, run, false, error).await),
    }
    Ok(run)
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

/// What is known of a run that did not start as it should is recorded, and no more than that.
async fn not_started(project: &ProjectStore, mut run: Run, express: bool, error: AwsError) -> ApiError {
    let is_certain = !matches!(error, AwsError::Unavailable { .. });
    let (status, code, words) = match (is_certain, express) {
        (true, _) => (503, "RunNotStarted", "Step Functions refused to start the run; try again"),
        (false, true) => (504, "RunTimedOut", "The flow did not answer in time; it may have done its work"),
        (false, false) => (503, "RunUncertain", "The run may or may not have started; GET it to see"),
    };
    // A run that may be under way is left to Step Functions to tell about, which knows no synchronous ones.
    if is_certain || express {
        run.result = Some(RunResult {
            status: if is_certain { RunStatus::Failed } else { RunStatus::TimedOut },
            stopped_at: Some(run.started_at),
            output: None,
            error: Some(RunError { error: code.to_owned(), cause: Some(words.to_owned()) }),
        });
        if let Err(unrecorded) = project.finish_run(&run).await {
            tracing::warn!(run = %run.id, cause = %unrecorded, "what became of a run is not recorded");
        }
    }
    let item = ErrorItem::new(code, words).with("run", run.id.to_string());
    ApiError { source: Some(Box::new(error)), ..ApiError::all(status, vec![item]) }
}
