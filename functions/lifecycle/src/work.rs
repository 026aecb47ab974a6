use api::operation::{Entry, Grant, Resource, SealedFor, TokenKind, grant};
use domain::throttle::pause_seconds;
use runtime::aws::WorkMessage;
use runtime::clock::random;
use runtime::sqs::{SqsEvent, SqsMessage};
use runtime::{Context, EventEndpoint, EventError};

use crate::batch::{BatchAnswer, each};
use crate::fault::Fault;
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
    grant::READ_SEVERAL,
    grant::CREATE,
    grant::DELETE,
    RETIRE,
    grant::GET_PAYLOAD,
    grant::GET_ARCHIVE,
    grant::PUT_PAYLOAD,
    // Tasks are given scope tokens, and archives are fetched from hosts that want a token.
    grant::read_keys(TokenKind::Scope),
    grant::open(SealedFor::SigningKeys(TokenKind::Scope)),
    grant::open(SealedFor::RepositoryHosts),
    // A connector deployment's API client goes with it.
    grant::DELETE_CREDENTIAL,
    // What was asked for while an operation was under way may be another operation.
    grant::SEND,
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
    Grant { on: Resource::ExecutionRoles, actions: &["iam:PassRole"] },
    Grant { on: Resource::RolesOfFlows, actions: &["iam:SimulatePrincipalPolicy"] },
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
    match job::work(context, &message, &Unwatched).await {
        Ok(done) => {
            tracing::info!(id = %message.id, ?done, "message done");
            Ok(())
        }
        // Not even the lease could be taken. A message that fails comes again a few times only.
        Err(Fault::Throttled(cause)) => {
            tracing::warn!(id = %message.id, cause, "message put off");
            let pause = pause_seconds(PUT_OFF, random());
            let queue = context.queue().map_err(|error| error.to_string())?;
            queue.send(&message, pause).await.map_err(|error| error.to_string())
        }
        Err(fault) => Err(fault.to_string()),
    }
}

/// A message that was throttled before anything could be written waits as after so many throttles.
const PUT_OFF: u32 = 4;
