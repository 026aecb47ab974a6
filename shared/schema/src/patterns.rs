//! Patterns, compiled when a text first meets them. Most values meet few of those that a schema has, and compiling them all
//! would cost more than compiling the rest of the schema.

use std::sync::OnceLock;

use jsonschema::paths::Location;
use jsonschema::{Draft, Keyword, PatternOptions, ValidationError};
use serde_json::{Map, Value, json};

/// The keyword.
pub(crate) const PATTERN: &str = "pattern";

/// The pattern of texts that must show something, which is in most schemas and needs no engine.
pub(crate) const INK: &str = "\\S";

/// Whether a text has something in it that ECMA 262, which JSON Schema refers to, does not call white space.
fn has_visible_character(text: &str) -> bool {
    let is_space = |one: char| (one.is_whitespace() && one != '\u{85}') || one == '\u{feff}';
    !text.chars().all(is_space)
}

/// A pattern. Its errors are of the kind `Custom`, with the pattern for a message.
struct Pattern {
    text: String,
    compiled: OnceLock<Option<jsonschema::Validator>>,
}

impl Pattern {
    fn compiled(&self) -> Option<&jsonschema::Validator> {
        let compile = || {
            let options = jsonschema::options()
                .with_draft(Draft::Draft4)
                // Takes time linear in the text, whatever the pattern.
                .with_pattern_options(PatternOptions::regex())
                .offline();
            options.build(&json!({ PATTERN: self.text })).ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    fn matches(&self, instance: &Value) -> bool {
        match instance.as_str() {
            None => true,
            Some(text) if self.text == INK => has_visible_character(text),
            Some(_) => self.compiled().is_some_and(|compiled| compiled.is_valid(instance)),
        }
    }
}

impl<'i> Keyword<'i> for Pattern {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.matches(instance) { Ok(()) } else { Err(ValidationError::custom(self.text.clone())) }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.matches(instance)
    }
}

/// Makes a pattern. With debug assertions, as in tests and on the local stack, one that cannot be compiled is refused at
/// once.
pub(crate) fn make<'a>(
    _: &'a Map<String, Value>,
    value: &'a Value,
    _: Location,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
    let text = value.as_str().ok_or_else(|| ValidationError::schema("a pattern must be text"))?;
    let pattern = Pattern { text: text.to_owned(), compiled: OnceLock::new() };
    if cfg!(debug_assertions) && pattern.compiled().is_none() {
        return Err(ValidationError::schema(format!("the pattern '{text}' cannot be compiled")));
    }
    Ok(Box::new(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_what_the_pattern_means() {
        let ink = Pattern { text: INK.to_owned(), compiled: OnceLock::new() };
        let compiled = ink.compiled().unwrap();
        for one in ('\0'..='\u{3100}').chain('\u{fe00}'..='\u{ffff}') {
            for text in [one.to_string(), format!(" {one}\t")] {
                assert_eq!(has_visible_character(&text), compiled.is_valid(&Value::from(text)), "{one:?}");
            }
        }
        assert!(!has_visible_character("") && !compiled.is_valid(&Value::from("")));
    }
}
