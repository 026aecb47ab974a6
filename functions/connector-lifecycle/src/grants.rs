//! What the functions of this crate may do in AWS.

use api::operation::{Grant, Resource};

/// Deletes state machines. With `grant::DELETE` this is what failing an operation takes, whoever does it.
pub(crate) const RETIRE: Grant = Grant {
    on: Resource::ApplicationMachines,
    actions: &["states:DeleteStateMachine", "states:ListExecutions"],
};

/// Deletes topics: failing an operation takes this too.
pub(crate) const UNTELL: Grant = Grant { on: Resource::TopicsMade, actions: &["sns:DeleteTopic"] };

/// Brings schedules in line with what answers: failing an operation after the switch takes this too.
pub(crate) const ALIGN: Grant = Grant {
    on: Resource::Schedules,
    actions: &["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
};

/// What a schedule starts its target as.
pub(crate) const ALIGN_AS: Grant = Grant { on: Resource::ScheduleRole, actions: &["iam:PassRole"] };

/// Finds what is overdue.
pub(crate) const FIND: Grant = Grant { on: Resource::PendingIndex, actions: &["dynamodb:Query"] };
