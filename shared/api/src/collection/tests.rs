mod links;
mod queries;

use super::*;
use crate::error::ApiError;
use crate::operation::{Method, Route, schema_of};
use crate::path::PathValues;
use crate::query::Query;

const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

const FILTERS: &[Param] = &[
    filter("filter[package_id]", "Of these packages", FilterKind::Id),
    filter("filter[flowVersion.flow]", "Of these flows", FilterKind::Reference),
    filter("filter[global]", "Whether it is global", FilterKind::Boolean),
    filter("filter[status]", "That stand there", FilterKind::OneOf(&["Draft", "Deployed"])),
    filter("filter[name]", "Of that name", FilterKind::Text),
];
const INCLUDES: &[Choice] = &[
    Choice { name: "enabledBy", description: "Who switched it on" },
    Choice { name: "package", description: "The package" },
];
const SORTS: &[SortField] = &[
    SortField { name: "created_at", aliases: &[], description: "When it was made" },
    SortField { name: "flow_name", aliases: &["flows.name", "flows.id"], description: "The flow" },
];

/// A route of the family with those parameters.
const fn route(query: &'static [&'static [Param]]) -> Route {
    Route {
        query,
        answer: schema_of::<Deleted>,
        ..Route::new(Method::Get, "/api/v1/flow-versions/{flow_version}/deployments")
    }
}

const LIST: Route = route(&[PAGE, FILTERS, &[include(INCLUDES), sort(SORTS)]]);

/// What a query asks of a list.
fn asked(route: &Route, query: &str) -> Result<CollectionRequest, ApiError> {
    let given: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let url = "https://example.com/api/v1/things".to_owned();
    Query::decode(route, &PathValues::default(), &given).map(|query| CollectionRequest::read(&query, url))
}

fn asks(query: &str) -> CollectionRequest {
    asked(&LIST, query).unwrap()
}
