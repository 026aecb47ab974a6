//! What a value of a definition is or stands for, while its placeholders are still in place.

use std::fmt::Display;

use serde_json::Value;

use super::function::{self, FunctionFault};
use super::path::is_path;
use crate::placeholders::{blank_path, has_placeholder, is_whole};

/// Whether a value is a placeholder whose type is not known before deploying.
pub(super) fn is_deferred(value: &Value) -> bool {
    value.as_str().is_some_and(|text| is_whole(text).is_some())
}

/// Whether a value is a string with a placeholder in it.
pub(super) fn is_open(value: &Value) -> bool {
    value.as_str().is_some_and(has_placeholder)
}

/// Why a placeholder is refused in a member that says how the definition is built.
pub(super) fn no_placeholder(name: &str, wanted: impl Display) -> String {
    format!("\"{name}\" cannot be a placeholder or hold one: write {wanted}.")
}

/// Whether a text is a path or an intrinsic function.
pub(super) fn is_path_or_function(text: &str) -> bool {
    if function::is_meant(text) { function::check(text).is_ok() } else { is_path(text) }
}

/// Why a value that is meant as an intrinsic function is none, with any text for its placeholders.
pub(super) fn function_fault(value: &Value) -> Option<FunctionFault> {
    let text = value.as_str().filter(|text| function::is_meant(text))?;
    function::check(&blank_path(text)).err()
}

/// Whether a value is a string that passes `test`, with any text for its placeholders. What the value of a variable
/// begins with is not known yet.
pub(super) fn is_text(value: &Value, test: fn(&str) -> bool) -> bool {
    value.as_str().is_some_and(|text| {
        let begins_open = text.starts_with("${") && has_placeholder(text);
        begins_open || test(&blank_path(text))
    })
}
