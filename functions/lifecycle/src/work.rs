use api::operation::{Entry, Grant, Resource, grant};
use runtime::aws::WorkMessage;
use runtime::sqs::{SqsEvent, SqsMessage};
use runtime::{Context, EventEndpoint, EventError};

use crate::batch::{BatchAnswer, each};
use crate::job;
use crate::stage::Unwatched;

/// Retires state machines. With [`grant::DELETE`] this is what failing an operation takes, whoever does it.
pub(crate) const RETIRE: Grant =
    Grant { on: Resource::StateMachines, actions: &["states:DeleteStateMachine", "states:ListExecutions"] };

/// Looks which state machines the routes of a flow lead to: retiring others takes this.
pub(crate) const SPARE: Grant = Grant { on: Resource::Table, actions: &["dynamodb:Query"] };

/// Brings the schedule in line with the route: failing an operation after the switch takes this too.
pub(crate) const ALIGN: Grant = Grant {
    on: Resource::Schedules,
    actions: &["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
};

/// What a schedule starts its target as.
pub(crate) const ALIGN_AS: Grant = Grant { on: Resource::ScheduleRole, actions: &["iam:PassRole"] };

/// Takes topics away: failing an operation takes this too.
pub(crate) const UNTELL: Grant = Grant { on: Resource::TopicsMade, actions: &["sns:DeleteTopic"] };

/// What carrying out an operation takes.
const JOB_GRANTS: &[Grant] = &[
    grant::READ,
    grant::CREATE,
    grant::DELETE,
    RETIRE,
    grant::GET_PAYLOAD,
    grant::GET_ARCHIVE,
    grant::PUT_PAYLOAD,
    grant::OPEN,
    Grant {
        on: Resource::StateMachines,
        // Scripts of connectors are run.
        actions: &["states:CreateStateMachine", "states:DescribeStateMachine", "states:StartExecution"],
    },
    Grant { on: Resource::Executions, actions: &["states:DescribeExecution"] },
    // The secrets of a connector deployment go with it.
    SPARE,
    Grant { on: Resource::TopicsMade, actions: &["sns:CreateTopic", "sns:Subscribe"] },
    UNTELL,
    Grant { on: Resource::Account, actions: &["states:ValidateStateMachineDefinition"] },
    ALIGN,
    ALIGN_AS,
    Grant { on: Resource::StateMachineRole, actions: &["iam:PassRole"] },
];

/// Deploys, redeploys, moves, switches on, rolls back and undeploys.
#[derive(Debug)]
pub struct Work;

impl EventEndpoint for Work {
    const ID: &'static str = "lifecycle.work";
    const SUMMARY: &'static str = "Carry out the operations on deployments that messages name";
    const ENTRY: Entry = Entry::Work;
    const GRANTS: &'static [Grant] = JOB_GRANTS;
    // Checking a connector unpacks its archive.
    const MEMORY_MB: u32 = 1024;
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = SqsEvent;
    type Answer = BatchAnswer;

    async fn handle(context: &Context, event: SqsEvent) -> Result<BatchAnswer, EventError> {
        Ok(each(&event, |message| handle_message(context, message)).await)
    }
}

async fn handle_message(context: &Context, message: &SqsMessage) -> Result<(), String> {
    let body = message.body.as_deref().unwrap_or_default();
    let message: WorkMessage =
        serde_json::from_str(body).map_err(|error| format!("no work message: {error}"))?;
    let done = job::work(context, &message, &Unwatched).await.map_err(|fault| fault.to_string())?;
    tracing::info!(id = %message.id, ?done, "message done");
    Ok(())
}
