//! JSONata expression strings, `{% … %}`.
//!
//! Step Functions evaluates a string only when it begins with `{%` and ends with `%}`, with nothing
//! before or after; a string that has only one of the two is refused.

use serde_json::Value;

use super::fields::Language;
use super::finding::{Finding, join};

const OPEN: &str = "{%";
const CLOSE: &str = "%}";

/// Whether a string is evaluated, or is meant to be: whether it begins with `{%`.
pub(crate) fn is_expression(text: &str) -> bool {
    text.starts_with(OPEN)
}

/// Members of a state that hold states of their own, or text that is never evaluated.
const NOT_EVALUATED: [&str; 4] = ["ItemProcessor", "Iterator", "Branches", "Comment"];

/// Checks every string of one state, leaving out the states nested in it.
pub(super) fn check_state(path: &str, state: &Value, language: Language, findings: &mut Vec<Finding>) {
    let Value::Object(members) = state else { return };
    for (name, value) in members {
        if !NOT_EVALUATED.contains(&name.as_str()) {
            check_value(&join(path, name), value, language, findings);
        }
    }
}

fn check_value(path: &str, value: &Value, language: Language, findings: &mut Vec<Finding>) {
    match value {
        Value::String(text) => match language {
            Language::Jsonata => check_jsonata(path, text, findings),
            Language::JsonPath => check_plain(path, text, findings),
        },
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_value(&join(path, &index.to_string()), item, language, findings);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let path = join(path, name);
                if language == Language::Jsonata && name.ends_with(".$") {
                    findings.push(Finding::warning(
                        &path,
                        format!(
                            "\"{name}\" is a JSONPath spelling; in a JSONata state the name is taken as it \
                             is. Drop the \".$\" and write the value as \"{{% … %}}\"."
                        ),
                    ));
                }
                check_value(&path, member, language, findings);
            }
        }
        _ => {}
    }
}

fn check_jsonata(path: &str, text: &str, findings: &mut Vec<Finding>) {
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
            Some(_) => {}
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
