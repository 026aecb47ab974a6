//! Requests: who calls, what for, and what they sent, decoded and checked before a handler sees it.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::scope::Scopes;
use domain::text::ProjectKey;
use domain::trail::Principal;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use store::Address;

use crate::error::ApiError;
use crate::operation::{BodySchema, Route, schema_of};
use crate::query::Query;
use crate::validate::{Problem, Validator, join};

/// A request as the gateway hands it over.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The whole path.
    pub raw_path: String,
    /// Values of the names in the path's braces, percent-decoded.
    pub path: BTreeMap<String, String>,
    /// Query parameters in order, percent-decoded.
    pub query: Vec<(String, String)>,
    /// Header names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// What the authorizer found out: `project`, `scopes`, `principal`.
    pub identity: BTreeMap<String, String>,
    /// Where the API is reached, without a slash at the end.
    pub base_url: String,
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The project of the caller's token.
    pub project: ProjectKey,
    /// What the caller may do there.
    pub scopes: Scopes,
    /// The name that is written into what the caller changes.
    pub principal: Principal,
}

/// A request that passed every check that does not need the store.
#[derive(Debug)]
pub struct Call<B> {
    /// Who calls.
    pub actor: Actor,
    /// The project in the path, which is the caller's.
    pub project: ProjectKey,
    /// The query.
    pub query: Query,
    /// The body.
    pub body: B,
    /// Where the API is reached.
    pub base_url: String,
    path: BTreeMap<String, String>,
}

/// What an operation takes as its body.
pub trait Body: Sized + Send + 'static {
    /// How it is described; nothing when there is no body.
    const SCHEMA: Option<BodySchema>;

    /// Decodes it. `validator` was made of the schema.
    fn decode(raw: &Request, validator: Option<&Validator>) -> Result<Self, ApiError>;
}

/// No body. One that is sent is not looked at.
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
        let problem = |pointer: &str, message: String| {
            ApiError::invalid_body(vec![Problem { pointer: pointer.to_owned(), message }])
        };
        if raw.body.is_empty() {
            return Err(problem("", "is missing: send a JSON document".to_owned()));
        }
        let value: Value = serde_json::from_slice(&raw.body)
            .map_err(|error| problem("", format!("is not JSON: {error}")))?;
        let problems = validator.map(|validator| validator.problems(&value)).unwrap_or_default();
        if !problems.is_empty() {
            return Err(ApiError::invalid_body(problems));
        }
        // What the schema cannot say, the types do; the path tells where.
        serde_path_to_error::deserialize(value)
            .map_err(|error| problem(&pointer_of(error.path()), error.inner().to_string()))
    }
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
        let scopes = known("scopes").map(String::as_str).unwrap_or_default();
        let scopes = scopes.split_whitespace().filter_map(|scope| scope.parse().ok()).collect();
        Ok(Self {
            project: project.parse().map_err(|_| ApiError::unauthenticated("The token names no project"))?,
            scopes: Scopes(scopes),
            principal: Principal::from_authorizer(principal),
        })
    }
}

impl<B: Body> Call<B> {
    /// Checks token, project and scope in this order, then query and body, whose problems are told together. A
    /// project that is not the caller's is not there, whatever the scopes. Ids in the path are read by the handler.
    pub fn decode(route: &Route, request: Request, validator: Option<&Validator>) -> Result<Self, ApiError> {
        let actor = Actor::of(&request)?;
        let named = request.path.get("projectKey").map_or(actor.project.as_str(), String::as_str);
        if named != actor.project.as_str() {
            return Err(ApiError::not_found(format!("No project '{named}' that this token is for")));
        }
        if let Some(scope) = route.scope.filter(|scope| !actor.scopes.grant(*scope)) {
            return Err(ApiError::forbidden(scope));
        }
        let query = Query::decode(route, &request.query);
        let (query, body) = ApiError::both(query, B::decode(&request, validator))?;
        let project = actor.project.clone();
        Ok(Self { actor, project, query, body, base_url: request.base_url, path: request.path })
    }

    /// The entity that the path names in `{id}`.
    pub fn address(&self) -> Result<Address, ApiError> {
        self.path_value("id")
    }

    /// A path parameter.
    pub fn path_value<T>(&self, name: &str) -> Result<T, ApiError>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        text.parse().map_err(|error: T::Err| ApiError::invalid_path(name, error))
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
        let value = serde_json::from_slice(&raw.body);
        value.map(Self).map_err(|error| ApiError::invalid_field("", format!("is not JSON: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

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
        ] {
            let request = Request { body: body.into(), ..Request::default() };
            let refused = <Draft as Body>::decode(&request, None).unwrap_err();
            let field = &refused.errors.first().unwrap().members["field"];
            assert_eq!(field, pointer, "{body}");
        }
    }
}
