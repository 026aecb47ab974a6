//! Connector deployments: a connector put into a region with its configuration.

mod configuring;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use configuring::{
    ApplicationDraft, ConfigurationDraft, ConfigurationProblem, Configured, DraftedValues, ProblemCode,
    Secret, configure, reconfigure,
};

use crate::connector::{Cadence, Profile, RetryPolicy, Specification};
use crate::deployment::{self, Build, Operation, Request};
use crate::ids::{ApiClientId, ApplicationId, BuildId, ConnectorDeploymentId, ConnectorId};
use crate::lifecycle::{Event, IllegalTransition, Status};
use crate::metadata::{Metadata, Timestamp};
use crate::payload::Payload;
use crate::report::{Entry, EntryType};
use crate::scope::Scopes;
use crate::text::{ConfigurationKey, Key, ProjectKey, Region};
use crate::work::{WorkState, Worked};

/// What is configured of a deployment, all together, in bytes of JSON: keys, plain values, the versions of secured ones,
/// schedules and retry policies, also of applications that are leaving. An item of 400 KB has to hold it, and more.
pub const MAX_CONFIGURATION_BYTES: usize = 96 * 1024;

/// A connector in a region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorDeployment {
    /// The id.
    pub id: ConnectorDeploymentId,
    /// The user's own name for it, unique in the project.
    pub key: Option<Key>,
    /// Purpose.
    #[serde(rename = "type")]
    pub kind: DeploymentType,
    /// The connector as it was when it was deployed.
    pub connector: DeployedConnector,
    /// The values of the keys that every application gets.
    pub global: Configuration,
    /// The API client that was made for it.
    pub api_client: Option<MintedClient>,
    /// What the draft called `region`.
    pub deployed_region: Region,
    /// The applications that are deployed, in the order of `connect.yaml`.
    pub applications: Vec<Application>,
    /// Applications that the connector no longer has. They answer until a build of the newer connector does.
    #[serde(default)]
    pub leaving: Vec<Application>,
    /// The last version that a secured value was stored under. None is used twice.
    pub last_secret_version: u64,
    /// Status.
    pub status: Status,
    /// The operation under way, or the last one.
    pub operation: Operation<OperationKind>,
    /// Report of the last operation.
    pub build: Build,
    /// What nothing leads to any more and is still to be deleted.
    #[serde(default)]
    pub retiring: Vec<Retired>,
    /// Who works on it.
    #[serde(flatten)]
    pub work_state: WorkState,
    /// Version and authorship.
    pub metadata: Metadata,
}

/// The purpose of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeploymentType {
    /// Trying out a staged connector.
    Preview,
    /// Trying out a published one.
    Sandbox,
    /// The real thing.
    Production,
}

impl DeploymentType {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

/// A connector as it was when it was deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployedConnector {
    /// The id.
    pub id: ConnectorId,
    /// The key.
    pub key: Option<Key>,
    /// Its version then.
    pub version: u64,
    /// Whose it is.
    pub owner: ProjectKey,
    /// Whether the staged one was deployed.
    pub staged: bool,
    /// Whether it was certified.
    pub certified: bool,
    /// What it said of itself.
    #[serde(flatten)]
    pub profile: Profile,
    /// What it declared.
    pub specification: Specification,
    /// Its contents.
    pub package: Payload,
}

/// An API client that was made for a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MintedClient {
    /// The client.
    pub client: ApiClientId,
    /// What the connector asked for.
    pub scopes: Vec<String>,
    /// What the client was given of that.
    #[serde(default)]
    pub granted: Scopes,
    /// Under which version its secret is stored.
    pub secret_version: u64,
}

/// Values of keys. Of a secured one only which version is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// Readable values.
    #[serde(default)]
    pub standard: BTreeMap<ConfigurationKey, String>,
    /// The versions of secrets.
    #[serde(default)]
    pub secured: BTreeMap<ConfigurationKey, u64>,
}

/// A deployed application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The id; its URL is made of it, and it stays the same as long as the deployment does.
    pub id: ApplicationId,
    /// Its name in `connect.yaml`.
    pub name: Key,
    /// Its own values.
    pub configuration: Configuration,
    /// When it runs, in place of what `connect.yaml` says.
    pub schedule: Option<Cadence>,
    /// How messages are tried again, in place of what `connect.yaml` says.
    pub retry_policy: Option<RetryPolicy>,
    /// What is provisioned and answers. Stays while a newer build is made.
    pub hosted: Option<Hosted>,
    /// What the operation under way has provisioned, before it answers.
    pub candidate: Option<Hosted>,
}

/// A provisioned application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hosted {
    /// The build that made it.
    pub build: BuildId,
    /// What was made.
    #[serde(flatten)]
    pub place: Place,
}

/// Where an application runs, or lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "place")]
pub enum Place {
    /// An EXPRESS state machine that answers requests.
    Service {
        /// Its ARN.
        machine: String,
        /// The path that the application's URL ends in.
        endpoint: String,
    },
    /// A state machine that a schedule starts.
    Job {
        /// Its ARN.
        machine: String,
        /// When.
        schedule: Cadence,
    },
    /// A state machine that the messages of a topic start.
    Event {
        /// Its ARN.
        machine: String,
        /// The ARN of the topic.
        topic: String,
    },
    /// Static files.
    Files {
        /// The package that they are in.
        package: Payload,
    },
}

impl Place {
    /// The state machine, where there is one.
    pub fn machine(&self) -> Option<&str> {
        match self {
            Self::Service { machine, .. } | Self::Job { machine, .. } | Self::Event { machine, .. } => {
                Some(machine)
            }
            Self::Files { .. } => None,
        }
    }

    /// The topic, where there is one.
    pub fn topic(&self) -> Option<&str> {
        if let Self::Event { topic, .. } = self { Some(topic) } else { None }
    }

    /// What has to go once the application is no longer there; what starts something before what it starts.
    pub fn leavings(&self, application: ApplicationId) -> Vec<Retired> {
        let schedule = matches!(self, Self::Job { .. }).then(|| Retired::Schedule(application.to_string()));
        let topic = self.topic().map(|arn| Retired::Topic(arn.to_owned()));
        let machine = self.machine().map(|arn| Retired::Machine(arn.to_owned()));
        [schedule, topic, machine].into_iter().flatten().collect()
    }
}

/// Something that was provisioned and is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "name")]
pub enum Retired {
    /// A state machine, by its ARN.
    Machine(String),
    /// A topic, by its ARN.
    Topic(String),
    /// The schedule of an application that is deployed no more, by the id of the application as text. An
    /// application can have been dropped before its schedule was made: there may be nothing to delete.
    Schedule(String),
}

/// The kinds of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum OperationKind {
    /// The first deployment.
    Deploy,
    /// The same again, with the values it has now.
    Redeploy {
        /// Do not run `postDeploy`.
        skip_scripts: bool,
    },
    /// Take it away.
    Undeploy {
        /// Do not run `preUndeploy`: it was tried before, and failed.
        skip_scripts: bool,
    },
}

impl Configuration {
    fn over(&self, below: &Self) -> Self {
        let mut effective = below.clone();
        effective.standard.extend(self.standard.clone());
        effective.secured.extend(self.secured.clone());
        effective
    }
}

impl OperationKind {
    const fn event(self) -> Event {
        match self {
            Self::Deploy | Self::Redeploy { .. } => Event::Redeploy,
            Self::Undeploy { .. } => Event::Undeploy,
        }
    }
}

impl ConnectorDeployment {
    /// Asks to be taken away. Where that failed before, its scripts are not tried again: nothing keeps a user from
    /// getting rid of it.
    pub fn request_undeploy(&mut self, request: &Request) -> Result<(), IllegalTransition> {
        let skip_scripts = self.status == Status::UndeployFailed;
        self.request(OperationKind::Undeploy { skip_scripts }, request)
    }

    /// Writes an entry about an application into the report.
    pub fn report_on(
        &mut self,
        application: &str,
        entry_type: EntryType,
        title: &str,
        message: Option<String>,
        at: Timestamp,
    ) {
        let application = Some(application.to_owned());
        let title = title.to_owned();
        let entry = Entry { entry_type, code: None, title, message, application, created_at: at };
        self.build.report.add_within(Self::REPORT_BYTES, entry);
    }

    /// The application of that id.
    pub fn application(&self, id: ApplicationId) -> Option<&Application> {
        self.applications.iter().chain(&self.leaving).find(|application| application.id == id)
    }

    /// What the application finds: the global values, and its own over them.
    pub fn effective(&self, application: &Application) -> Configuration {
        application.configuration.over(&self.global)
    }

    /// Whether it is a preview.
    pub fn is_preview(&self) -> bool {
        self.kind == DeploymentType::Preview
    }
}

// What its connector says and declares, its values and what hosts them take most of an item.
impl ConnectorDeployment {
    /// Whether something is left to be cleared away when the operation is over.
    const fn is_unsettled(&self) -> bool {
        !self.retiring.is_empty()
    }

    /// What it means that its operation cannot be done.
    #[expect(clippy::unused_self, reason = "all kinds of deployment are asked alike")]
    const fn failure(&self) -> Event {
        Event::Fail
    }
}

deployment::deployment!(ConnectorDeployment, OperationKind, ConnectorDeployment, report_bytes: 50_000);
