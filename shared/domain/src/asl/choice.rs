//! The rules of a Choice state.

use serde_json::{Map, Value};

use super::fields::{Language, instead};
use super::moment::is_moment;
use super::path::is_path;
use super::scope::Checker;
use super::value::{is_deferred, is_text};
use crate::definition::{is_expression, join};
use crate::spelling::hint;

/// Tests of a `JSONPath` rule that take a value of the type of their name; all but the `Is…` tests and
/// `StringMatches` have a second form, with `Path` at the end, that takes a path.
const TESTS: [&str; 23] = [
    "StringEquals",
    "StringLessThan",
    "StringGreaterThan",
    "StringLessThanEquals",
    "StringGreaterThanEquals",
    "StringMatches",
    "NumericEquals",
    "NumericLessThan",
    "NumericGreaterThan",
    "NumericLessThanEquals",
    "NumericGreaterThanEquals",
    "BooleanEquals",
    "TimestampEquals",
    "TimestampLessThan",
    "TimestampGreaterThan",
    "TimestampLessThanEquals",
    "TimestampGreaterThanEquals",
    "IsNull",
    "IsPresent",
    "IsNumeric",
    "IsString",
    "IsBoolean",
    "IsTimestamp",
];

/// Members of a rule that are no test.
const RULE: [&str; 4] = ["Next", "Comment", "Assign", "Variable"];
const COMBINED: [&str; 3] = ["And", "Or", "Not"];

impl Checker<'_> {
    pub(super) fn choices(&mut self, path: &str, state: &Map<String, Value>, language: Language) {
        let rules = match state.get("Choices") {
            Some(Value::Array(rules)) => rules,
            // Any other type is reported with the types of all members.
            Some(_) => return,
            None => {
                self.error(path, "\"Choices\" is missing: an array of rules, each with \"Next\".");
                return;
            }
        };
        let path = join(path, "Choices");
        if rules.is_empty() {
            self.error(&path, "There is no rule. Write at least one.");
        }
        for (index, rule) in rules.iter().enumerate() {
            let path = join(&path, &index.to_string());
            let Value::Object(rule) = rule else {
                self.error(path, "A rule is an object with \"Next\".");
                continue;
            };
            match rule.get("Next") {
                None => self.error(&path, "\"Next\" is missing: the name of the state to go to."),
                Some(next) if !next.is_string() => {
                    self.error(join(&path, "Next"), "\"Next\" must be a string.");
                }
                Some(_) => {}
            }
            match language {
                Language::Jsonata => self.condition(&path, rule),
                Language::JsonPath => self.comparison(&path, rule, true),
            }
        }
    }

    fn condition(&mut self, path: &str, rule: &Map<String, Value>) {
        match rule.get("Condition") {
            None => self
                .error(path, "\"Condition\" is missing: an expression, \"{% … %}\", that is true or false."),
            Some(Value::Bool(_)) => {}
            Some(Value::String(text)) if is_expression(text) => {}
            Some(value) if is_deferred(value) => {}
            Some(_) => self.error(
                join(path, "Condition"),
                "\"Condition\" must be an expression, \"{% … %}\", that is true or false.",
            ),
        }
        for name in rule.keys() {
            if ["Condition", "Next", "Comment", "Assign", "Output"].contains(&name.as_str()) {
                continue;
            }
            let message = if name == "Variable" || COMBINED.contains(&name.as_str()) || test(name).is_some() {
                format!("\"{name}\" is a JSONPath field and this is JSONata. {}", instead("Variable"))
            } else {
                let hint = hint(name, ["Condition", "Next", "Comment", "Assign", "Output"]);
                self.unknown(join(path, name), name, "a rule", &hint);
                continue;
            };
            self.error(join(path, name), message);
        }
        self.assigned(path, rule, Language::Jsonata);
    }

    /// A `JSONPath` rule, or one within `And`, `Or` or `Not`, which has no way on of its own.
    fn comparison(&mut self, path: &str, rule: &Map<String, Value>, top: bool) {
        for (name, value) in rule {
            let path = join(path, name);
            match name.as_str() {
                "Condition" | "Output" => self.error(
                    path,
                    format!("\"{name}\" is a JSONata field and this is JSONPath. {}", instead("Condition")),
                ),
                "Next" | "Assign" if !top => {
                    self.error(path, format!("\"{name}\" belongs to the outermost rule only."));
                }
                "Variable" if !is_deferred(value) && !is_text(value, is_path) => {
                    self.error(path, "\"Variable\" must be a path, \"$…\".");
                }
                "And" | "Or" | "Not" => self.combined(&path, name, value),
                known if RULE.contains(&known) => {}
                _ => self.test(path, name, value),
            }
        }
        self.one_test(path, rule);
        self.assigned(path, rule, Language::JsonPath);
    }

    fn test(&mut self, path: String, name: &str, value: &Value) {
        match test(name) {
            Some(wanted) if wanted.fits(value) || is_deferred(value) => {}
            Some(wanted) => self.error(path, format!("\"{name}\" must be {}.", wanted.name())),
            None => {
                let hint = hint(name, TESTS.into_iter().chain(RULE).chain(COMBINED));
                self.unknown(path, name, "a rule", &hint);
            }
        }
    }

    fn one_test(&mut self, path: &str, rule: &Map<String, Value>) {
        let is_combined = |name: &String| COMBINED.contains(&name.as_str());
        if rule.keys().filter(|name| is_combined(name) || test(name).is_some()).count() != 1 {
            self.error(
                path,
                "A rule has exactly one test, such as \"StringEquals\", \"And\", \"Or\" or \"Not\".",
            );
        }
        match (rule.keys().any(is_combined), rule.contains_key("Variable")) {
            (true, true) => {
                self.error(
                    join(path, "Variable"),
                    "A rule with \"And\", \"Or\" or \"Not\" has no \"Variable\".",
                );
            }
            (false, false) => self.error(path, "\"Variable\" is missing: the path of the value to test."),
            _ => {}
        }
    }

    fn combined(&mut self, path: &str, name: &str, value: &Value) {
        match (name, value) {
            ("Not", Value::Object(rule)) => self.comparison(path, rule, false),
            ("Not", _) => self.error(path, "\"Not\" must be a rule."),
            (_, Value::Array(rules)) if !rules.is_empty() => {
                for (index, rule) in rules.iter().enumerate() {
                    let path = join(path, &index.to_string());
                    match rule {
                        Value::Object(rule) => self.comparison(&path, rule, false),
                        _ => self.error(path, "A rule is an object."),
                    }
                }
            }
            _ => self.error(path, format!("\"{name}\" must be an array of one or more rules.")),
        }
    }

    fn assigned(&mut self, path: &str, rule: &Map<String, Value>, language: Language) {
        if rule.get("Assign").is_some_and(|assign| !assign.is_object() && !is_deferred(assign)) {
            self.error(join(path, "Assign"), "\"Assign\" must be an object.");
        }
        self.variables(path, rule, language);
    }
}

#[derive(Debug, Clone, Copy)]
enum Wanted {
    Text,
    Path,
    Number,
    Flag,
    Moment,
}

impl Wanted {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Path => is_text(value, is_path),
            Self::Number => value.is_number(),
            Self::Flag => value.is_boolean(),
            Self::Moment => is_moment(value),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Path => "a path, \"$…\"",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Moment => "a moment such as \"2030-01-31T08:00:00Z\"",
        }
    }
}

/// What a test takes, if there is a test of that name.
fn test(name: &str) -> Option<Wanted> {
    if let Some(direct) = name.strip_suffix("Path") {
        let has_path_form = !direct.starts_with("Is") && direct != "StringMatches";
        return (has_path_form && TESTS.contains(&direct)).then_some(Wanted::Path);
    }
    if !TESTS.contains(&name) {
        return None;
    }
    Some(if name.starts_with("Numeric") {
        Wanted::Number
    } else if name.starts_with("Is") || name.starts_with("Boolean") {
        Wanted::Flag
    } else if name.starts_with("Timestamp") {
        Wanted::Moment
    } else {
        Wanted::Text
    })
}
