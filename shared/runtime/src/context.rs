//! What a handler can reach. Clients are made when they are first asked for, all from one configuration, and live as
//! long as the process; [`Context::prime`] makes those that an operation needs while init runs at full speed.

use std::sync::OnceLock;
use std::time::Duration;

use api::operation::{Operation, Resource};
use artifacts::Artifacts;
use aws_config::{BehaviorVersion, SdkConfig};
use futures::future::join;
use secrets::Secrets;
use secrets::keys::{ACCESS_TOKEN, SCOPE_TOKEN, derive};
use secrets::scope_token::ScopeKey;
use store::{ProjectStore, Store};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use domain::text::ProjectKey;

use crate::aws::{Machines, Queue, Schedules, Topics};
use crate::clock::Clock;
use crate::config::{Config, MissingVariable};
use crate::tokens::{AccessKey, open_signing_key};

/// So long may opening connections take. What does not answer is met again by the first request, whereas an init of
/// ten seconds is broken off by Lambda.
const PRIMING: Duration = Duration::from_secs(2);

/// What a handler can reach.
#[derive(Debug)]
pub struct Context {
    /// What the process was told.
    pub config: Config,
    /// The time.
    pub clock: Clock,
    store: Store,
    sdk: SdkConfig,
    emulated: bool,
    artifacts: OnceLock<Artifacts>,
    secrets: OnceLock<Secrets>,
    queue: OnceLock<Queue>,
    machines: OnceLock<Machines>,
    schedules: OnceLock<Schedules>,
    topics: OnceLock<Topics>,
    signing_key: OnceCell<Zeroizing<Vec<u8>>>,
    access_key: OnceCell<AccessKey>,
    scope_key: OnceCell<ScopeKey>,
}

impl Context {
    /// The context of a process in Lambda, or of one that is told to use an emulator by `AWS_ENDPOINT_URL`.
    pub async fn load(config: Config) -> Result<Self, MissingVariable> {
        let sdk = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .timeout_config(aws::timeouts())
            .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(3))
            .load()
            .await;
        Self::new(config, sdk, Clock::default())
    }

    /// A context with everything given.
    pub fn new(config: Config, sdk: SdkConfig, clock: Clock) -> Result<Self, MissingVariable> {
        let store = Store::new(aws_sdk_dynamodb::Client::new(&sdk), config.table()?.to_owned());
        Ok(Self {
            emulated: sdk.endpoint_url().is_some(),
            config,
            clock,
            store,
            sdk,
            artifacts: OnceLock::new(),
            secrets: OnceLock::new(),
            queue: OnceLock::new(),
            machines: OnceLock::new(),
            schedules: OnceLock::new(),
            topics: OnceLock::new(),
            signing_key: OnceCell::new(),
            access_key: OnceCell::new(),
            scope_key: OnceCell::new(),
        })
    }

    /// Makes the clients that an operation is granted the use of, and opens the connection to the table.
    pub async fn prime(&self, operation: &Operation) {
        let granted = |resource| operation.grants.iter().any(|grant| grant.on == resource);
        // A missing variable is reported by whoever needs it, with the request that does.
        if granted(Resource::Payloads) {
            let _ = self.artifacts();
        }
        if granted(Resource::Key) {
            let _ = self.secrets();
        }
        if granted(Resource::WorkQueue) {
            let _ = self.queue();
        }
        let of_machines =
            [Resource::StateMachines, Resource::ApplicationMachines, Resource::Executions, Resource::Account];
        if of_machines.into_iter().any(granted) {
            let _ = self.machines();
        }
        if granted(Resource::Table) {
            let _ = tokio::time::timeout(PRIMING, self.connect(operation)).await;
        }
    }

    /// Opens the connections that the first request will use, by reading an item over each.
    async fn connect(&self, operation: &Operation) {
        let may = |action| operation.grants.iter().any(|grant| grant.actions.contains(&action));
        let first = async {
            // Whoever opens envelopes works with the signing key, and its item is the one that is read anyway.
            if may("kms:Decrypt") {
                let _ = self.signing_key().await;
            } else {
                self.store.prime().await;
            }
        };
        // A list asks for its page and its total at once, over a connection each.
        let second = async {
            if may("dynamodb:Query") {
                self.store.prime().await;
            }
        };
        join(first, second).await;
    }

    /// The table.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The part of the table that is one project's.
    pub fn project(&self, project: &ProjectKey) -> ProjectStore {
        self.store.project(project)
    }

    /// The payloads.
    pub fn artifacts(&self) -> Result<&Artifacts, MissingVariable> {
        let bucket = self.config.bucket()?;
        Ok(self.artifacts.get_or_init(|| Artifacts::new(self.s3(), bucket.to_owned())))
    }

    /// A client of S3, for what is no payload: the archives of repositories.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.sdk).force_path_style(self.emulated);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// The envelopes of secured values.
    pub fn secrets(&self) -> Result<&Secrets, MissingVariable> {
        let key = self.config.key()?;
        Ok(self.secrets.get_or_init(|| Secrets::new(aws_sdk_kms::Client::new(&self.sdk), key.to_owned())))
    }

    /// The work queue.
    pub fn queue(&self) -> Result<&Queue, MissingVariable> {
        let url = self.config.queue()?;
        Ok(self.queue.get_or_init(|| Queue::new(aws_sdk_sqs::Client::new(&self.sdk), url.to_owned())))
    }

    /// State machines and executions.
    pub fn machines(&self) -> &Machines {
        self.machines.get_or_init(|| Machines::new(aws_sdk_sfn::Client::new(&self.sdk)))
    }

    /// Schedules.
    pub fn schedules(&self) -> Result<&Schedules, MissingVariable> {
        let group = self.config.schedule_group()?.to_owned();
        let role = self.config.schedule_role()?.to_owned();
        let target = self.config.fire_function()?.to_owned();
        Ok(self
            .schedules
            .get_or_init(|| Schedules::new(aws_sdk_scheduler::Client::new(&self.sdk), group, role, target)))
    }

    /// Topics.
    pub fn topics(&self) -> Result<&Topics, MissingVariable> {
        let target = self.config.deliver_function()?.to_owned();
        let publishers = self.config.topic_publishers.clone();
        Ok(self.topics.get_or_init(|| Topics::new(aws_sdk_sns::Client::new(&self.sdk), target, publishers)))
    }

    /// The key of access tokens.
    pub async fn access_key(&self) -> Result<&AccessKey, SigningKeyError> {
        let make = async || Ok(AccessKey::new(&*derive(self.signing_key().await?, ACCESS_TOKEN)?));
        self.access_key.get_or_try_init(make).await
    }

    /// The key of scope tokens.
    pub async fn scope_key(&self) -> Result<&ScopeKey, SigningKeyError> {
        let make = async || Ok(ScopeKey::new(&*derive(self.signing_key().await?, SCOPE_TOKEN)?));
        self.scope_key.get_or_try_init(make).await
    }

    async fn signing_key(&self) -> Result<&[u8], SigningKeyError> {
        let key = self.signing_key.get_or_try_init(|| open_signing_key(self)).await?;
        Ok(key.as_slice())
    }
}

/// Why the signing key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// No project was bootstrapped yet.
    #[error("there is no signing key yet; bootstrap a project first")]
    Absent,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The envelope did not open.
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
    /// The envelope does not read back.
    #[error("the signing key's envelope does not read back")]
    Corrupt(#[from] serde_json::Error),
    /// The process was not told where to look.
    #[error(transparent)]
    Config(#[from] MissingVariable),
}

mod aws {
    use std::time::Duration;

    use aws_config::timeout::TimeoutConfig;

    /// The SDK waits without bound by default; one stuck socket would hold a request until the gateway gives up.
    /// Synchronous runs answer within API Gateway's 30 seconds.
    pub(super) fn timeouts() -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(27))
            .operation_timeout(Duration::from_secs(28))
            .build()
    }
}
