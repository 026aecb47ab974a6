//! New deployments.

use serde_json::{Value, json};

use super::create_rules::{CALC, NIGHTLY, RULES, application};
use crate::connector_deployment::tests::samples::{codes, configured, declared, named, wanted};

#[test]
fn every_rule_has_its_code_and_its_place() {
    for (rule, specification, request, expected) in RULES {
        let (mut declared, mut wanted) = (declared(), wanted());
        specification(&mut declared);
        request(&mut wanted);
        let problems = configured(&declared, &wanted).err().unwrap_or_default();
        assert_eq!(codes(&problems), *expected, "{rule}: {problems:#?}");
        assert!(problems.iter().all(|problem| !problem.message.contains("hush")), "{rule}: {problems:#?}");
    }
}

#[test]
fn an_unknown_key_is_told_where_it_belongs() {
    for (index, block, words) in [
        (
            CALC,
            json!({ "standard": [["URI", "a"]] }),
            "'URI' is not a standard key of application 'calc'; connect.yaml declares",
        ),
        (
            CALC,
            json!({ "standard": [["EXTRA", "hush"]] }),
            "it is a secured one: give it in its securedConfiguration",
        ),
        (
            0,
            json!({ "secured": [["MASTER", "hush"]] }),
            "it is a global secured key: give it in globalConfiguration.securedConfiguration",
        ),
        (
            0,
            json!({ "secured": [["TENANT", "hush"]] }),
            "'TENANT' is not a secured key of application 'pages'; it is a global standard key",
        ),
        (0, json!({ "standard": [["LIMIT", "1"]] }), "it is a key of application 'nightly'"),
        (0, json!({ "standard": [["x".repeat(1000), "1"]] }), "xxx…' is not a standard key"),
    ] {
        let mut wanted = wanted();
        for (section, list) in block.as_object().unwrap() {
            let given = application(&mut wanted, index);
            let before = given.get(section).and_then(Value::as_array).cloned().unwrap_or_default();
            given[section] = before.into_iter().chain(list.as_array().unwrap().clone()).collect();
        }
        let problems = configured(&declared(), &wanted).unwrap_err();
        assert_eq!(codes(&problems), ["UnknownApplicationKey"], "{words}");
        assert!(problems[0].message.contains(words), "{}", problems[0].message);
    }
}

#[test]
fn a_global_key_is_told_from_an_unknown_one() {
    let mut wanted = wanted();
    wanted["global"]["standard"] = json!([["TENANT", "a"], ["MASTER", "hush"], ["URL", "a"], ["NONE", "a"]]);
    let problems = configured(&declared(), &wanted).unwrap_err();
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "'MASTER' is not a global standard key of the connector; it is a secured one: give it in \
             globalConfiguration.securedConfiguration",
            "'URL' is not a global standard key of the connector; it is a key of application 'calc'",
            "'NONE' is not a global standard key of the connector; connect.yaml declares no such key",
        ]
    );
}

#[test]
fn what_is_left_out_of_the_list_is_not_deployed_and_the_order_is_the_specifications() {
    let mut wanted = wanted();
    wanted["applications"].as_array_mut().unwrap().remove(NIGHTLY);
    let configured = configured(&declared(), &wanted).unwrap();
    let names: Vec<_> = configured.applications.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["calc", "orders", "pages"]);
    let ids: std::collections::BTreeSet<_> = configured.applications.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn values_defaults_overrides_and_versions_are_as_given() {
    let configured = configured(&declared(), &wanted()).unwrap();
    let calc = named(&configured.applications, "calc");
    let values = serde_json::to_value(&calc.configuration).unwrap();
    assert_eq!(
        values,
        json!({ "standard": { "MODE": "test", "URL": "https://a" }, "secured": { "TOKEN": 1 } })
    );
    let global = serde_json::to_value(&configured.global).unwrap();
    assert_eq!(
        global,
        json!({ "standard": { "TENANT": "acme", "TRACE": "off" }, "secured": { "MASTER": 2 } })
    );
    let nightly = named(&configured.applications, "nightly");
    assert_eq!(nightly.schedule.as_ref().map(crate::connector::Cadence::as_str), Some("*/5 * * * *"));
    assert_eq!(serde_json::to_value(&nightly.configuration.standard).unwrap(), json!({ "LIMIT": "10" }));
    assert!(named(&configured.applications, "orders").retry_policy.is_some());
    let secrets: Vec<_> = configured
        .secrets
        .iter()
        .map(|one| (one.key.as_str(), one.version, one.value.expose_secret()))
        .collect();
    assert_eq!(secrets, [("TOKEN", 1, "hush-1"), ("MASTER", 2, "hush-2")]);
    assert_eq!(configured.last_secret_version, 2);
    assert!(!format!("{configured:?}").contains("hush"));
}
