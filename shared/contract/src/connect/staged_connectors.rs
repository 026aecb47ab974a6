//! Staged connectors.

use domain::connector::{
    CertificationComment, ConnectorStaged, ConnectorStatus, Creator, IntegrationType, Previewable, Repository,
};
use domain::text::{
    Description, Email, Key, Line, Name, Note, ProjectIdentifier, Region, RepositoryUrl, Tag,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::connect::outline::{ConnectorApiClient, ConnectorOutline, api_client};
use crate::connect::reports::ReportView;

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
    pub publishing_report: Option<ReportView>,
    /// Whether it was published and can be found.
    pub already_listed: bool,
    /// Whether it differs from what was published.
    pub has_changes: bool,
    /// Whether it may be deployed as a preview: a text.
    pub is_previewable: Previewable,
    /// The report of the last checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previewable_report: Option<ReportView>,
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
            publishing_report: staged.publishing_report.map(Into::into),
            already_listed: staged.already_listed,
            has_changes: staged.has_changes,
            is_previewable: staged.previewable,
            previewable_report: staged.previewable_report.map(Into::into),
        }
    }
}

/// A new staged connector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorStagedDraft {
    /// The user's own name for addressing, unique among the connectors of the stack.
    pub key: Option<Key>,
    /// Name.
    pub name: Name,
    /// Description of what it does.
    pub description: Option<Note>,
    /// Systems that it integrates with.
    #[schemars(length(max = 50))]
    pub integration_types: Option<Vec<IntegrationType>>,
    /// The client that created it.
    pub creator: Creator,
    /// The repository with its contents, which are read before the request is answered.
    pub repository: Repository,
    /// The regions that it can be deployed to. If omitted or empty, any.
    #[schemars(length(max = 50))]
    pub supported_regions: Option<Vec<Region>>,
    /// The projects that may use it, besides its own, while it is private.
    #[schemars(length(max = 500))]
    pub private_projects: Option<Vec<ProjectIdentifier>>,
    /// URL of its documentation.
    pub documentation_url: Option<Line>,
}

/// A change to a staged connector.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "action")]
#[schemars(rename = "ConnectorStagedAction")]
pub enum Action {
    /// Call it something else.
    SetName {
        /// The new name.
        name: Name,
    },
    /// Say what it does.
    SetDescription {
        /// The new description.
        description: Note,
    },
    /// Say what it integrates with.
    SetIntegrationTypes {
        /// The new types, which replace all earlier ones.
        #[schemars(length(max = 50))]
        integration_types: Vec<IntegrationType>,
    },
    /// Say where its documentation is.
    SetDocumentationUrl {
        /// The URL; an empty text takes it away.
        documentation_url: Line,
    },
    /// Say where it can be deployed.
    SetSupportedRegions {
        /// The new regions, which replace all earlier ones.
        #[schemars(length(min = 1, max = 50))]
        regions: Vec<Region>,
    },
    /// Read its contents anew, at another tag or from another repository.
    SetRepository {
        /// The repository; the one it has when absent.
        url: Option<RepositoryUrl>,
        /// The tag.
        tag: Tag,
    },
    /// Set the creator's name.
    SetCreatorName {
        /// The name. An empty text removes it.
        creator_name: Line,
    },
    /// Set how the creator is addressed.
    SetCreatorTitle {
        /// The title; an empty text takes it away.
        creator_title: Line,
    },
    /// Set the creator's address.
    SetCreatorEmail {
        /// The address.
        creator_email: Email,
    },
    /// Set the creator's company.
    SetCreatorCompany {
        /// The company; an empty text takes it away.
        creator_company: Line,
    },
    /// Set the creator's logo.
    SetCreatorLogo {
        /// The URL of the logo. An empty text removes it.
        logo_url: Line,
    },
    /// Say where the creator helps.
    SetCreatorSupportUrl {
        /// The URL; an empty text takes it away.
        creator_support_url: Line,
    },
    /// Say how many people work on it.
    SetCreatorNoOfContributors {
        /// The number of people.
        #[schemars(range(min = 1))]
        creator_no_of_contributors: u32,
    },
    /// Open it to a project while it is private.
    AddPrivateProject {
        /// The project.
        private_project: ProjectIdentifier,
    },
    /// Close it to a project while it is private.
    RemovePrivateProject {
        /// The project.
        private_project: ProjectIdentifier,
    },
    /// Check whether it may be deployed as a preview. Only `publish` may follow.
    UpdatePreviewable,
    /// Publish it. Only `updatePreviewable` may follow.
    Publish {
        /// Whether it is to be certified first, and open to all afterwards.
        certification: bool,
    },
    /// Say something to whoever certifies it.
    AddCertificationComment {
        /// The comment.
        comment: Description,
    },
    /// Take what is published, certified, off the list. What is deployed stays.
    Unlist,
}

impl Action {
    /// Whether a worker does it, after the answer.
    pub const fn is_job(&self) -> bool {
        matches!(self, Self::UpdatePreviewable | Self::Publish { .. })
    }

    /// Whether it depends on what is published.
    pub const fn concerns_published(&self) -> bool {
        matches!(self, Self::Publish { .. } | Self::Unlist)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A fresh staged connector of `acme`, with other members where `other` has them.
    fn staged(other: &Value) -> ConnectorStaged {
        let at = "2026-11-20T09:15:02.120Z";
        let mut staged = json!({
            "id": "5b0b3a2e-7b54-4f0a-8a58-9b1c2d3e4f50", "key": null, "owner": "acme", "name": "Acme tax",
            "description": "", "integrationTypes": [], "creator": { "email": "dev@acme.example" },
            "repository": { "url": "https://github.com/acme/tax.git", "tag": "v1" }, "supportedRegions": [],
            "specification": { "applications": [] }, "package": { "digest": "0".repeat(64), "size": 2 },
            "private": true, "privateProjects": [], "comments": [], "status": "Draft", "previewable": "none",
            "previewableReport": null, "publishingReport": null, "alreadyListed": false, "hasChanges": false,
            "operation": null, "lease": null,
            "metadata": {
                "version": 1, "createdAt": at, "createdBy": "client:1", "lastModifiedAt": at,
                "lastModifiedBy": "client:1",
            },
        });
        for (name, value) in other.as_object().unwrap() {
            staged[name] = value.clone();
        }
        serde_json::from_value(staged).unwrap()
    }

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
