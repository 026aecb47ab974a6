use api::operation::{Entry, Grant, Resource, SealedFor, TokenKind, WorkQueue, grant};
use runtime::sqs::SqsEvent;
use runtime::{Context, EventEndpoint, EventError};
use worker::BatchAnswer;

use crate::KINDS;
use crate::grants::{ALIGN, ALIGN_AS, RETIRE, UNTELL};

/// What carrying out an operation takes.
const JOB_GRANTS: &[Grant] = &[
    grant::READ_SEVERAL,
    // The secrets of a connector deployment go with it.
    Grant { on: Resource::Table, actions: &["dynamodb:Query"] },
    grant::CREATE,
    grant::DELETE,
    // And so does its API client.
    grant::DELETE_CREDENTIAL,
    RETIRE,
    grant::GET_PAYLOAD,
    // Archives are fetched from the bucket, or from hosts that want a token.
    grant::GET_ARCHIVE,
    grant::open(SealedFor::RepositoryHosts),
    // Tasks are given scope tokens.
    grant::read_keys(TokenKind::Scope),
    grant::open(SealedFor::SigningKeys(TokenKind::Scope)),
    // An operation that has to wait is sent again.
    grant::SEND_CONNECTORS,
    Grant {
        on: Resource::ApplicationMachines,
        // Scripts are run.
        actions: &["states:CreateStateMachine", "states:DescribeStateMachine", "states:StartExecution"],
    },
    Grant { on: Resource::Executions, actions: &["states:DescribeExecution"] },
    Grant { on: Resource::TopicsMade, actions: &["sns:CreateTopic", "sns:Subscribe"] },
    UNTELL,
    Grant { on: Resource::Account, actions: &["states:ValidateStateMachineDefinition"] },
    ALIGN,
    ALIGN_AS,
    Grant { on: Resource::StateMachineRole, actions: &["iam:PassRole", "iam:SimulatePrincipalPolicy"] },
];

/// Deploys, redeploys and undeploys connectors; checks and publishes them.
#[derive(Debug)]
pub struct Work;

impl EventEndpoint for Work {
    const ID: &'static str = "connector-lifecycle.work";
    const SUMMARY: &'static str =
        "Carry out the operations on connectors and their deployments that messages name";
    const ENTRY: Entry = Entry::Work(WorkQueue::Connectors);
    const GRANTS: &'static [Grant] = JOB_GRANTS;
    // Checking a connector unpacks its archive.
    const MEMORY_MB: u32 = 1024;
    const TIMEOUT_SECONDS: u32 = 60;
    type Event = SqsEvent;
    type Answer = BatchAnswer;

    async fn handle(context: &Context, event: SqsEvent) -> Result<BatchAnswer, EventError> {
        Ok(worker::messages(KINDS, context, &event).await)
    }
}
