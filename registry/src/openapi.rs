//! `openapi.json`: the HTTP API in OpenAPI 3.1, for clients and for people.

mod parameters;
pub(crate) mod schemas;
mod shared;
mod success;

use std::collections::{BTreeMap, BTreeSet};

use api::operation::Route;
use api::{Family, Method, Operation};
use serde::Serialize;
use serde_json::{Map, Value, json};

use schemas::{Direction, Schemas};

/// The document. Its members come out in this order; within them, names are sorted.
#[derive(Debug, Serialize)]
struct Document {
    openapi: &'static str,
    info: Value,
    servers: Value,
    tags: Vec<Value>,
    paths: BTreeMap<String, BTreeMap<String, Value>>,
    components: BTreeMap<&'static str, Value>,
    #[serde(rename = "x-slipway-errors")]
    errors: Vec<Value>,
}

/// The document of every operation that has a route.
pub(crate) fn document(operations: &[Operation]) -> Result<String, serde_json::Error> {
    let schemas = Schemas::of(operations);
    let mut paths: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let mut tags = BTreeSet::new();
    for operation in operations {
        if let Some(route) = operation.route() {
            let path = paths.entry(route.plain_path()).or_default();
            for method in route.declared_methods() {
                let described = described(operation, route, method, &schemas);
                path.insert(method.as_str().to_ascii_lowercase(), described);
            }
            tags.insert(operation.crate_name());
        }
    }
    let document = Document {
        openapi: "3.1.1",
        info: shared::info(),
        servers: shared::servers(),
        tags: tags.into_iter().map(|tag| json!({ "name": tag })).collect(),
        paths,
        components: shared::components(schemas.components()),
        errors: shared::errors(),
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// The id of an operation with one of its methods: ids of OpenAPI are unique.
pub(crate) fn operation_id(operation: &Operation, route: &Route, method: Method) -> String {
    if method == route.method {
        return operation.id.to_owned();
    }
    format!("{}.{}", operation.id, method.as_str().to_ascii_lowercase())
}

fn described(operation: &Operation, route: &Route, method: Method, schemas: &Schemas) -> Value {
    let mut described = json!({
        "operationId": operation_id(operation, route, method),
        "summary": operation.summary,
        "tags": [operation.crate_name()],
        "parameters": parameters::of(route),
        "responses": responses(operation, route, schemas),
        "security": security(route),
    });
    let body = route.body.filter(|_| method != Method::Get).map(|body| {
        let schema = schemas.schema(operation.id, Direction::In);
        // A schema that takes everything takes nothing as well, and credentials may come in the header and the query.
        let required = route.scope.is_some() && schema != Value::Bool(true);
        json!({ "required": required, "content": { body.media_type: { "schema": schema } } })
    });
    if let (Some(body), Some(described)) = (body, described.as_object_mut()) {
        described.insert("requestBody".to_owned(), body);
    }
    described
}

fn responses(operation: &Operation, route: &Route, schemas: &Schemas) -> Value {
    // An application answers with whatever it has, files among it.
    let media_type = if route.is_applications() { "*/*" } else { "application/json" };
    let answer = schemas.schema(operation.id, Direction::Out);
    let success = |status| {
        json!({
            "description": success::description(operation, route, status, &answer),
            "headers": { "X-Correlation-ID": { "$ref": "#/components/headers/CorrelationId" } },
            "content": { media_type: { "schema": answer } },
        })
    };
    let statuses = [Some(route.success), route.also].into_iter().flatten();
    let mut responses: Map<String, Value> =
        statuses.map(|status| (status.to_string(), success(status))).collect();
    let errors = errors(route).into_iter().map(|(status, name)| {
        let family = shared::prefix(route.family());
        (status.to_owned(), json!({ "$ref": format!("#/components/responses/{family}{name}") }))
    });
    responses.extend(errors);
    Value::Object(responses)
}

/// What can go wrong with a call of the route.
fn errors(route: &Route) -> Vec<(&'static str, &'static str)> {
    let mut errors = vec![("default", "Unexpected")];
    let path_parameters = route.path_parameters();
    let is_read = route.body.is_some() || route.query_parameters().next().is_some();
    let checked = !route.path_params.is_empty();
    match route.family() {
        Family::Native if is_read || checked => errors.push(("400", "BadRequest")),
        // A filter, an inclusion or an order that a route does not have is refused everywhere.
        Family::FlowVersions => errors.push(("422", "Unprocessable")),
        Family::Native => {}
    }
    if !route.is_open() {
        errors.push(("401", "Unauthenticated"));
    }
    if route.scope.is_some() {
        errors.push(("403", "Forbidden"));
    }
    if !path_parameters.is_empty() {
        errors.push(("404", "NotFound"));
    }
    if route.scope.is_some() && route.method != Method::Get {
        errors.push(("409", "Conflict"));
    }
    errors
}

/// A token or an API key with the scope. Where tokens are handed out, the client's own credentials. What a deployed
/// application asks for is its own affair.
fn security(route: &Route) -> Value {
    match route.scope {
        Some(scope) => json!([{ shared::TOKEN: [scope.as_str()] }, { shared::API_KEY: [scope.as_str()] }]),
        None if route.is_open() => json!([]),
        None => json!([{ shared::CLIENT: [] }, {}]),
    }
}

#[cfg(test)]
mod tests {
    use api::collection::{CollectionRequest, Data};
    use api::operation::schema_of;
    use api::{Entry, QueryParams};

    use super::*;

    /// The responses of a route, by status.
    fn described(method: Method, path: &'static str) -> BTreeMap<String, String> {
        let route = Route {
            query: if method == Method::Get { CollectionRequest::PARAMS } else { &[] },
            answer: schema_of::<Data<String>>,
            ..Route::new(method, path)
        };
        let operation = Operation {
            id: "things.do",
            summary: "",
            entry: Entry::Http(route),
            grants: &[],
            memory_mb: 128,
            timeout_seconds: 1,
        };
        let document: Value = serde_json::from_str(&document(&[operation]).unwrap()).unwrap();
        let responses = &document["paths"][path][method.as_str().to_ascii_lowercase()]["responses"];
        let errors = responses.as_object().unwrap().iter().filter(|(status, _)| *status != "200");
        let errors = errors.map(|(status, response)| {
            let pointer = response["$ref"].as_str().unwrap().trim_start_matches('#');
            let schema = &document.pointer(pointer).unwrap()["content"]["application/json"]["schema"]["$ref"];
            let name = schema.as_str().unwrap().rsplit('/').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
            (status.clone(), name.to_owned())
        });
        errors.collect()
    }

    #[test]
    fn every_family_has_errors_of_its_own() {
        for (method, path, statuses, schema) in [
            (Method::Get, "/{projectKey}/things", "400 401 404 default", "Error"),
            (Method::Get, "/api/v1/things", "401 422 default", "FlowVersionsError"),
            (Method::Post, "/api/v1/things/{id}/enable", "401 404 422 default", "FlowVersionsError"),
        ] {
            let described = described(method, path);
            let found: Vec<&str> = described.keys().map(String::as_str).collect();
            assert_eq!(found.join(" "), statuses, "{path}");
            assert!(described.values().all(|name| name == schema), "{path}: {described:?}");
        }
    }
}
