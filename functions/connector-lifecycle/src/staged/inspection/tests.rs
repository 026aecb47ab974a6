use std::collections::BTreeMap;

use domain::connector::Asset;
use domain::payload::Payload;
use serde_json::json;

use super::*;

/// A specification with one application that is called `calc`, and inherited keys.
fn specification(kind: &str, more: &Value) -> Specification {
    let mut application = json!({
        "name": "calc", "kind": kind,
        "keys": {
            "standardConfiguration": [{ "key": "MODE", "description": "Which" }],
            "securedConfiguration": [{ "key": "TOKEN", "description": "What proves it" }],
        },
    });
    for (name, value) in more.as_object().unwrap() {
        application[name] = value.clone();
    }
    serde_json::from_value(json!({
        "applications": [application],
        "global": { "standardConfiguration": [{ "key": "REGION", "description": "Where" }] },
    }))
    .unwrap()
}

fn folder(flows: &[(&str, &str)], assets: &[&str]) -> PackagedApplication {
    let asset = || Asset { media_type: "text/html".to_owned(), contents: Payload::of(b"\"\"") };
    PackagedApplication {
        flows: flows.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        assets: assets.iter().map(|path| ((*path).to_owned(), asset())).collect::<BTreeMap<_, _>>(),
    }
}

/// What is wrong, and what is warned of.
fn look(specification: &Specification, folder: Option<&PackagedApplication>) -> (Vec<String>, Vec<String>) {
    let inspected = inspect(specification.applications.first().unwrap(), folder, specification);
    assert!(inspected.lacks.is_empty() || inspected.flows.is_empty());
    ([inspected.lacks, inspected.problems].concat(), inspected.warnings)
}

#[test]
fn what_runs_needs_a_flow_and_what_is_shown_needs_files() {
    let (flow, page, loose) =
        (folder(&[("flow.asl.json", "{}")], &[]), folder(&[], &["index.html"]), folder(&[], &["a.js"]));
    for kind in ["service", "event", "job"] {
        let specification = specification(kind, &json!({}));
        assert_eq!(look(&specification, Some(&flow)), (Vec::new(), Vec::new()), "{kind}");
        for lacking in [None, Some(&page)] {
            let (problems, _) = look(&specification, lacking);
            assert!(problems.concat().starts_with("'calc' has no flow.asl.json"), "{kind}: {problems:?}");
        }
    }
    for (kind, good, bad) in [
        ("assets", &loose, &flow),
        ("merchant-center-custom-application", &page, &loose),
        ("merchant-center-custom-view", &page, &loose),
    ] {
        let specification = specification(kind, &json!({}));
        assert_eq!(look(&specification, Some(good)), (Vec::new(), Vec::new()), "{kind}");
        for lacking in [None, Some(bad)] {
            assert_eq!(look(&specification, lacking).0.len(), 1, "{kind}");
        }
    }
}

#[test]
fn only_a_service_answers_synchronously() {
    let flow = folder(&[("flow.asl.json", "{}")], &[]);
    for (kind, express) in [("service", true), ("event", false), ("job", false)] {
        let specification = specification(kind, &json!({}));
        let inspected = inspect(specification.applications.first().unwrap(), Some(&flow), &specification);
        assert_eq!(inspected.flows.iter().map(|flow| flow.express).collect::<Vec<_>>(), [express], "{kind}");
    }
}

#[test]
fn a_script_is_a_flow_in_the_folder_or_is_not_run() {
    let scripts = json!({ "scripts": { "postDeploy": "setup.asl.json", "preUndeploy": "npm run x" } });
    let specification = specification("service", &scripts);
    let without = folder(&[("flow.asl.json", "{}")], &[]);
    let (problems, warnings) = look(&specification, Some(&without));
    assert_eq!((problems.len(), warnings.len()), (0, 2), "{problems:?} {warnings:?}");
    let with = folder(&[("flow.asl.json", "{}"), ("setup.asl.json", "{")], &[]);
    let (problems, warnings) = look(&specification, Some(&with));
    assert_eq!(
        problems,
        Vec::<String>::new(),
        "what fails beside a deployment does not keep it from being made"
    );
    assert!(warnings.len() == 2 && warnings.concat().contains("calc/setup.asl.json: The file is not JSON"));
}

#[test]
fn a_flow_refers_only_to_what_is_declared() {
    let text = json!({
        "a": "${MODE} ${REGION} ${HOST} ${TOKEN} ${slipway.http}",
        "b": "${secret.TOKEN} ${secret.MODE} ${secret.NONE} ${CTP_CLIENT_ID} ${secret.CTP_CLIENT_SECRET}",
    });
    let folder = folder(&[("flow.asl.json", &text.to_string())], &[]);
    let mut specification = specification("job", &json!({}));
    let told = |specification: &Specification, words: &str| {
        let (problems, _) = look(specification, Some(&folder));
        problems.iter().filter(|problem| problem.contains(words)).count()
    };
    for words in [
        "declares no 'HOST' in standardConfiguration",
        "'TOKEN' is a secret",
        "'MODE' is no secret",
        "declares no 'NONE' in securedConfiguration",
    ] {
        assert_eq!(told(&specification, words), 1, "{words}");
    }
    assert_eq!(told(&specification, "CTP_"), 2);
    specification.api_client_scopes = Some(vec!["view_runs".to_owned()]);
    assert_eq!(told(&specification, "CTP_"), 0);
    assert_eq!(told(&specification, "REGION") + told(&specification, "http"), 0);
}
