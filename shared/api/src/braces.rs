//! What stands in the braces of a path, as data. Types that declare it are made in [`path`](crate::path).

use std::collections::BTreeMap;

/// The name of the parameter that is checked against the caller's token. It belongs to the call, so no type declares it.
pub const PROJECT: &str = "projectKey";

/// The values of the names in a path's braces, percent-decoded. Only the types that declare a path read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathValues(BTreeMap<String, String>);

impl PathValues {
    /// The value of a name; empty where the gateway gave none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The project that the path names, where it names one.
    pub(crate) fn project(&self) -> Option<&str> {
        self.0.get(PROJECT).map(String::as_str)
    }

    /// Every name with its value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}

impl FromIterator<(String, String)> for PathValues {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

/// A parameter of a path.
#[derive(Debug, Clone, Copy)]
pub struct PathParam {
    /// Its name, as in the braces.
    pub name: &'static str,
    /// Description of what it names.
    pub description: &'static str,
    /// What it may be.
    pub kind: PathKind,
}

/// What a parameter of a path may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// A UUID.
    Id,
    /// An id, or `key={key}`.
    Reference,
    /// A whole number from 1 on.
    Number,
    /// Any text.
    Text,
}
