use api::ErrorCode;
use serde_json::json;

use super::*;
use crate::samples::{ID, deployment};

fn reference(value: serde_json::Value) -> ConnectorReference {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_reference_names_a_connector_in_some_way() {
    let key = "acme-tax".parse().unwrap();
    assert_eq!(address(&reference(json!({ "key": "acme-tax" }))).unwrap(), Address::Key(key));
    let both = reference(json!({ "id": ID, "key": "acme-tax" }));
    assert_eq!(address(&both).unwrap(), Address::Id(ID.parse().unwrap()));
    let refused = address(&reference(json!({ "staged": true }))).unwrap_err();
    assert_eq!(refused.errors.first().unwrap().members["field"], "/connector");
}

#[test]
fn everything_that_a_reference_says_must_be_true() {
    let connector = deployment().connector;
    let found = Found { connector, published_from: Some(9), previewable: Previewable::True };
    for (given, expected) in [
        (json!({ "id": ID }), true),
        (json!({ "id": ID, "key": "acme-tax", "version": 2 }), true),
        (json!({ "id": ID, "version": 9 }), true),
        (json!({ "id": ID, "key": "other" }), false),
        (json!({ "key": "acme-tax", "version": 1 }), false),
    ] {
        assert_eq!(means(&reference(given.clone()), &found), expected, "{given}");
    }
    let error = not_found(&reference(json!({ "key": "other", "version": 7 })));
    let item = error.errors.first().unwrap();
    assert_eq!((error.status, item.code), (400, ErrorCode::ConnectorReferenceNotFound));
    assert_eq!(
        item.message,
        "There is no published connector with key 'other' and version '7' that this project may deploy"
    );
}

#[test]
fn a_staged_connector_is_deployed_once_it_passed_its_checks() {
    for previewable in [Previewable::False, Previewable::Pending, Previewable::None] {
        let found = Found { connector: deployment().connector, published_from: None, previewable };
        assert!(found.deployable().unwrap_err().contains(ID));
    }
    let found =
        Found { connector: deployment().connector, published_from: None, previewable: Previewable::True };
    assert_eq!(found.deployable(), Ok(deployment().connector));
}

#[test]
fn a_region_must_be_known_here_and_to_the_connector() {
    let regions = "europe-west1.gcp, eu-central-1.aws";
    let config = Config::read(|name| (name == "REGIONS").then(|| regions.to_owned()));
    let mut connector = deployment().connector;
    let region = |text: &str| -> Region { text.parse().unwrap() };
    assert_eq!(check_region(&config, &connector, &region("eu-central-1.aws")), Ok(()));
    let unknown = check_region(&config, &connector, &region("us-central1.gcp")).unwrap_err();
    assert!(unknown.ends_with(regions), "{unknown}");
    connector.profile.supported_regions = vec![region("europe-west1.gcp")];
    assert_eq!(check_region(&config, &connector, &region("europe-west1.gcp")), Ok(()));
    assert!(check_region(&config, &connector, &region("eu-central-1.aws")).is_err());
}
