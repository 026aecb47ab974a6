//! Redeploys of the same specification.

use serde_json::{Value, json};

use crate::connector_deployment::tests::samples::{codes, declared, deployed, draft, named, wanted};
use crate::connector_deployment::{ConnectorDeployment, MAX_CONFIGURATION_BYTES, reconfigure};
use crate::environment::MAX_SECURED_BYTES;

/// A deployment without the application `orders`.
fn deployment() -> ConnectorDeployment {
    let mut wanted = wanted();
    wanted["applications"].as_array_mut().unwrap().remove(3);
    deployed(&declared(), &wanted)
}

fn calc(block: &Value) -> Value {
    let mut application = block.clone();
    application["name"] = json!("calc");
    json!({ "applications": [application] })
}

/// A rule, the request, and the problems.
fn rules() -> Vec<(&'static str, Value, &'static [&'static str])> {
    let long = "h".repeat(MAX_SECURED_BYTES + 1);
    vec![
        ("nothing", json!({}), &[]),
        ("an empty list", json!({ "applications": [], "global": {} }), &[]),
        ("an unknown application", json!({ "applications": [{ "name": "calcc" }] }), &["UnknownApplication"]),
        (
            "one that does not belong",
            json!({ "applications": [{ "name": "orders" }] }),
            &["ApplicationDoesNotBelong"],
        ),
        (
            "none that belongs",
            json!({ "applications": [{ "name": "orders" }, { "name": "x" }] }),
            &["ApplicationDoesNotBelong", "UnknownApplication"],
        ),
        (
            "an application twice",
            json!({ "applications": [{ "name": "pages" }, { "name": "pages" }] }),
            &["InvalidInput /1/applicationName"],
        ),
        (
            "a key twice",
            calc(&json!({ "standard": [["URL", "a"], ["URL", "b"]] })),
            &["InvalidInput /0/standardConfiguration/1/key"],
        ),
        ("an unknown key", calc(&json!({ "standard": [["URI", "a"]] })), &["UnknownApplicationKey"]),
        ("the wrong section", calc(&json!({ "secured": [["URL", "hush"]] })), &["UnknownApplicationKey"]),
        ("a required key emptied", calc(&json!({ "standard": [["URL", ""]] })), &["EmptyApplicationKey"]),
        ("a required secret emptied", calc(&json!({ "secured": [["TOKEN", ""]] })), &["EmptyApplicationKey"]),
        (
            "optional ones emptied",
            calc(&json!({ "standard": [["NOTE", ""]], "secured": [["EXTRA", ""]] })),
            &[],
        ),
        (
            "an unknown global key",
            json!({ "global": { "secured": [["TENANT", "hush"]] } }),
            &["UnknownGlobalKey"],
        ),
        (
            "a required global key emptied",
            json!({ "global": { "standard": [["TENANT", ""]] } }),
            &["EmptyGlobalKey"],
        ),
        ("the mask of a secret that is there", calc(&json!({ "secured": [["TOKEN", "****"]] })), &[]),
        (
            "the mask of one that is not",
            calc(&json!({ "secured": [["EXTRA", "****"]] })),
            &["InvalidInput /0/securedConfiguration/0/value"],
        ),
        (
            "the mask of a global one that is not",
            json!({ "global": { "secured": [["SPARE", "****"]] } }),
            &["InvalidInput /global/securedConfiguration/0/value"],
        ),
        (
            "a schedule that is none",
            json!({ "applications": [{ "name": "nightly", "schedule": "x" }] }),
            &["InvalidInput /0/schedule"],
        ),
        (
            "a schedule of files",
            json!({ "applications": [{ "name": "pages", "schedule": "0 3 * * *" }] }),
            &["InvalidInput /0/schedule"],
        ),
        (
            "a retry policy of a job",
            json!({ "applications": [{ "name": "nightly", "retryPolicy": {} }] }),
            &["RetryPolicyNotAllowed"],
        ),
        (
            "a secret that is too long",
            calc(&json!({ "secured": [["TOKEN", long]] })),
            &["InvalidInput /0/securedConfiguration/0/value"],
        ),
        (
            "too much in all",
            calc(&json!({ "standard": [["URL", "h".repeat(MAX_CONFIGURATION_BYTES)]] })),
            &["InvalidInput"],
        ),
    ]
}

#[test]
fn every_rule_has_its_code_and_what_is_refused_changes_nothing() {
    for (rule, request, expected) in rules() {
        let mut deployment = deployment();
        let before = deployment.clone();
        let problems = reconfigure(&mut deployment, draft(&request), None).err().unwrap_or_default();
        assert_eq!(codes(&problems), expected, "{rule}: {problems:#?}");
        assert!(problems.is_empty() || deployment == before, "{rule}");
    }
}

#[test]
fn values_are_merged_key_by_key() {
    let mut deployment = deployment();
    let before = deployment.clone();
    let request = json!({
        "applications": [
            { "name": "nightly", "schedule": "5 4 * * *" },
            { "name": "calc", "standard": [["NOTE", "n"]], "secured": [["TOKEN", "****"], ["EXTRA", "hush-3"]] },
        ],
        "global": { "standard": [["TRACE", ""]], "secured": [["MASTER", "hush-4"]] },
    });
    let secrets = reconfigure(&mut deployment, draft(&request), None).unwrap();

    let brought: Vec<_> = secrets.iter().map(|one| (one.key.as_str(), one.version)).collect();
    assert_eq!(brought, [("EXTRA", 3), ("MASTER", 4)]);
    assert_eq!(deployment.last_secret_version, 4);
    let calc = serde_json::to_value(&named(&deployment.applications, "calc").configuration).unwrap();
    assert_eq!(
        calc,
        json!({
            "standard": { "MODE": "test", "NOTE": "n", "URL": "https://a" },
            "secured": { "EXTRA": 3, "TOKEN": 1 },
        })
    );
    let global = serde_json::to_value(&deployment.global).unwrap();
    assert_eq!(global, json!({ "standard": { "TENANT": "acme", "TRACE": "" }, "secured": { "MASTER": 4 } }));
    let nightly = named(&deployment.applications, "nightly");
    assert_eq!(nightly.schedule.as_ref().map(crate::connector::Cadence::as_str), Some("5 4 * * *"));
    assert_eq!(named(&deployment.applications, "pages"), named(&before.applications, "pages"));
    assert_eq!(deployment.retiring, before.retiring);
}

#[test]
fn a_retry_policy_replaces_the_one_before() {
    let mut deployment = deployed(&declared(), &wanted());
    let policy = json!({ "strategy": "exponential-backoff", "minBackoffSeconds": 2, "maxBackoffSeconds": 9 });
    let request = json!({ "applications": [{ "name": "orders", "retryPolicy": policy }] });
    reconfigure(&mut deployment, draft(&request), None).unwrap();
    let kept = named(&deployment.applications, "orders").retry_policy.unwrap();
    assert_eq!(serde_json::to_value(kept).unwrap(), policy);
    reconfigure(&mut deployment, draft(&json!({ "applications": [{ "name": "orders" }] })), None).unwrap();
    assert_eq!(named(&deployment.applications, "orders").retry_policy, Some(kept));
}
