//! What the values of the parameters of a collection may be. A rule goes after "must be".

use store::{Address, Direction};
use uuid::Uuid;

use super::{Choice, FilterKind, SortField};
use schema::pointer::cut;

/// Maximum number of values of one filter.
const MAX_VALUES: usize = 100;

/// Maximum number of characters of a text that is looked for.
const MAX_TEXT: usize = 1024;

/// The values of a filter, with commas between, from every way in which they may be given: with commas in one
/// parameter, or in several with `[]` or a number in brackets behind. Empty ones are none: some clients send every filter
/// that they know.
pub(crate) fn filter_values(
    parameter: &str,
    given: &[(String, String)],
) -> Result<Option<String>, &'static str> {
    if given.iter().filter(|(name, _)| name == parameter).count() > 1 {
        return Err("may be given once; put commas between several values, or '[]' behind the name");
    }
    let mine = given.iter().filter(|(name, _)| is_of(name, parameter));
    let values = mine.flat_map(|(_, value)| value.split(',')).filter(|value| !value.is_empty());
    let values = values.collect::<Vec<_>>().join(",");
    Ok((!values.is_empty()).then_some(values))
}

/// Whether a name is a filter's, or the filter's with `[]` or `[7]` behind.
pub(crate) fn is_of(name: &str, parameter: &str) -> bool {
    let Some(rest) = name.strip_prefix(parameter) else { return false };
    let place = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    rest.is_empty() || place.is_some_and(|place| place.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The rule that a filter's values break.
pub(crate) fn filter_rule(kind: FilterKind, given: &str) -> Result<(), String> {
    let count = given.split(',').count();
    if count > MAX_VALUES {
        return Err(format!("at most {MAX_VALUES} values; these are {count}"));
    }
    if given.split(',').all(|value| fits(kind, value)) { Ok(()) } else { Err(expected(kind)) }
}

fn fits(kind: FilterKind, value: &str) -> bool {
    match kind {
        FilterKind::Id => value.len() == 36 && Uuid::try_parse(value).is_ok(),
        FilterKind::Reference => value.parse::<Address>().is_ok(),
        FilterKind::Boolean => flag(value).is_some(),
        FilterKind::OneOf(words) => words.contains(&value),
        FilterKind::Text => (1..=MAX_TEXT).contains(&value.chars().count()),
    }
}

fn expected(kind: FilterKind) -> String {
    match kind {
        FilterKind::Id => "an id (a UUID), or several with commas between".to_owned(),
        FilterKind::Reference => {
            "an id (a UUID) or key={key}, or several of them with commas between".to_owned()
        }
        FilterKind::Boolean => "true, false, 1 or 0".to_owned(),
        FilterKind::OneOf(words) => format!("one of {}, or several with commas between", words.join(", ")),
        FilterKind::Text => "a text of 1 to 1,024 characters, or several with commas between".to_owned(),
    }
}

/// What a boolean's text means.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The rule that the names of what is to be included break. No name at all is none to include.
pub(crate) fn include_rule(choices: &[Choice], given: &str) -> Result<(), String> {
    let unknown = names(given).filter(|name| !choices.iter().any(|choice| choice.name == *name));
    let unknown: Vec<&str> = unknown.collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let allowed: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
    let (allowed, unknown) = (allowed.join(", "), quoted(&unknown));
    Err(format!("made of {allowed}, with commas between; {unknown} cannot be included"))
}

/// The names in a text; none in an empty one, which some clients send for whatever they do not use.
pub(crate) fn names(given: &str) -> impl Iterator<Item = &str> {
    given.split(',').filter(move |_| !given.is_empty())
}

/// The rule that a sort breaks. Nothing is no sort.
pub(crate) fn sort_rule(fields: &'static [SortField], given: &str) -> Result<(), String> {
    let unknown: Vec<&str> = names(given).filter(|name| sorted_by(fields, name).is_none()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let allowed = fields.iter().flat_map(SortField::names).collect::<Vec<_>>().join(", ");
    let unknown = quoted(&unknown);
    Err(format!(
        "made of {allowed}, each after '-' for the largest first, with commas between; {unknown} is none"
    ))
}

/// The fields that a sort means, most important first, by the names that they are declared with, and which way. Only the
/// first mention of a field counts.
pub(crate) fn sorts(fields: &'static [SortField], given: &str) -> Vec<(&'static str, Direction)> {
    let mut sorts: Vec<(&'static str, Direction)> = Vec::new();
    for (field, direction) in names(given).filter_map(|name| sorted_by(fields, name)) {
        if sorts.iter().all(|(known, _)| *known != field) {
            sorts.push((field, direction));
        }
    }
    sorts
}

/// A sort as a query says it.
pub(crate) fn sort_text(sorts: &[(&'static str, Direction)]) -> String {
    let signed = |(field, direction): &(&str, Direction)| match direction {
        Direction::Ascending => (*field).to_owned(),
        Direction::Descending => format!("-{field}"),
    };
    sorts.iter().map(signed).collect::<Vec<_>>().join(",")
}

fn sorted_by(fields: &'static [SortField], given: &str) -> Option<(&'static str, Direction)> {
    let (name, direction) = match given.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (given, Direction::Ascending),
    };
    let field = fields.iter().find(|field| field.names().any(|known| known == name))?;
    Some((field.name, direction))
}

impl SortField {
    /// Everything that it may be called.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.name].into_iter().chain(self.aliases.iter().copied())
    }
}

/// As much of what was sent as an error should repeat.
fn quoted(names: &[&str]) -> String {
    const MOST: usize = 10;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("'{}'", cut(name))).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    shown.join(", ") + more
}
