//! Workflow variables: what they may be called.

use serde_json::{Map, Value};

use super::fields::Language;
use super::finding::join;
use super::scope::Checker;

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
