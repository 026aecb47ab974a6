//! How paths and bodies name an entity.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::text::Key;

/// How a path names an entity: by its id, or as `key={key}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// By id.
    Id(Uuid),
    /// By the user's own key.
    Key(Key),
}

/// Neither an id nor `key=…`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an id (a UUID) or key={{key}} with a key of 2 to 256 letters, digits, '_' or '-'")]
pub struct InvalidAddress;

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        match text.strip_prefix("key=") {
            Some(key) => key.parse().map(Self::Key).map_err(|_| InvalidAddress),
            None if text.len() == 36 => Uuid::try_parse(text).map(Self::Id).map_err(|_| InvalidAddress),
            None => Err(InvalidAddress),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "'{}'", id.as_hyphenated()),
            Self::Key(key) => write!(f, "'key={key}'"),
        }
    }
}
