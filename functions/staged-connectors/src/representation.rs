//! What a client sees of a staged connector.

use contract::connect::outline::{ConnectorApiClient, ConnectorOutline, api_client};
use domain::connector::{CertificationComment, ConnectorStaged, ConnectorStatus, Previewable};
use domain::report::Report;
use domain::text::ProjectIdentifier;
use schemars::JsonSchema;
use serde::Serialize;

/// A staged connector.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ConnectorStaged")]
pub struct ConnectorStagedView {
    /// Which it is, and what it takes.
    #[serde(flatten)]
    pub outline: ConnectorOutline,
    /// The API client that a deployment is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_client: Option<ConnectorApiClient>,
    /// Whether only its owner and `privateProjects` may use what is published.
    pub private: bool,
    /// The projects that may use it, besides its own, while it is private.
    pub private_projects: Vec<ProjectIdentifier>,
    /// The comments that were made during certification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certification_info: Option<CertificationInfo>,
    /// The status of publishing.
    pub status: ConnectorStatus,
    /// The report of the last publishing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publishing_report: Option<Report>,
    /// Whether it was published and can be found.
    pub already_listed: bool,
    /// Whether it differs from what was published.
    pub has_changes: bool,
    /// Whether it may be deployed as a preview: a text.
    pub is_previewable: Previewable,
    /// The report of the last checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previewable_report: Option<Report>,
}

/// The comments that were made during certification.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CertificationInfo {
    /// Oldest first.
    pub comments: Vec<CertificationComment>,
}

impl From<ConnectorStaged> for ConnectorStagedView {
    fn from(staged: ConnectorStaged) -> Self {
        let ConnectorStaged { id, key, profile, specification, metadata, comments, .. } = staged;
        Self {
            api_client: api_client(&specification),
            outline: ConnectorOutline::new(id, key, metadata.version, profile, &specification),
            certification_info: (!comments.is_empty()).then_some(CertificationInfo { comments }),
            private: staged.private,
            private_projects: staged.private_projects,
            status: staged.status,
            publishing_report: staged.publishing_report,
            already_listed: staged.already_listed,
            has_changes: staged.has_changes,
            is_previewable: staged.previewable,
            previewable_report: staged.previewable_report,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::editing::samples::staged;

    #[test]
    fn a_fresh_one_has_every_member_of_the_contract_and_no_empty_ones() {
        let view = serde_json::to_value(ConnectorStagedView::from(staged(&json!({})))).unwrap();
        assert_eq!(
            view,
            json!({
                "id": "5b0b3a2e-7b54-4f0a-8a58-9b1c2d3e4f50", "version": 1, "name": "Acme tax", "description": "",
                "integrationTypes": [], "creator": { "email": "dev@acme.example" },
                "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" }, "supportedRegions": [],
                "configurations": [], "private": true, "privateProjects": [], "status": "Draft",
                "alreadyListed": false, "hasChanges": false, "isPreviewable": "none",
            })
        );
    }

    #[test]
    fn comments_and_reports_are_shown_once_there_are_any() {
        let comment = json!({ "userId": "acme", "datetime": "2026-11-20T09:15:02.120Z", "comment": "Ready" });
        let entry = json!({ "type": "Error", "title": "No", "createdAt": "2026-11-20T09:15:02.120Z" });
        let staged = staged(&json!({
            "comments": [comment], "previewable": "false", "previewableReport": { "entries": [entry] },
        }));
        let view = serde_json::to_value(ConnectorStagedView::from(staged)).unwrap();
        assert_eq!(view["certificationInfo"], json!({ "comments": [comment] }));
        assert_eq!(view["isPreviewable"], "false");
        assert_eq!(view["previewableReport"], json!({ "entries": [entry] }));
        assert_eq!(view.get("publishingReport"), None);
    }
}
