//! Resolve, configure, validate: from a release to a definition that is ready to be made.

use app::build::{self, Blueprint, Owner};
use app::configure::configure;
use app::definition::ABOUT;
use app::machines::{flow_machine_name, name_of};
use app::permissions::{ACTIONS, MISSING, NOT_ASKED, permissions};
use domain::deployment::Bundle;
use domain::ids::DeploymentId;
use domain::payload::Payload;
use domain::release::ReleasePayload;
use domain::report::EntryType;
use domain::report_code::ReportCode;
use domain::text::RoleArn;
use domain::work::Worked;
use serde_json::Value;
use worker::{JobError, Stage};

use crate::job::FlowJob;

impl FlowJob<'_, '_> {
    /// What is to be made. An attempt that got as far as storing it has decided: values may have changed since.
    pub(crate) async fn blueprint(&mut self) -> Result<Blueprint, JobError> {
        let (own, build) = (self.subject.id, self.subject.build.id);
        if let Some(candidate) = self.subject.candidate.as_ref().filter(|made| made.build == build) {
            let machine = name_of(&candidate.state_machine);
            return self.stored_blueprint(own, machine, &candidate.bundle).await;
        }
        let release = self.resolve().await?;
        let written = release.definition.clone();
        let bundle = self.configure(release).await?;
        let machine = flow_machine_name(&self.context.config, build);
        let blueprint = build::bind(self.context, &self.project, self.owner(own, &machine), bundle).await?;
        self.validate(&written, &blueprint).await?;
        Ok(blueprint)
    }

    pub(crate) async fn stored_blueprint(
        &self,
        owner: DeploymentId,
        machine: &str,
        payload: &Payload,
    ) -> Result<Blueprint, JobError> {
        Ok(build::stored(self.context, &self.project, self.owner(owner, machine), payload).await?)
    }

    fn owner<'m>(&self, deployment: DeploymentId, machine: &'m str) -> Owner<'m> {
        Owner { deployment, environment: self.subject.destination().environment(), machine }
    }

    async fn resolve(&mut self) -> Result<ReleasePayload, JobError> {
        let (flow, number) = (self.subject.flow, self.subject.release);
        let (release, contents) = build::resolve(self.context, &self.project, flow, number).await?;
        let message = format!("Release {} is sha256/{}", release.number, release.payload.digest);
        self.done(Stage::Resolve, ReportCode::ReleaseResolved.title(), message).await?;
        Ok(contents)
    }

    /// Fills the variables in. Everything that is missing is reported at once.
    async fn configure(&mut self, release: ReleasePayload) -> Result<Bundle, JobError> {
        let destination = self.subject.destination();
        let configured = configure(self.context, &self.project, release, destination).await?;
        let bundle = configured.bundle;
        self.tell_permissions(&bundle.definition, bundle.execution_role.as_ref()).await?;
        self.done(Stage::Configure, ReportCode::Configured.title(), configured.summary).await?;
        Ok(bundle)
    }

    /// Says which actions of AWS the definition calls, if it calls any, and which of them its role does not allow.
    async fn tell_permissions(&mut self, definition: &Value, role: Option<&RoleArn>) -> Result<(), JobError> {
        let own = self.machine()?;
        let found = permissions(self.context, definition, &own, role.map(RoleArn::as_str)).await?;
        let Some(found) = found else { return Ok(()) };
        let strict = !found.missing.is_empty() && self.permissions_required().await?;
        let now = self.now();
        self.subject.report(EntryType::Information, ACTIONS, Some(found.calls), now);
        if let Some(cause) = found.not_asked {
            self.subject.report(EntryType::Information, NOT_ASKED, Some(cause), now);
        }
        for words in found.uncertain {
            self.subject.report(EntryType::Warning, MISSING, Some(words), now);
        }
        if strict {
            return Err(JobError::Permanent { title: MISSING, reasons: found.missing });
        }
        for words in found.missing {
            self.subject.report(EntryType::Warning, MISSING, Some(words), now);
        }
        Ok(())
    }

    /// Whether the project says that a missing permission fails a deployment.
    async fn permissions_required(&self) -> Result<bool, JobError> {
        let settings = self.project.settings().await?;
        Ok(settings.is_some_and(|stored| stored.entity.permissions_required))
    }

    async fn validate(&mut self, written: &Value, blueprint: &Blueprint) -> Result<(), JobError> {
        let warnings = build::validate(self.context, &self.project, written, blueprint).await?;
        let now = self.now();
        for warning in warnings {
            self.subject.report(EntryType::Warning, ABOUT, Some(warning), now);
        }
        let bytes = blueprint.definition.len();
        let message = format!("Step Functions takes the definition of {bytes} bytes");
        self.done(Stage::Validate, ReportCode::DefinitionValid.title(), message).await
    }
}
