//! What can go wrong with a read or a write.

use std::error::Error;
use std::fmt;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use domain::ids::EnvironmentId;
use domain::throttle;
use domain::work::WorkKind;
use retry::Exhausted;

/// The kinds of stored entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An API client.
    ApiClient,
    /// A published connector.
    Connector,
    /// A connector in a region.
    ConnectorDeployment,
    /// A staged connector.
    ConnectorStaged,
    /// A deployment.
    Deployment,
    /// An environment.
    Environment,
    /// A flow.
    Flow,
    /// An integration.
    Integration,
    /// A package of releases.
    Package,
    /// A package in an environment.
    PackageDeployment,
    /// The settings of a project.
    ProjectSettings,
    /// A release of a flow.
    Release,
    /// A host of repositories.
    RepositoryHost,
    /// A run.
    Run,
}

impl Kind {
    /// The kind of what a worker works on.
    pub const fn of_work(kind: WorkKind) -> Self {
        match kind {
            WorkKind::FlowDeployment => Self::Deployment,
            WorkKind::ConnectorDeployment => Self::ConnectorDeployment,
            WorkKind::ConnectorStaged => Self::ConnectorStaged,
            WorkKind::PackageDeployment => Self::PackageDeployment,
        }
    }

    /// The kind as it stands in keys.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ApiClient => "APICLIENT",
            Self::Connector => "CONNECTOR",
            Self::ConnectorDeployment => "CONNECTORDEPLOYMENT",
            Self::ConnectorStaged => "CONNECTORSTAGED",
            Self::Deployment => "DEPLOYMENT",
            Self::Environment => "ENVIRONMENT",
            Self::Flow => "FLOW",
            Self::Integration => "INTEGRATION",
            Self::Package => "PACKAGE",
            Self::PackageDeployment => "PACKAGEDEPLOYMENT",
            Self::ProjectSettings => "PROJECTSETTINGS",
            Self::Release => "RELEASE",
            Self::RepositoryHost => "REPOSITORYHOST",
            Self::Run => "RUN",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiClient => "API client",
            Self::Connector => "connector",
            Self::ConnectorDeployment => "deployment",
            Self::ConnectorStaged => "staged connector",
            Self::Deployment => "flow deployment",
            Self::Environment => "environment",
            Self::Flow => "flow",
            Self::Integration => "integration",
            Self::Package => "package",
            Self::PackageDeployment => "package deployment",
            Self::ProjectSettings => "project",
            Self::Release => "release",
            Self::RepositoryHost => "repository host",
            Self::Run => "run",
        })
    }
}

/// Why the store refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such entity in this project.
    #[error("no {kind} {address} in this project")]
    NotFound {
        /// What was looked for.
        kind: Kind,
        /// Its id, or `key=…`.
        address: String,
    },
    /// It is in another environment than the only one that the caller reaches, or in none.
    #[error("this key is limited to the environment '{0}'")]
    OutOfReach(EnvironmentId),
    /// The entity changed since the caller read it.
    #[error("the {kind} is at version {current}, not {expected}; read it again and repeat the change")]
    Stale {
        /// What was to be changed.
        kind: Kind,
        /// The version the caller saw.
        expected: u64,
        /// The version it has.
        current: u64,
    },
    /// Another entity of the kind has that key.
    #[error("another {kind} has the {field} '{value}'; choose a different one or delete that {kind}")]
    Duplicate {
        /// What was to be made.
        kind: Kind,
        /// The member that clashes.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// The entity cannot go or change while something depends on it.
    #[error("the {kind} is in use: {reason}")]
    InUse {
        /// What was to be changed.
        kind: Kind,
        /// By what, and what to do.
        reason: &'static str,
    },
    /// A worker's write came after its lease was gone. Nothing was written.
    #[error("the lease is no longer ours")]
    Fenced,
    /// Too many entries to sort or count in one request.
    #[error("more than {0} entries match, which are too many to be sorted or counted")]
    TooMany(usize),
    /// The list is too long to be read whole in one request, in so many seconds.
    #[error("the list is too long to be read whole within {0} seconds, which this order or filter needs")]
    TooLong(u64),
    /// Somebody else changed the item at the same moment; read again and repeat.
    #[error("somebody else changed it at the same moment; repeat the request")]
    Raced,
    /// A cursor that this list did not make.
    #[error("the cursor is not one of this list's; start again without it")]
    BadCursor,
    /// A stored item that does not read back. A bug or a manual change of the table.
    #[error("a stored item does not read back: {0}")]
    Corrupt(String),
    /// DynamoDB will never do it, for instance because the item would be larger than its 400 KB.
    #[error("the table refuses what was asked of it")]
    Rejected(#[source] Box<dyn Error + Send + Sync>),
    /// DynamoDB did not do it; trying again may help.
    #[error("the table did not answer")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl From<Exhausted> for StoreError {
    fn from(exhausted: Exhausted) -> Self {
        Self::unavailable(exhausted)
    }
}

impl StoreError {
    /// The error as a sentence: it is shown to people.
    pub fn sentence(&self) -> String {
        let text = self.to_string();
        let mut rest = text.chars();
        rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
    }

    /// An error of a request.
    pub(crate) fn of_request<E>(error: E) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let code = error.code().map(str::to_owned);
        match code.as_deref() {
            Some("ValidationException") => Self::Rejected(error.into()),
            code => Self::Unavailable(throttle::marked(code, error.into())),
        }
    }

    /// Something that may work next time.
    pub(crate) fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}
