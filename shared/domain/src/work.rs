//! Work that a worker does on an entity: who has it, how often it was taken up, and what every such entity tells
//! about its operation. Flow deployments, connector deployments and staged connectors share all of it.

use serde::{Deserialize, Serialize};

use crate::ids::OperationId;
use crate::lifecycle::IllegalTransition;
use crate::metadata::Timestamp;
use crate::report::{Entry, EntryType, MAX_BYTES, Report};
use crate::report_code::ReportCode;
use crate::throttle::pause_seconds;

/// What kinds of entity a worker works on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WorkKind {
    /// A release in an environment. What messages mean that say nothing.
    #[default]
    FlowDeployment,
    /// A connector in a region.
    ConnectorDeployment,
    /// A connector that is checked or published.
    ConnectorStaged,
    /// A package put into an environment.
    PackageDeployment,
}

/// A queue of work. Each has a function that works on it, with a role of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkQueue {
    /// Deployments of flows, and packages of them.
    Flows,
    /// Deployments of connectors, and staged connectors.
    Connectors,
}

impl WorkQueue {
    /// Every queue.
    pub const ALL: [Self; 2] = [Self::Flows, Self::Connectors];

    /// Its name in one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flows => "Flow",
            Self::Connectors => "Connector",
        }
    }
}

impl WorkKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::FlowDeployment, Self::ConnectorDeployment, Self::ConnectorStaged, Self::PackageDeployment];

    /// The queue that its messages go into.
    pub const fn queue(self) -> WorkQueue {
        match self {
            Self::FlowDeployment | Self::PackageDeployment => WorkQueue::Flows,
            Self::ConnectorDeployment | Self::ConnectorStaged => WorkQueue::Connectors,
        }
    }
}

/// A worker's lease on an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// Which worker.
    pub owner: String,
    /// After this moment another worker may take over.
    pub until: Timestamp,
}

/// Who works on an entity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkState {
    /// Which worker has it, and until when.
    pub lease: Option<Lease>,
    /// Grows with every lease taken and given back. Every write of a worker names the epoch of its lease, so a
    /// worker that was overtaken can write nothing.
    #[serde(default)]
    pub epoch: u64,
    /// How often a worker has taken up the operation under way. Attempts that were throttled do not count.
    #[serde(default)]
    pub attempts: u32,
    /// Why the last attempt at the operation under way did not bring it to its end. Nothing before the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_cause: Option<String>,
    /// How often in a row attempts were throttled since the operation last came further.
    #[serde(default)]
    pub throttled: u32,
    /// Before this moment no worker takes the operation up, because the last attempt was throttled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_at: Option<Timestamp>,
    /// How far the operation under way has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// How far an operation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The furthest step that was done. A step that is done again is no progress.
    pub step: u8,
    /// When it was done.
    pub at: Timestamp,
}

/// Maximum number of characters that are kept of a cause.
const MAX_CAUSE_CHARS: usize = 500;

/// The cause of an attempt that never said how it ended.
const CUT_OFF: &str = "the worker was stopped before it was done: it crashed, or ran out of time or memory";

impl WorkState {
    /// Another operation is asked for: nobody has tried it yet.
    pub fn start_over(&mut self) {
        *self = Self { lease: self.lease.take(), epoch: self.epoch, ..Self::default() };
    }

    /// A worker takes the operation up. A lease that was not given back is that of a worker that was cut off.
    pub fn take(&mut self, owner: &str, now: Timestamp, lease_seconds: i64) {
        if self.lease.is_some() {
            self.last_cause = Some(CUT_OFF.to_owned());
        }
        self.lease = Some(Lease { owner: owner.to_owned(), until: now.plus_seconds(lease_seconds) });
        self.epoch += 1;
        self.attempts += 1;
        self.resume_at = None;
    }

    /// A step was done. Throttles are counted from the last one that was not done before.
    pub fn advance(&mut self, step: u8, now: Timestamp) {
        if self.progress.is_none_or(|progress| progress.step < step) {
            self.progress = Some(Progress { step, at: now });
            self.throttled = 0;
        }
    }

    /// Something came to its end that can only end once. Attempts are counted from here.
    pub fn progressed(&mut self, now: Timestamp) {
        let step = self.progress.map_or(0, |progress| progress.step);
        self.progress = Some(Progress { step, at: now });
        (self.attempts, self.throttled) = (0, 0);
    }

    /// The worker that has the lease shows that it is alive.
    pub fn renew(&mut self, now: Timestamp, lease_seconds: i64) {
        if let Some(lease) = &mut self.lease {
            lease.until = now.plus_seconds(lease_seconds);
        }
    }

    /// Gives the lease back after an attempt that was interrupted, and keeps why.
    pub fn interrupted(&mut self, cause: &str) {
        self.give_back();
        self.last_cause = Some(cause.chars().take(MAX_CAUSE_CHARS).collect());
    }

    /// Gives the lease back.
    pub fn give_back(&mut self) {
        self.lease = None;
        self.epoch += 1;
    }

    /// Gives the lease back after an attempt that does not count.
    pub fn give_back_uncounted(&mut self) {
        self.give_back();
        self.attempts = self.attempts.saturating_sub(1);
    }

    /// Gives the lease back after an attempt that was throttled, and returns how long to wait for the next one, in
    /// seconds. Pauses grow while the operation comes no further; `random` spreads them.
    pub fn wait(&mut self, now: Timestamp, random: u32) -> i64 {
        self.give_back_uncounted();
        self.throttled = self.throttled.saturating_add(1);
        let pause = pause_seconds(self.throttled, random);
        self.resume_at = Some(now.plus_seconds(pause));
        pause
    }

    /// Whether it is too early to take the operation up at `now`.
    pub fn is_waiting(&self, now: Timestamp) -> bool {
        self.resume_at.is_some_and(|resume_at| resume_at > now)
    }

    /// Whether a worker holds it at `now`.
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.until > now)
    }
}

/// An entity that a worker works on.
pub trait Worked {
    /// Which kind it is.
    const WORK: WorkKind;

    /// How long its report may become, in bytes of JSON: it lies in one item with everything else.
    const REPORT_BYTES: usize = MAX_BYTES;

    /// Who works on it.
    fn work_state(&self) -> &WorkState;

    /// Who works on it, to be changed.
    fn work_state_mut(&mut self) -> &mut WorkState;

    /// The operation under way, or the last one. Nothing where none was ever asked for.
    fn operation_id(&self) -> Option<OperationId>;

    /// When that operation was asked for.
    fn requested_at(&self) -> Option<Timestamp>;

    /// Where it stands, in one word that the table keeps beside the entity.
    fn status_word(&self) -> &'static str;

    /// Whether there is work to do, now or soon.
    fn in_progress(&self) -> bool;

    /// Whether something is left to be cleared away when the operation is over.
    fn has_leftovers(&self) -> bool {
        false
    }

    /// What a worker's taking up does to the status.
    fn begin(&mut self) -> Result<(), IllegalTransition>;

    /// The operation cannot be done: the status says so, and nobody holds it any more.
    fn end_badly(&mut self) -> Result<(), IllegalTransition>;

    /// The report of the operation under way, to be written in.
    fn report_mut(&mut self) -> &mut Report;

    /// A worker takes the operation up.
    fn acquire(&mut self, owner: &str, now: Timestamp, lease_seconds: i64) -> Result<(), IllegalTransition> {
        self.begin()?;
        self.work_state_mut().take(owner, now, lease_seconds);
        Ok(())
    }

    /// Writes an entry into the report.
    fn report(&mut self, entry_type: EntryType, title: &str, message: Option<String>, at: Timestamp) {
        let (code, title) = (ReportCode::of_title(title), title.to_owned());
        let entry = Entry { entry_type, code, title, message, application: None, created_at: at };
        self.report_mut().add_within(Self::REPORT_BYTES, entry);
    }

    /// Fails the operation with the reasons given.
    fn fail(&mut self, title: &str, reasons: &[String], at: Timestamp) -> Result<(), IllegalTransition> {
        for reason in reasons {
            self.report(EntryType::Error, title, Some(reason.clone()), at);
        }
        self.end_badly()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_knows_why_the_attempt_before_did_not_end() {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let mut work_state = WorkState::default();
        work_state.take("one", now, 60);
        assert_eq!(work_state.last_cause, None, "the first attempt follows none");
        work_state.interrupted("the table did not answer");
        work_state.take("two", now, 60);
        assert_eq!(
            (work_state.attempts, work_state.last_cause.as_deref()),
            (2, Some("the table did not answer"))
        );
        // The second worker never comes back.
        work_state.take("three", now, 60);
        assert_eq!(work_state.last_cause.as_deref(), Some(CUT_OFF));
        work_state.interrupted(&"x".repeat(MAX_CAUSE_CHARS + 1));
        assert_eq!(work_state.last_cause.as_ref().map(String::len), Some(MAX_CAUSE_CHARS));
        work_state.start_over();
        assert_eq!((work_state.attempts, work_state.last_cause), (0, None));
    }
}
