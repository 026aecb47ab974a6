//! Deployments of packages.

use domain::ids::{DeploymentId, PackageDeploymentId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::Timestamp;
use domain::package::{MemberDeployment, PackageDeployment};
use domain::placement::Placement;
use domain::release::ReleaseId;
use domain::report::{Entry, EntryType};
use domain::report_code::ReportCode;
use domain::stage::Stage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::flow_versions::{EnvironmentReference, user_id};

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
    /// What it says, in a word that never changes its meaning. Null for entries that were written before there were codes.
    pub code: Option<ReportCode>,
    /// The stage of the operation that it is about. Null where that may be any.
    pub stage: Option<Stage>,
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
        let Entry { entry_type, code, title, message, created_at, .. } = entry;
        let stage = code.and_then(ReportCode::stage);
        Self { entry_type, code, stage, title, message, created_at }
    }
}

/// The environment to deploy a package to.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PackageDeploymentDraft {
    /// The virtual environment: its id or its key. Global when null or absent.
    pub virtual_environment_id: Option<EnvironmentReference>,
}
