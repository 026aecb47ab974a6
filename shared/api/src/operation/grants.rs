//! What operations may do in AWS: the permissions of their roles, as data.

pub use domain::signing::TokenKind;
pub use domain::work::WorkQueue;

/// A permission, on a resource of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// On what.
    pub on: Resource,
    /// The actions, such as `dynamodb:GetItem`.
    pub actions: &'static [&'static str],
}

/// What a grant is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// The items of projects in the table: neither credentials, nor keys, nor logs.
    Table,
    /// The credentials of API clients in the table.
    Credentials,
    /// The keys that sign tokens of a kind, in the table, sealed.
    SigningKeys(TokenKind),
    /// The logs of applications in the table.
    Logs,
    /// The index that lists entities.
    ListIndex,
    /// The index of pending work.
    PendingIndex,
    /// The index of what filters and orders of deployments need.
    SummaryIndex,
    /// The objects under `sha256/` in the bucket.
    Payloads,
    /// The archives of repositories under `repositories/` in the bucket.
    Repositories,
    /// The envelopes of what is sealed for that, with the key.
    Sealed(SealedFor),
    /// A queue of work.
    WorkQueue(WorkQueue),
    /// State machines that Slipway makes.
    StateMachines,
    /// Those of them that the applications of connectors run on.
    ApplicationMachines,
    /// Executions of those.
    Executions,
    /// Where an action cannot be limited to a resource, such as `states:ValidateStateMachineDefinition`.
    Account,
    /// Schedules in Slipway's group.
    Schedules,
    /// Topics that Slipway makes.
    TopicsMade,
    /// The role that state machines run as.
    StateMachineRole,
    /// The roles that environments may name.
    ExecutionRoles,
    /// The roles that flows run as: the stack's, and those that environments may name.
    RolesOfFlows,
    /// The role that schedules run as.
    ScheduleRole,
}

/// What a value is sealed for. The key's encryption context says so, and a role allows no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedFor {
    /// Environments: the variables of flows.
    Environments,
    /// Connector deployments: the configuration of their applications.
    ConnectorDeployments,
    /// Hosts of repositories: their tokens.
    RepositoryHosts,
    /// The keys that sign tokens of a kind.
    SigningKeys(TokenKind),
}

impl SealedFor {
    /// Which `entity` of an encryption context is meant, as a pattern.
    pub fn entities(self) -> String {
        let holders = match self {
            Self::Environments => domain::secret::ENVIRONMENT_PREFIX,
            Self::ConnectorDeployments => domain::secret::CONNECTOR_DEPLOYMENT_PREFIX,
            Self::RepositoryHosts => domain::secret::REPOSITORY_HOST_PREFIX,
            Self::SigningKeys(kind) => return format!("{}{}", domain::signing::ENTITY_PREFIX, kind.name()),
        };
        format!("{holders}*")
    }
}

impl Grant {
    /// Whether it is for an action, such as `dynamodb:GetItem`.
    pub const fn allows(&self, action: &str) -> bool {
        let mut left = self.actions;
        while let [allowed, rest @ ..] = left {
            if is_same(allowed.as_bytes(), action.as_bytes()) {
                return true;
            }
            left = rest;
        }
        false
    }
}

/// What `==` says of texts, which it cannot in a constant.
const fn is_same(left: &[u8], right: &[u8]) -> bool {
    let (mut left, mut right) = (left, right);
    loop {
        match (left, right) {
            ([], []) => return true,
            ([one, more @ ..], [other, others @ ..]) if *one == *other => (left, right) = (more, others),
            _ => return false,
        }
    }
}

/// Whether grants allow to read and to open the keys that sign tokens of a kind. Who rotates keys reads and seals them,
/// and opens none.
pub const fn opens_keys(grants: &[Grant], kind: TokenKind) -> bool {
    let (mut reads, mut opens, mut left) = (false, false, grants);
    while let [grant, rest @ ..] = left {
        left = rest;
        match grant.on {
            Resource::SigningKeys(of) if of as u8 == kind as u8 => {
                reads = reads || grant.allows("dynamodb:GetItem");
            }
            Resource::Sealed(SealedFor::SigningKeys(of)) if of as u8 == kind as u8 => {
                opens = opens || grant.allows("kms:Decrypt");
            }
            _ => {}
        }
    }
    reads && opens
}

impl Resource {
    /// Whether it is items of the table itself.
    pub const fn is_in_table(self) -> bool {
        matches!(self, Self::Table | Self::Credentials | Self::SigningKeys(_) | Self::Logs)
    }
}

/// Permissions that many operations need.
pub mod grant {
    use super::{Grant, Resource, SealedFor, TokenKind, WorkQueue};

    /// Reads one item, which every process does when it starts, to open its connection.
    pub const READ: Grant = Grant { on: Resource::Table, actions: &["dynamodb:GetItem"] };
    /// Reads one item or a batch, and queries a partition.
    pub const READ_MANY: Grant = Grant {
        on: Resource::Table,
        actions: &["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
    };
    /// Reads one item or several by their keys, in one request.
    pub const READ_SEVERAL: Grant =
        Grant { on: Resource::Table, actions: &["dynamodb:BatchGetItem", "dynamodb:GetItem"] };
    /// Lists entities.
    pub const LIST: Grant = Grant { on: Resource::ListIndex, actions: &["dynamodb:Query"] };
    /// Lists deployments by their summaries.
    pub const SUMMARIES: Grant = Grant { on: Resource::SummaryIndex, actions: &["dynamodb:Query"] };
    /// Writes single items.
    pub const UPDATE: Grant = Grant { on: Resource::Table, actions: &["dynamodb:UpdateItem"] };
    /// Writes in transactions that put and update.
    pub const CREATE: Grant =
        Grant { on: Resource::Table, actions: &["dynamodb:PutItem", "dynamodb:UpdateItem"] };
    /// Writes in transactions that delete and update.
    pub const DELETE: Grant = Grant {
        on: Resource::Table,
        actions: &["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    };
    /// Reads payloads.
    pub const GET_PAYLOAD: Grant = Grant { on: Resource::Payloads, actions: &["s3:GetObject"] };
    /// Reads archives of repositories.
    pub const GET_ARCHIVE: Grant = Grant { on: Resource::Repositories, actions: &["s3:GetObject"] };
    /// Writes payloads; never over one that is there.
    pub const PUT_PAYLOAD: Grant = Grant { on: Resource::Payloads, actions: &["s3:PutObject"] };
    /// Reads a credential.
    pub const READ_CREDENTIAL: Grant = Grant { on: Resource::Credentials, actions: &["dynamodb:GetItem"] };
    /// Makes credentials.
    pub const CREATE_CREDENTIAL: Grant = Grant { on: Resource::Credentials, actions: &["dynamodb:PutItem"] };
    /// Deletes credentials.
    pub const DELETE_CREDENTIAL: Grant =
        Grant { on: Resource::Credentials, actions: &["dynamodb:DeleteItem"] };
    /// Writes to the logs of applications.
    pub const LOG: Grant = Grant { on: Resource::Logs, actions: &["dynamodb:PutItem"] };
    /// Reads the logs of applications.
    pub const READ_LOGS: Grant = Grant { on: Resource::Logs, actions: &["dynamodb:Query"] };

    /// Seals values.
    pub const fn seal(what: SealedFor) -> Grant {
        Grant { on: Resource::Sealed(what), actions: &["kms:GenerateDataKey"] }
    }

    /// Opens sealed values.
    pub const fn open(what: SealedFor) -> Grant {
        Grant { on: Resource::Sealed(what), actions: &["kms:Decrypt"] }
    }

    /// Reads the keys that sign tokens of a kind. To use them, they have to be opened too.
    pub const fn read_keys(kind: TokenKind) -> Grant {
        Grant { on: Resource::SigningKeys(kind), actions: &["dynamodb:GetItem"] }
    }

    /// Reads and replaces the keys that sign tokens of a kind.
    pub const fn rotate_keys(kind: TokenKind) -> Grant {
        Grant { on: Resource::SigningKeys(kind), actions: &["dynamodb:GetItem", "dynamodb:PutItem"] }
    }

    /// Sends work to the worker of flows.
    pub const SEND_FLOWS: Grant = send(WorkQueue::Flows);
    /// Sends work to the worker of connectors.
    pub const SEND_CONNECTORS: Grant = send(WorkQueue::Connectors);

    const fn send(queue: WorkQueue) -> Grant {
        Grant { on: Resource::WorkQueue(queue), actions: &["sqs:SendMessage"] }
    }
}
