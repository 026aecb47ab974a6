//! Reports of operations on flow deployments.

use domain::deployment::Build;
use domain::ids::BuildId;
use domain::metadata::Timestamp;
use domain::report::{Entry, EntryType, Report};
use domain::report_code::ReportCode;
use domain::stage::Stage;
use schemars::JsonSchema;
use serde::Serialize;

/// One build: the work of one operation.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FlowDeploymentBuild")]
pub struct BuildView {
    /// The id.
    pub id: BuildId,
    /// The report: the steps that were done, and the reasons of a failure.
    pub report: ReportView,
}

/// The entries of one build, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FlowDeploymentReport")]
pub struct ReportView {
    /// The entries.
    pub entries: Vec<ReportEntryView>,
}

/// One entry of a build report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FlowDeploymentReportEntry")]
pub struct ReportEntryView {
    /// Severity.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// What it says, in a word that never changes its meaning. Absent for entries that were written before there were codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ReportCode>,
    /// The stage of the operation that it is about. Absent where that may be any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
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
        let Entry { entry_type, code, title, message, application, created_at } = entry;
        let stage = code.and_then(ReportCode::stage);
        Self { entry_type, code, stage, title, message, application, created_at }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown(title: &str) -> Value {
        let entry = Entry {
            entry_type: EntryType::Error,
            code: ReportCode::of_title(title),
            title: title.to_owned(),
            message: None,
            application: None,
            created_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        };
        let report = ReportView::from(Report { entries: vec![entry] });
        serde_json::to_value(report).unwrap()["entries"][0].take()
    }

    #[test]
    fn an_entry_has_a_code_and_its_stage_beside_its_words() {
        let expected = json!({
            "type": "Error", "code": "ConfigurationIncomplete", "stage": "configure",
            "title": "Configuration is incomplete", "createdAt": "2026-11-20T10:00:00.000Z",
        });
        assert_eq!(shown("Configuration is incomplete"), expected);
        let given_up = shown("Given up");
        assert_eq!((&given_up["code"], given_up.get("stage")), (&json!("GivenUp"), None));
        assert_eq!(shown("Something else").get("code"), None);
    }
}
