//! Members of an object against the table of those it may have.

use serde_json::{Map, Value};

use super::fields::{Field, Language, Shape, instead, is_of_the_language};
use super::moment::is_moment;
use super::path::{is_path, is_reference, is_single};
use super::scope::Checker;
use super::value::{function_fault, is_deferred, is_open, is_path_or_function, is_text, no_placeholder};
use crate::definition::{Finding, is_expression, join};
use crate::spelling::hint;

/// Members that say how a definition is built, so that it could not be checked when one came out of a variable. Those
/// that name or hold states are looked at elsewhere.
const STRUCTURE: [&str; 9] = [
    "Choices",
    "End",
    "ErrorEquals",
    "ExecutionType",
    "Mode",
    "ProcessorConfig",
    "QueryLanguage",
    "Retry",
    "Catch",
];

/// Whether a value is a placeholder, or holds one, where none can stand.
fn is_structure(name: &str, value: &Value) -> bool {
    STRUCTURE.contains(&name) && is_open(value)
}

impl Checker<'_> {
    /// Reports unknown members, members of the other query language and values of a wrong type.
    ///
    /// `what` names the object with its article, such as "a Task state".
    pub(super) fn members(
        &mut self,
        path: &str,
        members: &Map<String, Value>,
        fields: &[Field],
        language: Language,
        what: &str,
    ) {
        for (name, value) in members {
            let path = join(path, name);
            match fields.iter().find(|field| field.name == name) {
                None => {
                    let usable = fields.iter().filter(|field| field.only.is_none_or(|only| only == language));
                    let hint = hint(name, usable.map(|field| field.name));
                    self.unknown(path, name, what, &hint);
                }
                Some(Field { only: Some(only), .. }) if *only != language => {
                    let (only, language) = (only.name(), language.name());
                    let instead = instead(name);
                    self.error(
                        path,
                        format!("\"{name}\" is a {only} field and this is {language}. {instead}"),
                    );
                }
                Some(field) => self.shape(path, value, field, language),
            }
        }
    }

    /// A member that an object does not have: Step Functions refuses one that has a meaning elsewhere, and ignores one
    /// that has none.
    pub(super) fn unknown(&mut self, path: String, name: &str, what: &str, hint: &str) {
        self.findings.push(if is_of_the_language(name) {
            Finding::error(path, format!("\"{name}\" is not a field of {what}.{hint}"))
        } else {
            let message =
                format!("\"{name}\" is not a field of {what}, and Step Functions ignores it.{hint}");
            Finding::warning(path, message)
        });
    }

    fn shape(&mut self, path: String, value: &Value, field: &Field, language: Language) {
        let evaluated = language == Language::Jsonata && value.as_str().is_some_and(is_expression);
        if is_structure(field.name, value) {
            let wanted = match field.name {
                "Retry" | "Catch" | "ErrorEquals" => "an array, whose entries may be placeholders".to_owned(),
                _ => wanted(field.shape, Language::JsonPath),
            };
            self.error(path, no_placeholder(field.name, wanted));
            return;
        }
        if is_deferred(value) || fits(value, field.shape, evaluated) {
            return;
        }
        let name = field.name;
        if let (Shape::PathOrFunction, Some(fault)) = (field.shape, function_fault(value)) {
            self.error(path, format!("\"{name}\" is no intrinsic function: {fault}."));
            return;
        }
        let wanted = wanted(field.shape, language);
        self.error(path, format!("\"{name}\" must be {wanted}."));
    }
}

fn fits(value: &Value, shape: Shape, evaluated: bool) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Text => value.is_string(),
        Shape::Path => is_text(value, is_path),
        Shape::NullablePath => value.is_null() || is_text(value, is_path),
        Shape::Single => is_text(value, is_single),
        Shape::NullableReference => value.is_null() || is_text(value, is_reference),
        Shape::Moment => evaluated || is_moment(value),
        Shape::PathOrFunction => is_text(value, is_path_or_function),
        Shape::Object => value.is_object(),
        Shape::Template => evaluated || value.is_object(),
        Shape::Array => value.is_array(),
        Shape::Items => evaluated || value.is_array() || value.is_object(),
        Shape::Label => is_text(value, is_label),
        Shape::Flag => value.is_boolean(),
        Shape::Integer(least, most) => {
            evaluated || value.as_f64().is_some_and(|n| n.fract() == 0.0 && (least..=most).contains(&n))
        }
        Shape::Number(least, most) => {
            evaluated || value.as_f64().is_some_and(|n| (least..=most).contains(&n))
        }
        Shape::OneOf(names) => value.as_str().is_some_and(|name| names.contains(&name)),
    }
}

/// Maximum number of characters of a Map state's label.
const MAX_LABEL_CHARS: usize = 40;

/// Characters that a Map state's label cannot have, beside white space and control characters.
const NOT_IN_LABELS: [char; 21] = [
    '?', '*', '<', '>', '{', '}', '[', ']', ':', ';', ',', '\\', '|', '^', '~', '$', '#', '%', '&', '`', '"',
];

fn is_label(text: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && !NOT_IN_LABELS.contains(&c);
    (1..=MAX_LABEL_CHARS).contains(&text.chars().count()) && text.chars().all(fits)
}

fn wanted(shape: Shape, language: Language) -> String {
    let or_expression = if language == Language::Jsonata { " or an expression" } else { "" };
    match shape {
        Shape::Any => "a value".to_owned(),
        Shape::Text => "a string".to_owned(),
        Shape::Path => "a path, \"$…\"".to_owned(),
        Shape::NullablePath => "a path, \"$…\", or null".to_owned(),
        Shape::Single => {
            "a path to one place, such as \"$.number\"; the context object, \"$$\", cannot be read here"
                .to_owned()
        }
        Shape::Moment => format!(
            "a moment such as \"2030-01-31T08:00:00Z\": a date that there is, \"T\", a time, and \"Z\" or an \
             offset{or_expression}"
        ),
        Shape::NullableReference => {
            "a path to one place in the input, such as \"$.result\", or null; neither a variable nor \"$$\""
                .to_owned()
        }
        Shape::PathOrFunction => "a path, \"$…\", or an intrinsic function, \"States.…(…)\"".to_owned(),
        Shape::Object => "an object".to_owned(),
        Shape::Template => format!("an object{or_expression}"),
        Shape::Array => "an array".to_owned(),
        Shape::Items => format!("an array, an object{or_expression}"),
        Shape::Label => format!(
            "1 to {MAX_LABEL_CHARS} characters without white space, control characters and {}",
            NOT_IN_LABELS.map(String::from).join(" ")
        ),
        Shape::Flag => "true or false".to_owned(),
        Shape::Integer(least, most) => format!("a whole number from {least} to {most}{or_expression}"),
        Shape::Number(least, most) if most < f64::MAX => {
            format!("a number from {least} to {most}{or_expression}")
        }
        Shape::Number(least, _) => format!("a number of at least {least}{or_expression}"),
        Shape::OneOf([name]) => format!("\"{name}\""),
        Shape::OneOf(names) => format!("one of {}", names.join(", ")),
    }
}
