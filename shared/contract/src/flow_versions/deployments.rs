//! Deployments of flow versions.

use std::borrow::Cow;

use domain::deployment::Deployment;
use domain::ids::{DeploymentId, FlowId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::Timestamp;
use domain::placement::Placement;
use domain::release::{Release, ReleaseId};
use domain::route::Enabled;
use domain::text::{Description, Name};
use domain::wishes::Wishes;
use schema::ReadOnly;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};

use crate::Pending;
use crate::flow_versions::environments::EnvironmentView;
use crate::flow_versions::packages::PackageView;
use crate::flow_versions::{EnvironmentReference, Given, user_id};

/// A flow version in a virtual environment, or everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "FlowVersionDeployment")]
pub struct DeploymentView {
    /// The id.
    pub id: DeploymentId,
    /// The flow version, `{flowId}.{number}`.
    pub flow_version_id: ReleaseId,
    /// The virtual environment; null when it is global.
    pub virtual_environment_id: Placement,
    /// The package that it was deployed with.
    pub package_id: Option<PackageId>,
    /// The name of the flow when it was deployed.
    pub name: Name,
    /// Of several that are switched on the highest answers. Null counts as 0.
    pub priority: Option<i32>,
    /// Whether deploying leaves it switched off.
    pub deploy_disabled: bool,
    /// Since when it is switched on; null while it is off.
    pub enabled_at: Option<Timestamp>,
    /// The API client that switched it on.
    pub enabled_by_id: Option<String>,
    /// The API client that deployed it.
    pub user_id: String,
    /// The result of the last operation, or how far it is.
    pub status: Status,
    /// Changes that were asked for during the current operation and are made when it ends. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
    /// What was asked for besides.
    #[serde(flatten)]
    pub included: Included,
}

/// What a list or a deployment is answered with when `include` asks for it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Included {
    /// The client that switched it on.
    #[serde(skip_serializing_if = "Embedded::is_left_out")]
    pub enabled_by: Embedded<UserView>,
    /// The flow version.
    #[serde(skip_serializing_if = "Embedded::is_left_out")]
    pub flow_version: Embedded<FlowVersionView>,
    /// The virtual environment.
    #[serde(skip_serializing_if = "Embedded::is_left_out")]
    pub virtual_environment: Embedded<EnvironmentView>,
    /// The package.
    #[serde(skip_serializing_if = "Embedded::is_left_out")]
    pub package: Embedded<PackageView>,
    /// The client that deployed it.
    #[serde(skip_serializing_if = "Embedded::is_left_out")]
    pub user: Embedded<UserView>,
}

/// Something that is answered when it is asked for, and null when there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Embedded<T> {
    /// It was not asked for.
    #[default]
    LeftOut,
    /// There is none, or it is gone.
    Nothing,
    /// This.
    Value(T),
}

/// The API client that made a change, or the part of Slipway that did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub struct UserView {
    /// The API client; `system:worker` and the like for Slipway itself.
    pub id: String,
    /// The name of the client at that time. Null if the name was not kept and the client was deleted.
    pub name: Option<Name>,
}

/// A flow version: a release.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "FlowVersion")]
pub struct FlowVersionView {
    /// The id, `{flowId}.{number}`.
    pub id: ReleaseId,
    /// The flow.
    pub flow_id: FlowId,
    /// The number of the release.
    pub iteration: u32,
    /// Description of the release, as given when it was made.
    pub description: Description,
    /// The API client that made it.
    pub user_id: String,
    /// Time of creation.
    pub created_at: Timestamp,
}

impl DeploymentView {
    /// The view of a deployment that is to become what `wishes` say, and is switched on as `enabled` says, if it is.
    /// Nothing is included.
    pub fn of(deployment: &Deployment, wishes: &Wishes, enabled: Option<&Enabled>) -> Self {
        Self {
            id: deployment.id,
            flow_version_id: version_of(deployment),
            virtual_environment_id: deployment.placement,
            package_id: deployment.package,
            name: deployment.name.clone(),
            priority: wishes.priority(deployment),
            deploy_disabled: wishes.deploy_disabled(deployment),
            enabled_at: enabled.map(|enabled| enabled.at),
            enabled_by_id: enabled.map(|enabled| user_id(&enabled.by)),
            user_id: user_id(&deployment.metadata.created_by),
            status: deployment.status,
            pending: Pending::of(wishes),
            created_at: deployment.metadata.created_at,
            updated_at: deployment.metadata.last_modified_at,
            included: Included::default(),
        }
    }
}

/// The flow version that a deployment is of.
pub fn version_of(deployment: &Deployment) -> ReleaseId {
    ReleaseId { flow: deployment.flow, number: deployment.release }
}

impl From<&Release> for FlowVersionView {
    fn from(release: &Release) -> Self {
        Self {
            id: ReleaseId { flow: release.flow, number: release.number },
            flow_id: release.flow,
            iteration: release.number,
            description: release.description.clone(),
            user_id: user_id(&release.created_by),
            created_at: release.created_at,
        }
    }
}

impl<T> Embedded<T> {
    /// What there is, if there is any.
    pub fn found(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Value)
    }

    /// Whether it was not asked for.
    pub const fn is_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }
}

impl<T: Serialize> Serialize for Embedded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::LeftOut | Self::Nothing => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Embedded<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

/// A release, and the environment to deploy it to.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "FlowVersionDeploymentDraft")]
pub struct DeploymentDraft {
    /// The flow version, as in the path.
    pub flow_version_id: ReleaseId,
    /// The virtual environment: its id or its key. Global when null or absent.
    pub virtual_environment_id: Option<EnvironmentReference>,
    /// Of several that are switched on the highest answers. Null counts as 0.
    pub priority: Option<i32>,
    /// Whether to leave it switched off.
    pub deploy_disabled: Option<bool>,
}

/// Members of a deployment that may be sent back as they were read, those that `include` asked for among them.
const READ_ONLY: &[&str] = &[
    "id",
    "package_id",
    "name",
    "enabled_by_id",
    "user_id",
    "status",
    "pending",
    "created_at",
    "updated_at",
    "enabledBy",
    "flowVersion",
    "virtualEnvironment",
    "package",
    "user",
];

/// Changes to a deployment. Members that are omitted stay unchanged.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(transform = ReadOnly(READ_ONLY))]
#[schemars(rename = "FlowVersionDeploymentChanges")]
pub struct DeploymentChanges {
    /// The flow version, which stays what it is: as in the path, if it is given at all.
    pub flow_version_id: Option<ReleaseId>,
    /// The virtual environment: its id or its key; null for everywhere. It is built for there first.
    #[serde(default)]
    pub virtual_environment_id: Given<EnvironmentReference>,
    /// Of several that are switched on the highest answers; null takes it away, which counts as 0.
    #[serde(default)]
    pub priority: Given<i32>,
    /// Since when it is to be on, beside whatever is on; at most 5 minutes ahead. Null switches it off. What it is already
    /// changes nothing.
    #[serde(default)]
    pub enabled_at: Given<Timestamp>,
    /// Whether deploying it again leaves it switched off.
    #[serde(default)]
    pub deploy_disabled: Given<bool>,
}
