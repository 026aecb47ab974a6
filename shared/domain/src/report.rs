//! The build report: what the worker did, and what went wrong, in words for the person who deployed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metadata::Timestamp;
use crate::report_code::ReportCode;

/// Severity of an entry.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Severity.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// The code; nothing for entries about connectors, and for those that were written before there were codes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<ReportCode>,
    /// Title.
    pub title: String,
    /// The details, and how to mend what is wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
    /// The application it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub application: Option<String>,
    /// Time at which the entry was written.
    pub created_at: Timestamp,
}

/// The entries of one build, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// More entries than this are left out.
pub const MAX_ENTRIES: usize = 100;

/// What would make a report longer is left out, in bytes of JSON: an item of 400 KB has to hold it, and more.
pub const MAX_BYTES: usize = 150_000;

/// The title of the last entry of a report that is full.
pub const LEFT_OUT: &str = ReportCode::LeftOut.title();

/// A longer message is cut, in characters. Step Functions can be wordy.
pub const MAX_MESSAGE_CHARS: usize = 1000;

impl Report {
    /// Adds an entry. A stage that runs twice says the same thing twice; the report keeps the first. One that is
    /// full says so, once, and takes nothing more but errors, which displace what only informs, and then warnings.
    pub fn add(&mut self, entry: Entry) {
        self.add_within(MAX_BYTES, entry);
    }

    /// The same where less room is left for the report: so many bytes of JSON.
    pub fn add_within(&mut self, max_bytes: usize, mut entry: Entry) {
        entry.message = entry.message.map(cut);
        let said = self.entries.iter().any(|old| {
            old.entry_type == entry.entry_type
                && old.title == entry.title
                && old.message == entry.message
                && old.application == entry.application
        });
        if said {
            return;
        }
        let is_full = self.entries.last().is_some_and(|last| last.title == LEFT_OUT);
        if !is_full && has_room(&self.entries, &entry, max_bytes) {
            self.entries.push(entry);
            return;
        }
        let word = self.entries.pop_if(|last| last.title == LEFT_OUT);
        let word = word.unwrap_or_else(|| left_out(entry.created_at));
        if let Some(kept) = displaced(&self.entries, &entry, max_bytes) {
            self.entries = kept;
            self.entries.push(entry);
        }
        self.entries.push(word);
    }
}

/// Whether there is a place and room for one more. One place is kept for the entry that says that there is no more.
fn has_room(entries: &[Entry], entry: &Entry, max_bytes: usize) -> bool {
    let room = entries.iter().chain([entry]).map(bytes).sum::<usize>() <= max_bytes;
    room && entries.len() + 1 < MAX_ENTRIES
}

/// What is left of `entries` when an error takes the place of what matters less, the latest first; nothing when there
/// is no room for it even so, or it is no error: why something failed must not be lost behind how far it came.
fn displaced(entries: &[Entry], error: &Entry, max_bytes: usize) -> Option<Vec<Entry>> {
    let mut kept = entries.to_vec();
    if error.entry_type != EntryType::Error {
        return None;
    }
    while !has_room(&kept, error, max_bytes) {
        let last = |wanted: EntryType| kept.iter().rposition(|entry| entry.entry_type == wanted);
        let place = last(EntryType::Information).or_else(|| last(EntryType::Warning))?;
        kept.remove(place);
    }
    Some(kept)
}

/// How much room an entry takes. One that cannot be written takes all there is.
fn bytes(entry: &Entry) -> usize {
    serde_json::to_vec(entry).map_or(MAX_BYTES, |json| json.len())
}

fn left_out(created_at: Timestamp) -> Entry {
    Entry {
        entry_type: EntryType::Warning,
        code: Some(ReportCode::LeftOut),
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
            code: Some(ReportCode::ConfigurationIncomplete),
            title: "Configuration is incomplete".to_owned(),
            message: Some(message.to_owned()),
            application: None,
            created_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn an_entry_from_before_codes_is_read_and_written_as_it_was() {
        let stored = serde_json::json!({
            "type": "Error", "title": "No", "createdAt": "2026-11-20T10:00:00.000Z",
        });
        let entry: Entry = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(entry.code, None);
        assert_eq!(serde_json::to_value(entry).unwrap(), stored);
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
    fn an_error_displaces_what_matters_less_and_the_word_of_it_stays_last() {
        let of = |entry_type, message: &str| Entry { entry_type, ..entry(message) };
        for long in [1, 900] {
            let mut report = Report::default();
            for place in 0..2 * MAX_ENTRIES {
                let kind = if place % 10 == 0 { EntryType::Warning } else { EntryType::Information };
                report.add_within(50_000, of(kind, &format!("{place} {}", "i".repeat(long))));
            }
            let full = report.entries.len();
            report.add_within(50_000, of(EntryType::Warning, "too late"));
            report.add_within(50_000, entry("why"));
            report.add_within(50_000, entry("why"));
            let said = |report: &Report, message: &str| {
                report.entries.iter().filter(|entry| entry.message.as_deref() == Some(message)).count()
            };
            assert_eq!((said(&report, "why"), said(&report, "too late")), (1, 0));
            assert!(report.entries.len() <= full + 1, "there may be room for a short one");
            for place in 0..2 * MAX_ENTRIES {
                report.add_within(50_000, entry(&format!("{place} {}", "e".repeat(long))));
            }
            let (last, errors) = report.entries.split_last().unwrap();
            assert_eq!(last.title, LEFT_OUT);
            assert!(errors.iter().all(|entry| entry.entry_type == EntryType::Error), "warnings go too");
            assert!(report.entries.len() <= MAX_ENTRIES);
            assert!(serde_json::to_vec(&report).unwrap().len() < 51_000);
        }
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
