//! Whatever the text, there is an answer, soon, and a refusal says where.

use domain::connector::{Specification, SpecificationProblem};
use proptest::prelude::*;

const CASES: u32 = 256;

const FILE: &str = include_str!("fixtures/every-kind.yaml");

/// Pieces of YAML and of `connect.yaml`, which random characters would never make up.
const PIECES: &[&str] = &[
    "deployAs:\n",
    "  - ",
    "- ",
    "name: ",
    "service",
    "applicationType: ",
    "job",
    "endpoint: ",
    "/a\n",
    "configuration:\n",
    "      ",
    "  ",
    "\n",
    "standardConfiguration:\n",
    "securedConfiguration: []\n",
    "key: ",
    "A_KEY",
    "description: ",
    "required: ",
    "true",
    "default: ",
    "yes",
    "5",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ": ",
    ":",
    "?",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "!!str ",
    "!",
    "# note\n",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "<<: *a\n",
    "\t",
    "~",
    "\\",
    "\u{feff}",
    "\u{0}",
    "\r\n",
    "inheritAs:\n",
    "apiClient:\n",
    "scopes:\n",
    "properties: {schedule: \"@every 5m\"}\n",
    "retryPolicy: {strategy: exponential-backoff}\n",
    "é",
    "\u{2028}",
    "@",
    "`",
    "-",
    "\u{85}",
];

fn answers(text: &str) {
    let Err(refused) = Specification::parse(text) else { return };
    assert!(!refused.0.is_empty(), "{text:?}");
    assert!(refused.0.len() <= 101, "{text:?}");
    for SpecificationProblem { line, message, .. } in &refused.0 {
        assert!(!message.is_empty(), "{text:?}");
        // Readers differ in what ends a line; no line lies behind the last of the most generous of them.
        let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
        assert!(line.is_none_or(|line| (1..=lines + 1).contains(&line)), "{text:?}: {line:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        answers(&text);
    }

    #[test]
    fn any_characters_are_answered(text in proptest::collection::vec(any::<char>(), 0..80)) {
        answers(&text.into_iter().collect::<String>());
    }

    #[test]
    fn anything_like_yaml_is_answered(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
        answers(&pieces.concat());
    }

    #[test]
    fn a_file_with_a_mistake_is_answered(
        at in any::<prop::sample::Index>(),
        removed in 0_usize..20,
        piece in proptest::sample::select(PIECES),
    ) {
        let file: Vec<char> = FILE.chars().collect();
        let at = at.index(file.len());
        let rest = file.iter().skip(at + removed);
        answers(&file.iter().take(at).copied().chain(piece.chars()).chain(rest.copied()).collect::<String>());
    }
}

#[test]
fn a_file_that_is_made_to_be_slow_is_answered() {
    let bytes = 48 * 1024;
    for piece in [
        "[", "{", "- ", "a: ", "? ", "[{a: ", "&a ", "*a ", "!!str ", "\"", "'", "|\n", "#", "- - ", "a:\n ",
        "{a: [", ",", "%", "---\n", "\n", "\t", "a: b\n", "x",
    ] {
        answers(&piece.repeat(bytes / piece.len()));
        let deeper: Vec<String> = (0..300).map(|level| format!("{}{piece}\n", " ".repeat(level))).collect();
        answers(&deeper.concat());
    }
}
