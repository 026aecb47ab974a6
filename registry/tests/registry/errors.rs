//! `docs/ERRORS.md` knows every code that an error can have.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{read, root};

/// Where codes are given, below the root of the repository. What AWS calls its errors (`aws`) is no code of ours.
const GIVEN: [&str; 5] = [
    "functions",
    "shared/api/src",
    "shared/repository/src",
    "shared/runtime/src",
    "shared/domain/src/run.rs",
];

/// What stands before a literal that is a code.
const BEFORE: [&str; 6] = ["::new(", "::rule(", "failed(", "=>", "error:", "&str ="];

fn sources(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let skipped = ["tests", "aws", "target"];
        for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
            if !skipped.contains(&entry.file_name().to_str().unwrap()) {
                sources(&entry.path(), found);
            }
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
        found.push(path.to_owned());
    }
}

/// The codes in a source: literals of several words without spaces, each with a capital letter, where codes are given.
fn codes(source: &str) -> Vec<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut pieces = code.split('"');
    let mut before = pieces.next().unwrap_or_default();
    let mut found = Vec::new();
    for piece in pieces {
        let words = piece.matches(|c: char| c.is_ascii_uppercase()).count();
        let is_words = piece.starts_with(|c: char| c.is_ascii_uppercase())
            && piece.contains(|c: char| c.is_ascii_lowercase())
            && piece.chars().all(|c| c.is_ascii_alphabetic());
        if is_words && words > 1 && gives_a_code(before.trim_end()) {
            found.push(piece);
        }
        before = piece;
    }
    found
}

/// A status may stand before a code: `ApiError::new(400, "…")`.
fn gives_a_code(before: &str) -> bool {
    let status = before.strip_suffix(',').and_then(|before| before.rsplit_once('('));
    BEFORE.iter().any(|begins| before.ends_with(begins))
        || status.is_some_and(|(_, status)| status.trim().parse::<u16>().is_ok())
}

#[test]
fn every_error_code_is_documented() {
    let documented = read("docs/ERRORS.md");
    let mut files = Vec::new();
    for given in GIVEN {
        sources(&root().join(given), &mut files);
    }
    let mut found = 0;
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        for code in codes(&source) {
            found += 1;
            assert!(documented.contains(&format!("`{code}`")), "{code} of {}", file.display());
        }
    }
    assert!(found > 20, "the source is read: {found}");
}

#[test]
fn codes_are_found_where_they_are_given() {
    let source = r#"
        let a = ApiError::rule("FirstCode", "The Message");
        let b = ApiError::new(
            400,
            "SecondCode",
            "x",
        );
        Self::Gone => "ThirdCode", Self::Not => "Deployed",
        let other = member("QueryLanguage");
    "#;
    assert_eq!(codes(source), ["FirstCode", "SecondCode", "ThirdCode"]);
}
