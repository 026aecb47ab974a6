//! What a client sees of a package.

use domain::ids::PackageId;
use domain::metadata::Timestamp;
use domain::package::{Package, PackageMember};
use domain::release::ReleaseId;
use domain::text::Name;
use schema::ReadOnly;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::user_id;
use crate::flow_versions::Given;

/// A package: flow versions that are deployed together, all or none.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Package")]
pub struct PackageView {
    /// The id.
    pub id: PackageId,
    /// Name.
    pub name: Name,
    /// Description of its purpose.
    pub notes: Option<String>,
    /// The flow versions in the package.
    pub flow_versions: Vec<PackageMemberView>,
    /// Whether it was ever asked to be deployed. From then on no flow can be taken out of it.
    pub deployed: bool,
    /// Number of deployments of its flow versions. It can be deleted when there are none.
    pub deployments_count: u64,
    /// The API client that made it.
    pub user_id: String,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
}

/// A flow version in a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PackageMember")]
pub struct PackageMemberView {
    /// The flow version, `{flowId}.{number}`.
    pub flow_version_id: ReleaseId,
    /// The priority that its deployments get; null counts as 0.
    pub priority: Option<i32>,
}

impl PackageView {
    /// The view of a package that has that number of deployments.
    pub fn of(package: Package, deployments: u64) -> Self {
        Self {
            id: package.id,
            name: package.name,
            notes: package.notes,
            flow_versions: package.members.iter().map(PackageMemberView::of).collect(),
            deployed: package.was_deployed,
            deployments_count: deployments,
            user_id: user_id(&package.metadata.created_by),
            created_at: package.metadata.created_at,
            updated_at: package.metadata.last_modified_at,
        }
    }
}

impl PackageMemberView {
    fn of(member: &PackageMember) -> Self {
        let flow_version_id = ReleaseId { flow: member.flow, number: member.release };
        Self { flow_version_id, priority: member.priority }
    }
}

/// A package to be.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PackageDraft {
    /// Name.
    pub name: Name,
    /// Description of its purpose.
    #[schemars(length(max = 255), extend("format" = "multi-line"))]
    pub notes: Option<String>,
    /// The flow versions in the package, at most one of each flow.
    #[schemars(length(min = 1, max = 25))]
    pub flow_versions: Vec<MemberDraft>,
}

/// Members of a package that may be sent back as they were read.
const READ_ONLY: &[&str] = &["id", "deployed", "deployments_count", "user_id", "created_at", "updated_at"];

/// Changes to a package. Members that are omitted stay unchanged.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(transform = ReadOnly(READ_ONLY))]
pub struct PackageChanges {
    /// The new name.
    pub name: Option<Name>,
    /// The new notes; null takes them away.
    #[serde(default)]
    #[schemars(length(max = 255), extend("format" = "multi-line"))]
    pub notes: Given<String>,
    /// All that is to be in it. Once it was deployed every flow stays, in whatever version.
    #[schemars(length(min = 1, max = 25))]
    pub flow_versions: Option<Vec<MemberDraft>>,
}

/// A flow version to be put into a package.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "PackageMemberDraft")]
pub struct MemberDraft {
    /// The flow version, `{flowId}.{number}`. A package holds one of each flow.
    pub flow_version_id: ReleaseId,
    /// The priority that its deployments get: of several that are on, the highest answers. Null counts as 0.
    pub priority: Option<i32>,
}

impl MemberDraft {
    /// The member of a package that it asks for.
    pub fn member(&self) -> PackageMember {
        let ReleaseId { flow, number } = self.flow_version_id;
        PackageMember { flow, release: number, priority: self.priority }
    }
}

#[cfg(test)]
mod tests {
    use domain::metadata::{Metadata, Principal};
    use serde_json::json;

    use super::*;

    const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

    #[test]
    fn what_is_nothing_is_null_and_not_left_out() {
        let member = PackageMember { flow: ID.parse().unwrap(), release: 3, priority: None };
        let package = Package {
            id: ID.parse().unwrap(),
            name: "June".parse().unwrap(),
            notes: None,
            members: vec![member],
            was_deployed: true,
            metadata: Metadata::begin("2026-11-20T10:00:00Z".parse().unwrap(), &Principal::system("tests")),
        };
        let view = PackageView::of(package, 4);
        let expected = json!({
            "id": ID,
            "name": "June",
            "notes": null,
            "flow_versions": [{ "flow_version_id": format!("{ID}.3"), "priority": null }],
            "deployed": true,
            "deployments_count": 4,
            "user_id": "system:tests",
            "created_at": "2026-11-20T10:00:00.000Z",
            "updated_at": "2026-11-20T10:00:00.000Z",
        });
        assert_eq!(serde_json::to_value(view).unwrap(), expected);
    }
}
