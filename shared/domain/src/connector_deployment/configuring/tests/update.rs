//! Redeploys that move to another specification.

use serde_json::{Value, json};

use crate::connector_deployment::tests::samples::{
    codes, declared, deployed, draft, named, specification, wanted,
};
use crate::connector_deployment::{Application, ConnectorDeployment, Hosted, reconfigure};

/// What is done to the specification of the samples.
type Change = fn(&mut Value);

fn keys<'a>(newer: &'a mut Value, application: usize, section: &str) -> &'a mut Vec<Value> {
    newer["applications"][application]["keys"][section].as_array_mut().unwrap()
}

fn key(key: &str, required: bool) -> Value {
    json!({ "key": key, "description": "", "required": required })
}

fn changed(change: Change) -> Value {
    let mut newer = declared();
    change(&mut newer);
    newer
}

fn remove(newer: &mut Value, names: &[&str]) {
    let gone = |one: &Value| names.contains(&one["name"].as_str().unwrap());
    newer["applications"].as_array_mut().unwrap().retain(|one| !gone(one));
}

const FAILS: &[&str] = &["ConnectorUpdateFailure"];

/// A rule, the newer specification, the request, and the problems.
type Rule = (&'static str, Change, Value, &'static [&'static str]);

/// A request that names `calc`.
fn calc(block: Value) -> Value {
    let mut application = block;
    application["name"] = json!("calc");
    json!({ "applications": [application] })
}

fn key_rules() -> Vec<Rule> {
    vec![
        ("the same", |_| {}, json!({}), &[]),
        (
            "a new optional key",
            |n| keys(n, 0, "standardConfiguration").push(key("NEW", false)),
            json!({}),
            &[],
        ),
        (
            "a new required key",
            |n| keys(n, 0, "standardConfiguration").push(key("NEW", true)),
            json!({}),
            FAILS,
        ),
        (
            "a new required secret",
            |n| keys(n, 0, "securedConfiguration").push(key("NEW", true)),
            json!({}),
            FAILS,
        ),
        (
            "which is given",
            |n| keys(n, 0, "standardConfiguration").push(key("NEW", true)),
            calc(json!({ "standard": [["NEW", "a"]] })),
            &[],
        ),
        (
            "a secret which is given",
            |n| keys(n, 0, "securedConfiguration").push(key("NEW", true)),
            calc(json!({ "secured": [["NEW", "hush"]] })),
            &[],
        ),
        (
            "which is given empty",
            |n| keys(n, 0, "standardConfiguration").push(key("NEW", true)),
            calc(json!({ "standard": [["NEW", ""]] })),
            &["EmptyApplicationKey"],
        ),
        (
            "which is masked",
            |n| keys(n, 0, "securedConfiguration").push(key("NEW", true)),
            calc(json!({ "secured": [["NEW", "****"]] })),
            &["InvalidInput /0/securedConfiguration/0/value"],
        ),
        (
            "a new required global key",
            |n| n["global"]["standardConfiguration"].as_array_mut().unwrap().push(key("NEW", true)),
            json!({}),
            FAILS,
        ),
        (
            "a global key which is given",
            |n| n["global"]["securedConfiguration"].as_array_mut().unwrap().push(key("NEW", true)),
            json!({ "global": { "secured": [["NEW", "hush"]] } }),
            &[],
        ),
        (
            "a key that is no more",
            |n| {
                keys(n, 0, "standardConfiguration").remove(0);
            },
            json!({}),
            &[],
        ),
        (
            "a key that is no more, given",
            |n| {
                keys(n, 0, "standardConfiguration").remove(0);
            },
            calc(json!({ "standard": [["URL", "a"]] })),
            &["UnknownApplicationKey"],
        ),
        (
            "a key that becomes a secret",
            |n| {
                keys(n, 0, "standardConfiguration").remove(0);
                keys(n, 0, "securedConfiguration").push(key("URL", true));
            },
            json!({}),
            FAILS,
        ),
    ]
}

fn application_rules() -> Vec<Rule> {
    vec![
        ("an application that is no more", |n| remove(n, &["calc", "orders"]), json!({}), &[]),
        (
            "an application that is no more, named",
            |n| remove(n, &["calc"]),
            calc(json!({})),
            &["UnknownApplication"],
        ),
        ("none is left", |n| remove(n, &["calc", "orders", "nightly", "pages"]), json!({}), FAILS),
        (
            "none of ours is left",
            |n| {
                remove(n, &["orders", "nightly", "pages"]);
                n["applications"][0]["name"] = json!("calc2");
            },
            json!({}),
            FAILS,
        ),
        (
            "a new application is not ours",
            |n| n["applications"].as_array_mut().unwrap().push(json!({ "name": "more", "kind": "assets" })),
            json!({}),
            &[],
        ),
        (
            "nor can it be named",
            |n| n["applications"].as_array_mut().unwrap().push(json!({ "name": "more", "kind": "assets" })),
            json!({ "applications": [{ "name": "more" }] }),
            &["ApplicationDoesNotBelong"],
        ),
        (
            "a schedule of what is no job now",
            |n| n["applications"][1]["kind"] = json!("service"),
            json!({ "applications": [{ "name": "nightly", "schedule": "0 3 * * *" }] }),
            &["InvalidInput /0/schedule"],
        ),
        (
            "problems of the request first",
            |n| keys(n, 0, "standardConfiguration").push(key("NEW", true)),
            json!({ "global": { "standard": [["X", "a"]] } }),
            &["UnknownGlobalKey", "ConnectorUpdateFailure"],
        ),
    ]
}

#[test]
fn every_rule_has_its_code_and_what_is_refused_changes_nothing() {
    for (rule, change, request, expected) in key_rules().into_iter().chain(application_rules()) {
        let mut deployment = deployed(&declared(), &wanted());
        let before = deployment.clone();
        let newer = specification(&changed(change));
        let problems = reconfigure(&mut deployment, draft(&request), Some(&newer)).err().unwrap_or_default();
        assert_eq!(codes(&problems), expected, "{rule}: {problems:#?}");
        assert!(problems.is_empty() || deployment == before, "{rule}");
        assert_eq!(deployment.connector, before.connector, "{rule}: the caller replaces it");
    }
}

#[test]
fn a_failure_names_the_deployment_the_connector_and_the_cause() {
    let newer = specification(&changed(|n| keys(n, 0, "securedConfiguration").push(key("NEW", true))));
    let mut deployment = deployed(&declared(), &wanted());
    let problems = reconfigure(&mut deployment, draft(&json!({})), Some(&newer)).unwrap_err();
    assert_eq!(
        problems[0].message,
        "The deployment 'tax-sync' cannot be moved to the newest version of the connector 'acme-tax': The secured \
         key 'NEW' of application 'calc' is required and has no value; give one in its securedConfiguration"
    );
}

#[test]
fn keys_that_are_no_more_are_dropped_and_defaults_of_new_ones_apply() {
    let mut deployment = deployed(&declared(), &wanted());
    let newer = changed(|n| {
        let standard = keys(n, 0, "standardConfiguration");
        standard[1]["default"] = json!("live");
        standard.remove(0);
        standard.push(json!({ "key": "NEW", "description": "", "required": true, "default": "new" }));
        n["global"]["securedConfiguration"] = json!([]);
        n["applications"].as_array_mut().unwrap().reverse();
    });
    let secrets = reconfigure(&mut deployment, draft(&json!({})), Some(&specification(&newer))).unwrap();
    assert!(secrets.is_empty());
    let calc = serde_json::to_value(&named(&deployment.applications, "calc").configuration).unwrap();
    // A value that was a default once stays what it is.
    assert_eq!(calc, json!({ "standard": { "MODE": "test", "NEW": "new" }, "secured": { "TOKEN": 1 } }));
    let global = serde_json::to_value(&deployment.global).unwrap();
    assert_eq!(global, json!({ "standard": { "TENANT": "acme", "TRACE": "off" }, "secured": {} }));
    let names: Vec<_> = deployment.applications.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["pages", "orders", "nightly", "calc"]);
    assert_eq!(deployment.last_secret_version, 2, "a version is never used again");
}

#[test]
fn an_empty_value_that_is_required_now_is_none() {
    let mut request = wanted();
    request["applications"][2]["standard"] = json!([["URL", "a"], ["NOTE", ""]]);
    let newer: Change = |n| keys(n, 0, "standardConfiguration")[2]["required"] = json!(true);
    let mut deployment = deployed(&declared(), &request);
    let refused = reconfigure(&mut deployment, draft(&json!({})), Some(&specification(&changed(newer))));
    assert_eq!(codes(&refused.unwrap_err()), ["ConnectorUpdateFailure"]);

    let mut with_default = changed(newer);
    keys(&mut with_default, 0, "standardConfiguration")[2]["default"] = json!("note");
    reconfigure(&mut deployment, draft(&json!({})), Some(&specification(&with_default))).unwrap();
    let calc = serde_json::to_value(&named(&deployment.applications, "calc").configuration.standard).unwrap();
    assert_eq!(calc["NOTE"], json!("note"));
}

#[test]
fn an_application_of_another_kind_keeps_only_the_overrides_that_fit() {
    let mut deployment = deployed(&declared(), &wanted());
    let before = deployment.clone();
    let newer = changed(|n| {
        n["applications"][1]["kind"] = json!("event");
        n["applications"][2]["kind"] = json!("job");
    });
    reconfigure(&mut deployment, draft(&json!({})), Some(&specification(&newer))).unwrap();
    let (nightly, orders) =
        (named(&deployment.applications, "nightly"), named(&deployment.applications, "orders"));
    assert_eq!((nightly.schedule.as_ref(), orders.retry_policy), (None, None));
    assert_eq!(nightly.id, named(&before.applications, "nightly").id, "the URL stays");
}

fn hosted(place: Value) -> Hosted {
    let mut hosted = place;
    hosted["build"] = json!("0f4f3a5e-5a0e-4d0a-9a39-3f4c5b6a7d80");
    serde_json::from_value(hosted).unwrap()
}

fn application<'a>(deployment: &'a mut ConnectorDeployment, name: &str) -> &'a mut Application {
    deployment.applications.iter_mut().find(|one| one.name.as_str() == name).unwrap()
}

#[test]
fn an_application_that_is_dropped_answers_until_the_switch_and_may_come_back() {
    let mut deployment = deployed(&declared(), &wanted());
    application(&mut deployment, "nightly").hosted =
        Some(hosted(json!({ "place": "job", "machine": "arn:old", "schedule": "0 3 * * *" })));
    let before = deployment.clone();
    reconfigure(&mut deployment, draft(&json!({})), None).unwrap();
    assert_eq!(deployment, before);

    let newer = specification(&changed(|n| remove(n, &["nightly", "orders", "pages"])));
    reconfigure(&mut deployment, draft(&json!({})), Some(&newer)).unwrap();
    assert_eq!(deployment.applications, [named(&before.applications, "calc").clone()]);
    let gone = ["nightly", "orders", "pages"].map(|name| named(&before.applications, name));
    for application in gone {
        assert_eq!(deployment.application(application.id), Some(application));
        assert!(deployment.leaving.contains(application));
    }
    assert_eq!(deployment.leaving.len(), 3);

    let older = specification(&declared());
    reconfigure(&mut deployment, draft(&json!({})), Some(&older)).unwrap();
    assert_eq!(deployment.applications, before.applications);
    assert_eq!(deployment.leaving, []);
}

#[test]
fn what_leaves_takes_room_until_it_is_gone() {
    let mut deployment = deployed(&declared(), &wanted());
    let long = |bytes: usize| json!([["URL", "u".repeat(bytes)]]);
    let filled = calc(json!({ "standard": long(60_000) }));
    reconfigure(&mut deployment, draft(&filled), None).unwrap();
    let newer = changed(|newer| remove(newer, &["calc"]));
    let request = |bytes: usize| json!({ "global": { "standard": [["TENANT", "t".repeat(bytes)]] } });
    let before = deployment.clone();
    let refused = reconfigure(&mut deployment, draft(&request(50_000)), Some(&specification(&newer)));
    assert_eq!(codes(&refused.unwrap_err()), ["InvalidInput"]);
    assert_eq!(deployment, before);
    reconfigure(&mut deployment, draft(&request(30_000)), Some(&specification(&newer))).unwrap();
    assert_eq!(deployment.leaving.len(), 1);
    let refused = reconfigure(&mut deployment, draft(&request(50_000)), None);
    assert_eq!(codes(&refused.unwrap_err()), ["InvalidInput"], "it is still there");
    deployment.leaving.clear();
    reconfigure(&mut deployment, draft(&request(50_000)), None).unwrap();
}

#[test]
fn a_deployment_of_no_application_moves_only_to_none() {
    let none = changed(|n| n["applications"] = json!([]));
    let mut request = wanted();
    request["applications"] = json!([]);
    let mut deployment = deployed(&none, &request);
    reconfigure(&mut deployment, draft(&json!({})), Some(&specification(&none))).unwrap();
    let refused = reconfigure(&mut deployment, draft(&json!({})), Some(&specification(&declared())));
    assert_eq!(codes(&refused.unwrap_err()), ["ConnectorUpdateFailure"]);
}
