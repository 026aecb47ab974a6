//! Provision and verify: one state machine per build and application, made once and never changed.

use app::build::Blueprint;
use app::machines::{flow_machine_name, is_made, machine_arn, make_as, name_of, not_made, remove};
use domain::deployment::{Application, Bundle};
use domain::payload;
use domain::report_code::ReportCode;
use worker::{JobError, MAX_ATTEMPTS, Stage};

use crate::job::FlowJob;

impl FlowJob<'_, '_> {
    /// Stores the bundle, notes what is about to be made, makes it, and looks at it.
    pub(crate) async fn provision(&mut self, blueprint: &Blueprint) -> Result<Application, JobError> {
        let application = self.prepare(&blueprint.bundle).await?;
        self.make(&application, blueprint).await?;
        let message = format!("State machine {}", name_of(&application.state_machine));
        let noted = self.done(Stage::Provision, ReportCode::Provisioned.title(), message).await;
        if matches!(noted, Err(JobError::Fenced)) {
            self.disown(&application).await?;
        }
        noted?;
        self.verify(&application, &blueprint.definition).await?;
        Ok(application)
    }

    /// Another worker took over while we made the state machine. When it has ended the operation since, nobody
    /// knows of the machine.
    async fn disown(&self, made: &Application) -> Result<(), JobError> {
        let stored = self.project.deployment(self.subject.id).await?.map(|stored| stored.entity);
        let known = stored.into_iter().flat_map(|found| [found.application, found.candidate]).flatten();
        if known.into_iter().any(|known| known.build == made.build) {
            return Ok(());
        }
        Ok(remove(self.context, &self.project, &made.state_machine).await?)
    }

    /// The deployment knows the ARN before the state machine exists: whatever happens, none is made that nobody
    /// knows of.
    async fn prepare(&mut self, bundle: &Bundle) -> Result<Application, JobError> {
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
    pub(crate) fn machine(&self) -> Result<String, JobError> {
        let config = &self.context.config;
        Ok(machine_arn(config, &flow_machine_name(config, self.subject.build.id))?)
    }

    pub(crate) async fn make(
        &self,
        application: &Application,
        blueprint: &Blueprint,
    ) -> Result<(), JobError> {
        let role = match &blueprint.bundle.execution_role {
            Some(role) => role.as_str(),
            None => self.context.config.state_machine_role()?,
        };
        let (machine, express) = (&application.state_machine, application.express);
        Ok(make_as(self.context, &self.project, role, machine, (&blueprint.definition, express)).await?)
    }

    /// What is not there yet may be later, so only the last attempt takes it for a fault of somebody who changed it.
    pub(crate) async fn verify(
        &mut self,
        application: &Application,
        definition: &str,
    ) -> Result<(), JobError> {
        if !is_made(self.context, &application.state_machine, definition).await? {
            return Err(not_made(self.subject.work_state.attempts >= MAX_ATTEMPTS).into());
        }
        let message = "The state machine runs the definition of this build".to_owned();
        self.done(Stage::Verify, ReportCode::Verified.title(), message).await
    }
}
