//! Runs of the applications of connectors: which deployment answers, starting what it hosts, and what its log says.

use api::operation::{Grant, Resource, grant};
use domain::application_log::{LogEntry, LogSeverity, LogType};
use domain::connector::ApplicationKind;
use domain::connector_deployment::{Application, ConnectorDeployment, Place};
use domain::lifecycle::Status;
use domain::metadata::Timestamp;
use domain::text::ProjectKey;
use domain::via::Source;
use retry::Retry;
use runtime::Context;
use runtime::applications::{ApplicationAddress, InputTooLarge, input};
use runtime::aws::{AwsError, Outcome};
use runtime::clock::new_id;
use serde_json::{Value, json};
use store::StoreError;
use uuid::Uuid;

/// Writes an entry of a log.
pub const LOG: Grant = grant::LOG;

/// What [`start`] needs.
pub const GRANTS: &[Grant] =
    &[grant::READ, LOG, Grant { on: Resource::ApplicationMachines, actions: &["states:StartExecution"] }];

/// A deployment may be switched to another build between our look and the start so often before we give up.
pub const LOOKS: u32 = 3;

/// A deployed application, with its deployment.
#[derive(Debug, Clone)]
pub struct Deployed {
    project: ProjectKey,
    deployment: ConnectorDeployment,
    application: Application,
}

impl Deployed {
    /// The application that is meant; nothing where there is none, or none any more.
    pub async fn find(context: &Context, address: &ApplicationAddress) -> Result<Option<Self>, StoreError> {
        let project = context.project(&address.project, context.part("application", Source::Trigger));
        let deployment = match project.get_by_id::<ConnectorDeployment>(address.deployment.uuid()).await {
            Ok(stored) => stored.entity,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let application = deployment.application(address.application).cloned();
        let project = address.project.clone();
        Ok(application.map(|application| Self { project, deployment, application }))
    }

    /// What answers. Nothing before the first build, and nothing from the moment that the deployment is to go: its
    /// `preUndeploy` may be taking back what a run would need.
    pub fn place(&self) -> Option<&Place> {
        if self.deployment.status == Status::Undeploying {
            return None;
        }
        self.application.hosted.as_ref().map(|hosted| &hosted.place)
    }

    /// The application's name in `connect.yaml`.
    pub fn name(&self) -> &str {
        self.application.name.as_str()
    }

    /// Whether its URL names this kind. What answers decides, because an application goes on answering after a failed
    /// redeployment to a version that does not declare it; of static files, the declaration tells the kinds apart.
    pub fn is_at(&self, kind: ApplicationKind) -> bool {
        let mut declared = self.deployment.connector.specification.applications.iter();
        let declared =
            declared.find(|declared| declared.name == self.application.name).map(|declared| declared.kind);
        match self.place() {
            Some(Place::Service { .. }) => kind == ApplicationKind::Service,
            Some(Place::Files { .. }) => {
                kind.is_static() && declared.is_none_or(|declared| declared == kind || !declared.is_static())
            }
            _ => false,
        }
    }

    /// What a run of it is given.
    pub fn input(&self, payload: &Value, trigger: &Value) -> Result<String, InputTooLarge> {
        input(&self.project, &self.deployment, &self.application, payload, trigger, None)
    }

    /// Writes an entry into its log. Whatever it is about has happened, so a failure is only told to the operator.
    pub async fn log(&self, context: &Context, entry: Entry) {
        if let Err(cause) = self.write(context, entry).await {
            tracing::warn!(deployment = %self.deployment.id, %cause, "an entry of an application's log is lost");
        }
    }

    /// Writes an entry into its log.
    pub async fn write(&self, context: &Context, entry: Entry) -> Result<(), StoreError> {
        let Entry { id, at, kind, severity, details } = entry;
        let entry = LogEntry {
            kind,
            deployment_id: self.deployment.id,
            application_name: self.application.name.clone(),
            severity,
            timestamp: at,
            details,
        };
        let via = context.part("application", Source::Trigger);
        context.project(&self.project, via).log(self.application.id, id, &entry).await
    }
}

/// What is to be written into the log of an application.
#[derive(Debug)]
pub struct Entry {
    /// At one time, one id is written once.
    pub id: Uuid,
    /// Time of the event.
    pub at: Timestamp,
    /// The kind of entry.
    pub kind: LogType,
    /// Severity.
    pub severity: LogSeverity,
    /// What happened.
    pub details: Value,
}

impl Entry {
    /// Something that happens now.
    pub fn now(context: &Context, kind: LogType, severity: LogSeverity, details: Value) -> Self {
        Self { id: new_id(), at: context.clock.now(), kind, severity, details }
    }
}

/// What starts a run that nobody waits for.
#[derive(Debug)]
pub struct Cause<'a> {
    /// The run's name, which starts one run on one state machine however often it comes.
    pub run: &'a str,
    /// What the run works on.
    pub payload: Value,
    /// What started it, an object with a `type`. When that was and which run it is, is added.
    pub trigger: Value,
    /// Picks the state machine, where the application is one of those that start like this.
    pub machine: fn(&Place) -> Option<&str>,
}

/// Why a run did not start. Trying again is safe, and may help.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// Who is meant could not be found out.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be started.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

/// Starts a run, and says whether something is deployed that it could be started on.
pub async fn start(
    context: &Context,
    address: &ApplicationAddress,
    cause: Cause<'_>,
) -> Result<bool, NotStarted> {
    // The log's entry is of this moment too: a short run is over before its start has been answered.
    let at = context.clock.now();
    let said =
        |severity, details| Entry { id: new_id(), at, kind: LogType::ApplicationJson, severity, details };
    let trigger = told(cause.trigger, at, cause.run);
    let mut retry = Retry::at_most(LOOKS);
    loop {
        let Some(deployed) = Deployed::find(context, address).await? else { return Ok(false) };
        let Some(machine) = deployed.place().and_then(cause.machine) else { return Ok(false) };
        let input = match deployed.input(&cause.payload, &trigger) {
            Ok(input) => input,
            Err(too_large) => {
                let details = json!({ "message": "run not started", "error": too_large.to_string() });
                deployed.log(context, said(LogSeverity::Error, details)).await;
                return Ok(true);
            }
        };
        match context.machines().start(machine, cause.run, &input).await {
            Ok(Outcome::Started) => {
                let details = json!({ "message": "run started", "run": cause.run });
                deployed.log(context, said(LogSeverity::Info, details)).await;
                return Ok(true);
            }
            Ok(Outcome::StartedBefore) => return Ok(true),
            // The deployment was switched to another build since we looked, and the state machine is gone.
            Err(AwsError::Missing { .. }) if retry.again("it is being switched").await.is_ok() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writes into the log of an application that no run was started, and why. `false` where nothing is deployed.
pub async fn refuse(
    context: &Context,
    address: &ApplicationAddress,
    run: &str,
    reason: &str,
) -> Result<bool, StoreError> {
    let Some(deployed) = Deployed::find(context, address).await? else { return Ok(false) };
    let details = json!({ "message": "run not started", "run": run, "error": reason });
    deployed.log(context, Entry::now(context, LogType::ApplicationJson, LogSeverity::Error, details)).await;
    Ok(true)
}

/// What every run is told of its start, whatever started it.
pub fn told(mut trigger: Value, received_at: Timestamp, run: &str) -> Value {
    if let Value::Object(members) = &mut trigger {
        members.insert("receivedAt".to_owned(), received_at.to_string().into());
        members.insert("run".to_owned(), run.into());
    }
    trigger
}
