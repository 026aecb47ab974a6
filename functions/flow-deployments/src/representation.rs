//! What a client sees of a flow deployment.

use contract::Pending;
use domain::deployment::{Build, Deployment, Operation};
use domain::flow::Trigger;
use domain::ids::{DeploymentId, EnvironmentId, FlowId, IntegrationId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal, Timestamp};
use domain::text::{Description, Name, ProjectKey};
use schemars::JsonSchema;
use serde::Serialize;
use store::Stored;

/// A flow deployment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FlowDeployment")]
pub struct FlowDeploymentView {
    /// The id.
    pub id: DeploymentId,
    /// Version and authorship.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// The flow.
    pub flow: FlowId,
    /// The integration that held the flow when it was deployed.
    pub integration: IntegrationId,
    /// The name of the flow when it was deployed.
    pub name: Name,
    /// The environment. Absent for a global deployment, which serves every environment in which no other deployment
    /// answers first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// The number of the release.
    pub release: u32,
    /// The highest answers where several are active. Absent counts as 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Whether deploying leaves it switched off, if it is.
    pub deploy_disabled: bool,
    /// The package that it was deployed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageId>,
    /// The description that was given with the request to deploy.
    pub description: Description,
    /// The result of the last operation, or how far it is.
    pub status: Status,
    /// Whether it is switched on: a superseded deployment is still Deployed, but another one answers.
    pub active: bool,
    /// What was asked for while the operation is under way, and is done when that is over. Priority and `deployDisabled`
    /// are shown as they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Since when it is switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_at: Option<Timestamp>,
    /// The client that switched it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_by: Option<Principal>,
    /// The operation under way, or the last one.
    pub operation: Operation,
    /// Report of the last operation.
    pub details: Details,
    /// The trigger of the release. Absent until it was deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// The URL at which a service trigger is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The details of a deployment.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FlowDeploymentDetails")]
pub struct Details {
    /// The build of the last operation.
    pub build: Build,
}

impl FlowDeploymentView {
    /// The view of a deployment, for a caller who reaches the API at `base_url`.
    pub fn new(stored: Stored<Deployment>, project: &ProjectKey, base_url: &str) -> Self {
        let Stored { entity: mut deployment, derived } = stored;
        derived.wishes.amend(&mut deployment);
        let trigger = deployment.application.map(|application| application.trigger);
        let active = derived.active(deployment.status);
        let called = active && trigger == Some(Trigger::Service);
        let path = || format!("{base_url}/{project}/triggers/{}/{}", deployment.placement, deployment.flow);
        let enabled = derived.enabled.filter(|_| active).map(|enabled| (enabled.at, enabled.by));
        let (enabled_at, enabled_by) = enabled.unzip();
        Self {
            url: called.then(path),
            id: deployment.id,
            metadata: deployment.metadata,
            flow: deployment.flow,
            integration: deployment.integration,
            name: deployment.name,
            environment: deployment.placement.environment(),
            release: deployment.release,
            priority: deployment.priority,
            deploy_disabled: deployment.deploy_disabled,
            package: deployment.package,
            description: deployment.description,
            status: deployment.status,
            active,
            pending: Pending::of(&derived.wishes),
            enabled_at,
            enabled_by,
            operation: deployment.operation,
            details: Details { build: deployment.build },
            trigger,
        }
    }
}
