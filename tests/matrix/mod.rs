//! Every operation with a route, each in every way that all of them have in common: without a token, without the
//! scope, at another project, with what is no body, with a version that has passed.
//!
//! The cases are made of the operation registry, so a new operation is in here from its first day.

mod family;
mod limited;
mod refusals;
mod specimens;
mod strangers;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;

use api::operation::{BodySchema, Route};
use api::{Method, Operation};
use domain::scope::Scope;
use futures::{FutureExt, StreamExt, stream};
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Project};
use refusals::Refusal;
use specimens::{Specimen, unknown};

/// So many operations are called at once in a story. All stories run side by side, and some operations need something
/// deployed before they can be called.
const AT_ONCE: usize = 8;

/// Tells every case, also after one went wrong, and then names those that did.
async fn each(name: &str, operations: Vec<Operation>, case: impl AsyncFn(&Operation, &Route)) {
    assert!(!operations.is_empty(), "{name}: no operation is like that");
    let cases = operations.iter().map(async |operation| {
        let case = AssertUnwindSafe(case(operation, operation.route().unwrap()));
        case.catch_unwind().await.err().map(|_| operation.id)
    });
    let told: Vec<_> = stream::iter(cases).buffer_unordered(AT_ONCE).collect().await;
    let failed: Vec<_> = told.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{name}: {} of {} went wrong: {failed:?}", failed.len(), operations.len());
}

/// The operations that need a token and are like that.
fn operations(like: impl Fn(&Route) -> bool) -> Vec<Operation> {
    let wanted =
        |operation: &Operation| operation.route().is_some_and(|route| route.scope.is_some() && like(route));
    registry::operations().into_iter().filter(wanted).collect()
}

/// Calls the route of an operation.
async fn call(client: &Client, operation: &Operation, path: &str, body: &Value) -> Answer {
    let answer = match operation.route().unwrap().method {
        Method::Get => client.get(path).await,
        Method::Delete => client.delete(path).await,
        Method::Post if body.is_null() => client.post_raw(path, "").await,
        Method::Post => client.post(path, body.clone()).await,
        Method::Put if body.is_null() => client.put_raw(path, "").await,
        Method::Put => client.put(path, body.clone()).await,
        method => panic!("the matrix does not call with {method}: add it to tests/matrix/mod.rs"),
    };
    answer.about(operation.id)
}

/// Sends a body of that text to a route that takes one.
async fn send_raw(client: &Client, route: &Route, body: &str) -> Answer {
    let path = unknown(route);
    match route.method {
        Method::Put => client.put_raw(&path, body.to_owned()).await,
        _ => client.post_raw(&path, body.to_owned()).await,
    }
}

/// Whether a path leads to something in the project.
fn names_an_entity(route: &Route) -> bool {
    route.path_parameters().iter().any(|name| *name != "projectKey")
}

fn takes_json(route: &Route) -> bool {
    route.body.is_some_and(|body| body.media_type == "application/json")
}

#[tokio::test]
async fn without_a_token_nobody_gets_in() {
    let nobody = Project::new().await.presenting(None);
    each("no token", operations(|_| true), async |operation, route| {
        let refused = call(&nobody, operation, &unknown(route), &Value::Null).await.expect(401);
        // The gateway's own words: without the header it asks nobody.
        assert_eq!(refused.body, json!({ "message": "Unauthorized" }), "{refused}");
    })
    .await;
    let stranger = nobody.presenting(Some("Bearer garbled"));
    each("garbled token", operations(|_| true), async |operation, route| {
        let refused = call(&stranger, operation, &unknown(route), &Value::Null).await;
        let Refusal { answer, .. } = Refusal::of(route, refused, 401, "invalid_token");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn every_scope_but_the_right_one_is_not_enough() {
    let project = Project::new().await;
    each("wrong scope", operations(|_| true), async |operation, route| {
        let needed = route.scope.unwrap();
        let others: Vec<_> =
            Scope::ALL.iter().filter(|scope| !scope.grants(needed)).map(|scope| scope.as_str()).collect();
        let client = project.client(&others).await;
        let refused = call(&client, operation, &unknown(route), &Value::Null).await;
        Refusal::of(route, refused, 403, "AuthorizationError").says(needed.as_str());
    })
    .await;
}

#[tokio::test]
async fn the_right_scope_is_enough_and_success_is_what_was_declared() {
    let project = Project::new().await;
    each("right scope", operations(|_| true), async |operation, route| {
        let mut specimen = Specimen::of(operation, &project).await;
        if route.versioned {
            specimen.body["version"] = project.get(&specimen.path).await.version().into();
        }
        let client = project.client(&[route.scope.unwrap().as_str()]).await;
        let answer = call(&client, operation, &specimen.path, &specimen.body).await.expect(route.success);
        assert_eq!(answer.header("content-type"), "application/json", "{answer}");
        assert_eq!(answer.header("cache-control"), "no-store", "{answer}");
    })
    .await;
}

#[tokio::test]
async fn at_another_projects_path_nothing_is_there() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    let me_there = mine.at(&theirs.project);
    let at_a_path = |route: &Route| route.path_parameters().contains(&"projectKey");
    each("another project's path", operations(at_a_path), async |operation, route| {
        call(&me_there, operation, &unknown(route), &Value::Null).await.expect(404).error("ResourceNotFound");
    })
    .await;
}

#[tokio::test]
async fn another_projects_entities_are_not_there() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    each("another project's entity", operations(names_an_entity), async |operation, route| {
        let specimen = Specimen::of(operation, &theirs).await;
        // What a GET of the path does is another operation's, or it starts a run.
        let reads = !route.more.contains(&Method::Get);
        let read = async || if reads { theirs.get(&specimen.path).await.body } else { Value::Null };
        let before = read().await;
        let refused = call(&mine, operation, &specimen.path, &specimen.body).await;
        Refusal::of(route, refused, 404, "ResourceNotFound");
        assert_eq!(read().await, before);
    })
    .await;
}

#[tokio::test]
async fn another_projects_entities_cannot_be_named_in_a_body() {
    let (mine, theirs) = (Project::new().await, Project::new().await);
    let creating = |route: &Route| takes_json(route) && !names_an_entity(route);
    each("another project's entity in a body", operations(creating), async |operation, route| {
        let specimen = Specimen::of(operation, &theirs).await;
        if specimen.refers {
            let refused = call(&mine, operation, &specimen.path, &specimen.body).await;
            let refused = Refusal::of(route, refused, 400, "FieldValueNotFound");
            refused.repeats(&specimen.body["flow"]);
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_never_made_is_not_there() {
    let project = Project::new().await;
    each("unknown id", operations(names_an_entity), async |operation, route| {
        let body = Specimen::of(operation, &project).await.body;
        let refused = call(&project, operation, &unknown(route), &body).await;
        Refusal::of(route, refused, 404, "ResourceNotFound");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let project = Project::new().await;
    each("not JSON", operations(takes_json), async |operation, route| {
        let refused = async |body: &str| {
            let refused = send_raw(&project, route, body).await.about(operation.id);
            Refusal::of(route, refused, 400, "InvalidJsonInput")
        };
        for body in ["{", "[1,", "<name>Orders</name>", "name=Orders"] {
            let refused = refused(body).await;
            assert_eq!(refused.says("is not JSON").members, BTreeSet::from([String::new()]));
        }
        let refused = refused(r#"{"name":{"size":[1,1e400]}}"#).await;
        let refused = refused.says("is a number that cannot be kept exactly; write it as a string");
        assert_eq!(refused.members, BTreeSet::from(["name".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn every_wrong_type_is_listed() {
    let project = Project::new().await;
    each("wrong types", operations(takes_json), async |operation, route| {
        let Members { all, required } = members(&route.body.unwrap());
        if all.is_empty() {
            // It takes any JSON.
            return;
        }
        let wrong: Value =
            all.iter().map(|name| (name.clone(), json!({ "not": ["what", "it", "takes"] }))).collect();
        let sent = async |body: &Value| {
            let refused = call(&project, operation, &unknown(route), body).await;
            Refusal::of(route, refused, 400, "InvalidJsonInput")
        };
        let Refusal { members: reported, answer } = sent(&wrong).await;
        assert!(reported.is_superset(&required), "{required:?} should be reported: {answer}");
        assert!(reported.len() > 1 || all.len() == 1, "several problems should be reported: {answer}");

        if !required.is_empty() {
            let Refusal { members: missing, answer } = sent(&json!({})).await;
            assert_eq!(missing, required, "{answer}");
        }
        for no_object in [json!([]), json!(["text"]), json!("text"), json!(7), Value::Bool(true)] {
            sent(&no_object).await;
        }
        let null = send_raw(&project, route, "null").await;
        Refusal::of(route, null.about(operation.id), 400, "InvalidJsonInput");
    })
    .await;
}

#[tokio::test]
async fn a_version_that_has_passed_is_refused_with_both() {
    let project = Project::new().await;
    let versioned = |route: &Route| {
        route.versioned || route.query_parameters().any(|parameter| parameter.name == "version")
    };
    each("stale version", operations(versioned), async |operation, route| {
        let specimen = Specimen::of(operation, &project).await;
        let before = project.get(&specimen.path).await.expect(200);
        let (path, body) = if route.versioned {
            (specimen.path.clone(), json!({ "version": 4711, "actions": [] }))
        } else {
            (format!("{}?version=4711", specimen.path), Value::Null)
        };
        let refused =
            call(&project, operation, &path, &body).await.expect(409).error("ConcurrentModification");
        let error = &refused.errors()[0];
        assert_eq!(error["expectedVersion"], 4711, "{refused}");
        assert_eq!(error["currentVersion"], before["version"], "{refused}");
        assert_eq!(project.get(&specimen.path).await.expect(200).body, before.body);
    })
    .await;
}

/// The members of a body.
struct Members {
    all: BTreeSet<String>,
    required: BTreeSet<String>,
}

/// What the published schema says of a body; nothing when it takes any JSON.
fn members(body: &BodySchema) -> Members {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = (body.schema)(&mut generator).to_value();
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        schema = generator.take_definitions(true)[name].clone();
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Members {
        all: schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect(),
        required: required.map(str::to_owned).collect(),
    }
}
