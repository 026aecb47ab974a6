use api::operation::Resource;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::runs::RunView;
use domain::ids::RunId;
use domain::run::{Run, RunError, RunResult, RunStatus};
use domain::scope::Scope;
use runtime::aws::AwsError;
use runtime::{CallOf, Context, HttpEndpoint};

/// A run that Step Functions does not know so soon after it was stored is taken to be starting, in seconds.
const GRACE_SECONDS: i64 = 60;

/// Gets a run: where it stands, what it put out or why it failed.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "runs.get";
    const SUMMARY: &'static str = "Get a run: its status, output or error";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/runs/{id}";
    const SCOPE: Scope = Scope::ViewRuns;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] =
        &[grant::READ, Grant { on: Resource::Executions, actions: &["states:DescribeExecution"] }];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById<RunId>;
    type Query = ();
    type Body = NoBody;
    type Answer = RunView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<RunView, ApiError> {
        let run = context.project_of(&call).run(call.path.id).await?;
        if run.result.is_some() {
            return Ok(RunView::new(run, None, None));
        }
        // Step Functions knows how it stands; a copy of ours would be late.
        match context.machines().execution(&run.execution_arn()).await {
            Ok(execution) => Ok(RunView::new(run, Some(execution.result), execution.input)),
            // It starts a moment after it is stored, and Step Functions may take a moment more to know it.
            Err(AwsError::Missing { .. })
                if run.started_at.plus_seconds(GRACE_SECONDS) > context.clock.now() =>
            {
                Ok(RunView::new(run, None, None))
            }
            Err(AwsError::Missing { .. }) => Ok(lost(run)),
            Err(error) => Err(ApiError::unavailable(error)),
        }
    }
}

/// A run that Step Functions does not know: it was stored and then never started, or was forgotten since.
fn lost(run: Run) -> RunView {
    let cause = "Step Functions knows of no such execution: it never started, or its history is over";
    let error = RunError { error: "ExecutionUnknown".to_owned(), cause: Some(cause.to_owned()) };
    let result = RunResult { status: RunStatus::Failed, stopped_at: None, output: None, error: Some(error) };
    RunView::new(run, Some(result), None)
}
