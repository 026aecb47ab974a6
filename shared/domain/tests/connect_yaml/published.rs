//! The shapes of files that connectors really have; `fixtures/SOURCES.md` says whose.

use domain::connector::Specification;

use super::{assert_refused, read};

/// Names and numbers of keys of what was read: `orders 2+1` for two standard ones and a secret.
fn summary(specification: &Specification) -> Vec<String> {
    let own =
        specification.applications.iter().map(|application| (application.name.as_str(), &application.keys));
    own.chain([("all", &specification.global)])
        .map(|(name, keys)| format!("{name} {}+{}", keys.standard.len(), keys.secured.len()))
        .collect()
}

#[test]
fn files_that_are_accepted() {
    let starter = read(include_str!("fixtures/starter-kit.yaml"));
    assert_eq!(summary(&starter), ["assets 0+0", "service 1+1", "job 1+0", "event 0+0", "all 1+1"]);
    let job = &starter.applications[2];
    assert_eq!(job.schedule.as_ref().unwrap().schedule().unwrap().as_aws_expression(), "cron(0 0 * * ? *)");

    let inherited = read(include_str!("fixtures/all-inherited.yaml"));
    assert_eq!(summary(&inherited), ["service 0+0", "event 0+0", "all 2+2"]);
    assert_eq!(inherited.global.standard[1].default.as_deref(), Some("true"));

    let subscriptions = read(include_str!("fixtures/job-and-event.yaml"));
    assert_eq!(summary(&subscriptions), ["job 2+1", "event 1+1", "all 0+0"]);
    assert_eq!(subscriptions.applications[0].endpoint.as_deref(), Some("/"));

    let mail = read(include_str!("fixtures/secured-first.yaml"));
    assert_eq!(summary(&mail), ["plugin 2+1", "all 0+0"]);

    let client = read(include_str!("fixtures/generated-client.yaml"));
    assert_eq!(summary(&client), ["service 0+1", "all 0+0"]);
    assert_eq!(client.api_client_scopes.unwrap(), ["manage_payments", "manage_orders", "manage_products"]);
}

#[test]
fn texts_are_read_as_they_are_meant() {
    let payment = read(include_str!("fixtures/payment-texts.yaml"));
    let defaults: Vec<_> =
        payment.applications[1].keys.standard.iter().map(|key| key.default.as_deref()).collect();
    assert_eq!(
        defaults,
        [
            Some("https://mc-api.shop.example"),
            Some("automatic"),
            Some("{\"type\":\"tabs\",\"closed\":false}"),
            Some("2025-12-15.clover"),
            Some("0"),
        ]
    );
    let look = &payment.applications[1].keys.standard[2];
    assert_eq!(
        look.description.as_str(),
        "Colours (example - {\"theme\":\"night\",\"primary\":\"\\#0570DE\"} )."
    );
}

#[test]
fn files_that_are_refused() {
    let list = |application: usize, list: &str, index: usize, key: &str| {
        format!("deployAs[{application}].configuration.{list}Configuration[{index}].{key}")
    };
    assert_refused(
        include_str!("fixtures/unquoted-default.yaml"),
        &[
            (
                &list(0, "standard", 1, "default"),
                13,
                "true without quotes is a truth value and not a text; quote it",
            ),
            (
                &list(1, "standard", 0, "default"),
                22,
                "false without quotes is a truth value and not a text; quote it",
            ),
        ],
    );
    assert_refused(
        include_str!("fixtures/key-twice.yaml"),
        &[(&list(1, "standard", 1, "key"), 12, "LOOK is declared on line 9 already")],
    );
    assert_refused(
        include_str!("fixtures/page-with-secrets.yaml"),
        &[(&list(0, "secured", 0, "key"), 16, "a page in a browser keeps no secret")],
    );
    assert_refused(
        include_str!("fixtures/old-page.yaml"),
        &[
            (
                "deployAs[1].configuration.standardConfiguration",
                9,
                "the key CUSTOM_APPLICATION_ID is missing",
            ),
            ("deployAs[1].configuration.standardConfiguration", 9, "the key ENTRY_POINT_URI_PATH is missing"),
            (
                "deployAs[1].endpoint",
                11,
                "an application of type merchant-center-custom-application has no endpoint",
            ),
        ],
    );
    assert_refused(
        include_str!("fixtures/secret-with-default.yaml"),
        &[
            (&list(1, "secured", 0, "default"), 16, "a secret has no default"),
            (&list(1, "secured", 1, "default"), 20, "a secret has no default"),
        ],
    );
    assert_refused(
        include_str!("fixtures/scheduled-service.yaml"),
        &[(
            "deployAs[0].properties",
            5,
            "an application of type service has no properties; leave it out (it is for job)",
        )],
    );
    assert_refused(
        include_str!("fixtures/two-in-one-key.yaml"),
        &[(&list(0, "standard", 0, "key"), 7, "is no key; use 2 to 128 letters")],
    );
}
