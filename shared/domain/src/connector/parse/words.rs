//! What does not fit the schema, in the words of YAML.

use schema::Broken;
use serde_json::Value;

use super::document::{Node, Value as Yaml};
use super::plain;
use super::report::Report;
use crate::spelling::hint;
use crate::text::cut;

/// Reports a value that breaks a rule of the schema.
pub(super) fn report(broken: &Broken<'_>, tree: &Node, report: &mut Report) {
    let (place, node) = tree.at(&broken.pointer);
    if let Some(message) = message(broken, node) {
        report.add(&place, message);
    }
}

/// `None` where another rule says it better.
fn message(broken: &Broken<'_>, node: Option<&Node>) -> Option<String> {
    let own = broken.schema.get("errorMessage").and_then(Value::as_str);
    Some(match broken.keyword.as_str() {
        "required" => format!("the key is missing; it is {}", remedy(broken.member?)),
        "additionalProperties" => undeclared(broken),
        "not" | "minItems" => own?.to_owned(),
        "type" | "minimum" | "maximum" => wrong_type(broken.schema, node?),
        "maxItems" => {
            let most = broken.schema.get("maxItems")?;
            format!("{} entries are too many; there may be at most {most}", node?.items())
        }
        keyword => {
            // Of a number or a list is told that it is no text.
            let text = node?.text()?;
            let shown = cut(text);
            match (keyword, own) {
                _ if text.trim().is_empty() => {
                    "the text is blank; write one, or leave the key out".to_owned()
                }
                ("enum", _) => {
                    let known = options(broken.schema);
                    let hint = hint(text, known.iter().copied());
                    format!("\"{shown}\" is not known here; it is one of {}.{hint}", known.join(", "))
                }
                (_, Some(own)) => format!("\"{shown}\" {own}"),
                ("maxLength", None) => format!("{}; shorten it", broken.message),
                _ => broken.message.clone(),
            }
        }
    })
}

/// What a key is for that is missing: its description, or what it can be.
fn remedy(member: &Value) -> String {
    if member.get("enum").is_some() {
        return format!("one of {}", options(member).join(", "));
    }
    let description = member.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = description.strip_suffix('.').unwrap_or(description);
    let mut letters = description.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn options(schema: &Value) -> Vec<&str> {
    let options = schema.get("enum").and_then(Value::as_array);
    options.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The keys of a mapping, those that must be there first.
fn keys(schema: &Value) -> Vec<&str> {
    let required = schema.get("required").and_then(Value::as_array);
    let mut keys: Vec<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
    let all = schema.get("properties").and_then(Value::as_object);
    let optional = all.into_iter().flat_map(|all| all.keys()).filter(|key| !keys.contains(&key.as_str()));
    let optional: Vec<&str> = optional.map(String::as_str).collect();
    keys.extend(optional);
    keys
}

fn undeclared(broken: &Broken<'_>) -> String {
    let name = schema::pointer::segments(&broken.pointer).last().unwrap_or_default();
    if name == "<<" {
        return "merge keys are not YAML 1.2; write the keys out, or repeat a whole value by an alias"
            .to_owned();
    }
    let known = keys(broken.schema);
    let hint = hint(&name, known.iter().copied());
    format!("there is no such key here; the keys are {}.{hint}", known.join(", "))
}

/// A value that is something else than it must be.
fn wrong_type(schema: &Value, node: &Node) -> String {
    let bound = |name: &str| schema.get(name).cloned().unwrap_or_default();
    let what = match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        "string" => match &node.value {
            Yaml::Scalar { text, .. } if plain::is_nothing(text) => {
                return "there is no value; write a text, or leave the key out".to_owned();
            }
            Yaml::Scalar { text, .. } => {
                let (kind, text) = (plain::stands_for(text).unwrap_or("no text"), cut(text));
                return format!("{text} without quotes is {kind} and not a text; quote it: \"{text}\"");
            }
            _ => "a text".to_owned(),
        },
        "boolean" => "true or false, without quotes".to_owned(),
        "integer" => {
            format!("a whole number from {} to {}, without quotes", bound("minimum"), bound("maximum"))
        }
        "array" => "a list (lines that begin with `- `)".to_owned(),
        _ => format!("a mapping with the keys {}", keys(schema).join(", ")),
    };
    let given = match &node.value {
        Yaml::Scalar { text, plain: true } if plain::is_nothing(text) => "is nothing".to_owned(),
        Yaml::Scalar { text, plain: true } => format!("is {}", cut(text)),
        Yaml::Scalar { text, plain: false } => format!("is \"{}\"", cut(text)),
        Yaml::List(_) => "is a list".to_owned(),
        Yaml::Mapping(_) => "is a mapping".to_owned(),
    };
    format!("this must be {what}, and {given}")
}
