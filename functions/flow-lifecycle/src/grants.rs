//! What the functions of this crate may do in AWS.

use api::operation::{Grant, Resource};

/// Deletes state machines. With `grant::DELETE` this is what failing an operation takes, whoever does it.
pub(crate) const RETIRE: Grant =
    Grant { on: Resource::StateMachines, actions: &["states:DeleteStateMachine", "states:ListExecutions"] };

/// Looks which state machines the routes of a flow lead to: deleting others takes this.
pub(crate) const SPARE: Grant = Grant { on: Resource::Table, actions: &["dynamodb:Query"] };

/// Brings schedules in line with what answers: failing an operation after the switch takes this too.
pub(crate) const ALIGN: Grant = Grant {
    on: Resource::Schedules,
    actions: &["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
};

/// What a schedule starts its target as.
pub(crate) const ALIGN_AS: Grant = Grant { on: Resource::ScheduleRole, actions: &["iam:PassRole"] };

/// Finds what is overdue.
pub(crate) const FIND: Grant = Grant { on: Resource::PendingIndex, actions: &["dynamodb:Query"] };
