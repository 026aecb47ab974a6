use api::{AnyRequest, ApiError, ErrorCode, ErrorItem, Grant, Method, path};
use app::runs;
use contract::native::runs::RunView;
use domain::flow::Trigger;
use domain::ids::{FlowId, RunId};
use domain::placement::Placement;
use domain::raw_json::RawJson;
use domain::run::{Run, RunStatus, RunTrigger};
use domain::scope::Scope;
use runtime::clock::new_id;
use runtime::{CallOf, Context, HttpEndpoint, Reply, web};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The answer to a call of a deployment's URL.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "TriggerAnswer")]
pub enum Received {
    /// The run that was started, for a flow of kind `flow`.
    Run(Box<RunView>),
    /// The output of a flow of the kind `api` with status 200, or the response that it describes.
    Output(
        #[serde(serialize_with = "nothing")]
        #[schemars(with = "Value")]
        Box<Reply>,
    ),
}

/// A reply goes back as it is; it is never part of an answer in JSON.
fn nothing<S: Serializer>(_: &Reply, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_unit()
}

path! {
    /// Where a flow answers.
    pub struct DeploymentUrl {
        /// The id
        pub environment: Placement,
        /// The id
        pub flow: FlowId,
    }
}

/// Answers at the URL of a deployment with a service trigger.
#[derive(Debug)]
pub struct Receive;

impl HttpEndpoint for Receive {
    const ID: &'static str = "triggers.receive";
    const SUMMARY: &'static str = "Call a deployed flow: 202 with the run, or 200 with the output of an `api` flow, or the response it describes";
    const METHOD: Method = Method::Post;
    const MORE: &'static [Method] = &[Method::Get, Method::Put, Method::Patch, Method::Delete];
    const PATH: &'static str = "/{projectKey}/triggers/{environment}/{flow}";
    const SCOPE: Scope = Scope::ManageRuns;
    const SUCCESS: u16 = 202;
    const ALSO: Option<u16> = Some(200);
    const GRANTS: &'static [Grant] = runs::GRANTS;
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = DeploymentUrl;
    type Query = ();
    type Body = AnyRequest;
    type Answer = Received;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Received, ApiError> {
        let project = context.project_of(&call);
        let DeploymentUrl { environment: placement, flow } = call.path;
        let entry = runs::answering(&project, flow, placement).await?;
        if entry.trigger != Trigger::Service {
            let message =
                format!("The deployment of the flow '{flow}' has no URL: its trigger is not 'service'");
            return Err(ApiError::not_found(message));
        }
        let start = runs::Start {
            id: RunId::new(new_id()),
            flow,
            placement,
            trigger: RunTrigger::Service,
            payload: web::payload(&call.body.0)?,
            told: web::trigger("", &call.body.0),
            by: call.actor.principal,
        };
        let express = entry.express;
        let run = runs::start(context, &project, entry, start).await?;
        if express {
            output_of(run, web::path_of(&call.url))
        } else {
            Ok(Received::Run(Box::new(RunView::new(run, None, None))))
        }
    }

    fn reply(answer: Received) -> Result<Reply, ApiError> {
        match answer {
            Received::Output(reply) => Ok(*reply),
            run @ Received::Run(_) => Reply::json(Self::SUCCESS, &run),
        }
    }
}

/// The answer of a run that is over, at a URL with that path.
fn output_of(run: Run, path: &str) -> Result<Received, ApiError> {
    let Some(result) = run.result else { return Ok(Received::Run(Box::new(RunView::new(run, None, None)))) };
    let code = match result.status {
        RunStatus::Succeeded => {
            let reply = web::reply(result.output.as_ref().map_or("null", RawJson::text), path);
            return match reply {
                Ok(reply) => Ok(Received::Output(Box::new(reply))),
                Err(problems) => Err(web::failed(problems, &run.id.to_string())),
            };
        }
        RunStatus::TimedOut => ErrorCode::RunTimedOut,
        _ => ErrorCode::RunFailed,
    };
    let error = result.error.map(|error| error.error).unwrap_or_default();
    let message = format!("The flow failed with {error}; GET the run for the cause");
    let item = ErrorItem::new(code, message).with("run", run.id.to_string()).with("error", error);
    Err(ApiError::of(item))
}
