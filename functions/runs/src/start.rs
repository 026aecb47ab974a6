use api::placement_of;
use api::{ApiError, Call, Grant, Method};
use app::runs;
use contract::native::runs::RunDraft;
use contract::native::runs::RunView;
use domain::flow::Flow;
use domain::ids::RunId;
use domain::run::RunTrigger;
use domain::scope::Scope;
use futures::future::try_join;
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint};
use serde_json::Value;

/// Starts a run.
#[derive(Debug)]
pub struct Start;

impl HttpEndpoint for Start {
    const ID: &'static str = "runs.start";
    const SUMMARY: &'static str = "Start a run of what is deployed, with an input";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/runs";
    const SCOPE: Scope = Scope::ManageRuns;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = runs::GRANTS;
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = ();
    type Body = RunDraft;
    type Answer = RunView;

    async fn handle(context: &Context, call: Call<RunDraft>) -> Result<RunView, ApiError> {
        let project = context.project_of(&call);
        let RunDraft { flow, environment, input } = call.body;
        let flow = api::reference::find::<Flow>(&project, &flow, "flow");
        let (flow, placement) = try_join(flow, placement_of(&project, environment.as_ref())).await?;
        let flow = flow.entity.id;
        let entry = runs::answering(&project, flow, placement).await?;
        let start = runs::Start {
            id: RunId::new(new_id()),
            flow,
            placement,
            trigger: RunTrigger::Manual,
            payload: input,
            told: Value::Null,
            by: call.actor.principal,
        };
        let run = runs::start(context, &project, entry, start).await?;
        Ok(RunView::new(run, None, None))
    }
}
