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

/// More entries than this are left out.
pub const MAX_ENTRIES: usize = 100;

/// What would make a report longer is left out, in bytes of JSON: an item of 400 KB has to hold it, and more.
pub const MAX_BYTES: usize = 150_000;

/// The title of the last entry of a report that is full.
pub const LEFT_OUT: &str = "More was left out";

/// A longer message is cut, in characters. Step Functions can be wordy.
pub const MAX_MESSAGE_CHARS: usize = 1000;

impl Report {
    /// Adds an entry. A stage that runs twice says the same thing twice; the report keeps the first. One that is
    /// full says so, once, and takes nothing more.
    pub fn add(&mut self, mut entry: Entry) {
        entry.message = entry.message.map(cut);
        let said = self.entries.iter().any(|old| {
            old.entry_type == entry.entry_type && old.title == entry.title && old.message == entry.message
        });
        if said || self.entries.last().is_some_and(|last| last.title == LEFT_OUT) {
            return;
        }
        // One place is kept for the entry that says that there is no more.
        let has_place = self.entries.len() + 1 < MAX_ENTRIES;
        let has_room = self.entries.iter().chain([&entry]).map(bytes).sum::<usize>() <= MAX_BYTES;
        self.entries.push(if has_place && has_room { entry } else { left_out(entry.created_at) });
    }
}

/// How much room an entry takes. One that cannot be written takes all there is.
fn bytes(entry: &Entry) -> usize {
    serde_json::to_vec(entry).map_or(MAX_BYTES, |json| json.len())
}

fn left_out(created_at: Timestamp) -> Entry {
    Entry {
        entry_type: EntryType::Warning,
        title: LEFT_OUT.to_owned(),
        message: Some("The report is full; mend what it says so far, and deploy again".to_owned()),
        application: None,
        created_at,
    }
}

fn cut(message: String) -> String {
    if message.chars().count() <= MAX_MESSAGE_CHARS {
        return message;
    }
    message.chars().take(MAX_MESSAGE_CHARS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(message: &str) -> Entry {
        Entry {
            entry_type: EntryType::Error,
            title: "Configuration is incomplete".to_owned(),
            message: Some(message.to_owned()),
            application: None,
            created_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn what_was_said_is_not_said_again() {
        let mut report = Report::default();
        for message in ["one", "two", "one"] {
            report.add(entry(message));
        }
        assert_eq!(report.entries, [entry("one"), entry("two")]);
    }

    #[test]
    fn a_report_stays_small_whatever_it_is_told() {
        let mut report = Report::default();
        for place in 0..=MAX_ENTRIES {
            report.add(entry(&format!("{place}{}", "e".repeat(5000))));
        }
        assert_eq!(report.entries.len(), MAX_ENTRIES);
        assert_eq!(report.entries.last().map(|last| last.title.as_str()), Some(LEFT_OUT));
        let longest =
            report.entries.iter().filter_map(|entry| entry.message.as_ref()).map(|text| text.chars().count());
        assert_eq!(longest.max(), Some(MAX_MESSAGE_CHARS));
    }

    #[test]
    fn what_takes_many_bytes_is_left_out_sooner() {
        let mut report = Report::default();
        for place in 0..MAX_ENTRIES {
            report.add(entry(&format!("{place}{}", "\u{1}".repeat(5000))));
        }
        assert!(report.entries.len() < 30, "{}", report.entries.len());
        assert_eq!(report.entries.iter().filter(|entry| entry.title == LEFT_OUT).count(), 1);
        assert_eq!(report.entries.last().map(|last| last.title.as_str()), Some(LEFT_OUT));
        assert!(serde_json::to_vec(&report).unwrap().len() < MAX_BYTES + 1000);
    }
}
