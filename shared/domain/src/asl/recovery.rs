//! `Retry` and `Catch`: what a state does about errors.

use serde_json::{Map, Value};

use super::fields::{CATCHER, Language, RETRIER};
use super::scope::Checker;
use super::value::is_deferred;
use crate::definition::join;

/// The name that stands for every error.
const ALL_ERRORS: &str = "States.ALL";

impl Checker<'_> {
    pub(super) fn retry(&mut self, path: &str, state: &Map<String, Value>) {
        // Numbers of a retrier are never expressions, in no query language; that is what JSONPath says.
        self.handlers(path, state, "Retry", |checker, path, retrier| {
            checker.members(path, retrier, RETRIER, Language::JsonPath, "a retrier");
            let number = |name: &str| retrier.get(name).and_then(Value::as_f64);
            if let (Some(interval), Some(most)) = (number("IntervalSeconds"), number("MaxDelaySeconds"))
                && most <= interval
            {
                checker.error(
                    join(path, "MaxDelaySeconds"),
                    "\"MaxDelaySeconds\" must be greater than \"IntervalSeconds\".",
                );
            }
        });
    }

    pub(super) fn catch(&mut self, path: &str, state: &Map<String, Value>, language: Language) {
        self.handlers(path, state, "Catch", |checker, path, catcher| {
            checker.members(path, catcher, CATCHER, language, "a catcher");
            checker.variables(path, catcher, language);
            if !catcher.contains_key("Next") {
                checker.error(path, "\"Next\" is missing: the name of the state to go to after the error.");
            }
        });
    }

    fn handlers(
        &mut self,
        path: &str,
        state: &Map<String, Value>,
        member: &str,
        mut check: impl FnMut(&mut Self, &str, &Map<String, Value>),
    ) {
        let Some(Value::Array(entries)) = state.get(member) else {
            return;
        };
        let path = join(path, member);
        for (index, entry) in entries.iter().enumerate() {
            let path = join(&path, &index.to_string());
            match entry {
                Value::Object(handler) => {
                    check(self, &path, handler);
                    self.error_names(&path, handler, index + 1 == entries.len());
                }
                deferred if is_deferred(deferred) => {}
                _ => self.error(path, format!("An entry of \"{member}\" is an object with \"ErrorEquals\".")),
            }
        }
    }

    fn error_names(&mut self, path: &str, handler: &Map<String, Value>, last: bool) {
        let names = match handler.get("ErrorEquals") {
            Some(Value::Array(names)) => names,
            // Any other type is reported with the types of all members.
            Some(_) => return,
            None => {
                self.error(path, "\"ErrorEquals\" is missing: an array of error names.");
                return;
            }
        };
        let path = join(path, "ErrorEquals");
        if names.is_empty() || !names.iter().all(Value::is_string) {
            self.error(&path, "\"ErrorEquals\" must hold one or more error names, all strings.");
        }
        if names.iter().any(|name| name == ALL_ERRORS) {
            if names.len() > 1 {
                self.error(&path, "\"States.ALL\" stands for every error and must stand alone.");
            }
            if !last {
                self.error(
                    &path,
                    "\"States.ALL\" must be in the last entry: those after it are never looked at.",
                );
            }
        }
    }
}
