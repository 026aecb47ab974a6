//! Resolve, configure, validate: from a release to a definition that is ready to be made.

use domain::deployment::{Bundle, Deployment};
use domain::environment::Environment;
use domain::ids::DeploymentId;
use domain::payload;
use domain::placeholders;
use domain::placement::Placement;
use domain::release::ReleasePayload;
use domain::report::EntryType;
use domain::text::RoleArn;
use domain::work::Worked;
use serde_json::Value;

use crate::configure::Values;
use crate::definition;
use crate::fault::Fault;
use crate::job::Job;
use crate::machine::{Blueprint, flow_machine_name, name_of};
use crate::permissions::{ACTIONS, MISSING, NOT_ASKED, permissions};
use crate::stage::Stage;

pub(crate) const NOT_CONFIGURED: &str = "Configuration is incomplete";
pub(crate) const NOT_VALID: &str = "The definition is not valid";

impl Job<'_, Deployment> {
    /// What is to be made. An attempt that got as far as storing it has decided: values may have changed since.
    pub(crate) async fn blueprint(&mut self) -> Result<Blueprint, Fault> {
        let (own, build) = (self.subject.id, self.subject.build.id);
        if let Some(candidate) = self.subject.candidate.as_ref().filter(|made| made.build == build) {
            let machine = name_of(&candidate.state_machine);
            return self.stored_blueprint(own, machine, &candidate.bundle).await;
        }
        let release = self.resolve().await?;
        let written = release.definition.clone();
        let bundle = self.configure(release).await?;
        let machine = flow_machine_name(&self.context.config, build);
        let definition = self.bound_definition(own, &machine, &bundle).await?;
        let blueprint = Blueprint { bundle, definition };
        self.validate(&written, &blueprint).await?;
        Ok(blueprint)
    }

    pub(crate) async fn stored_blueprint(
        &self,
        owner: DeploymentId,
        machine: &str,
        payload: &payload::Payload,
    ) -> Result<Blueprint, Fault> {
        let document = self.context.artifacts()?.get(payload).await?;
        let bundle: Bundle = serde_json::from_value(document)?;
        let definition = self.bound_definition(owner, machine, &bundle).await?;
        Ok(Blueprint { bundle, definition })
    }

    async fn resolve(&mut self) -> Result<ReleasePayload, Fault> {
        let release = self.project.release(self.subject.flow, self.subject.release).await?;
        let document = self.context.artifacts()?.get(&release.payload).await?;
        let digest = release.payload.digest;
        self.done(
            Stage::Resolve,
            "Release resolved",
            format!("Release {} is sha256/{digest}", release.number),
        )
        .await?;
        Ok(serde_json::from_value(document)?)
    }

    /// Fills the variables in. Everything that is missing is reported at once.
    async fn configure(&mut self, release: ReleasePayload) -> Result<Bundle, Fault> {
        let environment = match self.subject.destination() {
            Placement::Environment(id) => {
                Some(self.project.get_by_id::<Environment>(id.uuid()).await?.entity)
            }
            Placement::Global => None,
        };
        let values = environment.as_ref().map_or(Values::None, Values::Of);
        let scan = placeholders::scan(&release.definition);
        let (secrets, mut reasons) = values.pin(&scan);
        let http_task = self.context.config.http_task()?;
        let filled = definition::fill_in(
            &release.definition,
            http_task,
            |name| values.plain(name),
            |name| values.missing(name),
        );
        let definition = filled.unwrap_or_else(|in_the_way| {
            reasons.extend(in_the_way);
            Value::Null
        });
        if !reasons.is_empty() {
            return Err(Fault::Permanent { title: NOT_CONFIGURED, reasons });
        }
        let message = values.summary(&scan);
        let execution_role = environment.and_then(|environment| environment.execution_role);
        self.tell_permissions(&definition, execution_role.as_ref()).await?;
        self.done(Stage::Configure, "Configured", message).await?;
        Ok(Bundle { kind: release.kind, trigger: release.trigger, definition, secrets, execution_role })
    }

    /// Says which actions of AWS the definition calls, if it calls any, and which of them its role does not allow.
    async fn tell_permissions(&mut self, definition: &Value, role: Option<&RoleArn>) -> Result<(), Fault> {
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
            return Err(Fault::Permanent { title: MISSING, reasons: found.missing });
        }
        for words in found.missing {
            self.subject.report(EntryType::Warning, MISSING, Some(words), now);
        }
        Ok(())
    }

    /// Whether the project says that a missing permission fails a deployment.
    async fn permissions_required(&self) -> Result<bool, Fault> {
        let settings = self.project.settings().await?;
        Ok(settings.is_some_and(|stored| stored.entity.permissions_required))
    }

    async fn validate(&mut self, written: &Value, blueprint: &Blueprint) -> Result<(), Fault> {
        let Blueprint { bundle, definition } = blueprint;
        let judgement = definition::judge(
            self.context,
            &self.project,
            written,
            &bundle.definition,
            definition,
            bundle.kind.is_express(),
        )
        .await?;
        if !judgement.errors.is_empty() {
            return Err(Fault::Permanent { title: NOT_VALID, reasons: judgement.errors });
        }
        let now = self.now();
        for warning in judgement.warnings {
            self.subject.report(EntryType::Warning, definition::ABOUT, Some(warning), now);
        }
        let message = format!("Step Functions takes the definition of {} bytes", definition.len());
        self.done(Stage::Validate, "Definition valid", message).await
    }
}
