//! Operations: every endpoint of Slipway as data. Template, permissions, OpenAPI document, README table, sample
//! events and test matrix are generated from these or checked against them.

use std::fmt;

use domain::scope::Scope;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use crate::braces::{PathParam, PathValues};
pub use crate::family::Family;
pub use crate::param::{Param, ParamKind};
use crate::unknown::{self, Unknown};

mod grants;

pub use grants::{Grant, Resource, SealedFor, TokenKind, WorkQueue, grant, opens_keys};

/// One operation, run by one Lambda function.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// `{crate}.{endpoint}`, such as `environments.create`: the function's `Handler` and OpenAPI's `operationId`.
    pub id: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// What calls it.
    pub entry: Entry,
    /// What it may do in AWS; exactly this goes into its role.
    pub grants: &'static [Grant],
    /// Memory in MB. The share of a processor grows with it: 1,769 MB is one vCPU.
    pub memory_mb: u32,
    /// How long a call may take, in seconds. API Gateway gives up after 30.
    pub timeout_seconds: u32,
}

/// What calls an operation.
#[derive(Debug, Clone, Copy)]
pub enum Entry {
    /// A route of the HTTP API.
    Http(Route),
    /// Requests of the HTTP API that no route takes.
    Unrouted,
    /// The HTTP API, before every route that needs a token.
    Authorizer,
    /// Messages of a queue of work.
    Work(WorkQueue),
    /// Messages that the worker of a queue could not process.
    DeadLetters(WorkQueue),
    /// Messages of the topics that Slipway makes.
    Topics,
    /// The ends of runs on the state machines of connectors.
    Executions,
    /// A schedule, as EventBridge writes it.
    Every(&'static str),
    /// The schedules that Slipway makes.
    Schedules,
    /// Whoever may invoke the function: a state machine, an operator.
    Direct,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// Other methods that it takes in the same way.
    pub more: &'static [Method],
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// What the caller must be allowed; nothing for the routes that hand out tokens.
    pub scope: Option<Scope>,
    /// The status of success.
    pub success: u16,
    /// Another status of success, for routes that answer one way or another.
    pub also: Option<u16>,
    /// The parameters of the path, without that of the project.
    pub path_params: &'static [PathParam],
    /// The query parameters.
    pub query: &'static [Param],
    /// The schema of the body, when there is one.
    pub body: Option<BodySchema>,
    /// The schema of the answer.
    pub answer: SchemaOf,
    /// Whether the caller must say which version it saw.
    pub versioned: bool,
    /// Whether a caller that is limited to one environment may call it.
    pub within_environment: bool,
}

/// How a body is described.
#[derive(Debug, Clone, Copy)]
pub struct BodySchema {
    /// Its media type.
    pub media_type: &'static str,
    /// Its schema.
    pub schema: SchemaOf,
}

/// Makes a schema; types it refers to go into the generator's definitions.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`.
pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// HTTP methods that routes use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Read, without the body of the answer. Taken wherever GET is taken; no route declares it.
    Head,
    /// Create or update.
    Post,
    /// Update.
    Put,
    /// Update a part.
    Patch,
    /// Delete.
    Delete,
}

impl Method {
    /// As it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The path of the OpenAPI document.
const OPENAPI: &str = "/openapi.json";

/// What is encoded in a segment of a path.
const PATH_SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'=');

/// What is encoded in several segments.
const REST_OF_PATH: &AsciiSet = &PATH_SEGMENT.remove(b'/');

/// The name of the parameter that a segment of a path stands for: `{id}` is one segment of a request's path, `{path+}`
/// all that are left.
pub fn parameter_name(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.strip_suffix('+').unwrap_or(name))
}

impl Entry {
    /// Whether Lambda takes the call, and tries it again by itself. Nobody is told when it fails for good, so what
    /// cannot be delivered is kept.
    pub const fn is_asynchronous(&self) -> bool {
        matches!(self, Self::Topics | Self::Executions | Self::Schedules)
    }
}

impl Operation {
    /// The resource's crate, the part before the dot.
    pub fn crate_name(&self) -> &'static str {
        self.id.split('.').next().unwrap_or(self.id)
    }

    /// Whether it may read and open the keys that sign tokens of a kind.
    pub const fn opens_keys(&self, kind: TokenKind) -> bool {
        opens_keys(self.grants, kind)
    }

    /// The route, for operations that have one.
    pub const fn route(&self) -> Option<&Route> {
        match &self.entry {
            Entry::Http(route) => Some(route),
            _ => None,
        }
    }
}

impl Route {
    /// A route that takes nothing but its path, from anybody, and answers any JSON with 200.
    pub const fn new(method: Method, path: &'static str) -> Self {
        Self {
            method,
            more: &[],
            path,
            scope: None,
            success: 200,
            also: None,
            path_params: &[],
            query: &[],
            body: None,
            answer: schema_of::<Value>,
            versioned: false,
            within_environment: false,
        }
    }

    /// The methods that it declares.
    pub fn declared_methods(&self) -> impl Iterator<Item = Method> {
        [self.method].into_iter().chain(self.more.iter().copied())
    }

    /// The methods that it takes: those that it declares, and HEAD where GET is among them.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        let head = self.declared_methods().any(|method| method == Method::Get).then_some(Method::Head);
        self.declared_methods().chain(head)
    }

    /// The names in braces, in order.
    pub fn path_parameters(&self) -> Vec<&'static str> {
        self.path.split('/').filter_map(parameter_name).collect()
    }

    /// The path with values in place of its parameters, percent-encoded. A parameter without a value is left out.
    pub fn path_with(&self, values: &PathValues) -> String {
        let filled = self.path.split('/').map(|segment| {
            let Some(name) = parameter_name(segment) else { return segment.to_owned() };
            let kept = if segment.ends_with("+}") { REST_OF_PATH } else { PATH_SEGMENT };
            utf8_percent_encode(values.text(name), kept).to_string()
        });
        filled.collect::<Vec<_>>().join("/")
    }

    /// The path without the mark of a parameter that takes the rest of a request's path.
    pub fn plain_path(&self) -> String {
        self.path.replace("+}", "}")
    }

    /// The conventions that it follows.
    pub fn family(&self) -> Family {
        Family::of(self.path)
    }

    /// What becomes of members of the body and of query parameters that it does not know.
    pub fn unknown(&self) -> Unknown {
        unknown::at(self.path)
    }

    /// Whether a deployed application answers here: to everybody, and whatever it likes.
    pub fn is_applications(&self) -> bool {
        self.path.starts_with("/apps/")
    }

    /// Whether it answers everybody, and asks nobody who they are.
    pub fn is_open(&self) -> bool {
        self.is_applications() || self.path == OPENAPI
    }

    /// Every query parameter.
    pub fn query_parameters(&self) -> impl Iterator<Item = &'static Param> {
        self.query.iter()
    }
}
