use api::ErrorCode;
use api::{PathValues, QueryParams};

use api::query::Query as Parameters;
use domain::connector::IntegrationType;
use runtime::Endpoint;

use super::*;

fn asked(given: &[(&str, &str)]) -> Result<ListDeployments, ApiError> {
    let endpoint = Endpoint::http::<Query>();
    let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let checked = Parameters::decode(endpoint.operation.route().unwrap(), &PathValues::default(), &given)?;
    Ok(ListDeployments::read(&checked))
}

#[test]
fn the_filter_takes_the_types_of_deployments() {
    let wanted = asked(&[("deploymentType", "sandbox")]).unwrap().deployment_type;
    assert_eq!(wanted, Some(DeploymentType::Sandbox));
    let refused = asked(&[("deploymentType", "staging")]).unwrap_err();
    assert_eq!(refused.errors.first().unwrap().code, ErrorCode::InvalidQueryParam);
}

#[test]
fn integration_types_are_repeated_and_each_must_exist() {
    let query = asked(&[("integrationTypes", "psp"), ("integrationTypes", "tax")]).unwrap();
    assert_eq!(query.of_types.types().unwrap(), [IntegrationType::Psp, IntegrationType::Tax]);
    let query = asked(&[("integrationTypes", "psp"), ("integrationTypes", "a"), ("integrationTypes", "")]);
    let refused = query.unwrap().of_types.types().unwrap_err();
    assert_eq!((refused.status, refused.errors.len()), (400, 2));
    assert!(refused.errors.iter().all(|item| item.code == ErrorCode::InvalidQueryParam));
    assert!(asked(&[]).unwrap().of_types.types().unwrap().is_empty());
}

#[test]
fn clients_sort_by_moments_that_no_view_shows() {
    for sort in ["createdAt desc", "lastModifiedAt asc", "status", "key desc"] {
        assert!(PageRequest::of(&asked(&[("sort", sort)]).unwrap().page, &ORDER).is_ok(), "{sort}");
    }
    assert!(PageRequest::of(&asked(&[("sort", "connector")]).unwrap().page, &ORDER).is_err());
}
