//! What a function may not link.

use std::collections::{BTreeMap, BTreeSet};

/// The packages of `Cargo.lock`, and what each depends on.
fn locked() -> BTreeMap<String, Vec<String>> {
    let text = super::read("Cargo.lock");
    let packages = text.split("[[package]]").skip(1).map(|package| {
        let name = package.lines().find_map(|line| line.strip_prefix("name = ")).unwrap().trim_matches('"');
        let listed =
            package.split_once("dependencies = [").map_or("", |(_, rest)| rest.split(']').next().unwrap());
        let dependencies = listed.split('"').skip(1).step_by(2).map(|entry| entry.split(' ').next().unwrap());
        (name.to_owned(), dependencies.map(str::to_owned).collect::<Vec<_>>())
    });
    let mut all = BTreeMap::<String, Vec<String>>::new();
    // Of a package with several versions, what any of them depends on.
    packages.for_each(|(name, dependencies)| all.entry(name).or_default().extend(dependencies));
    all
}

/// Everything that a package depends on, directly or not.
fn closure(all: &BTreeMap<String, Vec<String>>, package: &str) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![package.to_owned()]);
    while let Some(next) = open.pop() {
        if found.insert(next.clone()) {
            open.extend(all.get(&next).into_iter().flatten().cloned());
        }
    }
    found
}

#[test]
fn no_function_looks_for_credentials_outside_its_environment() {
    let all = locked();
    let found = closure(&all, "environments");
    assert!(found.contains("aws-sdk-dynamodb") && found.len() > 100, "{}", found.len());
    for (function, _) in registry::CRATES {
        let found = closure(&all, function);
        for refused in ["aws-config", "aws-sdk-sts", "aws-sdk-sso"] {
            assert!(!found.contains(refused), "{function} depends on {refused}: see ADR 19");
        }
    }
}
