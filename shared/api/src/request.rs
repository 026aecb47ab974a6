//! Requests: who calls, what for, and what they sent, decoded and checked before a handler sees it.

mod reading;

use std::collections::BTreeMap;

use contract::ErrorCode;
use domain::ids::EnvironmentId;
use domain::metadata::{Principal, Timestamp};
use domain::scope::Scopes;
use domain::text::ProjectKey;
use domain::via::{Source, Via};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use store::StoreError;

use crate::braces::PathValues;
use crate::error::ApiError;
use crate::family::Family;
use crate::operation::{BodySchema, Route, schema_of};
use crate::path::PathParams;
use crate::query::{Query, QueryParams};
use crate::unknown::{self, Unknown};
use crate::validate::{Problem, Validator};
use schema::pointer::join;

pub use reading::{
    check_bytes, check_charset, check_encoding, in_words, inexact_numbers, is_json, json_problems, media_type,
};

/// A request as the gateway hands it over.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The whole path.
    pub raw_path: String,
    /// Values of the names in the path's braces, percent-decoded.
    pub path: PathValues,
    /// Query parameters in order, percent-decoded.
    pub query: Vec<(String, String)>,
    /// Header names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// What the authorizer found out: `project`, `scopes`, `principal`, `name`, `environment`.
    pub identity: BTreeMap<String, String>,
    /// Where the API is reached, without a slash at the end.
    pub base_url: String,
    /// The id of the request in the log.
    pub correlation: String,
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The project of the caller's token.
    pub project: ProjectKey,
    /// What the caller may do there.
    pub scopes: Scopes,
    /// What is written into what the caller changes.
    pub principal: Principal,
    /// The only environment that the caller may do it in; absent when it may everywhere.
    pub environment: Option<EnvironmentId>,
}

/// A request that passed every check that does not need the store.
#[derive(Debug)]
pub struct Call<B, P = (), Q = ()> {
    /// Who calls.
    pub actor: Actor,
    /// The project in the path, which is the caller's.
    pub project: ProjectKey,
    /// What the path names besides the project.
    pub path: P,
    /// The query.
    pub query: Q,
    /// The body.
    pub body: B,
    /// Where the API is reached.
    pub base_url: String,
    /// The absolute URL of the request, without its query.
    pub url: String,
    /// The id of the request in the log.
    pub correlation: String,
    /// What the client says that it is: the header [`CLIENT`].
    client: Option<String>,
    source: Source,
}

/// What an operation takes as its body.
pub trait Body: Sized + Send + 'static {
    /// How it is described; nothing when there is no body.
    const SCHEMA: Option<BodySchema>;

    /// Decodes it. `validator` was made of the schema.
    fn decode(raw: &Request, validator: Option<&Validator>) -> Result<Self, ApiError>;
}

/// No body. One that says anything is refused, or ignored where the contract ignores what it does not know.
#[derive(Debug, Clone, Copy)]
pub struct NoBody;

impl Body for NoBody {
    const SCHEMA: Option<BodySchema> = None;

    fn decode(_: &Request, _: Option<&Validator>) -> Result<Self, ApiError> {
        Ok(Self)
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Body for T {
    const SCHEMA: Option<BodySchema> =
        Some(BodySchema { media_type: "application/json", schema: schema_of::<T> });

    fn decode(raw: &Request, validator: Option<&Validator>) -> Result<Self, ApiError> {
        let mut value = reading::json(raw)?;
        let mut problems = validator.map(|validator| validator.problems(&value)).unwrap_or_default();
        problems.extend(numbers(&raw.body));
        if !problems.is_empty() {
            return Err(ApiError::invalid_body(problems));
        }
        if let Some(validator) = validator {
            validator.settle(&mut value);
        }
        // What the schema cannot say, the types do; the path tells where.
        serde_path_to_error::deserialize(value).map_err(|error| {
            ApiError::invalid_field(&pointer_of(error.path()), reading::in_words(&error.inner().to_string()))
        })
    }
}

/// The numbers of a body that cannot be kept exactly.
fn numbers(json: &[u8]) -> Vec<Problem> {
    std::str::from_utf8(json).map(inexact_numbers).unwrap_or_default()
}

/// The JSON pointer to where deserialising stopped.
fn pointer_of(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => join(&pointer, &index.to_string()),
        Segment::Map { key } => join(&pointer, key),
        // A variant is no member of its own, and behind what is unknown nothing is known.
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

impl Actor {
    /// The caller, from what the authorizer found out.
    pub fn of(request: &Request) -> Result<Self, ApiError> {
        let known = |name: &str| request.identity.get(name).filter(|value| !value.is_empty());
        let (Some(project), Some(principal)) = (known("project"), known("principal")) else {
            let reason = known("reason").map_or("The request carries no valid token", String::as_str);
            return Err(ApiError::unauthenticated(reason));
        };
        // A limit that cannot be read is no reason to forget it.
        let environment = known("environment").map(|id| id.parse()).transpose();
        let environment =
            environment.map_err(|_| ApiError::unauthenticated("The token's environment cannot be read"))?;
        let scopes = known("scopes").map(String::as_str).unwrap_or_default();
        let scopes = scopes.split_whitespace().filter_map(|scope| scope.parse().ok()).collect();
        Ok(Self {
            project: project.parse().map_err(|_| ApiError::unauthenticated("The token names no project"))?,
            scopes: Scopes(scopes),
            principal: Principal::written(principal, known("name").map(String::as_str)),
            environment,
        })
    }

    /// Refuses a caller that is limited to an environment.
    ///
    /// # Errors
    ///
    /// 403 `AuthorizationError`, which names the environment that the caller is limited to.
    pub fn unlimited(&self) -> Result<(), ApiError> {
        self.environment.map_or(Ok(()), |own| Err(StoreError::OutOfReach(own).into()))
    }

    /// Refuses a limited caller where nothing is limited to an environment.
    fn may_call(&self, route: &Route) -> Result<(), ApiError> {
        match self.environment {
            Some(own) if !route.within_environment => Err(ApiError::new(
                ErrorCode::AuthorizationError,
                format!("{}{NOT_WITHIN}", StoreError::OutOfReach(own).sentence()),
            )),
            _ => Ok(()),
        }
    }
}

/// Follows where a limited caller is told what it is limited to.
const NOT_WITHIN: &str = "; this operation is not limited to an environment, so a limited key cannot use it";

/// The header in which a client says what it is.
pub const CLIENT: &str = "x-slipway-client";

fn source_of(route: &Route) -> Source {
    match (Family::of(route.path), unknown::at(route.path)) {
        (Family::FlowVersions, _) => Source::FlowVersions,
        (Family::Native, Unknown::Ignored) => Source::Connect,
        (Family::Native, Unknown::HandedOn) => Source::Trigger,
        (Family::Native, Unknown::Refused) => Source::Api,
    }
}

impl<B: Body, P: PathParams, Q: QueryParams> Call<B, P, Q> {
    /// Checks token, project, scope and limit to an environment in this order, then query and body, whose problems are
    /// told together, then the path. A project that is not the caller's is not there, whatever the scopes.
    pub fn decode(route: &Route, request: Request, validator: Option<&Validator>) -> Result<Self, ApiError> {
        let actor = Actor::of(&request)?;
        let named = request.path.project().unwrap_or(actor.project.as_str());
        if named != actor.project.as_str() {
            return Err(ApiError::not_found(format!("No project '{named}' that this token is for")));
        }
        if let Some(scope) = route.scope.filter(|scope| !actor.scopes.grant(*scope)) {
            return Err(ApiError::forbidden(scope));
        }
        actor.may_call(route)?;
        let query = Query::decode(route, &request.path, &request.query);
        let body = match B::SCHEMA {
            Some(_) => B::decode(&request, validator),
            None => reading::nothing(route, &request).and_then(|()| B::decode(&request, validator)),
        };
        let (query, body) = ApiError::both(query, body)?;
        let path = P::read(&request.path)?;
        let project = actor.project.clone();
        let url = request.base_url.clone() + &route.path_with(&request.path);
        let query = Q::read(&query.at(url.clone()));
        let Request { base_url, correlation, mut headers, .. } = request;
        let (client, source) = (headers.remove(CLIENT), source_of(route));
        Ok(Self { actor, project, path, query, body, base_url, url, correlation, client, source })
    }

    /// Who writes what the call asks for, when it is `now`.
    pub fn via(&self, now: Timestamp) -> Via {
        let Self { actor, source, correlation, client, .. } = self;
        let by = actor.principal.clone();
        let via = Via { by, source: *source, at: now, client: None, correlation: None, on_behalf_of: None };
        via.correlated(correlation).from_client(client.as_deref())
    }
}

/// Whatever JSON a caller sends; `null` when nothing is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyJson(pub Value);

impl Body for AnyJson {
    const SCHEMA: Option<BodySchema> =
        Some(BodySchema { media_type: "application/json", schema: schema_of::<Value> });

    fn decode(raw: &Request, _: Option<&Validator>) -> Result<Self, ApiError> {
        if raw.body.is_empty() {
            return Ok(Self(Value::Null));
        }
        let value = reading::parse(raw)?;
        let problems = numbers(&raw.body);
        if problems.is_empty() { Ok(Self(value)) } else { Err(ApiError::invalid_body(problems)) }
    }
}

/// A request as it was sent, whatever its body is: for what is deployed, which decides by itself what it takes. Without
/// the caller's credentials for Slipway, and without what the authorizer found out.
#[derive(Debug, Clone)]
pub struct AnyRequest(pub Request);

impl Body for AnyRequest {
    const SCHEMA: Option<BodySchema> = Some(BodySchema { media_type: "*/*", schema: schema_of::<Value> });

    fn decode(raw: &Request, _: Option<&Validator>) -> Result<Self, ApiError> {
        let mut request = Request { identity: BTreeMap::new(), ..raw.clone() };
        request.headers.remove("authorization");
        Ok(Self(request))
    }
}

#[cfg(test)]
mod tests {
    use domain::scope::Scope;
    use serde::Deserialize;

    use super::*;
    use crate::operation::Method;

    const OWN: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

    const fn route(within_environment: bool) -> Route {
        Route {
            scope: Some(Scope::ManageIntegrations),
            success: 201,
            body: <Draft as Body>::SCHEMA,
            within_environment,
            ..Route::new(Method::Post, "/{projectKey}/flows")
        }
    }

    /// Members of the authorizer's context, and what the path says the project is.
    fn request(project: &str, identity: &[(&str, &str)]) -> Request {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Request {
            path: [("projectKey".to_owned(), project.to_owned())].into_iter().collect(),
            identity: identity.iter().map(owned).collect(),
            body: b"{}".to_vec(),
            ..Request::default()
        }
    }

    fn somebody<'a>(scopes: &'a str, environment: &'a str) -> [(&'a str, &'a str); 4] {
        [("project", "acme"), ("principal", "client:ci"), ("scopes", scopes), ("environment", environment)]
    }

    /// Status and message of what is wrong first.
    fn refused(route: &Route, request: Request) -> (u16, String) {
        let error = Call::<Draft>::decode(route, request, None).unwrap_err();
        (error.status, error.errors[0].message.clone())
    }

    #[test]
    fn a_limited_caller_is_refused_after_the_project_and_the_scope_and_before_the_body() {
        let mine = "manage_integrations";
        for (project, scopes, status, words) in [
            ("other", "view_runs", 404, "No project 'other'"),
            ("acme", "view_runs", 403, "Insufficient scope"),
            ("acme", mine, 403, NOT_WITHIN),
            ("acme", "manage_project", 403, NOT_WITHIN),
        ] {
            let (found, message) = refused(&route(false), request(project, &somebody(scopes, OWN)));
            assert_eq!(found, status, "{message}");
            assert!(message.contains(words), "{message}");
            assert_eq!(message.contains(OWN), words == NOT_WITHIN, "{message}");
        }
        // Whoever may call it is told what is wrong with the body.
        assert_eq!(refused(&route(true), request("acme", &somebody(mine, OWN))).0, 400);
        assert_eq!(refused(&route(false), request("acme", &somebody(mine, ""))).0, 400);
        assert_eq!(refused(&route(false), request("acme", &somebody(mine, "")[..3])).0, 400);
    }

    #[test]
    fn a_limit_that_cannot_be_read_is_not_forgotten() {
        for garbled in ["staging", "null", " ", "8d1c7a526a0f4c1e9f530c8b6a3e7f10"] {
            let (status, message) = refused(&route(true), request("acme", &somebody("view_runs", garbled)));
            assert_eq!(status, 401, "{message}");
        }
    }

    #[test]
    fn a_caller_is_limited_to_an_environment_or_to_none() {
        let actor = |environment| Actor::of(&request("acme", &somebody("view_runs", environment))).unwrap();
        assert_eq!(actor("").environment, None);
        assert!(actor("").unlimited().is_ok());
        assert_eq!(actor(OWN).environment, OWN.parse().ok());
        let error = actor(OWN).unlimited().unwrap_err();
        assert_eq!((error.status, error.errors[0].code), (403, ErrorCode::AuthorizationError));
        let words = format!("This key is limited to the environment '{OWN}'");
        assert_eq!(error.errors[0].message, words);
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Draft {
        #[expect(dead_code, reason = "only read to see it fail")]
        values: BTreeMap<String, Vec<u8>>,
    }

    #[test]
    fn what_only_a_type_knows_is_pointed_at() {
        for (body, pointer) in [
            (r#"{ "values": { "a.b/c[0]": [1, 300] } }"#, "/values/a.b~1c[0]/1"),
            (r#"{ "values": 7 }"#, "/values"),
            ("7", ""),
            ("{", ""),
            (r#"{ "values": { "a": [1, 1e400] } }"#, "/values/a/1"),
            (r#"{ "values": {}, "more": [1, 9007199254740993] }"#, "/more/1"),
        ] {
            let request = Request { body: body.into(), ..Request::default() };
            let refused = <Draft as Body>::decode(&request, None).unwrap_err();
            let field = &refused.errors.first().unwrap().members["field"];
            assert_eq!(field, pointer, "{body}");
        }
    }
}
