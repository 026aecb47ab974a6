//! Provision and verify: one state machine per build and application, made once and never changed.

use std::sync::Arc;
use std::time::Duration;

use domain::deployment::{Application, Bundle, Deployment};
use domain::ids::{BuildId, DeploymentId};
use domain::payload;
use runtime::applications::own_name;
use runtime::aws::{AwsError, MachineDraft};
use runtime::{Config, Context};
use secrets::scope_token::{Scope, ScopeKeys};
use serde_json::Value;
use store::ProjectStore;

use crate::definition::{self, opened};
use crate::fault::Fault;
use crate::job::{Job, MAX_ATTEMPTS};
use crate::stage::Stage;

const NOT_VERIFIED: &str = "The state machine is not what it should be";

/// So often a state machine is looked at before the attempt is given up: for three seconds in all.
const LOOKS: u32 = 5;

/// The pause after the first look. Each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// What a build is made of.
pub(crate) struct Blueprint {
    pub(crate) bundle: Bundle,
    /// The definition as Step Functions gets it, bound to its deployment: signed and written down once for a job.
    pub(crate) definition: String,
}

impl Job<'_, Deployment> {
    /// Stores the bundle, notes what is about to be made, makes it, and looks at it.
    pub(crate) async fn provision(&mut self, blueprint: &Blueprint) -> Result<Application, Fault> {
        let application = self.prepare(&blueprint.bundle).await?;
        self.make(&application, blueprint).await?;
        let message = format!("State machine {}", name_of(&application.state_machine));
        let noted = self.done(Stage::Provision, "Provisioned", message).await;
        if matches!(noted, Err(Fault::Fenced)) {
            self.disown(&application).await?;
        }
        noted?;
        self.verify(&application, &blueprint.definition).await?;
        Ok(application)
    }

    /// Another worker took over while we made the state machine. When it has ended the operation since, nobody
    /// knows of the machine.
    async fn disown(&self, made: &Application) -> Result<(), Fault> {
        let stored = self.project.deployment(self.subject.id).await?.map(|stored| stored.entity);
        let known = stored.into_iter().flat_map(|found| [found.application, found.candidate]).flatten();
        if known.into_iter().any(|known| known.build == made.build) {
            return Ok(());
        }
        remove(self.context, &self.project, &made.state_machine).await
    }

    /// The deployment knows the ARN before the state machine exists: whatever happens, none is made that nobody
    /// knows of.
    async fn prepare(&mut self, bundle: &Bundle) -> Result<Application, Fault> {
        let document = serde_json::to_value(bundle)?;
        let stored: payload::Payload = self.context.artifacts()?.put(&document).await?;
        let build = self.subject.build.id;
        let application = Application {
            build,
            state_machine: self.machine()?,
            express: bundle.kind.is_express(),
            trigger: bundle.trigger.clone(),
            bundle: stored,
        };
        self.subject.candidate = Some(application.clone());
        self.save().await?;
        self.reached(Stage::Prepare).await;
        Ok(application)
    }

    /// The ARN that the state machine of this build gets.
    pub(crate) fn machine(&self) -> Result<String, Fault> {
        let config = &self.context.config;
        machine_arn(config, &flow_machine_name(config, self.subject.build.id))
    }

    pub(crate) async fn make(&self, application: &Application, blueprint: &Blueprint) -> Result<(), Fault> {
        let role = match &blueprint.bundle.execution_role {
            Some(role) => role.as_str(),
            None => self.context.config.state_machine_role()?,
        };
        let (machine, express) = (&application.state_machine, application.express);
        make_as(self.context, &self.project, role, machine, (&blueprint.definition, express)).await
    }

    /// What is not there yet may be later, so only the last attempt takes it for a fault of somebody who changed it.
    pub(crate) async fn verify(&mut self, application: &Application, definition: &str) -> Result<(), Fault> {
        if !is_made(self.context, &application.state_machine, definition).await? {
            return Err(not_made(self.subject.hold.attempts));
        }
        let message = "The state machine runs the definition of this build".to_owned();
        self.done(Stage::Verify, "Verified", message).await
    }

    /// The definition as Step Functions gets it: with a scope token of its deployment and state machine in every HTTP
    /// task.
    pub(crate) async fn bound_definition(
        &self,
        owner: DeploymentId,
        machine: &str,
        bundle: &Bundle,
    ) -> Result<String, Fault> {
        let keys = self.context.current_scope_keys().await?;
        // Without an environment there are no secrets, and nothing that the task would look for them in.
        let environment = self.subject.destination().environment();
        let environment = environment.map(|id| id.to_string()).unwrap_or_default();
        let scope = Scope {
            project: self.project.project().to_string(),
            environment,
            deployment: owner.to_string(),
            machine: machine.to_owned(),
            // Each task is told its own.
            origin: None,
            secrets: bundle.secrets.iter().map(|(name, version)| (name.to_string(), *version)).collect(),
        };
        Ok(definition::bind(&bundle.definition, self.context.config.http_task()?, &keys, &scope)?)
    }
}

/// The name of the state machine of a flow's build.
pub(crate) fn flow_machine_name(config: &Config, build: BuildId) -> String {
    own_name(&config.prefix, &build.uuid().as_simple().to_string())
}

/// Takes a state machine away. What its HTTP tasks were given is good for nothing from now on, even if deleting fails.
pub(crate) async fn remove(context: &Context, project: &ProjectStore, arn: &str) -> Result<(), Fault> {
    project.forget_machine(name_of(arn)).await?;
    Ok(context.machines().delete(arn).await?)
}

/// Makes a state machine that runs as the stack's role, under its ARN. The same name and definition give the same machine.
/// Its HTTP tasks may work from now on.
pub(crate) async fn make(
    context: &Context,
    project: &ProjectStore,
    wanted: &str,
    definition: &str,
    express: bool,
) -> Result<(), Fault> {
    let role = context.config.state_machine_role()?;
    make_as(context, project, role, wanted, (definition, express)).await
}

/// The same for a state machine that runs as `role`.
async fn make_as(
    context: &Context,
    project: &ProjectStore,
    role: &str,
    wanted: &str,
    (definition, express): (&str, bool),
) -> Result<(), Fault> {
    project.note_machine(name_of(wanted)).await?;
    let draft = MachineDraft { name: name_of(wanted).to_owned(), definition: definition.to_owned(), express };
    let made = context.machines().create(&draft, role).await?;
    if made == wanted {
        return Ok(());
    }
    Err(Fault::permanent(NOT_VERIFIED, format!("'{}' was made as {made}, not as {wanted}", draft.name)))
}

/// Looks until the state machine is what it should be, or there was time enough.
pub(crate) async fn is_made(context: &Context, arn: &str, definition: &str) -> Result<bool, Fault> {
    let wanted = Wanted::new(context, definition).await?;
    let mut pause = FIRST_PAUSE;
    for _ in 0..LOOKS {
        if wanted.is_at(arn).await? {
            return Ok(true);
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    Ok(false)
}

/// Whether the state machine is what it should be, at this moment.
pub(crate) async fn is_there(context: &Context, arn: &str, definition: &str) -> Result<bool, Fault> {
    Wanted::new(context, definition).await?.is_at(arn).await
}

/// A definition as it should be, with what its scope tokens say in their place: tokens of one scope differ when the key
/// was rotated meanwhile.
struct Wanted<'c> {
    context: &'c Context,
    keys: Arc<ScopeKeys>,
    definition: Value,
}

impl<'c> Wanted<'c> {
    async fn new(context: &'c Context, definition: &str) -> Result<Self, Fault> {
        let keys = context.current_scope_keys().await?;
        let mut wanted = Self { context, keys, definition: Value::Null };
        wanted.definition = wanted.opened(definition)?;
        Ok(wanted)
    }

    fn opened(&self, definition: &str) -> Result<Value, Fault> {
        let (http_task, now) = (self.context.config.http_task()?, self.context.clock.now());
        Ok(opened(serde_json::from_str(definition)?, http_task, &self.keys, now))
    }

    /// Step Functions may show what was made a moment ago late, or as it was before.
    async fn is_at(&self, arn: &str) -> Result<bool, Fault> {
        match self.context.machines().describe(arn).await {
            Ok(machine) => Ok(machine.active && self.opened(&machine.definition)? == self.definition),
            Err(AwsError::Missing { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// What it means that a state machine is not what it should be, in the attempt of that number.
pub(crate) fn not_made(attempt: u32) -> Fault {
    if attempt < MAX_ATTEMPTS {
        return Fault::Transient(format!("{NOT_VERIFIED} yet").into());
    }
    let reason = "It is not there, is being deleted, or somebody changed its definition; deploy again";
    Fault::permanent(NOT_VERIFIED, reason)
}

/// The ARN of a state machine of that name, known before it is made.
pub(crate) fn machine_arn(config: &Config, name: &str) -> Result<String, Fault> {
    arn(config, "states", &format!("stateMachine:{name}"))
}

/// The ARN of something that Slipway makes. Region and account are those of the HTTP task.
pub(crate) fn arn(config: &Config, service: &str, resource: &str) -> Result<String, Fault> {
    let http_task = config.http_task()?;
    let mut parts = http_task.split(':');
    let (_, partition, _, region, account) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    match (partition, region, account) {
        (Some(partition), Some(region), Some(account)) => {
            Ok(format!("arn:{partition}:{service}:{region}:{account}:{resource}"))
        }
        _ => Err(Fault::Transient(format!("HTTP_TASK_ARN is no ARN: {http_task}").into())),
    }
}

pub(crate) fn name_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
