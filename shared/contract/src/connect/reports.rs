//! Reports, with the members that clients of Connect know.

use domain::deployment::Build;
use domain::ids::BuildId;
use domain::metadata::Timestamp;
use domain::report::{Entry, EntryType, Report};
use schemars::JsonSchema;
use serde::Serialize;

/// One build: the work of one operation.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Build")]
pub struct BuildView {
    /// The id.
    pub id: BuildId,
    /// The report: the steps that were done, and the reasons of a failure.
    pub report: ReportView,
}

/// The entries of one build, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct ReportView {
    /// The entries.
    pub entries: Vec<ReportEntryView>,
}

/// One entry of a build report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ReportEntry")]
pub struct ReportEntryView {
    /// Severity.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// Title.
    pub title: String,
    /// The details, and how to mend what is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The application it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Time at which the entry was written.
    pub created_at: Timestamp,
}

impl From<Build> for BuildView {
    fn from(Build { id, report }: Build) -> Self {
        Self { id, report: report.into() }
    }
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        Self { entries: report.entries.into_iter().map(Into::into).collect() }
    }
}

impl From<Entry> for ReportEntryView {
    fn from(entry: Entry) -> Self {
        let Entry { entry_type, title, message, application, created_at, .. } = entry;
        Self { entry_type, title, message, application, created_at }
    }
}

#[cfg(test)]
mod tests {
    use domain::report_code::ReportCode;
    use serde_json::json;

    use super::*;

    #[test]
    fn clients_of_connect_see_the_members_of_their_contract_alone() {
        let entry = Entry {
            entry_type: EntryType::Information,
            code: Some(ReportCode::WaitingForAws),
            title: "Waiting for AWS".to_owned(),
            message: None,
            application: Some("calc".to_owned()),
            created_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        };
        let expected = json!({
            "type": "Information", "title": "Waiting for AWS", "application": "calc",
            "createdAt": "2026-11-20T10:00:00.000Z",
        });
        assert_eq!(serde_json::to_value(ReportEntryView::from(entry)).unwrap(), expected);
    }
}
