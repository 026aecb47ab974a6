//! Deployments: a release put into an environment, and the operation that is under way on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use crate::flow::{FlowKind, Trigger};
use crate::ids::{BuildId, DeploymentId, FlowId, IntegrationId, OperationId, PackageId};
use crate::lifecycle::{Event, Status};
use crate::metadata::{Metadata, Principal, Timestamp};
use crate::payload::Payload;
use crate::placement::Placement;
use crate::report::{self, Report};
use crate::text::{Description, Name, RoleArn, VariableName};
use crate::work::WorkState;

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
    /// The name of the flow when it was deployed.
    pub name: Name,
    /// Where it serves.
    #[serde(rename = "environment")]
    pub placement: Placement,
    /// Which release of the flow.
    pub release: u32,
    /// The highest answers where several are switched on. Nothing counts as 0.
    #[serde(default)]
    pub priority: Option<i32>,
    /// Whether deploying leaves it switched off, if it is.
    #[serde(default)]
    pub deploy_disabled: bool,
    /// The package that it was deployed with.
    #[serde(default)]
    pub package: Option<PackageId>,
    /// Why, in the words of who deployed it.
    pub description: Description,
    /// Status.
    pub status: Status,
    /// The operation under way, or the last one.
    pub operation: Operation,
    /// Number of the request for that operation among all requests for the route of its destination: the higher is the
    /// newer. 0 if it was accepted before requests were counted.
    #[serde(default)]
    pub request_number: u64,
    /// Report of the last operation.
    pub build: Build,
    /// What is provisioned and can answer. Stays while a newer build is made.
    pub application: Option<Application>,
    /// What the operation under way has provisioned, before it answers.
    pub candidate: Option<Application>,
    /// State machines that nothing leads to any more and that are still to be deleted.
    #[serde(default)]
    pub retiring: Vec<String>,
    /// Whether its route was switched and the schedule has yet to follow.
    #[serde(default)]
    pub follow_up: bool,
    /// Who works on it.
    #[serde(flatten)]
    pub work_state: WorkState,
    /// Version and authorship.
    pub metadata: Metadata,
}

/// An operation that a client asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DeploymentOperation")]
pub struct Operation<K = OperationKind> {
    /// Names the operation in messages and conditions.
    pub id: OperationId,
    /// What is to be done.
    #[serde(flatten)]
    pub kind: K,
    /// Time of the request.
    pub requested_at: Timestamp,
    /// The client that sent the request.
    pub requested_by: Principal,
}

/// The kinds of operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum OperationKind {
    /// The first deployment.
    Deploy,
    /// The same release again, with today's values.
    Redeploy {
        /// Whether it was switched on when this was asked for: its build is replaced then, and when it was switched off
        /// meanwhile it stays off.
        #[serde(default)]
        in_place: bool,
    },
    /// Let what ran before answer again, with the values it ran with.
    Rollback {
        /// The deployment to go back to; the last one that answered before this when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<DeploymentId>,
    },
    /// Let it answer, from a state machine that has to be made again first, with the values it ran with.
    Enable {
        /// Since when it is to be on, beside what is on. In the place of that when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<Timestamp>,
    },
    /// The same release somewhere else, and no longer here.
    Move {
        /// The place that it serves before the move.
        from: Placement,
        /// The place that it is to serve.
        to: Placement,
        /// Whether it is on there.
        arrival: Arrival,
    },
    /// Take it away.
    Undeploy,
}

/// Whether a deployment that moves is on at its new place, and whether the others there stay on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Arrival {
    /// On, and everything else there off.
    TakeOver,
    /// On since then, beside whatever is on there.
    Beside(Timestamp),
    /// Off.
    Off,
}

impl OperationKind {
    /// The lifecycle event that asking for this is.
    const fn event(&self) -> Event {
        match self {
            // What is deployed for the first time is a draft until then.
            Self::Deploy | Self::Redeploy { .. } | Self::Move { .. } => Event::Redeploy,
            Self::Rollback { .. } => Event::Rollback,
            Self::Enable { .. } => Event::Enable,
            Self::Undeploy => Event::Undeploy,
        }
    }
}

/// One build: the work of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Build {
    /// The id.
    pub id: BuildId,
    /// The report: the steps that were done, and the reasons of a failure.
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
    /// Trigger.
    pub trigger: Trigger,
    /// The stored [`Bundle`].
    pub bundle: Payload,
}

/// What a build resolved, as it lies in S3. Contains no secret: only which version of each is meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// Kind of the flow.
    pub kind: FlowKind,
    /// Trigger.
    pub trigger: Trigger,
    /// The definition with every variable filled in.
    pub definition: Value,
    /// The secured variables that the definition names, and the version that was current.
    pub secrets: BTreeMap<VariableName, u64>,
    /// The role that its state machine runs as. If omitted, that of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_role: Option<RoleArn>,
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

impl Deployment {
    /// Where the operation under way lets it serve.
    pub const fn destination(&self) -> Placement {
        match self.operation.kind {
            OperationKind::Move { to, .. } => to,
            _ => self.placement,
        }
    }

    /// Whether something is left to be done when the operation is over: by the sweeper, if by nobody else.
    const fn is_unsettled(&self) -> bool {
        self.follow_up || !self.retiring.is_empty()
    }

    /// What it means that the operation cannot be done. What could not be switched on is still deployed.
    const fn failure(&self) -> Event {
        match self.operation.kind {
            OperationKind::Enable { .. } => Event::Decline,
            _ => Event::Fail,
        }
    }
}

/// What all kinds of deployment do alike. The type has the fields `status`, `operation`, `build`, `work_state` and `metadata`
/// and the methods `is_unsettled` and `failure`, and the kinds of its operation say which event asking for them is.
macro_rules! deployment {
    ($type:ident, $kind:ty, $work:ident, report_bytes: $bytes:expr) => {
        impl $type {
            /// Asks for an operation on a deployment that rests.
            pub fn request(
                &mut self,
                kind: $kind,
                request: &$crate::deployment::Request,
            ) -> Result<(), $crate::lifecycle::IllegalTransition> {
                self.go(kind.event())?;
                self.operation = $crate::deployment::Operation::of(kind, request);
                self.build = $crate::deployment::Build {
                    id: request.build,
                    report: $crate::report::Report::default(),
                };
                self.work_state.start_over();
                self.metadata.touch(request.at, &request.by);
                Ok(())
            }

            /// Ends the operation, well or badly, and gives the lease back.
            pub fn finish(
                &mut self,
                event: $crate::lifecycle::Event,
            ) -> Result<$crate::lifecycle::Next, $crate::lifecycle::IllegalTransition> {
                let next = self.go(event)?;
                self.work_state.give_back();
                Ok(next)
            }

            /// What an event does to the status.
            fn go(
                &mut self,
                event: $crate::lifecycle::Event,
            ) -> Result<$crate::lifecycle::Next, $crate::lifecycle::IllegalTransition> {
                let next = $crate::lifecycle::next(self.status, event)?;
                if let $crate::lifecycle::Next::Status(status) = next {
                    self.status = status;
                }
                Ok(next)
            }
        }

        impl $crate::work::Worked for $type {
            const WORK: $crate::work::WorkKind = $crate::work::WorkKind::$work;
            const REPORT_BYTES: usize = $bytes;

            fn work_state(&self) -> &$crate::work::WorkState {
                &self.work_state
            }

            fn work_state_mut(&mut self) -> &mut $crate::work::WorkState {
                &mut self.work_state
            }

            fn operation_id(&self) -> Option<$crate::ids::OperationId> {
                Some(self.operation.id)
            }

            fn requested_at(&self) -> Option<$crate::metadata::Timestamp> {
                Some(self.operation.requested_at)
            }

            fn status_word(&self) -> &'static str {
                self.status.as_str()
            }

            fn in_progress(&self) -> bool {
                self.status.in_progress()
            }

            fn has_leftovers(&self) -> bool {
                self.is_unsettled()
            }

            fn begin(&mut self) -> Result<(), $crate::lifecycle::IllegalTransition> {
                self.go($crate::lifecycle::Event::Acquire).map(|_| ())
            }

            fn end_badly(&mut self) -> Result<(), $crate::lifecycle::IllegalTransition> {
                self.finish(self.failure()).map(|_| ())
            }

            fn report_mut(&mut self) -> &mut $crate::report::Report {
                &mut self.build.report
            }
        }
    };
}
pub(crate) use deployment;

deployment!(Deployment, OperationKind, FlowDeployment, report_bytes: report::MAX_BYTES);
