//! Where something is wrong, and everything that is.

use super::{InvalidSpecification, Problem};
use crate::text::cut;

/// The most problems that are told. A file with more is not a `connect.yaml` with mistakes, but something else.
const MAX_PROBLEMS: usize = 100;

/// The path and the line of a value.
#[derive(Debug, Clone)]
pub(super) struct Place {
    path: String,
    line: usize,
}

impl Place {
    /// The whole file, or what cannot be said to be in any part of it.
    pub(super) const fn file(line: usize) -> Self {
        Self { path: String::new(), line }
    }

    /// A member of the mapping that is here.
    pub(super) fn member(&self, name: &str, line: usize) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { path: format!("{}{dot}{}", self.path, cut(name)), line }
    }

    /// A member of the mapping that is here, which is not in it: the line is that of the mapping.
    pub(super) fn absent(&self, name: &str) -> Self {
        self.member(name, self.line)
    }

    /// An item of the list that is here.
    pub(super) fn item(&self, index: usize, line: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), line }
    }

    /// The path.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The line, from 1.
    pub(super) const fn line(&self) -> usize {
        self.line
    }

    /// A problem here.
    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { path: self.path.clone(), line: Some(self.line), message: message.into() }
    }
}

/// Everything that is wrong, as it is found.
#[derive(Debug, Default)]
pub(super) struct Report {
    problems: Vec<Problem>,
}

impl Report {
    /// Adds a problem.
    pub(super) fn add(&mut self, place: &Place, message: impl Into<String>) {
        self.problems.push(place.problem(message));
    }

    /// Every problem, by line; nothing when there is none.
    pub(super) fn into_error(mut self) -> Option<InvalidSpecification> {
        if self.problems.is_empty() {
            return None;
        }
        self.problems.sort_by(|a, b| (a.line, &a.path, &a.message).cmp(&(b.line, &b.path, &b.message)));
        // What is wrong with an inherited key is found for each application that is concerned.
        self.problems.dedup();
        let more = self.problems.len().saturating_sub(MAX_PROBLEMS);
        self.problems.truncate(MAX_PROBLEMS);
        if more > 0 {
            let message = format!("{more} more problems are not listed; mend these first");
            self.problems.push(Problem { path: String::new(), line: None, message });
        }
        Some(InvalidSpecification(self.problems))
    }
}
