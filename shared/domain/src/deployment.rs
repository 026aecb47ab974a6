//! Deployments: a release put into an environment, and the operation that is under way on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use crate::flow::{FlowKind, Trigger};
use crate::ids::{BuildId, DeploymentId, EnvironmentId, FlowId, IntegrationId, OperationId};
use crate::lifecycle::{Event, Status};
use crate::payload::Payload;
use crate::report::{self, Report};
use crate::text::{Description, VariableName};
use crate::trail::{Principal, Timestamp, Trail};
use crate::work::{self, Hold};

/// A release in an environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// The id.
    pub id: DeploymentId,
    /// The flow.
    pub flow: FlowId,
    /// The integration that held the flow when it was deployed.
    pub integration: IntegrationId,
    /// Where it is deployed.
    pub environment: EnvironmentId,
    /// Which release of the flow.
    pub release: u32,
    /// Why, in the words of who deployed it.
    pub description: Description,
    /// Where it stands.
    pub status: Status,
    /// The operation under way, or the last one.
    pub operation: Operation,
    /// What the last operation did.
    pub build: Build,
    /// What is provisioned and can answer. Stays while a newer build is made.
    pub application: Option<Application>,
    /// What the operation under way has provisioned, before it answers.
    pub candidate: Option<Application>,
    /// State machines that nothing leads to any more and that are still to be deleted.
    #[serde(default)]
    pub retiring: Vec<String>,
    /// Who works on it.
    #[serde(flatten)]
    pub hold: Hold,
    /// Version and authorship.
    pub trail: Trail,
}

/// What a user asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Operation")]
pub struct Operation<K = OperationKind> {
    /// Names the operation in messages and conditions.
    pub id: OperationId,
    /// What is to be done.
    #[serde(flatten)]
    pub kind: K,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Who asked.
    pub requested_by: Principal,
}

/// The kinds of operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum OperationKind {
    /// The first deployment.
    Deploy,
    /// The same release again, with today's values.
    Redeploy,
    /// Let what ran before answer again, with the values it ran with.
    Rollback {
        /// The deployment to go back to; the last one that answered before this when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<DeploymentId>,
    },
    /// Take it away.
    Undeploy,
}

impl OperationKind {
    /// The lifecycle event that asking for this is.
    const fn event(&self) -> Event {
        match self {
            // What is deployed for the first time is a draft until then.
            Self::Deploy | Self::Redeploy => Event::Redeploy,
            Self::Rollback { .. } => Event::Rollback,
            Self::Undeploy => Event::Undeploy,
        }
    }
}

/// One build: the work of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Build {
    /// The id.
    pub id: BuildId,
    /// What was done.
    pub report: Report,
}

/// A provisioned state machine and all that is needed to make it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The build that made it.
    pub build: BuildId,
    /// The ARN of the state machine.
    pub state_machine: String,
    /// True for an EXPRESS state machine, which answers synchronously.
    pub express: bool,
    /// What starts it.
    pub trigger: Trigger,
    /// The stored [`Bundle`].
    pub bundle: Payload,
}

/// What a build resolved, as it lies in S3. Contains no secret: only which version of each is meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// What kind of flow it is.
    pub kind: FlowKind,
    /// What starts it.
    pub trigger: Trigger,
    /// The definition with every variable filled in.
    pub definition: Value,
    /// The secured variables that the definition names, and the version that was current.
    pub secrets: BTreeMap<VariableName, u64>,
}

/// Who asks for an operation, and the fresh ids it needs.
#[derive(Debug, Clone)]
pub struct Request {
    /// Id of the operation.
    pub operation: OperationId,
    /// Id of its build.
    pub build: BuildId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Principal,
}

impl<K> Operation<K> {
    /// The operation that is asked for.
    pub fn of(kind: K, request: &Request) -> Self {
        Self { id: request.operation, kind, requested_at: request.at, requested_by: request.by.clone() }
    }
}

work::deployment!(Deployment, OperationKind, FlowDeployment, report_bytes: report::MAX_BYTES);
