//! Resolve, configure, validate: from a release to a definition that is ready to be made.

use std::collections::BTreeMap;

use domain::deployment::Bundle;
use domain::environment::{Environment, Variable};
use domain::ids::DeploymentId;
use domain::placeholders::{self, Scan};
use domain::release::ReleasePayload;
use domain::report::EntryType;
use domain::text::VariableName;
use domain::{asl, payload};
use serde_json::Value;

use crate::fault::Fault;
use crate::job::Job;
use crate::stage::Stage;

const NOT_CONFIGURED: &str = "Configuration is incomplete";
const NOT_VALID: &str = "The definition is not valid";

/// The name that stands for the HTTP task.
const HTTP: &str = "slipway.http";

/// What a build is made of.
pub(crate) struct Blueprint {
    pub(crate) bundle: Bundle,
    /// The definition as Step Functions gets it, bound to its deployment: signed and written down once for a job.
    pub(crate) definition: String,
}

impl Job<'_> {
    /// What is to be made. An attempt that got as far as storing it has decided: values may have changed since.
    pub(crate) async fn blueprint(&mut self) -> Result<Blueprint, Fault> {
        let (own, build) = (self.deployment.id, self.deployment.build.id);
        if let Some(candidate) = self.deployment.candidate.as_ref().filter(|made| made.build == build) {
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
        let release = self.project.release(self.deployment.flow, self.deployment.release).await?;
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
        let id = self.deployment.environment;
        let environment = self.project.get_by_id::<Environment>(id.uuid()).await?.entity;
        let scan = placeholders::scan(&release.definition);
        let (secrets, mut reasons) = pin_secrets(&scan, &environment);
        let http_task = self.context.config.http_task()?.to_owned();
        let value_of = |name: &str| match name {
            HTTP => Some(Value::from(http_task.as_str())),
            name => plain_value(&environment, name),
        };
        let definition = placeholders::resolve(&release.definition, &value_of).unwrap_or_else(|unresolved| {
            reasons.extend(unresolved.missing.iter().map(|name| missing(name, &environment)));
            reasons
                .extend(unresolved.refused.iter().map(|found| format!("{}: {}", found.path, found.message)));
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
        let http_task = self.context.config.http_task()?;
        let found = asl::check_resolved(&bundle.definition, http_task);
        let (errors, warnings): (Vec<_>, Vec<_>) = found.into_iter().partition(asl::Finding::is_error);
        let words = |found: &asl::Finding| match found.path.as_str() {
            "" => found.message.clone(),
            path => format!("{path}: {}", found.message),
        };
        let mut reasons: Vec<String> = errors.iter().map(words).collect();
        // The scope tokens count as well.
        if reasons.is_empty() && definition.len() > asl::MAX_DEFINITION_BYTES {
            let (size, limit) = (definition.len(), asl::MAX_DEFINITION_BYTES);
            reasons.push(format!("The definition has {size} bytes; Step Functions takes at most {limit}"));
        }
        if reasons.is_empty() {
            reasons = self.context.machines().validate(definition, bundle.kind.is_express()).await?;
        }
        if !reasons.is_empty() {
            return Err(Fault::Permanent { title: NOT_VALID, reasons });
        }
        let now = self.context.clock.now();
        for warning in &warnings {
            self.deployment.report(EntryType::Warning, "About the definition", Some(words(warning)), now);
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
