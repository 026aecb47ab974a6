//! Deployments: a release put into an environment, and the operation that is under way on it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use crate::flow::{FlowKind, Trigger};
use crate::ids::{BuildId, DeploymentId, EnvironmentId, FlowId, IntegrationId, OperationId};
use crate::lifecycle::{self, Event, IllegalTransition, Next, Status};
use crate::payload::Payload;
use crate::report::{Entry, EntryType, Report};
use crate::text::{Description, VariableName};
use crate::trail::{Principal, Timestamp, Trail};

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
    /// Which worker has it, and until when.
    pub lease: Option<Lease>,
    /// Grows with every lease taken and given back. Every write of a worker names the epoch of its lease, so a
    /// worker that was overtaken can write nothing.
    #[serde(default)]
    pub epoch: u64,
    /// How often a worker has taken up the operation under way.
    #[serde(default)]
    pub attempts: u32,
    /// Version and authorship.
    pub trail: Trail,
}

/// What a user asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Names the operation in messages and conditions.
    pub id: OperationId,
    /// What is to be done.
    #[serde(flatten)]
    pub kind: OperationKind,
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

/// A worker's hold on a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// Which worker.
    pub owner: String,
    /// After this moment another worker may take over.
    pub until: Timestamp,
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

impl Deployment {
    /// Asks for an operation on a deployment that rests.
    pub fn request(&mut self, kind: OperationKind, request: &Request) -> Result<(), IllegalTransition> {
        if let Next::Status(status) = lifecycle::next(self.status, kind.event())? {
            self.status = status;
        }
        self.operation = Operation {
            id: request.operation,
            kind,
            requested_at: request.at,
            requested_by: request.by.clone(),
        };
        self.build = Build { id: request.build, report: Report::default() };
        self.attempts = 0;
        self.trail.touch(request.at, &request.by);
        Ok(())
    }

    /// A worker takes the operation up.
    pub fn claim(
        &mut self,
        owner: &str,
        now: Timestamp,
        lease_seconds: i64,
    ) -> Result<(), IllegalTransition> {
        if let Next::Status(status) = lifecycle::next(self.status, Event::Claim)? {
            self.status = status;
        }
        self.lease = Some(Lease { owner: owner.to_owned(), until: now.plus_seconds(lease_seconds) });
        self.epoch += 1;
        self.attempts += 1;
        Ok(())
    }

    /// Whether a worker other than `owner` holds it at `now`.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.until > now)
    }

    /// Ends the operation, well or badly, and gives the lease back.
    pub fn finish(&mut self, event: Event) -> Result<Next, IllegalTransition> {
        let next = lifecycle::next(self.status, event)?;
        if let Next::Status(status) = next {
            self.status = status;
        }
        self.lease = None;
        self.epoch += 1;
        Ok(next)
    }

    /// Writes an entry into the report of the current build.
    pub fn report(&mut self, entry_type: EntryType, title: &str, message: Option<String>, at: Timestamp) {
        let entry = Entry { entry_type, title: title.to_owned(), message, application: None, created_at: at };
        self.build.report.add(entry);
    }

    /// Fails the operation with the reasons given.
    pub fn fail(
        &mut self,
        title: &str,
        reasons: &[String],
        at: Timestamp,
    ) -> Result<Next, IllegalTransition> {
        for reason in reasons {
            self.report(EntryType::Error, title, Some(reason.clone()), at);
        }
        self.finish(Event::Fail)
    }
}
