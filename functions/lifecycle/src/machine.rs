//! Provision and verify: one state machine per build, made once and never changed.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::deployment::{Application, Bundle};
use domain::ids::{BuildId, DeploymentId};
use domain::route::RouteEntry;
use domain::{asl, payload};
use runtime::Config;
use runtime::aws::{AwsError, MachineDraft};
use secrets::scope_token::Scope;
use serde_json::Value;

use crate::build::Blueprint;
use crate::fault::Fault;
use crate::job::{Job, MAX_ATTEMPTS};
use crate::stage::Stage;

const NOT_VERIFIED: &str = "The state machine is not what it should be";

/// So often a state machine is looked at before the attempt is given up: for three seconds in all.
const LOOKS: u32 = 5;

/// The pause after the first look. Each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

impl Job<'_> {
    /// Stores the bundle, notes what is about to be made, makes it, and looks at it.
    pub(crate) async fn provision(&mut self, blueprint: &Blueprint) -> Result<Application, Fault> {
        let application = self.prepare(&blueprint.bundle).await?;
        self.make(&application, &blueprint.definition).await?;
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
        let stored = self.project.deployment(self.deployment.id).await?.map(|stored| stored.entity);
        let known = stored.into_iter().flat_map(|found| [found.application, found.candidate]).flatten();
        if known.into_iter().any(|known| known.build == made.build) {
            return Ok(());
        }
        Ok(self.context.machines().delete(&made.state_machine).await?)
    }

    /// The deployment knows the ARN before the state machine exists: whatever happens, none is made that nobody
    /// knows of.
    async fn prepare(&mut self, bundle: &Bundle) -> Result<Application, Fault> {
        let document = serde_json::to_value(bundle)?;
        let stored: payload::Payload = self.context.artifacts()?.put(&document).await?;
        let build = self.deployment.build.id;
        let application = Application {
            build,
            state_machine: arn(&self.context.config, build)?,
            express: bundle.kind.is_express(),
            trigger: bundle.trigger.clone(),
            bundle: stored,
        };
        self.deployment.candidate = Some(application.clone());
        self.save().await?;
        self.reached(Stage::Prepare).await;
        Ok(application)
    }

    /// Makes the state machine of a deployment's application. The same name and definition give the same machine.
    async fn make(&self, application: &Application, definition: &str) -> Result<(), Fault> {
        let draft = MachineDraft {
            name: name_of(&application.state_machine).to_owned(),
            definition: definition.to_owned(),
            express: application.express,
        };
        let role = self.context.config.state_machine_role()?;
        let made = self.context.machines().create(&draft, role).await?;
        if made == application.state_machine {
            return Ok(());
        }
        let (wanted, name) = (&application.state_machine, &draft.name);
        Err(Fault::permanent(NOT_VERIFIED, format!("'{name}' was made as {made}, not as {wanted}")))
    }

    /// Looks until the state machine is what it should be. What is not there yet may be later, so only the last
    /// attempt takes it for a fault of somebody who changed it.
    async fn verify(&mut self, application: &Application, definition: &str) -> Result<(), Fault> {
        let wanted: Value = serde_json::from_str(definition)?;
        let mut pause = FIRST_PAUSE;
        for _ in 0..LOOKS {
            if self.is_as_wanted(application, &wanted).await? {
                let message = "The state machine runs the definition of this build".to_owned();
                return self.done(Stage::Verify, "Verified", message).await;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        if self.deployment.attempts < MAX_ATTEMPTS {
            return Err(Fault::Transient(format!("{NOT_VERIFIED} yet").into()));
        }
        let reason = "It is not there, is being deleted, or somebody changed its definition; deploy again";
        Err(Fault::permanent(NOT_VERIFIED, reason))
    }

    /// Step Functions may show what was made a moment ago late, or as it was before.
    async fn is_as_wanted(&self, application: &Application, wanted: &Value) -> Result<bool, Fault> {
        match self.context.machines().describe(&application.state_machine).await {
            Ok(machine) => {
                let as_made: Value = serde_json::from_str(&machine.definition)?;
                Ok(machine.active && as_made == *wanted)
            }
            Err(AwsError::Missing { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The definition as Step Functions gets it: with a scope token of its deployment in every HTTP task.
    pub(crate) async fn bound_definition(
        &self,
        owner: DeploymentId,
        bundle: &Bundle,
    ) -> Result<String, Fault> {
        let key = self.context.scope_key().await?;
        let pinned = |names: &BTreeSet<String>| {
            let pins = bundle.secrets.iter().map(|(name, version)| (name.to_string(), *version));
            pins.filter(|(name, _)| names.contains(name)).collect()
        };
        let mut definition = bundle.definition.clone();
        asl::bind_scope(&mut definition, self.context.config.http_task()?, |names| {
            key.sign(&Scope {
                project: self.project.project().to_string(),
                environment: self.deployment.environment.to_string(),
                deployment: owner.to_string(),
                secrets: pinned(names),
            })
        })?;
        Ok(definition.to_string())
    }

    /// Makes sure that an entry of the route has its state machine, as it was.
    pub(crate) async fn restore(&mut self, entry: &RouteEntry, made: &Application) -> Result<(), Fault> {
        let blueprint = self.stored_blueprint(entry.deployment, &made.bundle).await?;
        let is_there = match self.context.machines().describe(&made.state_machine).await {
            Ok(machine) => machine.active,
            Err(AwsError::Missing { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        if !is_there {
            self.make(made, &blueprint.definition).await?;
        }
        self.verify(made, &blueprint.definition).await
    }
}

/// The ARN of a build's state machine, known before it is made. Region and account are those of the HTTP task.
fn arn(config: &Config, build: BuildId) -> Result<String, Fault> {
    let http_task = config.http_task()?;
    let mut parts = http_task.split(':');
    let (_, partition, _, region, account) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    match (partition, region, account) {
        (Some(partition), Some(region), Some(account)) => {
            let name = format!("{}-{}", config.prefix, build.uuid().as_simple());
            Ok(format!("arn:{partition}:states:{region}:{account}:stateMachine:{name}"))
        }
        _ => Err(Fault::Transient(format!("HTTP_TASK_ARN is no ARN: {http_task}").into())),
    }
}

fn name_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
