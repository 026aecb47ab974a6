//! One state: its type, its members, its way on.

use serde_json::{Map, Value};

use super::expression;
use super::fields::{Kind, Language};
use super::scope::Checker;
use super::value::{is_open, no_placeholder};
use crate::definition::join;
use crate::spelling::hint;

impl<'a> Checker<'a> {
    pub(super) fn state(&mut self, path: &str, value: &'a Value) {
        let Value::Object(state) = value else {
            self.error(path, "A state is an object with a \"Type\".");
            return;
        };
        let kind = self.kind(path, state);
        // Without its language nothing more can be said of it.
        let Some(language) = self.language(path, state) else { return };
        expression::check_state(path, value, kind, language, &mut self.findings);
        let Some(kind) = kind else { return };
        let what = format!("a {} state", kind.name());
        self.members(path, state, &kind.fields(), language, &what);
        self.variables(path, state, language);
        self.transition(path, state, kind);
        match kind {
            Kind::Task => self.task(path, state, language),
            Kind::Choice => self.choices(path, state, language),
            Kind::Wait => self.wait(path, state),
            Kind::Fail => self.fail(path, state),
            Kind::Parallel => self.parallel(path, state),
            Kind::Map => self.map(path, state, language),
            Kind::Pass | Kind::Succeed => {}
        }
        if matches!(kind, Kind::Task | Kind::Parallel | Kind::Map) {
            self.retry(path, state);
            self.catch(path, state, language);
        }
    }

    /// The language of a state; nothing, and a finding, where a placeholder stands for it.
    fn language(&mut self, path: &str, state: &Map<String, Value>) -> Option<Language> {
        let given = state.get("QueryLanguage");
        if given.is_some_and(is_open) {
            let message = no_placeholder("QueryLanguage", "\"JSONata\" or \"JSONPath\"");
            self.error(join(path, "QueryLanguage"), message);
            return None;
        }
        let named = given.and_then(Value::as_str).and_then(Language::parse);
        if named == Some(Language::JsonPath) && self.default_language == Some(Language::Jsonata) {
            self.error(
                join(path, "QueryLanguage"),
                "A JSONPath state cannot stand in a definition whose language is JSONata. Write it in \
                 JSONata, or leave the top-level \"QueryLanguage\" out and set it on each JSONata state.",
            );
        }
        named.or(self.default_language)
    }

    fn kind(&mut self, path: &str, state: &Map<String, Value>) -> Option<Kind> {
        let all = Kind::NAMES.join(", ");
        let Some(value) = state.get("Type") else {
            self.error(path, format!("\"Type\" is missing: one of {all}."));
            return None;
        };
        if is_open(value) {
            self.error(join(path, "Type"), no_placeholder("Type", format!("one of {all}")));
            return None;
        }
        let name = value.as_str().unwrap_or_default();
        let kind = Kind::parse(name);
        if kind.is_none() {
            let hint = hint(name, Kind::NAMES);
            self.error(join(path, "Type"), format!("\"Type\" must be one of {all}.{hint}"));
        }
        kind
    }

    /// Every state but Choice, Succeed and Fail has exactly one of `Next` and `End`; those have none,
    /// which their table of fields sees to.
    fn transition(&mut self, path: &str, state: &Map<String, Value>, kind: Kind) {
        if kind.ends() || kind == Kind::Choice {
            return;
        }
        // `"End": false` says nothing, as if it were absent.
        let end = state.get("End").is_some_and(|end| *end != Value::Bool(false));
        match (state.contains_key("Next"), end) {
            (true, true) => self.error(path, "The state has both \"Next\" and \"End\". Keep one of them."),
            (false, false) => self.error(
                path,
                "The state leads nowhere. Add \"Next\" with the name of a state, or \"End\": true.",
            ),
            _ => {}
        }
    }

    pub(super) fn required(&mut self, path: &str, state: &Map<String, Value>, name: &str, what: &str) {
        if !state.contains_key(name) {
            self.error(path, format!("\"{name}\" is missing: {what}."));
        }
    }

    /// Reports each pair of which both are there.
    pub(super) fn exclusive(&mut self, path: &str, state: &Map<String, Value>, pairs: &[(&str, &str)]) {
        for (one, other) in pairs {
            if state.contains_key(*one) && state.contains_key(*other) {
                self.error(
                    join(path, other),
                    format!("\"{one}\" and \"{other}\" exclude each other. Keep one."),
                );
            }
        }
    }

    fn task(&mut self, path: &str, state: &Map<String, Value>, language: Language) {
        self.required(path, state, "Resource", "the ARN of what the task calls, such as \"${slipway.http}\"");
        self.resource(path, state);
        self.integration(path, state, language);
        self.exclusive(
            path,
            state,
            &[("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")],
        );
        let number = |name: &str| state.get(name).and_then(Value::as_f64);
        if let (Some(timeout), Some(heartbeat)) = (number("TimeoutSeconds"), number("HeartbeatSeconds"))
            && heartbeat >= timeout
        {
            self.error(
                join(path, "HeartbeatSeconds"),
                "\"HeartbeatSeconds\" must be smaller than \"TimeoutSeconds\".",
            );
        }
    }

    fn wait(&mut self, path: &str, state: &Map<String, Value>) {
        let names = ["Seconds", "Timestamp", "SecondsPath", "TimestampPath"];
        if names.iter().filter(|name| state.contains_key(**name)).count() != 1 {
            self.error(path, format!("A Wait state has exactly one of {}.", names.join(", ")));
        }
    }

    fn fail(&mut self, path: &str, state: &Map<String, Value>) {
        self.exclusive(path, state, &[("Error", "ErrorPath"), ("Cause", "CausePath")]);
    }

    fn parallel(&mut self, path: &str, state: &'a Map<String, Value>) {
        self.required(path, state, "Branches", "an array of objects with \"StartAt\" and \"States\"");
        let Some(Value::Array(branches)) = state.get("Branches") else {
            self.refuse_deferred(path, state, "Branches");
            return;
        };
        let path = join(path, "Branches");
        if branches.is_empty() {
            self.error(&path, "There is no branch. Write at least one.");
        }
        for (index, branch) in branches.iter().enumerate() {
            self.branch(&join(&path, &index.to_string()), branch);
        }
    }
}
