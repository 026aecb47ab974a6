//! The reader of `connect.yaml`, rule by rule: every problem with its path and its line.

mod applications;
mod arbitrary;
mod cadence;
mod document;
mod keys;
mod merchant_center;
mod published;

use domain::connector::{Specification, SpecificationProblem};

/// What is read of a file that has no problem.
fn read(text: &str) -> Specification {
    let specification = Specification::parse(text);
    assert!(specification.is_ok(), "{specification:?}\nof\n{text}");
    specification.unwrap_or_default()
}

/// Asserts that a file has these problems and no others: path, line, and words of the message.
fn assert_refused(text: &str, expected: &[(&str, usize, &str)]) {
    let problems = Specification::parse(text).err().map(|refused| refused.0).unwrap_or_default();
    let is_same = |(problem, (path, line, words)): (&SpecificationProblem, &(&str, usize, &str))| {
        problem.path == *path && problem.line == Some(*line) && problem.message.contains(words)
    };
    let same = problems.len() == expected.len() && problems.iter().zip(expected).all(is_same);
    assert!(same, "expected {expected:#?}\nand got {problems:#?}\nof\n{text}");
}
