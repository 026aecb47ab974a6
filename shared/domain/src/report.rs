//! The build report: what the worker did, and what went wrong, in words for the person who deployed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::trail::Timestamp;

/// How much an entry matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EntryType {
    /// Something was done.
    Information,
    /// Something to know; the deployment goes on.
    Warning,
    /// Why the deployment failed.
    Error,
}

/// One entry of a build report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// How much it matters.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// What it is about, in a few words.
    pub title: String,
    /// The details, and how to mend what is wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
    /// The application it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub application: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// The entries of one build, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// More entries than this are cut: an item of 400 KB has to hold them.
pub const MAX_ENTRIES: usize = 200;

impl Report {
    /// Adds an entry. A stage that runs twice says the same thing twice; the report keeps the first.
    pub fn add(&mut self, entry: Entry) {
        let said = self.entries.iter().any(|old| {
            old.entry_type == entry.entry_type && old.title == entry.title && old.message == entry.message
        });
        if !said && self.entries.len() < MAX_ENTRIES {
            self.entries.push(entry);
        }
    }
}
