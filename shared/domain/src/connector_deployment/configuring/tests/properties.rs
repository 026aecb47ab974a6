//! What holds for every request.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::connector::{KeyDeclarations, Specification};
use crate::connector_deployment::tests::samples::{
    configured, declared, deployed, draft, specification, wanted,
};
use crate::connector_deployment::{Configuration, ConnectorDeployment, reconfigure};
use crate::text::ConfigurationKey;

const KEYS: &[&str] =
    &["URL", "MODE", "NOTE", "TOKEN", "EXTRA", "LIMIT", "TENANT", "TRACE", "MASTER", "SPARE", "NONE", ""];
const APPLICATIONS: &[&str] = &["calc", "nightly", "orders", "pages", "nope"];

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(texts)
}

fn pairs(keys: Vec<&'static str>, values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::collection::vec((prop::sample::select(keys), one_of(values)), 0..4)
        .prop_map(|pairs| pairs.into_iter().map(|(key, value)| json!([key, value])).collect())
}

/// A block of values.
fn block(standard: Vec<&'static str>, secured: Vec<&'static str>) -> impl Strategy<Value = Value> {
    let standard = pairs(standard, &["", "a", "\"b\"", "****"]);
    let secured = pairs(secured, &["", "****", "hush-1", "hush-2", "hush-3"]);
    (standard, secured).prop_map(|(standard, secured)| json!({ "standard": standard, "secured": secured }))
}

fn any_application() -> impl Strategy<Value = Value> {
    let schedule = prop::option::of(one_of(&["*/7 * * * *", "x"]));
    let policy = prop::option::of(prop::sample::select(vec![json!({ "strategy": "immediate" }), json!({})]));
    (one_of(APPLICATIONS), block(KEYS.to_vec(), KEYS.to_vec()), schedule, policy).prop_map(with_overrides)
}

/// One that breaks few rules.
fn tame_application() -> impl Strategy<Value = Value> {
    let calc = block(vec!["URL", "MODE", "NOTE"], vec!["TOKEN", "EXTRA"]);
    let nightly = (block(vec!["LIMIT"], vec!["x"]), prop::option::of(Just("*/7 * * * *")));
    prop_oneof![
        3 => calc.prop_map(|block| with_overrides(("calc", block, None, None))),
        2 => nightly.prop_map(|(mut block, schedule)| {
            block["secured"] = json!([]);
            with_overrides(("nightly", block, schedule, None))
        }),
        1 => Just(json!({ "name": "pages" })),
    ]
}

fn with_overrides(
    (name, mut application, schedule, policy): (&str, Value, Option<&str>, Option<Value>),
) -> Value {
    application["name"] = json!(name);
    if let Some(schedule) = schedule {
        application["schedule"] = json!(schedule);
    }
    if let Some(policy) = policy {
        application["retryPolicy"] = policy;
    }
    application
}

/// Requests, good and bad.
fn requests() -> impl Strategy<Value = Value> {
    let request = |application: BoxedStrategy<Value>, global: BoxedStrategy<Value>| {
        let applications = prop::option::of(prop::collection::vec(application, 0..4));
        (applications, prop::option::of(global)).prop_map(|(applications, global)| {
            let mut request = json!({});
            if let Some(applications) = applications {
                request["applications"] = json!(applications);
            }
            if let Some(global) = global {
                request["global"] = global;
            }
            request
        })
    };
    prop_oneof![
        request(any_application().boxed(), block(KEYS.to_vec(), KEYS.to_vec()).boxed()),
        request(tame_application().boxed(), block(vec!["TENANT", "TRACE"], vec!["MASTER", "SPARE"]).boxed()),
    ]
}

/// Requests for a new deployment that have what is required, some of the applications, and more values.
fn new_requests() -> impl Strategy<Value = Value> {
    let names = prop::sample::subsequence(vec![0_usize, 1, 2, 3], 1..=4).prop_shuffle();
    let calc = block(vec!["NOTE", "MODE"], vec!["EXTRA"]);
    (names, calc, block(vec!["TRACE"], vec!["SPARE"])).prop_map(|(places, calc, global)| {
        let mut request = wanted();
        extend(&mut request["applications"][2], &calc);
        extend(&mut request["global"], &global);
        request["applications"] = places.iter().map(|place| request["applications"][place].clone()).collect();
        request
    })
}

fn extend(block: &mut Value, more: &Value) {
    for section in ["standard", "secured"] {
        block[section].as_array_mut().unwrap().extend(more[section].as_array().unwrap().clone());
    }
}

/// Specifications that lack some applications and keys of the samples, in another order.
fn newer() -> impl Strategy<Value = Value> {
    let kept = prop::collection::vec(prop::bool::weighted(0.8), 32);
    (kept, any::<bool>()).prop_map(|(kept, reversed)| {
        let mut kept = kept.into_iter().cycle();
        let mut thin = |list: &mut Value| list.as_array_mut().unwrap().retain(|_| kept.next().unwrap());
        let mut newer = declared();
        thin(&mut newer["global"]["standardConfiguration"]);
        thin(&mut newer["applications"][0]["keys"]["standardConfiguration"]);
        thin(&mut newer["applications"][0]["keys"]["securedConfiguration"]);
        thin(&mut newer["applications"]);
        if reversed {
            newer["applications"].as_array_mut().unwrap().reverse();
        }
        newer
    })
}

fn deployment() -> ConnectorDeployment {
    deployed(&declared(), &wanted())
}

/// A deployment's plain values and overrides, and which secrets there are.
fn without_versions(deployment: &ConnectorDeployment) -> ConnectorDeployment {
    let mut same = deployment.clone();
    let own = same.applications.iter_mut().map(|application| &mut application.configuration);
    for configuration in own.chain([&mut same.global]) {
        configuration.secured.values_mut().for_each(|version| *version = 0);
    }
    same.last_secret_version = 0;
    same
}

fn versions(deployment: &ConnectorDeployment) -> Vec<u64> {
    let own = deployment.applications.iter().map(|application| &application.configuration);
    own.chain([&deployment.global]).flat_map(|one| one.secured.values().copied()).collect()
}

fn fits(configuration: &Configuration, keys: &KeyDeclarations) -> bool {
    let standard = |key: &ConfigurationKey| keys.standard.iter().any(|declared| declared.key == *key);
    let secured = |key: &ConfigurationKey| keys.secured.iter().any(|declared| declared.key == *key);
    let has_required = keys
        .standard
        .iter()
        .filter(|declared| declared.required)
        .all(|declared| configuration.standard.get(&declared.key).is_some_and(|value| !value.is_empty()))
        && keys
            .secured
            .iter()
            .filter(|declared| declared.required)
            .all(|declared| configuration.secured.contains_key(&declared.key));
    has_required && configuration.standard.keys().all(standard) && configuration.secured.keys().all(secured)
}

/// Whether a deployment has exactly what a specification declares of it, in its order.
fn conforms(deployment: &ConnectorDeployment, specification: &Specification) -> bool {
    let mut rest = specification.applications.iter();
    let own = deployment.applications.iter().all(|application| {
        rest.any(|declared| {
            declared.name == application.name && fits(&application.configuration, &declared.keys)
        })
    });
    own && fits(&deployment.global, &specification.global)
}

proptest! {
    #[test]
    fn a_request_that_says_nothing_changes_nothing(before in requests(), named in prop::sample::subsequence(APPLICATIONS, 0..=4)) {
        let mut deployment = deployment();
        let _ = reconfigure(&mut deployment, draft(&before), None);
        let mut empty = vec![json!({}), json!({ "applications": [], "global": {} })];
        let known = named.into_iter().filter(|name| *name != "nope");
        let applications: Vec<_> = known.map(|name| json!({ "name": name, "standard": [], "secured": [] })).collect();
        empty.push(json!({ "applications": applications, "global": { "standard": [], "secured": [] } }));
        for request in empty {
            let mut after = deployment.clone();
            prop_assert!(reconfigure(&mut after, draft(&request), None).unwrap().is_empty());
            prop_assert_eq!(&after, &deployment);
        }
    }

    #[test]
    fn what_was_merged_once_is_the_same_merged_twice(request in requests()) {
        let mut once = deployment();
        if let Ok(first) = reconfigure(&mut once, draft(&request), None) {
            let mut twice = once.clone();
            let second = reconfigure(&mut twice, draft(&request), None).unwrap();
            prop_assert_eq!(without_versions(&twice), without_versions(&once));
            prop_assert_eq!(first.len(), second.len());
        }
    }

    #[test]
    fn a_request_changes_all_that_it_says_or_nothing(request in requests(), newer in prop::option::of(newer())) {
        let before = deployment();
        let mut after = before.clone();
        let newer = newer.as_ref().map(specification);
        match reconfigure(&mut after, draft(&request), newer.as_ref()) {
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                prop_assert_eq!(after, before);
            }
            Ok(secrets) => {
                prop_assert!(conforms(&after, newer.as_ref().unwrap_or(&before.connector.specification)));
                let brought: Vec<_> = secrets.iter().map(|secret| secret.version).collect();
                let expected: Vec<_> = (before.last_secret_version + 1..=after.last_secret_version).collect();
                prop_assert_eq!(&brought, &expected, "each is new, none is left out");
                let versions = versions(&after);
                let distinct: BTreeSet<_> = versions.iter().collect();
                prop_assert_eq!(distinct.len(), versions.len());
                prop_assert!(brought.iter().all(|version| versions.contains(version)));
            }
        }
    }

    #[test]
    fn moving_to_the_same_specification_is_a_plain_redeploy(request in requests()) {
        let (mut plain, mut moved) = (deployment(), deployment());
        let same = specification(&declared());
        let outcome = reconfigure(&mut plain, draft(&request), None).map(|secrets| secrets.len());
        let again = reconfigure(&mut moved, draft(&request), Some(&same)).map(|secrets| secrets.len());
        prop_assert_eq!(outcome, again);
        prop_assert_eq!(plain, moved);
    }

    #[test]
    fn a_new_deployment_conforms_or_is_refused(request in prop_oneof![requests(), new_requests()]) {
        if let Ok(configured) = configured(&declared(), &request) {
            let deployment = deployed(&declared(), &request);
            prop_assert!(conforms(&deployment, &specification(&declared())));
            let listed = request["applications"].as_array().unwrap();
            prop_assert_eq!(deployment.applications.len(), listed.len());
            let brought: Vec<_> = configured.secrets.iter().map(|secret| secret.version).collect();
            prop_assert_eq!(&brought, &(1..=configured.last_secret_version).collect::<Vec<_>>());
            let mut versions = versions(&deployment);
            versions.sort_unstable();
            prop_assert_eq!(brought, versions);
        }
    }

    #[test]
    fn no_message_and_no_dump_shows_a_secret(request in requests(), newer in prop::option::of(newer())) {
        let newer = newer.as_ref().map(specification);
        let mut deployment = deployment();
        let dumps = [
            format!("{:?}", draft(&request)),
            format!("{:?}", configured(&declared(), &request)),
            format!("{:?}", reconfigure(&mut deployment, draft(&request), newer.as_ref())),
            format!("{deployment:?}"),
        ];
        for dump in dumps {
            prop_assert!(!dump.contains("hush"), "{}", dump);
        }
    }
}
