//! What a handler can reach. Clients are made when they are first asked for, all from one configuration, and live as
//! long as the process. Nothing here names several of them at once: a program links those that it asks for.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use artifacts::Artifacts;
use aws_types::SdkConfig;
use secrets::Secrets;
use secrets::keys::Unverified;
use secrets::scope_token::{Scope, ScopeKeys};
use store::{ProjectStore, Store};
use tokio::sync::Mutex;

use api::request::Body;
use api::{Call, PathParams, QueryParams};
use domain::signing::TokenKind;
use domain::text::ProjectKey;
use domain::via::{Source, Via};
use domain::work::WorkQueue;

use crate::aws::{Machines, Queue, Roles, Schedules, Topics, sdk};
use crate::clock::Clock;
use crate::config::{Config, MissingVariable};
use crate::tokens::{Access, AccessKeys, KeysError};

mod keys;

pub use keys::new_key;
use keys::open_keys;

/// What a handler can reach.
#[derive(Debug)]
pub struct Context {
    /// What the process was told.
    pub config: Config,
    /// The time.
    pub clock: Clock,
    table: String,
    sdk: OnceLock<SdkConfig>,
    store: OnceLock<Store>,
    artifacts: OnceLock<Artifacts>,
    secrets: OnceLock<Secrets>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    machines: OnceLock<Machines>,
    schedules: OnceLock<Schedules>,
    topics: OnceLock<Topics>,
    roles: OnceLock<Roles>,
    access_keys: Fresh<AccessKeys>,
    scope_keys: Fresh<ScopeKeys>,
}

impl Context {
    /// The context of a process in Lambda, or of one that is told to use an emulator by `AWS_ENDPOINT_URL`.
    pub fn load(config: Config) -> Result<Self, MissingVariable> {
        Self::made(config, OnceLock::new(), Clock::default())
    }

    /// A context with everything given.
    pub fn new(config: Config, sdk: SdkConfig, clock: Clock) -> Result<Self, MissingVariable> {
        Self::made(config, OnceLock::from(sdk), clock)
    }

    fn made(config: Config, sdk: OnceLock<SdkConfig>, clock: Clock) -> Result<Self, MissingVariable> {
        Ok(Self {
            table: config.table()?.to_owned(),
            config,
            clock,
            sdk,
            store: OnceLock::new(),
            artifacts: OnceLock::new(),
            secrets: OnceLock::new(),
            sqs: OnceLock::new(),
            machines: OnceLock::new(),
            schedules: OnceLock::new(),
            topics: OnceLock::new(),
            roles: OnceLock::new(),
            access_keys: Fresh::default(),
            scope_keys: Fresh::default(),
        })
    }

    /// The configuration of all clients.
    fn sdk(&self) -> &SdkConfig {
        self.sdk.get_or_init(|| sdk::config(|name| std::env::var(name).ok()))
    }

    /// The table.
    pub fn store(&self) -> &Store {
        self.store.get_or_init(|| Store::new(aws_sdk_dynamodb::Client::new(self.sdk()), self.table.clone()))
    }

    /// What of the table the caller reaches: in the project of the path, and where the caller is limited to an
    /// environment, only what is in it.
    pub fn project_of<B: Body, P: PathParams, Q: QueryParams>(&self, call: &Call<B, P, Q>) -> ProjectStore {
        self.store().project(&call.project, call.via(self.clock.now()), call.actor.environment)
    }

    /// All that is one project's, for whoever `via` says.
    pub fn project(&self, project: &ProjectKey, via: Via) -> ProjectStore {
        self.store().project(project, via, None)
    }

    /// A part of Slipway that acts by itself now.
    pub fn part(&self, name: &str, source: Source) -> Via {
        Via::system(name, source, self.clock.now())
    }

    /// The payloads.
    pub fn artifacts(&self) -> Result<&Artifacts, MissingVariable> {
        let bucket = self.config.bucket()?;
        Ok(self.artifacts.get_or_init(|| Artifacts::new(self.s3(), bucket.to_owned())))
    }

    /// A client of S3, for what is no payload: the archives of repositories.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let emulated = self.sdk().endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(self.sdk()).force_path_style(emulated);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// The envelopes of secured values.
    pub fn secrets(&self) -> Result<&Secrets, MissingVariable> {
        let key = self.config.key()?;
        Ok(self.secrets.get_or_init(|| Secrets::new(aws_sdk_kms::Client::new(self.sdk()), key.to_owned())))
    }

    /// A queue of work.
    pub fn queue(&self, queue: WorkQueue) -> Result<Queue, MissingVariable> {
        let url = self.config.queue(queue)?.to_owned();
        Ok(Queue::new(self.sqs().clone(), url))
    }

    pub(crate) fn sqs(&self) -> &aws_sdk_sqs::Client {
        self.sqs.get_or_init(|| aws_sdk_sqs::Client::new(self.sdk()))
    }

    /// State machines and executions.
    pub fn machines(&self) -> &Machines {
        self.machines.get_or_init(|| Machines::new(aws_sdk_sfn::Client::new(self.sdk())))
    }

    /// Schedules.
    pub fn schedules(&self) -> Result<&Schedules, MissingVariable> {
        let group = self.config.schedule_group()?.to_owned();
        let role = self.config.schedule_role()?.to_owned();
        let target = self.config.fire_function()?.to_owned();
        Ok(self
            .schedules
            .get_or_init(|| Schedules::new(aws_sdk_scheduler::Client::new(self.sdk()), group, role, target)))
    }

    /// Roles, and what they allow.
    pub fn roles(&self) -> &Roles {
        self.roles.get_or_init(|| Roles::new(self.sdk().clone()))
    }

    /// Topics.
    pub fn topics(&self) -> Result<&Topics, MissingVariable> {
        let target = self.config.deliver_function()?.to_owned();
        let publishers = self.config.topic_publishers.clone();
        Ok(self.topics.get_or_init(|| Topics::new(aws_sdk_sns::Client::new(self.sdk()), target, publishers)))
    }

    /// The keys of access tokens, as they were at most [`KEYS_FOR`] ago, which is enough to verify.
    pub(crate) async fn access_keys(&self) -> Result<Arc<AccessKeys>, KeysError> {
        self.access_keys.get(KEYS_FOR, || self.read_access_keys()).await
    }

    /// The keys of access tokens as they are now. Signing takes these: a token that a withdrawn key signs is dead from
    /// the start.
    pub async fn current_access_keys(&self) -> Result<Arc<AccessKeys>, KeysError> {
        self.access_keys.get(Duration::ZERO, || self.read_access_keys()).await
    }

    /// What an access token says. A key that is not known yet is looked for: it may have been made a moment ago.
    pub async fn verify_access(&self, token: &str) -> Result<Result<Access, Unverified>, KeysError> {
        let now = self.clock.now();
        let verified = self.access_keys().await?.verify(token, now);
        if !matches!(verified, Err(Unverified::UnknownKey(_))) {
            return Ok(verified);
        }
        Ok(self.current_access_keys().await?.verify(token, now))
    }

    /// The keys of scope tokens, as they were at most [`KEYS_FOR`] ago, which is enough to verify.
    pub async fn scope_keys(&self) -> Result<Arc<ScopeKeys>, KeysError> {
        self.scope_keys.get(KEYS_FOR, || self.read_scope_keys()).await
    }

    /// The keys of scope tokens as they are now. Signing takes these, and whatever compares what was signed.
    pub async fn current_scope_keys(&self) -> Result<Arc<ScopeKeys>, KeysError> {
        self.scope_keys.get(Duration::ZERO, || self.read_scope_keys()).await
    }

    /// What a scope token grants. A key that is not known yet is looked for: it may have been made a moment ago.
    pub async fn verify_scope(&self, token: &str) -> Result<Result<Scope, Unverified>, KeysError> {
        let now = self.clock.now().as_second();
        let verified = self.scope_keys().await?.verify(token, now);
        if !matches!(verified, Err(Unverified::UnknownKey(_))) {
            return Ok(verified);
        }
        Ok(self.current_scope_keys().await?.verify(token, now))
    }

    async fn read_access_keys(&self) -> Result<AccessKeys, KeysError> {
        Ok(AccessKeys::new(open_keys(self, TokenKind::Access).await?))
    }

    async fn read_scope_keys(&self) -> Result<ScopeKeys, KeysError> {
        Ok(ScopeKeys::new(open_keys(self, TokenKind::Scope).await?))
    }
}

/// How long tokens are verified with the keys that were read: a key that is withdrawn is good for so long.
const KEYS_FOR: Duration = Duration::from_mins(1);

/// Something that is read again when it has become too old.
#[derive(Debug)]
struct Fresh<T>(Mutex<Option<(Instant, Arc<T>)>>);

impl<T> Default for Fresh<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Fresh<T> {
    /// What was read at most `age` ago, or is read now. Whoever comes meanwhile waits, and reads once.
    async fn get<E>(&self, age: Duration, read: impl AsyncFnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut kept = self.0.lock().await;
        if let Some((_, value)) = kept.as_ref().filter(|(since, _)| since.elapsed() < age) {
            return Ok(Arc::clone(value));
        }
        let since = Instant::now();
        let value = Arc::new(read().await?);
        *kept = Some((since, Arc::clone(&value)));
        Ok(value)
    }
}
