//! The lifecycle of a deployment, as one pure function over (status, event).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Status of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DeploymentStatus")]
pub enum Status {
    /// Stored, never asked to deploy.
    Draft,
    /// Waiting for the worker.
    Queued,
    /// The worker is at it.
    Deploying,
    /// The last operation succeeded.
    Deployed,
    /// The last operation failed; the report says why. What answered before still answers, unless the report says
    /// that the route was switched: then the new build answers, and what had to follow, its schedule, is missing.
    Failed,
    /// Being taken away.
    Undeploying,
    /// Could not be taken away; can be tried again.
    UndeployFailed,
}

impl Status {
    /// Every status.
    pub const ALL: &'static [Self] = &[
        Self::Draft,
        Self::Queued,
        Self::Deploying,
        Self::Deployed,
        Self::Failed,
        Self::Undeploying,
        Self::UndeployFailed,
    ];

    /// The status as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Queued => "Queued",
            Self::Deploying => "Deploying",
            Self::Deployed => "Deployed",
            Self::Failed => "Failed",
            Self::Undeploying => "Undeploying",
            Self::UndeployFailed => "UndeployFailed",
        }
    }

    /// Whether a worker has work to do, now or soon. Every such status has a deadline.
    pub const fn in_progress(self) -> bool {
        matches!(self, Self::Queued | Self::Deploying | Self::Undeploying)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can happen to a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A user asks to deploy again, with today's values.
    Redeploy,
    /// A user asks to go back to what ran before.
    Rollback,
    /// A user asks to let it answer, and its state machine has to be made again first.
    Enable,
    /// A user asks to take it away.
    Undeploy,
    /// A worker takes the operation up, for the first time or after another worker's lease ran out.
    Acquire,
    /// The operation is done.
    Succeed,
    /// The operation cannot be done.
    Fail,
    /// The operation cannot be done, and what it was to be done on is as good as before.
    Decline,
}

impl Event {
    /// Every event.
    pub const ALL: &'static [Self] = &[
        Self::Redeploy,
        Self::Rollback,
        Self::Enable,
        Self::Undeploy,
        Self::Acquire,
        Self::Succeed,
        Self::Fail,
        Self::Decline,
    ];
}

/// What follows from an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The deployment goes on, in this status.
    Status(Status),
    /// The deployment ceases to exist.
    Gone,
}

/// An event that a status does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", explain(*.status, *.event))]
pub struct IllegalTransition {
    /// Where the deployment stands.
    pub status: Status,
    /// What was asked of it.
    pub event: Event,
}

/// The whole lifecycle. Everything that changes a deployment's status goes through here.
#[expect(
    clippy::match_same_arms,
    reason = "a row of the table per kind of event reads better than merged rows"
)]
pub fn next(status: Status, event: Event) -> Result<Next, IllegalTransition> {
    use Status::{Deployed, Deploying, Draft, Failed, Queued, UndeployFailed, Undeploying};
    let settled = Next::Status;
    match (status, event) {
        (Draft | Deployed | Failed | UndeployFailed, Event::Redeploy) => Ok(settled(Queued)),
        (Deployed | Failed, Event::Rollback) => Ok(settled(Queued)),
        (Deployed, Event::Enable) => Ok(settled(Queued)),
        (Draft | Deployed | Failed | UndeployFailed, Event::Undeploy) => Ok(settled(Undeploying)),
        (Queued | Deploying, Event::Acquire) => Ok(settled(Deploying)),
        (Undeploying, Event::Acquire) => Ok(settled(Undeploying)),
        (Deploying, Event::Succeed) => Ok(settled(Deployed)),
        (Undeploying, Event::Succeed) => Ok(Next::Gone),
        (Queued | Deploying, Event::Fail) => Ok(settled(Failed)),
        (Undeploying, Event::Fail) => Ok(settled(UndeployFailed)),
        (Queued | Deploying, Event::Decline) => Ok(settled(Deployed)),
        _ => Err(IllegalTransition { status, event }),
    }
}

/// In words. Clients look for `Already queued` and the like, so these words are part of the contract.
fn explain(status: Status, event: Event) -> String {
    match (status, event) {
        (Status::Queued, _) => "Already queued: wait until the deployment is Deployed or Failed".to_owned(),
        (Status::Deploying, _) => "Already deploying: wait until it is Deployed or Failed".to_owned(),
        (Status::Undeploying, _) => "Already undeploying: it will be gone when that is done".to_owned(),
        (status, event) => format!("{event:?} is not possible while the deployment is {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table: status, then what each event of `Event::ALL` leads to (`-` is illegal, `gone` the end).
    const TABLE: &[(Status, [&str; 8])] = &[
        (Status::Draft, ["Queued", "-", "-", "Undeploying", "-", "-", "-", "-"]),
        (Status::Queued, ["-", "-", "-", "-", "Deploying", "-", "Failed", "Deployed"]),
        (Status::Deploying, ["-", "-", "-", "-", "Deploying", "Deployed", "Failed", "Deployed"]),
        (Status::Deployed, ["Queued", "Queued", "Queued", "Undeploying", "-", "-", "-", "-"]),
        (Status::Failed, ["Queued", "Queued", "-", "Undeploying", "-", "-", "-", "-"]),
        (Status::Undeploying, ["-", "-", "-", "-", "Undeploying", "gone", "UndeployFailed", "-"]),
        (Status::UndeployFailed, ["Queued", "-", "-", "Undeploying", "-", "-", "-", "-"]),
    ];

    #[test]
    fn every_pair_of_status_and_event_does_what_the_table_says() {
        assert_eq!(TABLE.len(), Status::ALL.len());
        for (status, row) in TABLE {
            for (event, expected) in Event::ALL.iter().zip(row) {
                let actual = match next(*status, *event) {
                    Ok(Next::Status(to)) => to.as_str(),
                    Ok(Next::Gone) => "gone",
                    Err(_) => "-",
                };
                assert_eq!(actual, *expected, "{status} + {event:?}");
            }
        }
    }

    #[test]
    fn clients_find_the_words_they_look_for() {
        for (status, words) in [
            (Status::Queued, "Already queued"),
            (Status::Deploying, "Already deploying"),
            (Status::Undeploying, "Already undeploying"),
        ] {
            let refused = next(status, Event::Redeploy).unwrap_err();
            assert!(refused.to_string().contains(words), "{refused}");
        }
    }

    #[test]
    fn every_status_in_progress_can_end_and_every_other_can_be_left() {
        for &status in Status::ALL {
            let fails = next(status, Event::Fail).is_ok();
            let undeploys = next(status, Event::Undeploy).is_ok();
            assert_eq!(fails, status.in_progress(), "{status}");
            assert_eq!(undeploys, !status.in_progress(), "{status}");
        }
    }
}
