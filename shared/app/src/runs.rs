//! Starting runs: by hand, through a trigger's URL, by a schedule. All ask the route which deployment answers.

use api::operation::Resource;
use api::{Grant, grant};
use contract::{ErrorCode, ErrorItem};
use domain::environment::Environment;
use domain::flow::Trigger;
use domain::ids::{FlowId, RunId};
use domain::metadata::{Principal, Timestamp};
use domain::placement::Placement;
use domain::route::RouteEntry;
use domain::run::{MAX_RUN_BYTES, Run, RunError, RunResult, RunStatus, RunTrigger};
use retry::Retry;
use runtime::aws::{AwsError, Outcome};
use runtime::{Context, web};
use serde_json::{Value, json};
use store::ProjectStore;

use crate::error::{AppError, Refusal};

/// What starting a run needs.
pub const GRANTS: &[Grant] = &[
    grant::READ_SEVERAL,
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
    pub placement: Placement,
    /// Trigger.
    pub trigger: RunTrigger,
    /// What it is given.
    pub payload: Value,
    /// What the trigger tells beside when it was and which run it is: an object, or `null`.
    pub told: Value,
    /// Who starts it.
    pub by: Principal,
}

/// The deployment that answers for a flow in an environment: the environment's own or a global one.
///
/// # Errors
///
/// 409 while one is being deployed there, 404 where none is.
pub async fn answering(
    project: &ProjectStore,
    flow: FlowId,
    placement: Placement,
) -> Result<RouteEntry, AppError> {
    let mut found = project.answering(flow, placement).await?;
    if found.is_none() {
        // The two routes are read in one request but not at one moment: what moves from one to the other in between may
        // be seen in neither. It is seen the second time.
        found = project.answering(flow, placement).await?;
    }
    match (found, placement) {
        (None, _) => Err(nothing_answers(project, flow, placement).await?),
        // What answers everywhere says nothing of whether there is such an environment: one more read, here alone.
        (Some((entry, Placement::Global)), Placement::Environment(environment)) => {
            project.get_by_id::<Environment>(environment.uuid()).await?;
            Ok(entry)
        }
        (Some((entry, _)), _) => Ok(entry),
    }
}

/// Says that nothing answers: not yet, where something is on its way.
async fn nothing_answers(
    project: &ProjectStore,
    flow: FlowId,
    placement: Placement,
) -> Result<AppError, AppError> {
    let Some(coming) = project.being_deployed(flow, placement).await? else {
        return Ok(AppError::NotFound(match placement {
            Placement::Global => format!("No global deployment of the flow '{flow}' answers"),
            Placement::Environment(environment) => {
                format!("No deployment of the flow '{flow}' answers in the environment '{environment}'")
            }
        }));
    };
    let (id, status) = (coming.id, coming.status);
    let message = format!(
        "The deployment '{id}' of release {} is {status}; send the request again when it is Deployed",
        coming.release
    );
    let item = ErrorItem::new(ErrorCode::DeploymentUnderWay, message);
    Ok(AppError::rule(item.with("deployment", id.to_string()).with("status", status.as_str())))
}

/// What answers now, where a route was switched between our look and the start: if it is started in the same way.
async fn answering_again(project: &ProjectStore, start: &Start) -> Result<RouteEntry, AppError> {
    let found = project.answering(start.flow, start.placement).await?;
    let found = found.filter(|(entry, place)| match start.trigger {
        RunTrigger::Manual => true,
        RunTrigger::Service => entry.trigger == Trigger::Service,
        // What answers everywhere has a schedule of its own.
        RunTrigger::Job => *place == start.placement && matches!(entry.trigger, Trigger::Job { .. }),
    });
    let nothing =
        "What answered was switched off at that moment, and what answers now is not started this way";
    found.map(|(entry, _)| entry).ok_or_else(|| AppError::NotFound(nothing.to_owned()))
}

/// The code of what never started.
const NOT_STARTED: ErrorCode = ErrorCode::RunNotStarted;

/// A route may be switched between our look and the start so often before we give up.
const LOOKS: u32 = 3;

/// A run, and what it takes to start it.
struct Attempt {
    run: Run,
    express: bool,
    input: String,
}

impl Attempt {
    fn of(entry: &RouteEntry, start: &Start, started_at: Timestamp) -> Result<Self, AppError> {
        let run = run_of(entry, start, started_at);
        let input = input_of(&run, start)?;
        Ok(Self { run, express: entry.express, input })
    }
}

/// Starts a run of the deployment `entry`. The run is stored before it starts, so that none is ever unknown. A run
/// of an EXPRESS state machine is over when this returns.
pub async fn start(
    context: &Context,
    project: &ProjectStore,
    entry: RouteEntry,
    start: Start,
) -> Result<Run, AppError> {
    let attempt = Attempt::of(&entry, &start, context.clock.now())?;
    if project.create_run(&attempt.run).await? {
        return launched(context, project, &start, attempt).await;
    }
    start_again(context, project, &start).await
}

async fn launched(
    context: &Context,
    project: &ProjectStore,
    start: &Start,
    mut attempt: Attempt,
) -> Result<Run, AppError> {
    let mut retry = Retry::at_most(LOOKS);
    loop {
        match launch(context, &attempt).await {
            Ok(None) => return Ok(attempt.run),
            Ok(result) => {
                attempt.run.result = result;
                project.finish_run(&attempt.run).await?;
                return Ok(attempt.run);
            }
            Err(AwsError::Missing { .. }) if retry.again("the flow is being switched").await.is_ok() => {
                attempt = elsewhere(project, start, attempt.run).await?;
            }
            Err(error) => return Err(not_started(project, attempt.run, attempt.express, error).await),
        }
    }
}

/// The deployment was switched away from since we looked, and its state machine is gone: the run is one of what answers
/// now. If nothing does that it can be started on, the run is over, and says so.
async fn elsewhere(project: &ProjectStore, start: &Start, run: Run) -> Result<Attempt, AppError> {
    let found = answering_again(project, start).await;
    let found = found.and_then(|entry| Attempt::of(&entry, start, run.started_at));
    let failed = match found {
        // Written down before it starts, like the first one.
        Ok(attempt) => match project.finish_run(&attempt.run).await {
            Ok(()) => return Ok(attempt),
            Err(error) => error.into(),
        },
        Err(error) => error,
    };
    record(project, run, RunStatus::Failed, (NOT_STARTED, failed.to_string())).await;
    Err(failed)
}

/// A slot of a schedule that is delivered again. It goes to the state machine that it went to before, where the
/// execution's name keeps it from running twice, whatever answers by now. Where that is gone, the delivery before may
/// have got no further than to find that out: what answers now gets the slot.
async fn start_again(context: &Context, project: &ProjectStore, start: &Start) -> Result<Run, AppError> {
    let mut run = project.run(start.id).await?;
    let input = input_of(&run, start)?;
    match context.machines().start(&run.state_machine, &run.id.to_string(), &input).await {
        Ok(Outcome::Started) if run.result.take().is_some() => project.finish_run(&run).await?,
        Ok(_) => {}
        Err(AwsError::Missing { .. }) if has_run(&run) => {}
        Err(AwsError::Missing { .. }) => {
            let attempt = elsewhere(project, start, run).await?;
            return launched(context, project, start, attempt).await;
        }
        Err(error) => return Err(not_started(project, run, false, error).await),
    }
    Ok(run)
}

/// Whether a run is known to have ended otherwise than by never having started.
fn has_run(run: &Run) -> bool {
    let error =
        |result: &RunResult| result.error.as_ref().is_some_and(|error| NOT_STARTED == error.error.as_str());
    run.result.as_ref().is_some_and(|result| !error(result))
}

/// The result, when the run is over.
async fn launch(context: &Context, attempt: &Attempt) -> Result<Option<RunResult>, AwsError> {
    let (machines, name) = (context.machines(), attempt.run.id.to_string());
    let machine = &attempt.run.state_machine;
    if attempt.express {
        return machines.run(machine, &name, &attempt.input).await.map(Some);
    }
    machines.start(machine, &name, &attempt.input).await.map(|_: Outcome| None)
}

fn run_of(entry: &RouteEntry, start: &Start, now: Timestamp) -> Run {
    Run {
        id: start.id,
        flow: start.flow,
        placement: start.placement,
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
fn input_of(run: &Run, start: &Start) -> Result<String, AppError> {
    let mut trigger = json!({ "type": run.trigger, "receivedAt": run.started_at, "run": run.id });
    if let (Value::Object(members), Value::Object(told)) = (&mut trigger, &start.told) {
        members.extend(told.clone());
    }
    web::fitting(&start.payload, trigger, |trigger| input_with(run, &start.payload, trigger))
}

fn input_with(run: &Run, payload: &Value, trigger: &Value) -> Result<String, AppError> {
    let input = json!({
        "payload": payload,
        "trigger": trigger,
        "settings": { "integration": {}, "flow": {} },
        "deployment": { "id": run.deployment, "environment": run.placement, "release": run.release },
    });
    let input = input.to_string();
    if input.len() > MAX_RUN_BYTES {
        let message =
            format!("A run's input may be {MAX_RUN_BYTES} bytes of JSON; this one is {} bytes", input.len());
        return Err(AppError::rule(ErrorItem::new(ErrorCode::PayloadTooLarge, message)));
    }
    Ok(input)
}

/// What is known of a run that did not start as it should is recorded, and no more than that.
async fn not_started(project: &ProjectStore, run: Run, express: bool, error: AwsError) -> AppError {
    let is_certain = !matches!(error, AwsError::Unavailable { .. });
    let (code, words) = match (is_certain, express) {
        (true, _) => (NOT_STARTED, "Step Functions refused to start the run; try again"),
        (false, true) => {
            (ErrorCode::RunTimedOut, "The flow did not answer in time; it may have done its work")
        }
        (false, false) => (ErrorCode::RunUncertain, "The run may or may not have started; GET it to see"),
    };
    let id = run.id;
    // A run that may be under way is left to Step Functions to tell about, which knows no synchronous ones.
    if is_certain || express {
        let status = if is_certain { RunStatus::Failed } else { RunStatus::TimedOut };
        record(project, run, status, (code, words.to_owned())).await;
    }
    let item = ErrorItem::new(code, words).with("run", id.to_string());
    AppError::Refused(Refusal { errors: vec![item], source: Some(Box::new(error)) })
}

/// Records how a run came to nothing, and why.
async fn record(
    project: &ProjectStore,
    mut run: Run,
    status: RunStatus,
    (error, cause): (ErrorCode, String),
) {
    let error = RunError { error: error.to_string(), cause: Some(cause) };
    run.result =
        Some(RunResult { status, stopped_at: Some(run.started_at), output: None, error: Some(error) });
    if let Err(unrecorded) = project.finish_run(&run).await {
        tracing::warn!(run = %run.id, cause = %unrecorded, "what became of a run is not recorded");
    }
}
