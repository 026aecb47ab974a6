//! Provision and verify: one state machine per build, made once and never changed.

use std::collections::BTreeSet;

use domain::deployment::{Application, Bundle};
use domain::ids::{BuildId, DeploymentId};
use domain::route::RouteEntry;
use domain::{asl, payload};
use runtime::Config;
use runtime::aws::{AwsError, MachineDraft};
use secrets::scope_token::Scope;
use serde_json::Value;

use crate::build::is_express;
use crate::fault::Fault;
use crate::job::Job;
use crate::stage::Stage;

const NOT_VERIFIED: &str = "The state machine is not what it should be";

impl Job<'_> {
    /// Stores the bundle, notes what is about to be made, makes it, and looks at it.
    pub(crate) async fn provision(&mut self, bundle: &Bundle) -> Result<Application, Fault> {
        let application = self.prepare(bundle).await?;
        self.make(self.deployment.id, &application, bundle).await?;
        let message = format!("State machine {}", name_of(&application.state_machine));
        let noted = self.done(Stage::Provision, "Provisioned", message).await;
        if matches!(noted, Err(Fault::Fenced)) {
            self.disown(&application).await?;
        }
        noted?;
        self.verify(self.deployment.id, &application, bundle).await?;
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
            express: is_express(bundle),
            trigger: bundle.trigger.clone(),
            bundle: stored,
        };
        self.deployment.candidate = Some(application.clone());
        self.save().await?;
        self.reached(Stage::Prepare).await;
        Ok(application)
    }

    /// Makes the state machine of a deployment's application. The same name and definition give the same machine.
    pub(crate) async fn make(
        &self,
        owner: DeploymentId,
        application: &Application,
        bundle: &Bundle,
    ) -> Result<(), Fault> {
        let draft = MachineDraft {
            name: name_of(&application.state_machine).to_owned(),
            definition: self.bound_definition(owner, bundle).await?,
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

    pub(crate) async fn verify(
        &mut self,
        owner: DeploymentId,
        application: &Application,
        bundle: &Bundle,
    ) -> Result<(), Fault> {
        let wanted = self.bound_definition(owner, bundle).await?;
        let machine = self.context.machines().describe(&application.state_machine).await?;
        let as_made: Value = serde_json::from_str(&machine.definition)?;
        if !machine.active || as_made != serde_json::from_str::<Value>(&wanted)? {
            let reason = "It is being deleted, or somebody changed its definition; deploy again";
            return Err(Fault::permanent(NOT_VERIFIED, reason));
        }
        self.done(Stage::Verify, "Verified", "The state machine runs the definition of this build".to_owned())
            .await
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
        let bundle = self.stored_bundle(&made.bundle).await?;
        let is_there = match self.context.machines().describe(&made.state_machine).await {
            Ok(machine) => machine.active,
            Err(AwsError::Missing { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        if !is_there {
            self.make(entry.deployment, made, &bundle).await?;
        }
        self.verify(entry.deployment, made, &bundle).await
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
