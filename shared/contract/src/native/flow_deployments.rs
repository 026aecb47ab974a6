//! Deployments of flows.

use domain::deployment::{Deployment, Operation};
use domain::flow::Trigger;
use domain::ids::{DeploymentId, EnvironmentId, FlowId, IntegrationId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal, Timestamp};
use domain::route::Enabled;
use domain::scope::Scope;
use domain::text::{Description, Name, ProjectKey};
use domain::wishes::Wishes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::native::reports::BuildView;
use crate::{Pending, Reference};

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
    pub build: BuildView,
}

impl FlowDeploymentView {
    /// The view of a deployment that is to become what `wishes` say, and is switched on as `enabled` says, if it is. The
    /// caller reaches the API at `base_url`.
    pub fn new(
        mut deployment: Deployment,
        wishes: &Wishes,
        enabled: Option<Enabled>,
        project: &ProjectKey,
        base_url: &str,
    ) -> Self {
        wishes.amend(&mut deployment);
        let trigger = deployment.application.map(|application| application.trigger);
        let active = enabled.is_some();
        let called = active && trigger == Some(Trigger::Service);
        let path = || format!("{base_url}/{project}/triggers/{}/{}", deployment.placement, deployment.flow);
        let (enabled_at, enabled_by) = enabled.map(|enabled| (enabled.at, enabled.by)).unzip();
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
            pending: Pending::of(wishes),
            enabled_at,
            enabled_by,
            operation: deployment.operation,
            details: Details { build: deployment.build.into() },
            trigger,
        }
    }
}

/// A release, and the environment to deploy it to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["flow", "release", "environment", "description"]))]
pub struct FlowDeploymentDraft {
    /// The flow.
    pub flow: Reference,
    /// The number of its release.
    pub release: u32,
    /// The environment. `null` for a global deployment: it is built without variables and secrets, and serves every
    /// environment that has nothing better. It has to be said, so that nothing is deployed everywhere by accident.
    #[schemars(extend("examples" = ["key=staging", null]))]
    pub environment: Option<Reference>,
    /// The highest answers where several are switched on. Absent counts as 0.
    pub priority: Option<i32>,
    /// Leave it switched off once it is deployed. Otherwise it takes over.
    #[serde(default)]
    pub deploy_disabled: bool,
    /// Why; it stays in the history.
    pub description: Description,
}

/// What can be asked of a deployment. `redeploy` and `rollback` are operations for the worker, one at a time; the others
/// take effect together, for the next run. While an operation is under way, `disable` and `setPriority` take effect at
/// once, and `enable` and `setDeployDisabled` when the operation is over.
#[derive(Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "action")]
#[schemars(rename = "FlowDeploymentAction")]
pub enum Action {
    /// Deploy the same release again, with the values that the variables have now.
    Redeploy,
    /// Let what answered before this deployment answer again, with the values it ran with.
    Rollback {
        /// The deployment to go back to; the one that answered last when absent.
        to: Option<DeploymentId>,
    },
    /// Switch it on. What is on already stays as it is.
    Enable {
        /// Beside whatever is on there, not in its place.
        #[serde(default)]
        beside: bool,
    },
    /// Switch it off. The version may be omitted.
    Disable,
    /// Say which of several that are switched on answers: the one with the highest priority.
    // It may be null, and may not be forgotten.
    #[schemars(extend("required" = ["action", "priority"]))]
    SetPriority {
        /// The priority; `null`, which counts as 0, takes it away.
        #[serde(deserialize_with = "Option::deserialize")]
        priority: Option<i32>,
    },
    /// Say whether deploying leaves it switched off, if it is.
    SetDeployDisabled {
        /// Whether the deployment is left switched off when it is deployed again.
        deploy_disabled: bool,
    },
    /// Let it serve somewhere else. It is built there first; until then it stays where it is.
    #[schemars(extend("required" = ["action", "environment"]))]
    MoveTo {
        /// The environment; `null` for a global deployment.
        #[serde(deserialize_with = "Option::deserialize")]
        environment: Option<Reference>,
    },
}

impl Action {
    /// What the caller must be allowed.
    pub const fn needed(&self) -> Scope {
        match self {
            Self::Enable { .. } | Self::Disable | Self::SetPriority { .. } => Scope::OperateFlowDeployments,
            Self::Redeploy | Self::Rollback { .. } | Self::SetDeployDisabled { .. } | Self::MoveTo { .. } => {
                Scope::ManageFlowDeployments
            }
        }
    }
}

/// An update of a flow deployment: a version and the actions to carry out.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "FlowDeploymentActions")]
#[schemars(extend("examples" = [{ "version": 3, "actions": [{ "action": "redeploy" }] }]))]
pub struct FlowDeploymentUpdate {
    /// The version that the caller saw. Another one now is a conflict. If omitted, the deployment is switched off at
    /// whatever version it is; every action but `disable` needs a version.
    pub version: Option<u64>,
    /// The actions, in order. If one fails, none is carried out.
    #[schemars(length(max = 50))]
    pub actions: Vec<Action>,
}
