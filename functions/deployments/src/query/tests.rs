use api::ErrorCode;
use api::PathValues;

use api::query::Query as Parameters;
use domain::connector::IntegrationType;
use domain::connector_deployment::DeploymentType;
use runtime::Endpoint;

use super::*;

fn asked(given: &[(&str, &str)]) -> Result<Parameters, ApiError> {
    let endpoint = Endpoint::http::<Query>();
    let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Parameters::decode(endpoint.operation.route().unwrap(), &PathValues::default(), &given)
}

#[test]
fn the_words_of_the_filter_are_those_of_deployments() {
    let all = [DeploymentType::Preview, DeploymentType::Sandbox, DeploymentType::Production];
    assert_eq!(all.map(DeploymentType::as_str), TYPES);
    let refused = asked(&[("deploymentType", "staging")]).unwrap_err();
    assert_eq!(refused.errors.first().unwrap().code, ErrorCode::InvalidQueryParam);
}

#[test]
fn integration_types_are_repeated_and_each_must_exist() {
    let query = asked(&[("integrationTypes", "psp"), ("integrationTypes", "tax")]).unwrap();
    assert_eq!(integration_types(&query).unwrap(), [IntegrationType::Psp, IntegrationType::Tax]);
    let query = asked(&[("integrationTypes", "psp"), ("integrationTypes", "a"), ("integrationTypes", "")]);
    let refused = integration_types(&query.unwrap()).unwrap_err();
    assert_eq!((refused.status, refused.errors.len()), (400, 2));
    assert!(refused.errors.iter().all(|item| item.code == ErrorCode::InvalidQueryParam));
    assert!(integration_types(&asked(&[]).unwrap()).unwrap().is_empty());
}

#[test]
fn clients_sort_by_moments_that_no_view_shows() {
    for sort in ["createdAt desc", "lastModifiedAt asc", "status", "key desc"] {
        assert!(PageRequest::of(&asked(&[("sort", sort)]).unwrap(), &ORDER).is_ok(), "{sort}");
    }
    assert!(PageRequest::of(&asked(&[("sort", "connector")]).unwrap(), &ORDER).is_err());
}
