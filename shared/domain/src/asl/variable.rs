//! Workflow variables: what they may be called, and whether those that are read are ever assigned.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::expression::NOT_EVALUATED;
use super::fields::Language;
use super::http_task::states;
use super::scope::Checker;
use crate::definition::{Finding, each_name, each_string, is_expression, join};
use crate::jsonata;
use crate::placeholders::{blank_expression, has_placeholder};
use crate::spelling::hint;

/// What Step Functions calls its own variable.
const RESERVED: &str = "states";

/// Maximum number of characters of a variable's name.
const MAX_CHARS: usize = 80;

impl Checker<'_> {
    /// Checks the names in the member `Assign` of a state, a rule or a catcher.
    pub(super) fn variables(&mut self, path: &str, owner: &Map<String, Value>, language: Language) {
        let Some(Value::Object(assigned)) = owner.get("Assign") else { return };
        let path = join(path, "Assign");
        for written in assigned.keys() {
            let name = match language {
                Language::JsonPath => written.strip_suffix(".$").unwrap_or(written.as_str()),
                Language::Jsonata => written.as_str(),
            };
            if name == RESERVED {
                self.error(
                    join(&path, written),
                    "\"states\" is the variable of Step Functions itself. Choose another name.",
                );
            } else if !is_identifier(name) {
                self.error(
                    join(&path, written),
                    format!(
                        "\"{name}\" cannot be the name of a variable. Begin with a letter, go on with letters, digits and \
                         \"_\", and take at most {MAX_CHARS} characters."
                    ),
                );
            }
        }
    }
}

/// Functions of JSONata 2.0.6 but `$eval`, which Step Functions does not have, and those that it adds.
const FUNCTIONS: [&str; 69] = [
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "clone",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "hash",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parse",
    "parseInteger",
    "partition",
    "power",
    "random",
    "range",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "uuid",
    "zip",
];

/// A warning for each variable that an expression reads and no state assigns. Step Functions takes such a definition, and
/// a run fails or goes on without a value.
pub(super) fn unassigned(definition: &Value) -> Vec<Finding> {
    let mut assigned = BTreeSet::new();
    each_name(definition, |path, name| {
        let holder = path.rsplit_once('/').map(|(holder, _)| holder).unwrap_or_default();
        if holder.ends_with("/Assign") {
            assigned.insert(name.strip_suffix(".$").unwrap_or(name));
        }
    });
    let language =
        |owner: &Value| owner.get("QueryLanguage").and_then(Value::as_str).and_then(Language::parse);
    let default = language(definition).unwrap_or(Language::JsonPath);
    let mut findings = Vec::new();
    for (path, state) in states(definition) {
        if language(state).unwrap_or(default) != Language::Jsonata {
            continue;
        }
        let members = state.as_object().into_iter().flatten();
        for (name, value) in members.filter(|(name, _)| !NOT_EVALUATED.contains(&name.as_str())) {
            let path = join(&path, name);
            each_string(value, |inner, text| {
                let read = read_by(text).into_iter().filter(|name| !assigned.contains(name.as_str()));
                findings.extend(read.map(|name| no_value(format!("{path}{inner}"), &name, &assigned)));
            });
        }
    }
    findings
}

/// The variables that an expression reads and does not give a value itself.
fn read_by(text: &str) -> Vec<String> {
    if !is_expression(text) {
        return Vec::new();
    }
    let blank = blank_expression(text);
    let body = blank.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}")).unwrap_or_default();
    let variables = jsonata::parse(body).map(|found| found.variables).unwrap_or_default();
    // What stands for a placeholder is no variable of the author's.
    let is_blank = |name: &str| has_placeholder(text) && name.chars().all(|c| c == 'x');
    let is_function = |name: &str| FUNCTIONS.contains(&name);
    variables.into_iter().filter(|name| !is_blank(name) && !is_function(name)).collect()
}

fn no_value(path: String, name: &str, assigned: &BTreeSet<&str>) -> Finding {
    if name == "eval" {
        let message =
            "Step Functions has no \"$eval\". Read JSON with \"$parse\", or write the expression itself.";
        return Finding::warning(path, message);
    }
    let hint = hint(name, assigned.iter().copied().chain(FUNCTIONS));
    let message = format!(
        "\"${name}\" has no value: no state assigns a variable of that name, and there is no such function.{hint} \
         Add it to \"Assign\" of a state before, or correct the name."
    );
    Finding::warning(path, message)
}

/// Whether a name is an identifier of Unicode, as far as that can be told without its tables: where those would be
/// needed, it is taken for one.
fn is_identifier(name: &str) -> bool {
    let goes_on = |c: char| {
        if c.is_ascii() {
            c.is_ascii_alphanumeric() || c == '_'
        } else {
            !c.is_whitespace() && !c.is_control()
        }
    };
    !name.is_empty()
        && name.chars().count() <= MAX_CHARS
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        let longest = "n".repeat(MAX_CHARS);
        for name in ["a", "A1_b", "größe", "_x", &longest] {
            assert!(is_identifier(name), "{name}");
        }
        let longer = "n".repeat(MAX_CHARS + 1);
        for name in ["", "a-b", "a.b", "1a", "a b", "$a", "a\u{a0}b", "${x}", &longer] {
            assert!(!is_identifier(name), "{name}");
        }
    }
}
