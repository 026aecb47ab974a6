//! Resolve, configure, validate: from a release to a definition that is ready to be made.

use std::collections::BTreeMap;

use domain::deployment::{Bundle, Deployment};
use domain::environment::{Environment, Variable};
use domain::ids::DeploymentId;
use domain::payload;
use domain::placeholders::{self, Scan};
use domain::release::ReleasePayload;
use domain::report::EntryType;
use domain::text::VariableName;
use domain::work::Worked;
use serde_json::Value;

use crate::definition;
use crate::fault::Fault;
use crate::job::Job;
use crate::stage::Stage;

pub(crate) const NOT_CONFIGURED: &str = "Configuration is incomplete";
pub(crate) const NOT_VALID: &str = "The definition is not valid";

/// What a build is made of.
pub(crate) struct Blueprint {
    pub(crate) bundle: Bundle,
    /// The definition as Step Functions gets it, bound to its deployment: signed and written down once for a job.
    pub(crate) definition: String,
}

impl Job<'_, Deployment> {
    /// What is to be made. An attempt that got as far as storing it has decided: values may have changed since.
    pub(crate) async fn blueprint(&mut self) -> Result<Blueprint, Fault> {
        let (own, build) = (self.subject.id, self.subject.build.id);
        if let Some(candidate) = self.subject.candidate.as_ref().filter(|made| made.build == build) {
            return self.stored_blueprint(own, &candidate.bundle).await;
        }
        let release = self.resolve().await?;
        let bundle = self.configure(release).await?;
        let definition = self.bound_definition(own, &bundle).await?;
        let blueprint = Blueprint { bundle, definition };
        self.validate(&blueprint).await?;
        Ok(blueprint)
    }

    pub(crate) async fn stored_blueprint(
        &self,
        owner: DeploymentId,
        payload: &payload::Payload,
    ) -> Result<Blueprint, Fault> {
        let document = self.context.artifacts()?.get(payload).await?;
        let bundle: Bundle = serde_json::from_value(document)?;
        let definition = self.bound_definition(owner, &bundle).await?;
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
        let id = self.subject.environment;
        let environment = self.project.get_by_id::<Environment>(id.uuid()).await?.entity;
        let scan = placeholders::scan(&release.definition);
        let (secrets, mut reasons) = pin_secrets(&scan, &environment);
        let http_task = self.context.config.http_task()?;
        let filled = definition::fill_in(
            &release.definition,
            http_task,
            |name| plain_value(&environment, name),
            |name| missing(name, &environment),
        );
        let definition = filled.unwrap_or_else(|in_the_way| {
            reasons.extend(in_the_way);
            Value::Null
        });
        if !reasons.is_empty() {
            return Err(Fault::Permanent { title: NOT_CONFIGURED, reasons });
        }
        let message = format!(
            "Filled in from {}; variables: {}, secrets: {}",
            environment.name,
            scan.names.len(),
            secrets.len()
        );
        self.done(Stage::Configure, "Configured", message).await?;
        Ok(Bundle { kind: release.kind, trigger: release.trigger, definition, secrets })
    }

    async fn validate(&mut self, blueprint: &Blueprint) -> Result<(), Fault> {
        let Blueprint { bundle, definition } = blueprint;
        let judgement =
            definition::judge(self.context, &bundle.definition, definition, bundle.kind.is_express()).await?;
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

fn plain_value(environment: &Environment, name: &str) -> Option<Value> {
    let name: VariableName = name.parse().ok()?;
    match environment.variables.get(&name)? {
        Variable::Plain { value } => Some(value.clone()),
        Variable::Secured { .. } => None,
    }
}

/// The current version of every secret that the definition names, and what is missing.
fn pin_secrets(scan: &Scan, environment: &Environment) -> (BTreeMap<VariableName, u64>, Vec<String>) {
    let (mut pinned, mut missing) = (BTreeMap::new(), Vec::new());
    for name in &scan.secrets {
        let parsed = name.parse::<VariableName>().ok();
        let variable = parsed.as_ref().and_then(|parsed| environment.variables.get(parsed));
        match (parsed, variable) {
            (Some(parsed), Some(Variable::Secured { version })) => {
                pinned.insert(parsed, *version);
            }
            (_, Some(Variable::Plain { .. })) => {
                missing.push(format!("The variable '{name}' is not secured in {}", environment.name));
            }
            _ => missing.push(format!("The secured variable '{name}' is not set in {}", environment.name)),
        }
    }
    (pinned, missing)
}

fn missing(name: &str, environment: &Environment) -> String {
    let is_secured = name.parse().is_ok_and(|name| environment.is_secured(&name));
    if is_secured {
        let place = &environment.name;
        return format!("The variable '{name}' is secured in {place}: write ${{secret.{name}}}, in a header");
    }
    format!("The variable '{name}' is not set in {}", environment.name)
}
