//! What is found wrong, in the order in which it is told, and how a request's words are shown in it.

use super::{ConfigurationProblem, ProblemCode};

/// A longer name or key is cut in a message, in characters.
const SHOWN: usize = 80;

/// What is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<ConfigurationProblem>);

impl Problems {
    /// Adds a broken rule.
    pub(super) fn add(&mut self, code: ProblemCode, message: String) {
        self.0.push(ConfigurationProblem { code, message, pointer: None });
    }

    /// Adds a place of the request that is not right.
    pub(super) fn add_at(&mut self, pointer: String, message: String) {
        let pointer = Some(pointer);
        self.0.push(ConfigurationProblem { code: ProblemCode::InvalidInput, message, pointer });
    }

    /// Adds what is not right with the request as a whole.
    pub(super) fn add_whole(&mut self, message: String) {
        self.add(ProblemCode::InvalidInput, message);
    }

    /// `value`, if nothing is wrong.
    pub(super) fn or<T>(self, value: T) -> Result<T, Vec<ConfigurationProblem>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}

/// A text of the request as a message shows it.
pub(super) fn shown(text: &str) -> String {
    if text.chars().nth(SHOWN).is_none() {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
