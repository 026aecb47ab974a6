use api::query::Query;
use api::{PathValues, QueryParams};

use serde_json::{Value, json};

use super::*;

const ID: &str = "5b0b3a2e-7b54-4f0a-8a58-9b1c2d3e4f50";

/// A connector of `acme` that is private and open to `guest`, with other members where `other` has them.
fn connector(other: &Value) -> Connector {
    let mut connector = json!({
        "id": ID, "key": "acme-tax", "owner": "acme", "name": "Acme Tax", "description": "Computes VAT",
        "integrationTypes": ["tax", "erp"], "creator": { "email": "dev@acme.example", "company": "Acme Inc" },
        "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" }, "supportedRegions": [],
        "specification": { "applications": [] }, "package": { "digest": "0".repeat(64), "size": 2 },
        "private": true, "privateProjects": ["eu-central-1.aws:guest"], "certified": false, "listed": true,
        "metadata": {
            "version": 1, "createdAt": "2026-11-20T09:15:02.120Z", "createdBy": "client:1",
            "lastModifiedAt": "2026-11-20T09:15:02.120Z", "lastModifiedBy": "client:1",
        },
    });
    for (name, value) in other.as_object().unwrap() {
        connector[name] = value.clone();
    }
    serde_json::from_value(connector).unwrap()
}

fn finds(project: &str, wanted: &Wanted, connector: &Connector) -> bool {
    wanted.includes(connector, &project.parse().unwrap())
}

#[test]
fn a_private_connector_is_found_by_its_owner_and_by_whom_it_is_open_to() {
    let (all, private) = (Wanted::default(), Wanted { only_private: true, ..Wanted::default() });
    let own = connector(&json!({}));
    for wanted in [&all, &private] {
        assert!(finds("acme", wanted, &own));
        assert!(finds("guest", wanted, &own));
        assert!(!finds("stranger", wanted, &own));
    }
    let certified = connector(&json!({ "private": false, "certified": true }));
    assert!(finds("stranger", &all, &certified));
    assert!(!finds("acme", &private, &certified));
}

#[test]
fn what_is_not_listed_is_found_by_nobody() {
    let unlisted = connector(&json!({ "listed": false, "private": false, "certified": true }));
    for project in ["acme", "guest", "stranger"] {
        assert!(!finds(project, &Wanted::default(), &unlisted), "{project}");
    }
}

#[test]
fn every_filter_has_to_fit() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let of = Wanted::default;
    for (wanted, found) in [
        (Wanted { words: words("vat acme"), ..of() }, true),
        (Wanted { words: words("vat oms"), ..of() }, false),
        (Wanted { company: Some("acme".to_owned()), ..of() }, true),
        (Wanted { company: Some("other".to_owned()), ..of() }, false),
        (Wanted { ids: vec!["x".to_owned(), ID.to_owned()], ..of() }, true),
        (Wanted { ids: vec!["x".to_owned()], ..of() }, false),
        (Wanted { keys: vec!["acme-tax".to_owned()], ..of() }, true),
        (Wanted { keys: vec!["acme".to_owned()], ..of() }, false),
        (Wanted { types: vec![IntegrationType::Psp, IntegrationType::Erp], ..of() }, true),
        (Wanted { types: vec![IntegrationType::Psp], ..of() }, false),
        (Wanted { types: vec![IntegrationType::Tax], words: words("oms"), ..of() }, false),
    ] {
        assert_eq!(finds("acme", &wanted, &connector(&json!({}))), found, "{wanted:?}");
    }
    let silent = connector(&json!({ "key": null, "creator": { "email": "dev@acme.example" } }));
    assert!(!finds("acme", &Wanted { keys: vec!["acme-tax".to_owned()], ..of() }, &silent));
    assert!(!finds("acme", &Wanted { company: Some("acme".to_owned()), ..of() }, &silent));
}

#[test]
fn an_empty_company_restricts_nothing() {
    let endpoint = runtime::Endpoint::http::<Search>();
    let given = [("creator.company".to_owned(), String::new()), ("text".to_owned(), String::new())];
    let query = Query::decode(endpoint.operation.route().unwrap(), &PathValues::default(), &given).unwrap();
    let query = SearchConnectors::read(&query);
    let silent = connector(&json!({ "creator": { "email": "dev@acme.example" } }));
    assert!(finds("acme", &Wanted::of(&query).unwrap(), &silent));
}

#[test]
fn a_client_sees_the_members_of_the_contract() {
    let view = serde_json::to_value(ConnectorView::from(connector(&json!({})))).unwrap();
    let mut expected = json!({
        "id": ID, "key": "acme-tax", "version": 1, "name": "Acme Tax", "description": "Computes VAT",
        "integrationTypes": ["tax", "erp"], "creator": { "email": "dev@acme.example", "company": "Acme Inc" },
        "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" }, "supportedRegions": [],
        "configurations": [], "private": true, "certified": false,
    });
    assert_eq!(view, expected);
    let view = ConnectorView::from(connector(&json!({
        "key": null, "documentationUrl": "https://acme.example",
        "specification": { "applications": [], "apiClientScopes": ["view_products"], "global": {
            "standardConfiguration": [{ "key": "MODE", "description": "Which" }] } },
    })));
    expected.as_object_mut().unwrap().remove("key");
    expected["documentationUrl"] = "https://acme.example".into();
    expected["apiClient"] = json!({ "scopes": ["view_products"] });
    expected["globalConfiguration"] = json!({
        "standardConfiguration": [{ "key": "MODE", "description": "Which", "required": false }],
        "securedConfiguration": [],
    });
    assert_eq!(serde_json::to_value(view).unwrap(), expected);
}
