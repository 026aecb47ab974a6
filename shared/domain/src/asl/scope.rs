//! The definition and the scopes within it: where each starts, where it goes, whether it ends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::MAX_STATE_NAME_CHARS;
use super::fields::{BRANCH, Field, Kind, Language, MACHINE, PROCESSOR, PROCESSOR_CONFIG, TOP_LEVEL_ONLY};
use super::value::is_open;
use crate::definition::{Finding, join};
use crate::spelling::hint;

/// Members of a state that say where it goes.
const WAYS: [&str; 6] = ["Type", "Next", "End", "Choices", "Default", "Catch"];

/// What is known while one definition is being checked.
#[derive(Debug)]
pub(super) struct Checker<'a> {
    /// The language of states that name none. Step Functions takes it from the top level only: a state
    /// does not inherit the language of the Map or Parallel state around it.
    /// None where a placeholder stands for it, which is refused.
    pub(super) default_language: Option<Language>,
    /// Whether what is being looked at runs as an EXPRESS workflow: the flow itself, or the processor of a
    /// DISTRIBUTED Map.
    pub(super) express: bool,
    /// Where each state name was first used: names are unique in the whole definition.
    names: BTreeMap<&'a str, String>,
    /// Where each label of a Map state was first used.
    pub(super) labels: BTreeMap<&'a str, String>,
    pub(super) findings: Vec<Finding>,
}

/// Checks a whole definition whose nesting is bounded.
pub(super) fn check_machine(definition: &Value, express: bool) -> Vec<Finding> {
    let Value::Object(machine) = definition else {
        return vec![Finding::error("", "A definition is a JSON object with \"StartAt\" and \"States\".")];
    };
    let given = machine.get("QueryLanguage");
    let language = given.and_then(Value::as_str).and_then(Language::parse).unwrap_or(Language::JsonPath);
    let mut checker = Checker {
        default_language: (!given.is_some_and(is_open)).then_some(language),
        express,
        names: BTreeMap::new(),
        labels: BTreeMap::new(),
        findings: Vec::new(),
    };
    // Nothing is evaluated at the top level, in no query language; that is what JSONPath says here.
    checker.members("", machine, MACHINE, Language::JsonPath, "the definition");
    checker.scope("", machine);
    checker.findings
}

impl<'a> Checker<'a> {
    pub(super) fn error(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.findings.push(Finding::error(path, message));
    }

    /// A branch of a Parallel state.
    pub(super) fn branch(&mut self, path: &str, branch: &'a Value) {
        self.nested(path, branch, BRANCH, "a branch");
    }

    /// The processor of a Map state.
    pub(super) fn processor(&mut self, path: &str, processor: &'a Value) {
        let around = self.express;
        if let Some(Value::Object(config)) = processor.get("ProcessorConfig") {
            self.processor_config(&join(path, "ProcessorConfig"), config);
        }
        self.nested(path, processor, PROCESSOR, "an item processor");
        self.express = around;
    }

    fn processor_config(&mut self, path: &str, config: &Map<String, Value>) {
        self.members(path, config, PROCESSOR_CONFIG, Language::JsonPath, "a ProcessorConfig");
        let kind = config.get("ExecutionType").and_then(Value::as_str);
        // Refused, like any other placeholder here.
        if config.get("Mode").is_some_and(is_open) {
            return;
        }
        if config.get("Mode").and_then(Value::as_str) != Some("DISTRIBUTED") {
            if kind.is_some() {
                self.error(
                    join(path, "ExecutionType"),
                    "Only a DISTRIBUTED Map has an \"ExecutionType\". Add \"Mode\": \"DISTRIBUTED\", or remove it.",
                );
            }
            return;
        }
        if self.express {
            self.error(
                join(path, "Mode"),
                "A DISTRIBUTED Map needs a STANDARD workflow, and this part of the flow is EXPRESS.",
            );
        }
        if !config.contains_key("ExecutionType") {
            self.error(path, "A DISTRIBUTED Map needs \"ExecutionType\": \"STANDARD\" or \"EXPRESS\".");
        }
        self.express = kind == Some("EXPRESS");
    }

    fn nested(&mut self, path: &str, value: &'a Value, fields: &[Field], what: &str) {
        let Value::Object(scope) = value else {
            self.error(path, format!("Write {what} as an object with \"StartAt\" and \"States\"."));
            return;
        };
        for name in TOP_LEVEL_ONLY {
            if scope.contains_key(name) {
                self.findings.push(Finding::warning(
                    join(path, name),
                    format!("\"{name}\" has no effect here: it belongs to the top level of the definition."),
                ));
            }
        }
        self.members(path, scope, fields, Language::JsonPath, what);
        self.scope(path, scope);
    }

    fn scope(&mut self, path: &str, scope: &'a Map<String, Value>) {
        let states_path = join(path, "States");
        let states = match scope.get("States") {
            Some(Value::Object(states)) => Some(states),
            Some(other) => {
                if is_open(other) {
                    self.error(
                        &states_path,
                        "\"States\" cannot be a placeholder: write the states themselves.",
                    );
                }
                None
            }
            None => {
                self.error(path, "\"States\" is missing: an object with one member for each state.");
                None
            }
        };
        if states.is_some_and(Map::is_empty) {
            self.error(&states_path, "There is no state. Write at least one.");
        }
        let start = self.start(path, scope, states);
        let Some(states) = states else { return };
        for (name, state) in states {
            let state_path = join(&states_path, name);
            self.name(&state_path, name);
            self.state(&state_path, state);
        }
        self.targets(&states_path, states);
        if let Some(start) = start {
            self.reachable(&states_path, states, start);
        }
    }

    /// The first state, if it exists.
    fn start(
        &mut self,
        path: &str,
        scope: &'a Map<String, Value>,
        states: Option<&'a Map<String, Value>>,
    ) -> Option<&'a str> {
        match scope.get("StartAt") {
            Some(Value::String(start)) => {
                let states = states?;
                if let Some(wrong) = wrong_target(start, states) {
                    self.error(join(path, "StartAt"), wrong);
                } else {
                    return Some(start);
                }
            }
            // Any other type is reported with the types of all members.
            Some(_) => {}
            None => self.error(path, "\"StartAt\" is missing: the name of the state to begin with."),
        }
        None
    }

    fn name(&mut self, path: &str, name: &'a str) {
        let chars = name.chars().count();
        if chars == 0 || chars > MAX_STATE_NAME_CHARS {
            self.error(
                path,
                format!("A state name has 1 to {MAX_STATE_NAME_CHARS} characters; this one has {chars}."),
            );
        }
        if let Some(first) = self.names.get(name) {
            let message = format!(
                "The name is used at {first} already; names are unique in the whole definition. Rename one."
            );
            self.error(path, message);
        } else {
            self.names.insert(name, path.to_owned());
        }
    }

    fn targets(&mut self, states_path: &str, states: &'a Map<String, Value>) {
        for (name, state) in states {
            let path = join(states_path, name);
            for (pointer, target) in targets(&path, state) {
                if let Some(wrong) = wrong_target(target, states) {
                    self.error(pointer, wrong);
                }
            }
        }
    }

    fn reachable(&mut self, states_path: &str, states: &'a Map<String, Value>, start: &'a str) {
        // Placeholders that are refused would be told again as ways that are not there.
        let leads_anywhere = |state: &Value| WAYS.iter().any(|name| state.get(*name).is_some_and(is_open));
        if states.values().any(leads_anywhere) {
            return;
        }
        let mut reached = BTreeSet::from([start]);
        let mut open = vec![start];
        let mut ends = false;
        while let Some(name) = open.pop() {
            let Some(state) = states.get(name) else { continue };
            ends |= is_terminal(state);
            for (_, target) in targets("", state) {
                if reached.insert(target) {
                    open.push(target);
                }
            }
        }
        for name in states.keys().filter(|name| !reached.contains(name.as_str())) {
            self.error(
                join(states_path, name),
                format!(
                    "No way leads from \"{start}\" to this state. Point a transition at it or remove it."
                ),
            );
        }
        if !ends {
            self.error(
                states_path,
                format!(
                    "No way from \"{start}\" leads to an end. Give a state \"End\": true, or add a Succeed or \
                     Fail state."
                ),
            );
        }
    }
}

fn is_terminal(state: &Value) -> bool {
    let kind = state.get("Type").and_then(Value::as_str).and_then(Kind::parse);
    kind.is_some_and(Kind::ends) || state.get("End") == Some(&Value::Bool(true))
}

/// Why a transition leads nowhere, if it does.
fn wrong_target(target: &str, states: &Map<String, Value>) -> Option<String> {
    // Also where a state is called so: its name stays as it is written, and the transition's is replaced.
    if target.contains("${") {
        let message = "A transition cannot be a placeholder or hold one: write the name of the state itself.";
        return Some(message.to_owned());
    }
    if states.contains_key(target) {
        return None;
    }
    let hint = hint(target, states.keys().map(String::as_str));
    Some(format!(
        "There is no state \"{target}\" here.{hint} A transition stays within its own \"States\"; names are \
         case-sensitive."
    ))
}

/// Every transition of a state that is a string: where it stands and the state it names.
fn targets<'a>(path: &str, state: &'a Value) -> Vec<(String, &'a str)> {
    let mut found = Vec::new();
    for member in ["Next", "Default"] {
        if let Some(target) = state.get(member).and_then(Value::as_str) {
            found.push((join(path, member), target));
        }
    }
    for member in ["Choices", "Catch"] {
        let entries = state.get(member).and_then(Value::as_array).into_iter().flatten();
        for (index, entry) in entries.enumerate() {
            if let Some(target) = entry.get("Next").and_then(Value::as_str) {
                found.push((join(&join(&join(path, member), &index.to_string()), "Next"), target));
            }
        }
    }
    found
}
