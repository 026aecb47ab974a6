//! JSONata expression strings, `{% … %}`.
//!
//! Step Functions evaluates a string only when it begins with `{%` and ends with `%}`, with nothing
//! before or after; a string that has only one of the two is refused.

use serde_json::Value;

use super::fields::{Kind, Language};
use super::value::{function_fault, is_deferred, is_path_or_function, is_text};
use crate::definition::expression::{CLOSE, OPEN};
use crate::definition::{Finding, each_string, join};
use crate::jsonata::{self, Fault};
use crate::placeholders::blank_expression;
use crate::spelling::hint;

/// Members of a state that hold states of their own, or text that is never evaluated.
pub(super) const NOT_EVALUATED: [&str; 4] = ["ItemProcessor", "Iterator", "Branches", "Comment"];

/// Members that are evaluated after a state's work, and so can read its result.
const AFTER_WORK: [&str; 2] = ["Assign", "Output"];

/// Which members of `$states` there are in a place, beside the input and the context.
#[derive(Debug, Clone, Copy, Default)]
struct Offer {
    result: bool,
    error_output: bool,
}

/// Checks every string of one state, leaving out the states nested in it.
pub(super) fn check_state(
    path: &str,
    state: &Value,
    kind: Option<Kind>,
    language: Language,
    findings: &mut Vec<Finding>,
) {
    let Value::Object(members) = state else { return };
    let works = kind.is_none_or(|kind| matches!(kind, Kind::Task | Kind::Parallel | Kind::Map));
    for (name, value) in members {
        let path = join(path, name);
        let offer = Offer { result: works && AFTER_WORK.contains(&name.as_str()), ..Offer::default() };
        match name.as_str() {
            skipped if NOT_EVALUATED.contains(&skipped) => {}
            "Catch" => check_value(&path, value, language, Offer { error_output: true, ..offer }, findings),
            // A literal, in which names that end with `.$` have no meaning either.
            "Result" if language == Language::JsonPath => {
                each_string(value, |inner, text| check_plain(&format!("{path}{inner}"), text, findings));
            }
            _ => check_value(&path, value, language, offer, findings),
        }
    }
}

fn check_value(path: &str, value: &Value, language: Language, offer: Offer, findings: &mut Vec<Finding>) {
    match value {
        Value::String(text) => match language {
            Language::Jsonata => check_jsonata(path, text, offer, findings),
            Language::JsonPath => check_plain(path, text, findings),
        },
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_value(&join(path, &index.to_string()), item, language, offer, findings);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let path = join(path, name);
                if let Some(plain) = name.strip_suffix(".$") {
                    findings.extend(match language {
                        Language::Jsonata => Some(Finding::warning(
                            &path,
                            format!(
                                "\"{name}\" is a JSONPath spelling; in a JSONata state the name is taken as it \
                                 is. Drop the \".$\" and write the value as \"{{% … %}}\"."
                            ),
                        )),
                        Language::JsonPath => selected(&path, name, member, members.contains_key(plain)),
                    });
                }
                check_value(&path, member, language, offer, findings);
            }
        }
        _ => {}
    }
}

/// What is wrong with a member whose value is selected with a path.
fn selected(path: &str, name: &str, value: &Value, twice: bool) -> Option<Finding> {
    if twice {
        let plain = name.trim_end_matches(".$");
        return Some(Finding::error(
            path,
            format!("\"{plain}\" and \"{name}\" name the same member. Keep one."),
        ));
    }
    if is_deferred(value) || is_text(value, is_path_or_function) {
        return None;
    }
    if let Some(fault) = function_fault(value) {
        return Some(Finding::error(
            path,
            format!("The value of \"{name}\" is no intrinsic function: {fault}."),
        ));
    }
    let message = format!(
        "The value of \"{name}\" must be a path, \"$…\", or an intrinsic function, \"States.…(…)\". Drop the \
         \".$\" if it is meant as it is."
    );
    Some(Finding::error(path, message))
}

fn check_jsonata(path: &str, text: &str, offer: Offer, findings: &mut Vec<Finding>) {
    if let Some(rest) = text.strip_prefix(OPEN) {
        match rest.strip_suffix(CLOSE) {
            None => findings.push(Finding::error(
                path,
                "The expression is not closed. End the string with \"%}\", with nothing after it.",
            )),
            Some(body) if body.trim().is_empty() => findings.push(Finding::error(
                path,
                "The expression is empty. Write JSONata between \"{%\" and \"%}\".",
            )),
            Some(_) => check_body(path, text, offer, findings),
        }
    } else if text.ends_with(CLOSE) && !is_padded(text) {
        findings.push(Finding::error(
            path,
            "The string ends with \"%}\" but does not begin with \"{%\". Make the whole string one expression.",
        ));
    } else if is_padded(text) {
        findings.push(Finding::warning(
            path,
            "White space outside \"{% … %}\" makes this plain text that is not evaluated. Remove it.",
        ));
    }
}

/// Checks what stands between `{%` and `%}`.
fn check_body(path: &str, text: &str, offer: Offer, findings: &mut Vec<Finding>) {
    // Blanks instead of the delimiters, so that places are counted from the beginning of the string.
    let blank = blank_expression(text);
    let body = blank.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(CLOSE)).unwrap_or_default();
    let found = match jsonata::parse(&format!("  {body}")) {
        Ok(found) => found,
        Err(fault @ Fault::Syntax { .. }) => {
            findings.push(Finding::error(path, format!("The expression is no JSONata: {fault}.")));
            return;
        }
        Err(fault @ Fault::TooDeep) => {
            let message = format!("The expression is {fault}, the limit here. Take it apart with variables.");
            findings.push(Finding::error(path, message));
            return;
        }
    };
    let mut names: Vec<&str> = Vec::new();
    for unbound in found.unbound.iter().filter(|unbound| !unbound.in_function) {
        if !names.contains(&unbound.name.as_str()) {
            names.push(&unbound.name);
        }
    }
    findings.extend(names.into_iter().map(|name| Finding::error(path, no_item(name))));
    if found.root {
        findings.push(Finding::error(
            path,
            "\"$$\" has no value in Step Functions. Read \"$states.input\" or \"$states.context\".",
        ));
    }
    findings.extend(not_offered(&found.states, offer).map(|message| Finding::error(path, message)));
}

fn no_item(name: &str) -> String {
    format!(
        "\"{name}\" is read from nothing: Step Functions evaluates an expression without an item. Write \
         \"$states.input.{name}\", the variable \"${name}\", or put a text into quotes."
    )
}

/// What is said about the first member of `$states` that a place is not offered.
fn not_offered(states: &[String], offer: Offer) -> Option<String> {
    let message = |name: &str| match name {
        "input" | "context" => None,
        "result" if offer.result => None,
        "errorOutput" if offer.error_output => None,
        "result" => Some(
            "\"$states.result\" is there in \"Assign\" and \"Output\" of a Task, Parallel or Map state only."
                .to_owned(),
        ),
        "errorOutput" => Some(
            "\"$states.errorOutput\" is there in \"Assign\" and \"Output\" of a catcher only.".to_owned(),
        ),
        other => {
            let hint = hint(other, ["input", "context", "result", "errorOutput"]);
            Some(format!("\"$states\" has no \"{other}\".{hint}"))
        }
    };
    states.iter().find_map(|name| message(name))
}

fn is_padded(text: &str) -> bool {
    let trimmed = text.trim();
    trimmed.len() != text.len() && trimmed.starts_with(OPEN) && trimmed.ends_with(CLOSE)
}

fn check_plain(path: &str, text: &str, findings: &mut Vec<Finding>) {
    if text.starts_with(OPEN) && text.ends_with(CLOSE) {
        findings.push(Finding::warning(
            path,
            "A JSONPath state does not evaluate \"{% … %}\". Set \"QueryLanguage\": \"JSONata\" at the top \
             or on this state.",
        ));
    }
}
