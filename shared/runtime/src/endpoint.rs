//! Endpoints: an operation and the code that runs it, declared together.

mod event;
mod size;

use std::error::Error;
use std::future::Future;

use api::operation::{BodySchema, Entry, Grant, Method, Operation, Route, SchemaOf, schema_of};
use api::query::Query;
use api::request::Body;
use api::validate::{SchemaError, Validator};
use api::{ApiError, Call, PathParams, QueryParams, Request, Unknown};
use domain::scope::Scope;
use futures::FutureExt;
use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::context::Context;
use crate::reach::Reach;
use crate::reply::{Content, Reply};

/// An operation with the code that runs it.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// What it is.
    pub operation: Operation,
    pub(crate) run: Run,
    pub(crate) reach: Reach,
    /// Makes the validator of its bodies; nothing where bodies are not validated.
    pub(crate) validator: Option<MakeValidator>,
}

pub(crate) type MakeValidator = fn(BodySchema, Unknown) -> Result<Validator, SchemaError>;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    Http(HttpRun),
    Event(EventRun),
}

pub(crate) type HttpRun =
    for<'a> fn(&'a Context, Option<&'a Validator>, Request) -> BoxFuture<'a, Result<Reply, ApiError>>;
pub(crate) type EventRun =
    for<'a> fn(&'a Context, &'a RawValue) -> BoxFuture<'a, Result<Box<RawValue>, EventError>>;

/// A route that needs a token. What it declares is all there is to know about it.
pub trait HttpEndpoint: Sized {
    /// `{crate}.{endpoint}`.
    const ID: &'static str;
    /// What it does, in a sentence.
    const SUMMARY: &'static str;
    /// The method.
    const METHOD: Method;
    /// Other methods that it takes in the same way.
    const MORE: &'static [Method] = &[];
    /// The path.
    const PATH: &'static str;
    /// What the caller must be allowed.
    const SCOPE: Scope;
    /// The status of success.
    const SUCCESS: u16;
    /// Another status of success, when [`HttpEndpoint::reply`] can give one.
    const ALSO: Option<u16> = None;
    /// What it may do in AWS.
    const GRANTS: &'static [Grant];
    /// Whether the caller must say which version it saw.
    const VERSIONED: bool = false;
    /// Whether a caller that is limited to one environment may call it. Where it may, [`Context::project_of`] lets it
    /// reach nothing of another environment.
    const WITHIN_ENVIRONMENT: bool = false;
    /// Memory in MB.
    const MEMORY_MB: u32 = HTTP_MEMORY_MB;
    /// What its path names, besides the project: see [`api::path!`]. `()` where there are no other names in braces.
    type Path: PathParams;
    /// Its query parameters: see [`api::query!`]. `()` where there are none.
    type Query: QueryParams;
    /// What it takes.
    type Body: Body;
    /// What it answers.
    type Answer: Serialize + JsonSchema + Send;

    /// Does it.
    fn handle(
        context: &Context,
        call: CallOf<Self>,
    ) -> impl Future<Output = Result<Self::Answer, ApiError>> + Send;

    /// What goes back: the answer as JSON with the status of success, unless the endpoint says otherwise.
    ///
    /// # Errors
    ///
    /// When the answer cannot be written as JSON.
    fn reply(answer: Self::Answer) -> Result<Reply, ApiError> {
        Reply::json(Self::SUCCESS, &answer)
    }
}

/// The call that an endpoint is given.
pub type CallOf<E> = Call<<E as HttpEndpoint>::Body, <E as HttpEndpoint>::Path, <E as HttpEndpoint>::Query>;

/// A route without a token, or what answers where no route leads. It reads the request itself, and answers anything.
pub trait RawEndpoint {
    /// `{crate}.{endpoint}`.
    const ID: &'static str;
    /// What it does, in a sentence.
    const SUMMARY: &'static str;
    /// The method and the path. `None` for what answers every request that no route takes.
    const ROUTE: Option<(Method, &'static str)>;
    /// Other methods that it takes in the same way.
    const MORE: &'static [Method] = &[];
    /// What it may do in AWS.
    const GRANTS: &'static [Grant];
    /// The schema of what it answers.
    const ANSWER: SchemaOf = schema_of::<Value>;
    /// What its path names. The endpoint reads it out of the request.
    type Path: PathParams;
    /// Its query parameters.
    type Query: QueryParams;
    /// What it takes.
    type Body: Body;

    /// Does it.
    fn handle(context: &Context, request: Request) -> impl Future<Output = Result<Reply, ApiError>> + Send;
}

/// A function that no route leads to.
pub trait EventEndpoint {
    /// `{crate}.{endpoint}`.
    const ID: &'static str;
    /// What it does, in a sentence.
    const SUMMARY: &'static str;
    /// What calls it.
    const ENTRY: Entry;
    /// What it may do in AWS.
    const GRANTS: &'static [Grant];
    /// Memory in MB.
    const MEMORY_MB: u32 = 256;
    /// How long a call may take, in seconds.
    const TIMEOUT_SECONDS: u32 = 29;
    /// What it is called with.
    type Event: DeserializeOwned + Send;
    /// What it answers.
    type Answer: Serialize + Send;

    /// Does it.
    fn handle(
        context: &Context,
        event: Self::Event,
    ) -> impl Future<Output = Result<Self::Answer, EventError>> + Send;
}

/// The events of SNS and of SQS, as Lambda delivers them.
pub use aws_lambda_events::{sns, sqs};

/// A function's error: a name that a definition's Retry and Catch can match, and what happened.
#[derive(Debug)]
pub struct EventError {
    /// The name.
    pub error_type: &'static str,
    /// What happened; the caller sees it.
    pub message: String,
}

impl EventError {
    /// An error with a name of its own.
    pub fn new(error_type: &'static str, message: impl Into<String>) -> Self {
        Self { error_type, message: message.into() }
    }
}

impl<E: Error> From<E> for EventError {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            message = format!("{message}: {inner}");
            cause = inner.source();
        }
        Self::new("InternalError", message)
    }
}

const HTTP_MEMORY_MB: u32 = 256;
const HTTP_TIMEOUT_SECONDS: u32 = 29;

impl Endpoint {
    /// A route that needs a token.
    pub const fn http<E: HttpEndpoint>() -> Self {
        let route = Route {
            more: E::MORE,
            scope: Some(E::SCOPE),
            success: E::SUCCESS,
            also: E::ALSO,
            path_params: E::Path::PARAMS,
            query: E::Query::PARAMS,
            body: E::Body::SCHEMA,
            answer: schema_of::<E::Answer>,
            versioned: E::VERSIONED,
            within_environment: E::WITHIN_ENVIRONMENT,
            ..Route::new(E::METHOD, E::PATH)
        };
        let operation = operation(E::ID, E::SUMMARY, Entry::Http(route), E::GRANTS);
        Self {
            operation: Operation { memory_mb: E::MEMORY_MB, ..operation },
            run: Run::Http(run_http::<E>),
            reach: Reach::of(E::GRANTS),
            validator: if E::Body::SCHEMA.is_some() { Some(Validator::of_body) } else { None },
        }
    }

    /// A route without a token, or what answers where no route leads.
    pub const fn raw<E: RawEndpoint>() -> Self {
        let entry = match E::ROUTE {
            Some((method, path)) => Entry::Http(Route {
                more: E::MORE,
                path_params: E::Path::PARAMS,
                query: E::Query::PARAMS,
                body: E::Body::SCHEMA,
                answer: E::ANSWER,
                ..Route::new(method, path)
            }),
            None => Entry::Unrouted,
        };
        Self::without_validator(operation(E::ID, E::SUMMARY, entry, E::GRANTS), Run::Http(run_raw::<E>))
    }

    /// A function that no route leads to.
    pub const fn event<E: EventEndpoint>() -> Self {
        let operation = Operation {
            id: E::ID,
            summary: E::SUMMARY,
            entry: E::ENTRY,
            grants: E::GRANTS,
            memory_mb: E::MEMORY_MB,
            timeout_seconds: E::TIMEOUT_SECONDS,
        };
        Self::without_validator(operation, Run::Event(run_event::<E>))
    }

    const fn without_validator(operation: Operation, run: Run) -> Self {
        Self { reach: Reach::of(operation.grants), operation, run, validator: None }
    }
}

const fn operation(
    id: &'static str,
    summary: &'static str,
    entry: Entry,
    grants: &'static [Grant],
) -> Operation {
    Operation { id, summary, entry, grants, memory_mb: HTTP_MEMORY_MB, timeout_seconds: HTTP_TIMEOUT_SECONDS }
}

fn run_http<'a, E: HttpEndpoint>(
    context: &'a Context,
    validator: Option<&'a Validator>,
    request: Request,
) -> BoxFuture<'a, Result<Reply, ApiError>> {
    async move {
        let endpoint = const { Endpoint::http::<E>() };
        let route =
            endpoint.operation.route().ok_or_else(|| ApiError::internal("an endpoint without a route"))?;
        let call = CallOf::<E>::decode(route, request, validator)?;
        let reply = E::reply(E::handle(context, call).await?)?;
        if let Content::Json(body) = &reply.body {
            size::check(route, body)?;
        }
        Ok(reply)
    }
    .boxed()
}

fn run_raw<'a, E: RawEndpoint>(
    context: &'a Context,
    _: Option<&'a Validator>,
    request: Request,
) -> BoxFuture<'a, Result<Reply, ApiError>> {
    async move {
        let endpoint = const { Endpoint::raw::<E>() };
        // What applications and clients of OAuth send is their own affair; anything else is what is declared.
        if let Some(route) = endpoint.operation.route().filter(|route| route.unknown() == Unknown::Refused) {
            Query::decode(route, &request.path, &request.query)?;
        }
        E::handle(context, request).await
    }
    .boxed()
}

fn run_event<'a, E: EventEndpoint>(
    context: &'a Context,
    event: &'a RawValue,
) -> BoxFuture<'a, Result<Box<RawValue>, EventError>> {
    async move {
        let answer = E::handle(context, event::read(event.get())?).await?;
        Ok(to_raw_value(&answer)?)
    }
    .boxed()
}
