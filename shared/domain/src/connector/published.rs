//! Published connectors: what can be deployed. Nobody edits one; publishing the staged one replaces it.

use serde::{Deserialize, Serialize};

use super::profile::Profile;
use super::specification::Specification;
use super::staged::ConnectorStaged;
use crate::ids::ConnectorId;
use crate::metadata::{Metadata, Principal, Timestamp};
use crate::payload::Payload;
use crate::text::{Key, ProjectIdentifier, ProjectKey};

/// A published connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connector {
    /// The id, that of the staged connector.
    pub id: ConnectorId,
    /// The key, that of the staged connector.
    pub key: Option<Key>,
    /// Whose it is.
    pub owner: ProjectKey,
    /// What it says of itself.
    #[serde(flatten)]
    pub profile: Profile,
    /// What it declares.
    pub specification: Specification,
    /// Its contents.
    pub package: Payload,
    /// Whether only its owner and `private_projects` may use it.
    pub private: bool,
    /// Who may use it while it is private.
    pub private_projects: Vec<ProjectIdentifier>,
    /// Whether it was certified.
    pub certified: bool,
    /// Whether it is found and deployed by others than its owner.
    pub listed: bool,
    /// The version of the staged connector that was published. Nothing for what was published before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staged_version: Option<u64>,
    /// Version and authorship.
    pub metadata: Metadata,
}

impl Connector {
    /// What is published from a staged connector, in place of `before`.
    pub fn publish(
        staged: &ConnectorStaged,
        before: Option<&Self>,
        certified: bool,
        now: Timestamp,
        by: &Principal,
    ) -> Self {
        let mut metadata = before.map_or_else(|| Metadata::begin(now, by), |before| before.metadata.clone());
        if before.is_some() {
            metadata.touch(now, by);
        }
        Self {
            id: staged.id,
            key: staged.key.clone(),
            owner: staged.owner.clone(),
            profile: staged.profile.clone(),
            specification: staged.specification.clone(),
            package: staged.package.clone(),
            private: !certified,
            private_projects: staged.private_projects.clone(),
            certified,
            listed: true,
            staged_version: Some(staged.metadata.version),
            metadata,
        }
    }

    /// Whether `project` may see and deploy it. Its owner always may.
    pub fn is_open_to(&self, project: &ProjectKey) -> bool {
        let is_invited = || self.private_projects.iter().any(|one| one.project() == project.as_str());
        self.owner == *project || (self.listed && (!self.private || is_invited()))
    }
}
