use contract::ErrorCode;
use serde_json::json;
use store::{Kind, StoreError};

use super::*;
use crate::validate::Problem;

/// Status and body that an error has below `/api/v1/`.
fn refused(error: &ApiError) -> (u16, Value) {
    let (status, text) = error.answer(Family::FlowVersions);
    (status, serde_json::from_str(&text).unwrap())
}

#[test]
fn problems_of_a_body_lie_at_its_fields() {
    let problem = |pointer: &str| Problem { pointer: pointer.to_owned(), message: "is wrong".to_owned() };
    let error = ApiError::invalid_body(vec![
        problem("/name"),
        problem("/flow_versions/0/priority"),
        problem("/name"),
        problem("/variables/a~1b"),
    ]);
    let (status, body) = refused(&error);
    assert_eq!(status, 422);
    assert_eq!(
        body,
        json!({ "message": "name: is wrong (and 3 more errors)", "errors": {
            "name": ["name: is wrong", "name: is wrong"],
            "flow_versions.0.priority": ["flow_versions.0.priority: is wrong"],
            "variables.a/b": ["variables.a/b: is wrong"],
        } })
    );
    // The field that the message is about is the first one.
    assert!(error.answer(Family::FlowVersions).1.contains(r#""errors":{"name":"#));

    let (_, body) = refused(&ApiError::invalid_field("", "is not JSON"));
    assert_eq!(body, json!({ "message": "body: is not JSON", "errors": { "body": ["body: is not JSON"] } }));
}

#[test]
fn problems_of_a_query_lie_at_its_parameters() {
    let problem = |name: &str| (name.to_owned(), format!("Query parameter '{name}' must be right"));
    let names = ["per_page", "filter[flowVersion.flow]"];
    let (status, body) = refused(&ApiError::invalid_parameters(names.map(problem).to_vec()));
    assert_eq!(status, 422);
    assert_eq!(
        body,
        json!({ "message": "Query parameter 'per_page' must be right (and 1 more error)", "errors": {
            "per_page": ["Query parameter 'per_page' must be right"],
            "filter.flowVersion.flow": ["Query parameter 'filter[flowVersion.flow]' must be right"],
        } })
    );
    let (status, body) = refused(&StoreError::BadCursor.into());
    assert_eq!((status, body["errors"]["cursor"].is_array()), (422, true), "{body}");
}

#[test]
fn whatever_is_400_is_422_and_names_a_field() {
    let missing = ApiError::reference_not_found("deploy.environment", "key=x", "No environment 'key=x'");
    let taken = StoreError::Duplicate { kind: Kind::Environment, field: "key", value: "x".to_owned() }.into();
    for (error, field) in [
        (missing, "deploy.environment"),
        (taken, "key"),
        (ApiError::new(ErrorCode::FlowNeverSaved, "The flow was never saved"), "request"),
        (ApiError::invalid_query(vec!["Too many".to_owned()]), "request"),
        (StoreError::TooMany(3).into(), "request"),
    ] {
        let (status, body) = refused(&error);
        assert_eq!(status, 422, "{body}");
        assert_eq!(body["errors"], json!({ field: [body["message"]] }));
    }
}

#[test]
fn other_statuses_stay_and_blame_no_field() {
    let stale = StoreError::Stale { kind: Kind::Deployment, expected: 1, current: 2 };
    for (error, expected) in [
        (ApiError::forbidden(domain::scope::Scope::ViewRuns), 403),
        (ApiError::not_found("No such deployment"), 404),
        (ApiError::new(ErrorCode::MethodNotAllowed, "Not that way"), 405),
        (ApiError::new(ErrorCode::ConcurrentModification, "It is not deployed"), 409),
        (stale.into(), 409),
        (ApiError::new(ErrorCode::PayloadTooLarge, "It is too large"), 413),
        (ApiError::unsupported_media_type("It is no JSON"), 415),
        (ApiError::internal("x"), 500),
        (ApiError::unavailable("x"), 503),
    ] {
        let (status, body) = refused(&error);
        assert_eq!(status, expected, "{body}");
        assert_eq!(body, json!({ "message": error.errors[0].message }));
    }
}

#[test]
fn an_id_that_cannot_be_one_is_nobodys() {
    let (status, body) = refused(&ApiError::invalid_path("deployment", "must be an id"));
    assert_eq!((status, body), (404, json!({ "message": "Path parameter 'deployment' must be an id" })));
}

#[test]
fn nobody_is_told_how_to_get_in_here() {
    let (status, body) = refused(&ApiError::unauthenticated("The key is revoked"));
    let message = "The key is revoked; send an API key as it is in the header: `Authorization: <api-key>`";
    assert_eq!((status, body), (401, json!({ "message": message })));
}

#[test]
fn the_native_family_is_not_told_of_parameters() {
    let (named, plain) =
        (ApiError::invalid_parameter("limit", "too much"), ApiError::invalid_query(vec!["too much".into()]));
    assert_eq!(named.answer(Family::Native), plain.answer(Family::Native));
    assert_eq!(
        named.to_json(),
        r#"{"statusCode":400,"message":"too much","errors":[{"code":"InvalidQueryParam","message":"too much","detailedErrorMessage":"too much"}]}"#
    );
}

#[test]
fn what_cannot_be_done_now_is_a_conflict() {
    let in_use = || StoreError::InUse { kind: Kind::Package, reason: "it has deployments" }.into();
    let (status, text) = ApiError::answer(&in_use(), Family::FlowVersions);
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, body), (409, json!({ "message": "The package is in use: it has deployments" })));
    for code in CONFLICTS {
        let error = ApiError::new(*code, "not now");
        assert_eq!(
            (error.answer(Family::FlowVersions).0, error.answer(Family::Native).0),
            (409, 400),
            "{code}"
        );
    }
    // What is wrong with the request as well is told first.
    let both = ApiError::merge(in_use(), ApiError::invalid_field("/name", "is missing"));
    assert_eq!(both.answer(Family::FlowVersions).0, 422);
}
