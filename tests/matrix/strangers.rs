//! Members and query parameters that an operation does not know, members that are given twice, and bodies of another
//! kind.

use api::operation::Route;
use api::{Method, Unknown};
use serde_json::{Value, json};

use super::refusals::Refusal;
use super::specimens::{Specimen, unknown};
use super::{call, each, operations, takes_json};
use crate::harness::Project;

fn refuses_strangers(route: &Route) -> bool {
    route.unknown() == Unknown::Refused
}

#[tokio::test]
async fn a_member_that_nobody_knows_is_refused_where_it_stands() {
    let project = Project::new().await;
    let like = |route: &Route| takes_json(route) && refuses_strangers(route);
    each("unknown member", operations(like), async |operation, route| {
        let mut specimen = Specimen::of(operation, &project).await;
        specimen.body["qqqqqqqq"] = json!({ "more": 1 });
        let refused = call(&project, operation, &unknown(route), &specimen.body).await;
        let refused = Refusal::of(route, refused, 400, "InvalidJsonInput");
        assert!(refused.members.contains("qqqqqqqq"), "{}", refused.answer);
        refused.says("qqqqqqqq: unknown member; known are ");
    })
    .await;
}

#[tokio::test]
async fn a_parameter_that_nobody_knows_is_refused() {
    let project = Project::new().await;
    each("unknown parameter", operations(refuses_strangers), async |operation, route| {
        let body = Specimen::of(operation, &project).await.body;
        let path = format!("{}?qqqqqqqq=1", unknown(route));
        let refused = call(&project, operation, &path, &body).await;
        let refused = Refusal::of(route, refused, 400, "InvalidQueryParam");
        refused.says("Query parameter 'qqqqqqqq': unknown parameter");
    })
    .await;
}

#[tokio::test]
async fn a_misspelt_version_deletes_nothing() {
    let project = Project::new().await;
    let like = |route: &Route| {
        route.method == Method::Delete
            && route.query_parameters().any(|parameter| parameter.name == "version")
    };
    each("misspelt version", operations(like), async |operation, route| {
        let specimen = Specimen::of(operation, &project).await;
        let before = project.get(&specimen.path).await.expect(200);
        for query in ["verison=4711", "Version=4711", "versions=4711"] {
            let path = format!("{}?{query}", specimen.path);
            let refused = call(&project, operation, &path, &Value::Null).await;
            Refusal::of(route, refused, 400, "InvalidQueryParam").says("did you mean 'version'?");
        }
        assert_eq!(project.get(&specimen.path).await.expect(200).body, before.body);
    })
    .await;
}

#[tokio::test]
async fn a_member_twice_is_refused_with_both_places() {
    let project = Project::new().await;
    each("a member twice", operations(takes_json), async |operation, route| {
        let body = r#"{"name":"one","name":"two"}"#;
        let path = unknown(route);
        let refused = match route.method {
            Method::Put => project.put_raw(&path, body).await,
            _ => project.post_raw(&path, body).await,
        };
        let refused = Refusal::of(route, refused.about(operation.id), 400, "InvalidJsonInput");
        refused.says("name: is given twice in one object: at line 1 column 2 and again at line 1 column 15");
    })
    .await;
}
