//! What only the routes below `/api/v1/` have in common.

use std::collections::BTreeSet;

use api::Family;
use api::operation::Route;
use serde_json::Value;

use super::refusals::Refusal;
use super::specimens::{Specimen, unknown};
use super::{call, each, names_an_entity, operations};
use crate::harness::Project;

fn is_of_the_family(route: &Route) -> bool {
    route.family() == Family::FlowVersions
}

#[test]
fn no_route_of_the_family_wants_a_version_or_a_project() {
    for operation in operations(is_of_the_family) {
        let route = operation.route().unwrap();
        assert!(!route.versioned, "{}", operation.id);
        assert!(route.query_parameters().all(|parameter| parameter.name != "version"), "{}", operation.id);
        assert!(!route.path_parameters().contains(&"projectKey"), "{}", operation.id);
        assert!(route.scope.is_some(), "{}", operation.id);
        assert_eq!(route.success, 200, "{}", operation.id);
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_one_is_nobodys() {
    let project = Project::new().await;
    let naming = |route: &Route| is_of_the_family(route) && names_an_entity(route);
    each("malformed id", operations(naming), async |operation, route| {
        let specimen = Specimen::of(operation, &project).await;
        let own: Vec<&str> = specimen.path.split('/').collect();
        let places = route.path.split('/').enumerate().filter(|(_, segment)| segment.starts_with('{'));
        for (place, _) in places {
            for nonsense in
                ["7", "key=orders", "8d1c7a526a0f4c1e9f530c8b6a3e7f10", own[place].trim_end_matches('1')]
            {
                let mut path = own.clone();
                path[place] = nonsense;
                let path = path.join("/");
                if path == specimen.path {
                    continue;
                }
                let refused = call(&project, operation, &path, &specimen.body).await;
                Refusal::of(route, refused, 404, "ResourceNotFound");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_route_cannot_be_asked_is_told_with_whatever_else_is_wrong() {
    let project = Project::new().await;
    each("undeclared parameters", operations(is_of_the_family), async |operation, route| {
        let path = format!("{}?filter[nonsense]=1&include=nonsense&sort=nonsense", unknown(route));
        let refused = call(&project, operation, &path, &Value::Null).await;
        let Refusal { members, answer } = Refusal::of(route, refused, 422, "InvalidQueryParam");
        let expected = ["filter", "include", "sort"].map(str::to_owned);
        assert!(members.is_superset(&BTreeSet::from(expected)), "{answer}");
        assert_eq!(members.len(), if route.body.is_some() { 4 } else { 3 }, "{answer}");
    })
    .await;
}
