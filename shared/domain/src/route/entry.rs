//! The entries of a route: one for each deployment that answers, has answered or could.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::deployment::{Application, Deployment};
use crate::flow::Trigger;
use crate::ids::{BuildId, DeploymentId};
use crate::metadata::{Principal, Timestamp};

/// A deployment that answers, has answered or could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteEntry {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its release.
    pub release: u32,
    /// The build that answers.
    pub build: BuildId,
    /// The ARN of the state machine.
    pub state_machine: String,
    /// True for an EXPRESS state machine.
    pub express: bool,
    /// Trigger.
    pub trigger: Trigger,
    /// The highest wins when several are switched on.
    pub priority: i32,
    /// When it was last switched on, and by whom. Nothing while it never was.
    #[serde(default)]
    pub enabled: Option<Enabled>,
    /// False once its state machine was deleted to save space.
    pub provisioned: bool,
    /// Number of the newest request that switched it on. 0 if none did since requests are counted.
    #[serde(default)]
    pub request: u64,
    /// Why it is off. If omitted, it is on, was superseded or was switched off, or was deployed to be off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off: Option<OffReason>,
}

/// Why a deployment is off that nobody asked to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OffReason {
    /// A newer request was carried out before its own.
    Overtaken,
    /// It was rolled back from. A further rollback does not go back to it by itself.
    RolledBack,
}

/// When something was switched on, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enabled {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Principal,
}

impl RouteEntry {
    /// The entry of a deployment whose application is ready to answer.
    pub fn new(deployment: &Deployment, application: &Application, enabled: Option<Enabled>) -> Self {
        Self {
            deployment: deployment.id,
            release: deployment.release,
            build: application.build,
            state_machine: application.state_machine.clone(),
            express: application.express,
            trigger: application.trigger.clone(),
            priority: deployment.priority.unwrap_or_default(),
            enabled,
            provisioned: true,
            request: deployment.request_number,
            off: None,
        }
    }

    /// Which of two in the same place answers: the higher priority, then the one that was switched on last. The rest
    /// only makes sure that everybody agrees.
    pub(super) fn rank(&self) -> (i32, Option<Timestamp>, u32, DeploymentId) {
        (self.priority, self.enabled.as_ref().map(|enabled| enabled.at), self.release, self.deployment)
    }

    /// Which of two places' best answers: the higher priority, then the environment's own before the global one.
    pub(super) fn outranks(&self, global: &Self) -> bool {
        self.priority.cmp(&global.priority) != Ordering::Less
    }
}
