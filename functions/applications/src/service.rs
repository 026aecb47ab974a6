//! Requests to services: each is a run of an EXPRESS state machine, over when the answer goes out.

use std::time::{Duration, Instant};

use api::operation::{Resource, grant};
use api::{ApiError, ErrorCode, ErrorItem, Grant, Request};
use app::application_runs::{Deployed, Entry, LOG, LOOKS, told};
use domain::application_log::{LogSeverity, LogType};
use domain::connector_deployment::Place;
use domain::raw_json::RawJson;
use domain::run::{RunError, RunResult, RunStatus};
use futures::future::join;
use retry::Retry;
use runtime::aws::AwsError;
use runtime::clock::new_id;
use runtime::web::Problem;
use runtime::{Context, Reply, web};
use serde_json::{Value, json};

use crate::called::{Called, nobody};
use crate::conversation::{is_at_or_below, reply};

/// What answering for a service needs.
pub(crate) const GRANTS: &[Grant] = &[grant::READ, LOG, RUN];

/// Runs state machines whose runs are waited for.
pub(crate) const RUN: Grant =
    Grant { on: Resource::ApplicationMachines, actions: &["states:StartSyncExecution"] };

/// Answers a request, and writes it into the application's log.
pub(crate) async fn answer(
    context: &Context,
    request: &Request,
    mut called: Called,
) -> Result<Reply, ApiError> {
    let (began, run) = (Instant::now(), new_id().to_string());
    let (answer, failure) = match ask(context, request, &mut called, &run).await {
        Ok(result) => conclude(result, &run, &called.path_of_url(request)),
        Err(error) => (Err(error), None),
    };
    let status = answer.as_ref().map_or_else(|error| error.status, |reply| reply.status);
    let asked = Entry::now(context, LogType::HttpRequest, severity(status), {
        let agent = request.headers.get("user-agent");
        asked_details(&request.method, &called.url, status, agent, began.elapsed())
    });
    let failed = failure.map(|error| {
        let details = json!({ "error": error.error, "cause": error.cause, "run": run });
        Entry::now(context, LogType::ApplicationJson, LogSeverity::Error, details)
    });
    let failed = async {
        if let Some(entry) = failed {
            called.deployed.log(context, entry).await;
        }
    };
    join(called.deployed.log(context, asked), failed).await;
    answer
}

/// Runs the state machine. Where the deployment is switched to another build meanwhile, `called` is what it is now.
async fn ask(
    context: &Context,
    request: &Request,
    called: &mut Called,
    run: &str,
) -> Result<RunResult, ApiError> {
    let payload = web::payload(request)?;
    let mut retry = Retry::at_most(LOOKS);
    loop {
        let Some(Place::Service { machine, endpoint }) = called.deployed.place() else {
            return Err(nobody());
        };
        if !is_at_or_below(&called.path, endpoint) {
            let message = format!("The service answers at and below '{endpoint}', not at '{}'", called.path);
            return Err(ApiError::not_found(message));
        }
        let trigger = told(web::trigger(&called.path, request), context.clock.now(), run);
        let input = web::fitting(&payload, trigger, |trigger| called.deployed.input(&payload, trigger));
        let input = input.map_err(|error| ApiError::new(ErrorCode::PayloadTooLarge, error.to_string()))?;
        match context.machines().run(machine, run, &input).await {
            Err(AwsError::Missing { .. }) if retry.again("it is being switched").await.is_ok() => {
                called.deployed = Deployed::find(context, &called.address).await?.ok_or_else(nobody)?;
            }
            ended => return ended.map_err(|error| not_run(error, run)),
        }
    }
}

fn not_run(error: AwsError, run: &str) -> ApiError {
    let item = match error {
        AwsError::Unavailable { .. } => {
            let message = "The service did not answer in time; it may have done its work";
            ErrorItem::new(ErrorCode::RunTimedOut, message).with("run", run)
        }
        _ => ErrorItem::new(ErrorCode::RunNotStarted, "The service could not be started; try again"),
    };
    ApiError { source: Some(Box::new(error)), ..ApiError::of(item) }
}

/// The answer, and what is to be said in the log about a run that failed. The caller is told which run it was, and
/// nothing of what happens inside; of an answer that cannot be sent, what is wrong with it. `path` is that of the
/// service's URL.
fn conclude(result: RunResult, run: &str, path: &str) -> (Result<Reply, ApiError>, Option<RunError>) {
    let (code, message) = match result.status {
        RunStatus::Succeeded => {
            return match reply(result.output.as_ref().map_or("null", RawJson::text), path) {
                Ok(reply) => (Ok(reply), None),
                Err(problems) => unsendable(problems, run),
            };
        }
        RunStatus::TimedOut => (ErrorCode::RunTimedOut, "The service did not answer in time"),
        _ => (ErrorCode::RunFailed, "The service failed; its log says why"),
    };
    let error = result.error.unwrap_or_else(|| RunError { error: code.to_string(), cause: None });
    let item = ErrorItem::new(code, message).with("run", run);
    (Err(ApiError::of(item)), Some(error))
}

fn unsendable(problems: Vec<Problem>, run: &str) -> (Result<Reply, ApiError>, Option<RunError>) {
    let refused = web::failed(problems, run);
    let causes: Vec<&str> = refused.errors.iter().map(|item| item.message.as_str()).collect();
    let error = RunError { error: "InvalidResponse".to_owned(), cause: Some(causes.join("; ")) };
    (Err(refused), Some(error))
}

fn asked_details(method: &str, url: &str, status: u16, agent: Option<&String>, latency: Duration) -> Value {
    json!({
        "requestMethod": method,
        "requestUrl": url,
        "status": status,
        "userAgent": agent,
        "latency": format!("{:.3}s", latency.as_secs_f64()),
    })
}

const fn severity(status: u16) -> LogSeverity {
    match status {
        0..400 => LogSeverity::Info,
        400..500 => LogSeverity::Warning,
        _ => LogSeverity::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(status: RunStatus) -> RunResult {
        let error = RunError { error: "Orders.Gone".to_owned(), cause: Some("secret".to_owned()) };
        RunResult {
            status,
            stopped_at: None,
            output: Some(RawJson::from(&json!({ "a": 1 }))),
            error: Some(error),
        }
    }

    #[test]
    fn a_run_that_fails_keeps_its_reasons_to_itself() {
        for (status, expected, code) in [
            (RunStatus::Failed, 502, ErrorCode::RunFailed),
            (RunStatus::TimedOut, 504, ErrorCode::RunTimedOut),
        ] {
            let (answer, failure) = conclude(ended(status), "run-1", "/apps/x");
            let refused = answer.unwrap_err();
            assert_eq!((refused.status, refused.errors[0].code), (expected, code));
            let text = refused.to_json();
            assert!(text.contains("run-1") && !text.contains("secret") && !text.contains("Gone"), "{text}");
            assert_eq!(failure.unwrap().error, "Orders.Gone");
        }
        let (answer, failure) = conclude(ended(RunStatus::Succeeded), "run-1", "/apps/x");
        assert_eq!((answer.unwrap().status, failure), (200, None));
    }

    #[test]
    fn what_could_not_be_asked_is_told_from_what_did_not_answer() {
        let silent = AwsError::Unavailable { service: "Step Functions", source: "timeout".into() };
        let silent = not_run(silent, "run-1");
        assert_eq!((silent.status, &silent.errors[0].members["run"]), (504, &json!("run-1")));
        assert_eq!(not_run(AwsError::Missing { service: "Step Functions" }, "run-1").status, 503);
    }

    #[test]
    fn the_severity_follows_the_status() {
        let severities = [200, 302, 404, 413, 502].map(severity);
        let (info, warning, error) = (LogSeverity::Info, LogSeverity::Warning, LogSeverity::Error);
        assert_eq!(severities, [info, info, warning, warning, error]);
    }

    #[test]
    fn a_request_in_the_log() {
        let agent = "curl/8".to_owned();
        let details =
            asked_details("POST", "https://x/apps/a/b", 200, Some(&agent), Duration::from_millis(42));
        assert_eq!(
            details,
            json!({ "requestMethod": "POST", "requestUrl": "https://x/apps/a/b", "status": 200,
                    "userAgent": "curl/8", "latency": "0.042s" })
        );
    }
}
