//! Short texts with rules: names, keys, descriptions. Parsed once at the door, valid ever after.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A text that breaks the rules of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {rule}")]
pub struct InvalidText {
    /// Which type of text.
    pub what: &'static str,
    /// The rule it breaks, in words.
    pub rule: &'static str,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident {
        what: $what:literal, rule: $rule:literal, min: $min:literal, max: $max:literal,
        $rules:tt, accepts: $accepts:expr $(,)?
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidText;

            fn from_str(text: &str) -> Result<Self, InvalidText> {
                let accepts: fn(&str) -> bool = $accepts;
                if ($min..=$max).contains(&text.chars().count()) && accepts(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidText { what: $what, rule: $rule })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, InvalidText> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let mut schema = json_schema!($rules);
                schema.insert("type".to_owned(), "string".into());
                schema.insert("minLength".to_owned(), $min.into());
                schema.insert("maxLength".to_owned(), $max.into());
                schema
            }
        }
    )+};
}

texts! {
    /// The tenant: 2–36 letters, digits, `_` and `-`. First segment of every native path.
    ProjectKey {
        what: "a project key", rule: "2 to 36 letters, digits, '_' or '-', and not a reserved word",
        min: 2, max: 36, { "pattern": "^[A-Za-z0-9_-]+$" },
        // These words are first segments of paths without a project.
        accepts: |text| is_key(text) && !["connectors", "oauth", "api"].contains(&text),
    }
    /// A name that the user gives an entity to address it by, as `key={key}`; unique per project and kind.
    Key {
        what: "a key", rule: "2 to 256 letters, digits, '_' or '-'",
        min: 2, max: 256, { "pattern": "^[A-Za-z0-9_-]+$" },
        accepts: is_key,
    }
    /// What an entity is called on a screen: 1–256 characters, not only white space.
    Name {
        what: "a name", rule: "1 to 256 characters, not only white space",
        min: 1, max: 256, { "pattern": "\\S" },
        accepts: has_ink,
    }
    /// Free text that must be there: release and deployment descriptions, 1–2,000 characters.
    Description {
        what: "a description", rule: "1 to 2,000 characters, not only white space",
        min: 1, max: 2000, { "pattern": "\\S" },
        accepts: has_ink,
    }
    /// Free text that may be empty, at most 2,000 characters.
    Note {
        what: "a description", rule: "at most 2,000 characters",
        min: 0, max: 2000, {},
        accepts: |_| true,
    }
    /// The name of a variable, `${name}` in a definition: 1–128 letters, digits, `.`, `_` and `-`. The prefixes
    /// `slipway.` and `secret.` are the platform's.
    VariableName {
        what: "a variable name",
        rule: "1 to 128 letters, digits, '.', '_' or '-', and not begin with 'slipway.' or 'secret.'",
        min: 1, max: 128, { "format": "variable-name" },
        accepts: |text| {
            text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
                && !text.starts_with("slipway.")
                && !text.starts_with("secret.")
        },
    }
}

fn is_key(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn has_ink(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_key_is_not_a_reserved_word() {
        assert!("acme-2".parse::<ProjectKey>().is_ok());
        for bad in ["a", "connectors", "oauth", "api", "ac me", "é-acme", &"x".repeat(37)] {
            assert!(bad.parse::<ProjectKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_counts_characters_not_bytes() {
        assert!("é".repeat(256).parse::<Name>().is_ok());
        assert!("é".repeat(257).parse::<Name>().is_err());
        assert!(" \t".parse::<Name>().is_err());
    }

    #[test]
    fn the_platform_keeps_its_prefixes() {
        assert!("slipway".parse::<VariableName>().is_ok());
        assert!("slipway.http".parse::<VariableName>().is_err());
        assert!("secret.token".parse::<VariableName>().is_err());
    }
}
