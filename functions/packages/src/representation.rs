//! What a client sees of a package's deployments.

use contract::flow_versions::user_id;
use domain::ids::{DeploymentId, PackageDeploymentId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::Timestamp;
use domain::package::{MemberDeployment, PackageDeployment};
use domain::placement::Placement;
use domain::release::ReleaseId;
use domain::report::{Entry, EntryType};
use schemars::JsonSchema;
use serde::Serialize;

/// A package put somewhere.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "PackageDeployment")]
pub struct PackageDeploymentView {
    /// The id.
    pub id: PackageDeploymentId,
    /// The package.
    pub package_id: PackageId,
    /// The virtual environment; null when it is global.
    pub virtual_environment_id: Placement,
    /// Status. `Failed` means that nothing was switched on.
    pub status: Status,
    /// What was in the package when it was deployed, each with its deployment, which is there from when it is named here
    /// until it is undeployed. When the package is `Failed`, those that did not fail are undeployed.
    pub flow_version_deployments: Vec<MemberDeploymentView>,
    /// The entries of the build report, oldest first.
    pub report: Vec<ReportEntryView>,
    /// The API client that deployed it.
    pub user_id: String,
    /// Time of the request.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
}

/// The deployment of a flow version in a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PackageMemberDeployment")]
pub struct MemberDeploymentView {
    /// The id of the flow-version deployment.
    pub id: DeploymentId,
    /// The flow version, `{flowId}.{number}`.
    pub flow_version_id: ReleaseId,
    /// The priority that it is made with.
    pub priority: Option<i32>,
}

/// An entry of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PackageReportEntry")]
pub struct ReportEntryView {
    /// Severity.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// Title.
    pub title: String,
    /// The details, and how to mend what is wrong.
    pub message: Option<String>,
    /// Time at which the entry was written.
    pub created_at: Timestamp,
}

impl From<PackageDeployment> for PackageDeploymentView {
    fn from(deployment: PackageDeployment) -> Self {
        Self {
            id: deployment.id,
            package_id: deployment.package,
            virtual_environment_id: deployment.placement,
            status: deployment.status,
            flow_version_deployments: deployment.made_members().map(MemberDeploymentView::of).collect(),
            report: deployment.build.report.entries.into_iter().map(ReportEntryView::from).collect(),
            user_id: user_id(&deployment.metadata.created_by),
            created_at: deployment.metadata.created_at,
            updated_at: deployment.metadata.last_modified_at,
        }
    }
}

impl MemberDeploymentView {
    fn of(made: &MemberDeployment) -> Self {
        let flow_version_id = ReleaseId { flow: made.member.flow, number: made.member.release };
        Self { id: made.deployment, flow_version_id, priority: made.member.priority }
    }
}

impl From<Entry> for ReportEntryView {
    fn from(entry: Entry) -> Self {
        let Entry { entry_type, title, message, created_at, .. } = entry;
        Self { entry_type, title, message, created_at }
    }
}

#[cfg(test)]
mod tests {
    use domain::metadata::Principal;
    use domain::package::PackageMember;
    use domain::report::Report;
    use serde_json::json;

    use super::*;
    use crate::deploy::deployment;
    use crate::samples;

    #[test]
    fn a_package_deployment_is_shown_in_the_words_of_the_family() {
        let member = PackageMember { flow: samples::ID.parse().unwrap(), release: 3, priority: Some(-1) };
        let mut made = deployment(
            &samples::package(vec![member]),
            Placement::Global,
            &samples::request(Principal::system("tests")),
        );
        let unnamed = PackageDeploymentView::from(made.clone());
        assert_eq!(unnamed.flow_version_deployments, [], "what is not made yet is not named");
        made.members[0].made = true;
        let at = made.metadata.created_at;
        let entry = Entry {
            entry_type: EntryType::Error,
            title: "Flow version failed".to_owned(),
            message: None,
            application: None,
            created_at: at,
        };
        made.build.report = Report { entries: vec![entry] };
        let expected = json!({
            "id": made.id,
            "package_id": samples::ID,
            "virtual_environment_id": null,
            "status": "Queued",
            "flow_version_deployments": [{
                "id": made.members[0].deployment,
                "flow_version_id": format!("{}.3", samples::ID),
                "priority": -1,
            }],
            "report": [{ "type": "Error", "title": "Flow version failed", "message": null, "created_at": at }],
            "user_id": "system:tests",
            "created_at": at,
            "updated_at": at,
        });
        assert_eq!(serde_json::to_value(PackageDeploymentView::from(made)).unwrap(), expected);
    }
}
