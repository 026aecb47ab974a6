//! Parameters of paths and queries are read as fields of the types that declare them, and by nothing else. The readers that
//! take a name are private to `shared/api`; what its macros need of them, nobody else uses.

use std::fs;
use std::path::{Path, PathBuf};

use crate::root;

/// What would read a parameter by its name, or past what was checked.
const BY_NAME: [&str; 6] = [
    "path::field(",
    "query::field(",
    "query.iter().find(",
    "query.iter().filter(",
    "QueryField>::of(",
    "PathValue>::read(",
];

/// Where requests come in and are handed on.
const READERS: [&str; 3] = ["functions", "shared/runtime/src", "shared/app/src"];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_parameter_is_read_by_its_name() {
    let mut files = Vec::new();
    for reader in READERS {
        sources(&root().join(reader), &mut files);
    }
    let readers = files.iter().filter(|path| {
        let source = fs::read_to_string(path).unwrap();
        BY_NAME.iter().any(|reader| source.contains(reader))
    });
    let readers: Vec<_> = readers.collect();
    assert!(readers.is_empty(), "declare the parameter with `api::query!` or `api::path!`: {readers:?}");
}
