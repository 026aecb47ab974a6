//! Every crate is collected, and what its endpoints are called leads to one of them.

use std::collections::{BTreeMap, BTreeSet};

use api::Method;
use registry::{CRATES, generated, operations};

use crate::root;

#[test]
fn every_crate_under_functions_is_collected() {
    let entries = std::fs::read_dir(root().join("functions")).unwrap().map(|entry| entry.unwrap().path());
    let crates = entries.filter(|path| path.join("Cargo.toml").exists());
    let there: BTreeSet<String> =
        crates.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    let collected: BTreeSet<String> = CRATES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(collected, there, "add the crate to registry/Cargo.toml and to CRATES in registry/src/lib.rs");
    assert_eq!(collected.len(), CRATES.len());
}

#[test]
fn an_id_is_the_crates_name_and_the_endpoints() {
    for (name, endpoints) in CRATES {
        assert!(!endpoints.is_empty(), "{name}");
        for endpoint in *endpoints {
            let id = endpoint.operation.id;
            let own = id.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
            let word =
                |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            assert!(own.is_some_and(word), "{id} of {name}");
        }
    }
}

#[test]
fn no_two_operations_answer_to_the_same_id_or_request() {
    let mut ids = BTreeSet::new();
    let mut requests = BTreeMap::new();
    for operation in operations() {
        assert!(ids.insert(operation.id), "{} is there twice", operation.id);
        let Some(route) = operation.route() else { continue };
        let segment = |text: &str| if text.starts_with('{') { "{}".to_owned() } else { text.to_owned() };
        let path: Vec<String> = route.path.split('/').map(segment).collect();
        for method in route.methods() {
            let other = requests.insert((method.as_str(), path.clone()), operation.id);
            assert_eq!(other, None, "{} has the route of another", operation.id);
        }
    }
}

#[test]
fn routes_are_what_the_gateway_and_the_handlers_understand() {
    for operation in operations() {
        let Some(route) = operation.route() else { continue };
        let id = operation.id;
        // Whoever has a scope has it in a project, and the project is in the path; only the connectors of all projects
        // lie together, and below `/api/v1/` the key tells the project.
        let guarded = ["/{projectKey}", "/connectors/", "/api/v1/"];
        let guarded = guarded.iter().any(|start| route.path.starts_with(start));
        assert_eq!(route.scope.is_some(), guarded, "{id}");
        let names = route.path_parameters();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "{id}");
        let read = names.into_iter().filter(|name| *name != api::path::PROJECT);
        let declared = route.path_params.iter().map(|param| param.name);
        assert!(read.eq(declared), "{id}: the fields of its `Path` are the names in braces, in their order");
        assert!((200..300).contains(&route.success), "{id}");
        assert!(route.declared_methods().all(|method| method != Method::Head), "{id}: HEAD comes with GET");
        assert!(operation.timeout_seconds <= 29, "{id} would outlast the gateway");
        assert!(route.body.is_none() || matches!(route.method, Method::Post | Method::Put), "{id}");
    }
}

#[test]
fn nothing_generated_is_stale() {
    let stale = generated(&root(), &operations()).unwrap().stale().unwrap();
    let advice = "run `cargo run -p registry -- generate`";
    assert!(stale.is_empty(), "{advice}\n{}", stale.join("\n"));
}
