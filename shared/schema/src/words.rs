//! What is wrong, in plain words.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::names::{self, Unknown};
use crate::patterns::{INK, PATTERN};
use crate::pointer::{cut, join, segments};
use crate::rewrite::{TAG_MARK, resolve};
use crate::{Problem, Settings};

/// The problems that one error of the validator stands for: mostly one, several for a union.
pub(crate) fn explain(schema: &Value, error: &ValidationError<'_>, settings: &Settings) -> Vec<Problem> {
    let pointer = error.instance_path().as_str();
    match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            union(schema, pointer, context, settings)
        }
        Kind::Required { property } => {
            let member = property.as_str().unwrap_or_default();
            vec![Problem { pointer: join(pointer, member), message: required(schema, error, member) }]
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let told = unexpected.iter().filter_map(|name| {
                let message = unexpected_member(schema, error, name, settings)?;
                Some(Problem { pointer: join(pointer, name), message })
            });
            told.collect()
        }
        Kind::PropertyNames { error: inner } => {
            let name = inner.instance().as_str().unwrap_or_default();
            let message = format!("has a name that {}", message(inner.kind()));
            vec![Problem { pointer: join(pointer, name), message }]
        }
        // The list of values says more than their type does.
        Kind::Type { .. } if fails_enumeration(schema, error) => Vec::new(),
        Kind::Enum { options } => vec![
            tag(schema, error, options)
                .unwrap_or_else(|| Problem { pointer: pointer.to_owned(), message: message(error.kind()) }),
        ],
        // That it is empty has been said; that it is only white space as well is no news.
        // Likewise where there are fewer characters than there have to be.
        kind if error.instance().as_str() == Some("")
            && pattern_of(kind).is_some_and(|pattern| pattern == INK || min_length(schema, error) > 0) =>
        {
            Vec::new()
        }
        Kind::MinLength { .. } if error.instance().as_str() == Some("") => {
            vec![Problem { pointer: pointer.to_owned(), message: "must not be empty".to_owned() }]
        }
        // What is too short for an ARN is none, which says more.
        Kind::MinLength { .. } if is_arn(schema, error) => Vec::new(),
        _ => vec![Problem { pointer: pointer.to_owned(), message: of_error(error, settings) }],
    }
}

/// The message for an error, without the place and what stands around it.
pub(crate) fn of_error(error: &ValidationError<'_>, settings: &Settings) -> String {
    let own = match error.kind() {
        Kind::Format { format } => error.instance().as_str().and_then(|text| settings.explain(format, text)),
        _ => None,
    };
    own.unwrap_or_else(|| message(error.kind()))
}

/// The pattern that a text does not match, if that is the error.
fn pattern_of(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Custom { keyword, message } if keyword == PATTERN => Some(message),
        _ => None,
    }
}

/// The message for a kind of error, without the place. [`explain`] handles what needs more than the kind.
fn message(kind: &Kind) -> String {
    match kind {
        Kind::Type { kind } => format!("must be {}", types(kind)),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must be at least {} long", count(*limit, "character")),
        Kind::MaxLength { limit } => format!("must be at most {}", count(*limit, "character")),
        Kind::Pattern { pattern } => pattern_in_words(pattern),
        Kind::Custom { keyword, message } if keyword == PATTERN => pattern_in_words(message),
        Kind::Format { format } => form(format),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::Enum { options } => options_in_words(options),
        Kind::Constant { expected_value } => format!("must be {}", plain(expected_value)),
        Kind::MinItems { limit } => format!("must have at least {}", count(*limit, "item")),
        Kind::MaxItems { limit } => format!("must have at most {}", count(*limit, "item")),
        Kind::UniqueItems => "must not have the same item twice".to_owned(),
        Kind::Contains => "lacks an item that it must have".to_owned(),
        Kind::AdditionalItems { limit } => format!("must have at most {limit} items"),
        Kind::MinProperties { limit } => format!("must have at least {}", count(*limit, "member")),
        Kind::MaxProperties { limit } => format!("must have at most {}", count(*limit, "member")),
        Kind::Required { .. } => "lacks a member".to_owned(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "has members that are not allowed".to_owned()
        }
        Kind::UnevaluatedItems { .. } => "has items that are not allowed".to_owned(),
        Kind::PropertyNames { .. } => "has a member whose name is not allowed".to_owned(),
        Kind::OneOfMultipleValid { .. } => {
            "fits several of the allowed forms; leave out what belongs to the others".to_owned()
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => "fits none of the allowed forms".to_owned(),
        Kind::ContentEncoding { content_encoding } => format!("must be encoded as {content_encoding}"),
        Kind::ContentMediaType { content_media_type } => format!("must be {content_media_type}"),
        Kind::FromUtf8 { .. } => "must be UTF-8 text".to_owned(),
        Kind::FalseSchema | Kind::Not { .. } => "is not allowed here".to_owned(),
        Kind::Custom { message, .. } => message.clone(),
        // Faults of the schema, found only when a value reaches them.
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } | Kind::Referencing(_) => {
            "cannot be checked".to_owned()
        }
    }
}

/// Patterns of our schemas, and what they ask for.
const PATTERNS: &[(&str, &str)] = &[
    ("^[A-Za-z0-9_-]+$", "must be letters from A to Z, digits, '_' or '-' only"),
    ("^[A-Za-z0-9._-]+$", "must be letters from A to Z, digits, '.', '_' or '-' only"),
    ("^(key=)?[A-Za-z0-9_-]+$", "must be an id, or a key, such as key=staging"),
    ("^key=[A-Za-z0-9_-]{2,256}$", "must be key= and 2 to 256 letters from A to Z, digits, '_' or '-'"),
    ("^[0-9a-f]{64}$", "must be a SHA-256: 64 of the characters 0-9 and a-f"),
    (
        "^[A-Za-z0-9._-]+:[A-Za-z0-9_-]{2,36}$",
        "must be a region and the key of a project, such as eu-central-1.aws:acme",
    ),
    ("^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$", "must be an e-mail address such as name@example.com"),
    (
        "^arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9+=,@_-][A-Za-z0-9+=,.@_-]*/)*[A-Za-z0-9+=,@_-][A-Za-z0-9+=,.@_-]{0,63}$",
        "must be the ARN of an IAM role, such as arn:aws:iam::123456789012:role/slipway-flows/staging",
    ),
    // What texts with ink in them ask for; the words say it better than the pattern.
    (INK, "must not be only white space"),
];

fn pattern_in_words(pattern: &str) -> String {
    let words = PATTERNS.iter().find(|(known, _)| *known == pattern).map(|(_, words)| (*words).to_owned());
    words.unwrap_or_else(|| format!("must match the pattern {pattern}"))
}

/// Whether the text has to match the pattern of an ARN, which no text does that is shorter than the schema allows.
fn is_arn(schema: &Value, error: &ValidationError<'_>) -> bool {
    let pattern = parent(schema, error).and_then(|parent| parent.get("pattern")?.as_str());
    pattern.is_some_and(|pattern| pattern.starts_with("^arn:"))
}

/// The least length that the schema asks for beside the keyword that failed.
fn min_length(schema: &Value, error: &ValidationError<'_>) -> u64 {
    parent(schema, error).and_then(|parent| parent.get("minLength")?.as_u64()).unwrap_or_default()
}

fn types(kind: &TypeKind) -> String {
    let words: Vec<&str> = match kind {
        TypeKind::Single(single) => vec![type_word(*single)],
        TypeKind::Multiple(several) => several.iter().map(type_word).collect(),
    };
    words.join(" or ")
}

fn type_word(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "text",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
    }
}

fn form(format: &str) -> String {
    match format {
        "uuid" => "must be a UUID such as 3f2b8c1e-5d4a-4e6f-9b7a-1c2d3e4f5a6b".to_owned(),
        "date-time" => "must be a time such as 2030-01-31T12:00:00Z".to_owned(),
        "date" => "must be a date such as 2030-01-31".to_owned(),
        "uri" | "url" => "must be an absolute URL such as https://example.com/path".to_owned(),
        "email" => "must be an e-mail address such as name@example.com".to_owned(),
        other => format!("must have the format {other}"),
    }
}

fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A value of the schema: text without quotes, everything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(options: &Value) -> String {
    let options: Vec<String> = options.as_array().into_iter().flatten().map(plain).collect();
    options.join(", ")
}

fn options_in_words(options: &Value) -> String {
    let several = options.as_array().is_some_and(|options| options.len() > 1);
    format!("must be {}{}", if several { "one of " } else { "" }, list(options))
}

/// The problem of a union's tag that no branch has; `None` for any other enumeration.
fn tag(schema: &Value, error: &ValidationError<'_>, options: &Value) -> Option<Problem> {
    parent(schema, error)?.get(TAG_MARK)?;
    let (object, name) = error.instance_path().as_str().rsplit_once('/')?;
    // JSON quotes text, which keeps line breaks out; people expect single quotes.
    let shown = plain(error.instance()).escape_debug().to_string();
    let found = if is_secured(schema, error) { String::new() } else { format!(" '{}'", cut(&shown)) };
    Some(Problem {
        pointer: object.to_owned(),
        message: format!("unknown {name}{found}; use one of {}", list(options)),
    })
}

/// The schema object whose keyword failed.
fn parent<'a>(schema: &'a Value, error: &ValidationError<'_>) -> Option<&'a Value> {
    let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
    schema.pointer(parent)
}

/// Whether beside the keyword that failed there is a list of values or a constant that fails as well.
fn fails_enumeration(schema: &Value, error: &ValidationError<'_>) -> bool {
    let value: &Value = error.instance();
    let Some(parent) = parent(schema, error) else {
        return false;
    };
    let not_listed =
        parent.get("enum").and_then(Value::as_array).is_some_and(|options| !options.contains(value));
    not_listed || parent.get("const").is_some_and(|constant| constant != value)
}

/// Whether the value stands at or below a member that is marked `writeOnly`: a secret.
fn is_secured(schema: &Value, error: &ValidationError<'_>) -> bool {
    let mut current = schema;
    let path = error.evaluation_path().as_str();
    // The first step is the reference to the schema itself.
    for step in segments(path.strip_prefix("/$ref").unwrap_or(path)) {
        if current.get("writeOnly") == Some(&Value::Bool(true)) {
            return true;
        }
        let next = match current {
            Value::Array(list) => step.parse::<usize>().ok().and_then(|index| list.get(index)),
            _ if step == "$ref" => {
                current.get("$ref").and_then(Value::as_str).and_then(|target| resolve(schema, target))
            }
            _ => current.get(&step),
        };
        match next {
            Some(next) => current = next,
            // Where the path cannot be followed, silence is the safe answer.
            None => return true,
        }
    }
    false
}

/// The message for a member that is not declared: in a map with a rule for names, the rule, else the name that was
/// probably meant. Nothing where it is ignored.
fn unexpected_member(
    schema: &Value,
    error: &ValidationError<'_>,
    name: &str,
    settings: &Settings,
) -> Option<String> {
    let parent = parent(schema, error);
    let names = |keyword: &str| {
        let members = parent.and_then(|parent| parent.get(keyword)).and_then(Value::as_object);
        members.into_iter().flat_map(|members| members.keys().map(String::as_str)).collect::<Vec<_>>()
    };
    let patterns = names("patternProperties");
    if !patterns.is_empty() {
        return Some(format!("has a name that must match the pattern {}", patterns.join(" or ")));
    }
    let known = names("properties");
    match settings.unknown {
        Unknown::Refused => Some(names::complaint("member", name, known)),
        Unknown::Ignored => {
            let guarded = known.into_iter().filter(|known| (settings.guarded)(known));
            names::misspelt(name, guarded).map(|meant| format!("unknown member; did you mean '{meant}'?"))
        }
        Unknown::HandedOn => None,
    }
}

/// The message for a member that is missing. Its examples say what can be given, where leaving it out is no way of
/// saying anything.
fn required(schema: &Value, error: &ValidationError<'_>, member: &str) -> String {
    let property = parent(schema, error).and_then(|parent| parent.get("properties")?.get(member));
    let examples = property.and_then(|property| property.get("examples")).and_then(Value::as_array);
    let examples = examples.into_iter().flatten().map(|example| format!("\"{member}\": {example}"));
    let examples: Vec<String> = examples.collect();
    if examples.is_empty() {
        return "is required".to_owned();
    }
    format!("is required: send {}", examples.join(" or "))
}

/// Explains a union without a tag by the branch that the value comes closest to.
fn union(
    schema: &Value,
    pointer: &str,
    context: &[Vec<ValidationError<'static>>],
    settings: &Settings,
) -> Vec<Problem> {
    let is_wrong_type = |error: &ValidationError<'_>| {
        matches!(error.kind(), Kind::Type { .. }) && error.instance_path().as_str() == pointer
    };
    let possible: Vec<_> = context.iter().filter(|branch| !branch.iter().any(is_wrong_type)).collect();
    if possible.is_empty() {
        let problems = context.iter().flatten().filter(|error| is_wrong_type(error));
        return vec![joined(pointer, problems.map(|error| message(error.kind())), "must be ")];
    }
    // Errors deep inside a branch mean that this branch was meant; errors at its top, that it was not.
    let distance = |branch: &&Vec<ValidationError<'_>>| {
        let at_top = branch.iter().filter(|error| error.instance_path().as_str() == pointer).count();
        (at_top, branch.len())
    };
    let closest = possible.iter().map(distance).min();
    let mut closest = possible.iter().filter(|branch| Some(distance(branch)) == closest);
    if let (Some(only), None) = (closest.next(), closest.next()) {
        return only.iter().flat_map(|error| explain(schema, error, settings)).collect();
    }
    let firsts = possible.iter().filter_map(|branch| branch.first());
    let forms =
        firsts.flat_map(|error| explain(schema, error, settings)).map(|problem| problem.relative_to(pointer));
    vec![joined(pointer, forms, "")]
}

impl Problem {
    /// The problem in one line, with its place as seen from `pointer`.
    fn relative_to(&self, pointer: &str) -> String {
        match self.pointer.strip_prefix(pointer) {
            Some("") => self.message.clone(),
            Some(inner) => Self { pointer: inner.to_owned(), message: self.message.clone() }.to_string(),
            None => self.to_string(),
        }
    }
}

/// One problem for several ways of being right; `prefix` starts each of them and is said once.
fn joined(pointer: &str, forms: impl Iterator<Item = String>, prefix: &str) -> Problem {
    let mut distinct: Vec<String> = Vec::new();
    for form in forms {
        let form = form.strip_prefix(prefix).unwrap_or(&form).to_owned();
        if !distinct.contains(&form) {
            distinct.push(form);
        }
    }
    let separator = if prefix.is_empty() { "; or " } else { " or " };
    Problem { pointer: pointer.to_owned(), message: format!("{prefix}{}", distinct.join(separator)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Every pattern below a value.
    fn patterns<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("pattern").and_then(Value::as_str));
                members.values().for_each(|member| patterns(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| patterns(item, found)),
            _ => {}
        }
    }

    #[test]
    fn an_empty_text_is_empty_whatever_else_is_asked_for() {
        let (pattern, words) = PATTERNS[0];
        let told = |schema, text: &str| {
            let problems =
                crate::Validator::new(&schema, Settings::default()).unwrap().problems(&text.into());
            problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>()
        };
        let long = json!({ "type": "string", "minLength": 2, "pattern": pattern });
        assert_eq!(told(long.clone(), ""), ["must not be empty"]);
        assert_eq!(told(long.clone(), "a"), ["must be at least 2 characters long"]);
        assert_eq!(told(long, "é.é"), [words]);
        assert_eq!(told(json!({ "type": "string", "pattern": pattern }), ""), [words]);
        let (arn, words) = PATTERNS.iter().find(|(pattern, _)| pattern.starts_with("^arn:")).unwrap();
        let role = json!({ "type": "string", "minLength": 25, "pattern": arn });
        assert_eq!(told(role.clone(), "nope"), [*words]);
        assert_eq!(told(role, ""), ["must not be empty"]);
    }

    #[test]
    fn every_pattern_that_is_published_has_words() {
        let document = serde_json::from_str(include_str!("../../../openapi.json")).unwrap();
        let mut found = Vec::new();
        patterns(&document, &mut found);
        assert!(found.len() > 50);
        for pattern in found {
            assert!(pattern == INK || !pattern_in_words(pattern).contains(pattern), "{pattern}");
        }
    }
}
