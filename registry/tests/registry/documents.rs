//! `openapi.json` and the README are whole.

use std::collections::BTreeSet;

use registry::{ambiguous_schemas, operations};
use serde_json::{Map, Value};

use crate::read;

fn document() -> Value {
    serde_json::from_str(&read("openapi.json")).unwrap()
}

/// Every operation of the document with its path.
fn described(document: &Value) -> Vec<(String, String, Map<String, Value>)> {
    let mut described = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            described.push((path.clone(), method.to_uppercase(), operation.as_object().unwrap().clone()));
        }
    }
    described
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str().filter(|_| name == "$ref") {
                    Some(reference) => found.push(reference),
                    None => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_referred_to() {
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in &found {
        let pointer =
            reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leaves the document"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(found.contains(&format!("#/components/schemas/{name}").as_str()), "{name} is not used");
    }
}

#[test]
fn every_schema_has_a_name_of_its_own() {
    assert_eq!(ambiguous_schemas(&operations()), [""; 0], "tell them apart by #[schemars(rename = …)]");
    let document = document();
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        let is_camel = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphabetic());
        // schemars numbers types of one name in one crate.
        assert!(is_camel, "{name}: a name is UpperCamelCase, without digits");
    }
}

#[test]
fn every_route_is_described_once_and_nothing_else() {
    let described: BTreeSet<(String, String, String)> = described(&document())
        .into_iter()
        .map(|(path, method, operation)| {
            (operation["operationId"].as_str().unwrap().to_owned(), method, path)
        })
        .collect();
    let declared: BTreeSet<(String, String, String)> = operations()
        .iter()
        .filter_map(|operation| Some((operation, operation.route()?)))
        .flat_map(|(operation, route)| {
            route.declared_methods().map(|method| {
                let suffix = format!(".{}", method.as_str().to_ascii_lowercase());
                let suffix = if method == route.method { "" } else { suffix.as_str() };
                (format!("{}{suffix}", operation.id), method.to_string(), route.plain_path())
            })
        })
        .collect();
    assert_eq!(described, declared);
}

#[test]
fn every_parameter_of_a_path_is_described() {
    let document = document();
    for (path, _, operation) in described(&document) {
        let resolve = |parameter: &Value| match parameter.get("$ref") {
            Some(reference) => document.pointer(&reference.as_str().unwrap()[1..]).unwrap().clone(),
            None => parameter.clone(),
        };
        let parameters: Vec<Value> =
            operation["parameters"].as_array().unwrap().iter().map(resolve).collect();
        let in_path: BTreeSet<&str> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .inspect(|parameter| assert_eq!(parameter["required"], true))
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let braces = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(in_path, braces.collect(), "{path}");
    }
}

#[test]
fn answers_errors_and_scopes_are_described() {
    let document = document();
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    let scopes = &schemes["accessToken"]["flows"]["clientCredentials"]["scopes"];
    for scope in scopes.as_object().unwrap().values() {
        assert!(scope.as_str().is_some_and(|text| !text.is_empty()), "a scope without description");
    }
    for operation in operations() {
        let Some(route) = operation.route() else { continue };
        let method = route.method.as_str().to_ascii_lowercase();
        let described = &document["paths"][route.plain_path()][&method];
        let id = operation.id;
        assert!(described["responses"][route.success.to_string()]["content"].is_object(), "{id}");
        assert_eq!(described["responses"]["401"].is_object(), !route.is_open(), "{id}");
        assert_eq!(described["requestBody"].is_object(), route.body.is_some(), "{id}");
        for (name, needed) in
            described["security"].as_array().unwrap().iter().filter_map(Value::as_object).flatten()
        {
            assert!(schemes.contains_key(name), "{id}: {name}");
            for scope in needed.as_array().unwrap() {
                assert_eq!(scope, route.scope.unwrap().as_str(), "{id}");
                assert!(scopes[scope.as_str().unwrap()].is_string(), "{id}");
            }
        }
        assert_eq!(described["responses"]["403"].is_object(), route.scope.is_some(), "{id}");
        assert!(!route.versioned || described["responses"]["409"].is_object(), "{id}");
    }
}

#[test]
fn no_two_definitions_differ_by_a_number_only() {
    for name in document()["components"]["schemas"].as_object().unwrap().keys() {
        let numbered = name.ends_with(|last: char| last.is_ascii_digit());
        assert!(!numbered, "{name}: two types of one crate have the same name; give one #[schemars(rename)]");
    }
}
