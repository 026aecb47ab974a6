//! The loop of a function process: picks the operation that `_HANDLER` names, prepares for it, serves.

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::ApiError;
use api::operation::{Family, Operation, Route};
use api::validate::Validator;
use futures::FutureExt;
use futures::future::join;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::value::RawValue;

use crate::clock::new_id;
use crate::config::Config;
use crate::context::Context;
use crate::cors;
use crate::endpoint::{Endpoint, EventRun, HttpRun, Run};
use crate::gateway::{self, Outgoing};
use crate::log::{self, CallLog};
use crate::reply::{Content, Reply};

/// Serves the endpoint that the function's `Handler` names. Returns only when the process should end.
pub fn serve(endpoints: &'static [Endpoint]) -> ExitCode {
    log::init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(serve_handler(endpoints)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(cause = %error, "cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn serve_handler(endpoints: &'static [Endpoint]) -> Result<(), lambda_runtime::Error> {
    let handler = std::env::var("_HANDLER").unwrap_or_default();
    let known = || endpoints.iter().map(|endpoint| endpoint.operation.id).collect::<Vec<_>>().join(", ");
    let endpoint = endpoints.iter().find(|endpoint| endpoint.operation.id == handler);
    let endpoint = endpoint.ok_or_else(|| format!("no handler '{handler}' here; there are {}", known()))?;
    let context = Context::load(Config::from_env())?;
    endpoint.reach.prime(&context).await;
    let process = Arc::new(Process {
        operation: endpoint.operation,
        origins: endpoint.reach.origins,
        validator: validator(endpoint)?,
        context,
        warm: AtomicBool::new(false),
    });
    match endpoint.run {
        Run::Http(run) => process.serve_http(run).await,
        Run::Event(run) => process.serve_events(run).await,
    }
}

/// The schema that the OpenAPI document publishes for the operation's body, as a validator.
fn validator(endpoint: &Endpoint) -> Result<Option<Validator>, lambda_runtime::Error> {
    let body = endpoint.operation.route().and_then(|route| Some((route.body?, route.unknown())));
    let made = endpoint.validator.zip(body).map(|(make, (body, unknown))| make(body, unknown));
    Ok(made.transpose()?)
}

struct Process {
    operation: Operation,
    origins: Option<cors::OriginsOf>,
    validator: Option<Validator>,
    context: Context,
    warm: AtomicBool,
}

impl Process {
    fn is_cold(&self) -> bool {
        !self.warm.swap(true, Ordering::Relaxed)
    }

    async fn serve_http(self: Arc<Self>, run: HttpRun) -> Result<(), lambda_runtime::Error> {
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
            let process = Arc::clone(&self);
            async move { Ok::<_, Diagnostic>(process.answer(run, &event.payload).await) }
        }))
        .await
    }

    async fn answer(&self, run: HttpRun, event: &RawValue) -> Outgoing {
        let mut request = gateway::request(gateway::event(event.get()), &self.context.config);
        let correlation = gateway::given_correlation(&request).unwrap_or_else(|| new_id().to_string());
        request.correlation.clone_from(&correlation);
        let log = CallLog::begin(self.operation.id, &correlation, self.is_cold());
        let (family, head) = (self.family(&request.raw_path), request.method == "HEAD");
        let origin = cors::decide(&self.context, self.origins, cors::Asked::of(&request));
        // Without this the gateway would answer a panic in words of its own.
        let done = AssertUnwindSafe(run(&self.context, self.validator.as_ref(), request)).catch_unwind();
        let (done, origin) = join(done, origin).await;
        let (reply, source) = match done.unwrap_or_else(|_| Err(ApiError::internal("the handler panicked"))) {
            Ok(reply) => (reply, None),
            Err(error) => refusal(error, family),
        };
        log.end(reply.status, source.as_deref());
        let challenge = self.challenge();
        gateway::response(reply, gateway::Asked { correlation, challenge, head, origin }).into()
    }

    /// The conventions that an error follows: the route's, and the path's where no route leads.
    fn family(&self, path: &str) -> Family {
        self.operation.route().map_or_else(|| Family::of(path), Route::family)
    }

    /// How callers prove who they are here: with a token, or where tokens are given with id and secret. Where an
    /// application refuses somebody, credentials for Slipway are not what it asks for, and some routes ask for none.
    fn challenge(&self) -> Option<&'static str> {
        let route = self.operation.route().filter(|route| !route.is_open())?;
        Some(if route.scope.is_some() { "Bearer realm=\"slipway\"" } else { "Basic realm=\"slipway\"" })
    }

    async fn serve_events(self: Arc<Self>, run: EventRun) -> Result<(), lambda_runtime::Error> {
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
            let process = Arc::clone(&self);
            async move {
                let log = CallLog::begin(process.operation.id, &event.context.request_id, process.is_cold());
                let done = run(&process.context, &event.payload).await;
                log.end(if done.is_ok() { 200 } else { 500 }, None);
                done.map_err(|error| Diagnostic {
                    error_type: error.error_type.to_owned(),
                    error_message: error.message,
                })
            }
        }))
        .await
    }
}

type Source = Box<dyn std::error::Error + Send + Sync>;

fn refusal(error: ApiError, family: Family) -> (Reply, Option<Source>) {
    let (status, text) = error.answer(family);
    (Reply { status, body: Content::Json(text) }, error.source)
}
