use api::{AnyJson, ApiError, Call, ErrorItem, Grant, Method};
use domain::flow::Trigger;
use domain::ids::{FlowId, RunId};
use domain::placement::Placement;
use domain::raw_json::RawJson;
use domain::run::{Run, RunStatus, RunTrigger};
use domain::scope::Scope;
use runtime::clock::fresh;
use runtime::run_view::RunView;
use runtime::{Context, HttpEndpoint, WithStatus, running};
use schemars::JsonSchema;
use serde::Serialize;

/// What a caller of a deployment's URL gets.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Received {
    /// The run that was started, for a flow of kind `flow`.
    Run(Box<RunView>),
    /// The output, with status 200, for a flow of kind `api`.
    Output(RawJson),
}

impl WithStatus for Received {
    fn status(&self) -> Option<u16> {
        if matches!(self, Self::Output(_)) { Receive::ALSO } else { None }
    }
}

/// Answers at the URL of a deployment with a service trigger.
#[derive(Debug)]
pub struct Receive;

impl HttpEndpoint for Receive {
    const ID: &'static str = "triggers.receive";
    const SUMMARY: &'static str =
        "Call a deployed flow: 202 with the run, or 200 with the output of an `api` flow";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/triggers/{environment}/{flow}";
    const SCOPE: Scope = Scope::ManageRuns;
    const SUCCESS: u16 = 202;
    const ALSO: Option<u16> = Some(200);
    const GRANTS: &'static [Grant] = running::GRANTS;
    const WITHIN_ENVIRONMENT: bool = true;
    type Body = AnyJson;
    type Answer = Received;

    async fn handle(context: &Context, call: Call<AnyJson>) -> Result<Received, ApiError> {
        let project = context.project(&call.project);
        let placement: Placement = call.path_value("environment")?;
        let flow: FlowId = call.path_value("flow")?;
        call.actor.may_touch(placement.environment())?;
        let entry = running::answering(&project, flow, placement).await?;
        if entry.trigger != Trigger::Service {
            let message =
                format!("The deployment of the flow '{flow}' has no URL: its trigger is not 'service'");
            return Err(ApiError::not_found(message));
        }
        let start = running::Start {
            id: RunId::new(fresh()),
            flow,
            placement,
            trigger: RunTrigger::Service,
            payload: call.body.0,
            by: call.actor.principal,
        };
        let express = entry.express;
        let run = running::start(context, &project, entry, start).await?;
        if express { output_of(run) } else { Ok(Received::Run(Box::new(RunView::new(run, None, None)))) }
    }
}

fn output_of(run: Run) -> Result<Received, ApiError> {
    let Some(result) = run.result else { return Ok(Received::Run(Box::new(RunView::new(run, None, None)))) };
    let (status, code) = match result.status {
        RunStatus::Succeeded => {
            return Ok(Received::Output(
                result.output.unwrap_or_else(|| RawJson::from(&serde_json::Value::Null)),
            ));
        }
        RunStatus::TimedOut => (504, "RunTimedOut"),
        _ => (502, "RunFailed"),
    };
    let error = result.error.map(|error| error.error).unwrap_or_default();
    let message = format!("The flow failed with {error}; GET the run for the cause");
    let item = ErrorItem::new(code, message).with("run", run.id.to_string()).with("error", error);
    Err(ApiError::all(status, vec![item]))
}
