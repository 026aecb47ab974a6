use api::operation::{Entry, Grant, Resource, SealedFor, TokenKind, WorkQueue, grant};
use runtime::sqs::SqsEvent;
use runtime::{Context, EventEndpoint, EventError};
use worker::BatchAnswer;

use crate::KINDS;
use crate::grants::{ALIGN, ALIGN_AS, RETIRE, SPARE};

/// What carrying out an operation takes.
const JOB_GRANTS: &[Grant] = &[
    grant::READ_SEVERAL,
    grant::CREATE,
    grant::DELETE,
    RETIRE,
    SPARE,
    grant::GET_PAYLOAD,
    grant::PUT_PAYLOAD,
    // Tasks are given scope tokens.
    grant::read_keys(TokenKind::Scope),
    grant::open(SealedFor::SigningKeys(TokenKind::Scope)),
    // What was asked for while an operation was under way may be another operation.
    grant::SEND_FLOWS,
    Grant {
        on: Resource::StateMachines,
        actions: &["states:CreateStateMachine", "states:DescribeStateMachine"],
    },
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
    const ID: &'static str = "flow-lifecycle.work";
    const SUMMARY: &'static str =
        "Carry out the operations on flow deployments and packages that messages name";
    const ENTRY: Entry = Entry::Work(WorkQueue::Flows);
    const GRANTS: &'static [Grant] = JOB_GRANTS;
    const MEMORY_MB: u32 = 1024;
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = SqsEvent;
    type Answer = BatchAnswer;

    async fn handle(context: &Context, event: SqsEvent) -> Result<BatchAnswer, EventError> {
        Ok(worker::messages(KINDS, context, &event).await)
    }
}
