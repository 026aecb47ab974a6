//! Which values a deployment gets: the rules of Connect's configuration, on create and on redeploy.

mod block;
mod create;
mod merge;
mod problems;
#[cfg(test)]
mod tests;
mod update;

use self::merge::Absence;
use super::{Application, Configuration, ConnectorDeployment};
use crate::connector::Specification;
use crate::ids::ApplicationId;
use crate::secret::SecretText;
use crate::text::ConfigurationKey;

/// What a request says of one application.
#[derive(Debug)]
pub struct ApplicationDraft {
    /// Its name, as sent.
    pub name: String,
    /// Its values.
    pub values: DraftedValues,
    /// When it is to run, as sent.
    pub schedule: Option<String>,
    /// How messages are to be tried again, as sent.
    pub retry_policy: Option<serde_json::Value>,
}

/// The values of a request: keys as sent.
#[derive(Debug, Default)]
pub struct DraftedValues {
    /// Readable values.
    pub standard: Vec<(String, String)>,
    /// Secrets.
    pub secured: Vec<(String, SecretText)>,
}

/// What a request says of the configuration. What is absent stays.
#[derive(Debug, Default)]
pub struct ConfigurationDraft {
    /// The applications.
    pub applications: Option<Vec<ApplicationDraft>>,
    /// The values of the keys that every application gets.
    pub global: Option<DraftedValues>,
}

/// A new secret, to be sealed and stored under its version.
#[derive(Debug)]
pub struct Secret {
    /// Its key.
    pub key: ConfigurationKey,
    /// Its version, never used before in this deployment.
    pub version: u64,
    /// The secret itself.
    pub value: SecretText,
}

/// The configuration of a new deployment.
#[derive(Debug)]
pub struct Configured {
    /// The applications, in the order of the specification.
    pub applications: Vec<Application>,
    /// The values of the keys that every application gets.
    pub global: Configuration,
    /// The secrets to be stored.
    pub secrets: Vec<Secret>,
    /// The last version that is taken.
    pub last_secret_version: u64,
}

/// One thing that is wrong with the configuration of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationProblem {
    /// Which rule.
    pub code: ProblemCode,
    /// What is wrong and how to mend it. Never a value of a secured key.
    pub message: String,
    /// Where, for [`ProblemCode::InvalidInput`]; absent for every other code, and where the whole is too large. A JSON
    /// pointer, relative, because create and redeploy call their members differently:
    ///
    /// | begins with | means | such as |
    /// |---|---|---|
    /// | `/{index}` | in the request's list of applications | `/0/applicationName`, `/0/standardConfiguration/2/key`, `/0/securedConfiguration/1/value`, `/1/schedule` |
    /// | `/global` | in the request's global values | `/global/standardConfiguration/1/key` |
    pub pointer: Option<String>,
}

/// The rules that a configuration can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    /// The shape is not right: a key twice, a schedule that is none.
    InvalidInput,
    /// No application at all.
    ApplicationRequired,
    /// The connector has no such application.
    UnknownApplication,
    /// The connector has it, but this deployment was made without it.
    ApplicationDoesNotBelong,
    /// The application declares no such key in that section.
    UnknownApplicationKey,
    /// There is no such global key in that section.
    UnknownGlobalKey,
    /// A required global key is absent.
    MissingGlobalKey,
    /// A required global key has an empty value.
    EmptyGlobalKey,
    /// A required key of an application is absent.
    MissingApplicationKey,
    /// A required key of an application has an empty value.
    EmptyApplicationKey,
    /// The retry policy is none.
    InvalidRetryPolicy,
    /// The application is not of a kind that has a retry policy.
    RetryPolicyNotAllowed,
    /// The newer connector needs what neither the request nor the deployment has.
    ConnectorUpdateFailure,
}

impl ProblemCode {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::InvalidInput,
        Self::ApplicationRequired,
        Self::UnknownApplication,
        Self::ApplicationDoesNotBelong,
        Self::UnknownApplicationKey,
        Self::UnknownGlobalKey,
        Self::MissingGlobalKey,
        Self::EmptyGlobalKey,
        Self::MissingApplicationKey,
        Self::EmptyApplicationKey,
        Self::InvalidRetryPolicy,
        Self::RetryPolicyNotAllowed,
        Self::ConnectorUpdateFailure,
    ];
}

/// The configuration of a new deployment of a connector. The applications that the draft lists are deployed, and no
/// others; a connector without applications takes an empty list.
///
/// The problems come in the order of the request, applications before global values, and then what is missing in the
/// order of the specification.
///
/// # Errors
///
/// Everything that is wrong, at once.
pub fn configure(
    specification: &Specification,
    draft: ConfigurationDraft,
    new_id: impl FnMut() -> ApplicationId,
) -> Result<Configured, Vec<ConfigurationProblem>> {
    let mut merge = create::begin(specification, draft.applications.as_deref(), new_id);
    merge.take(draft);
    merge.complete(&Absence::OnCreate);
    merge.finish()
}

/// Merges a redeploy's configuration into a deployment, key by key: nothing is unset by leaving it out, and an empty
/// list changes nothing. `newer` is the specification to move to, when the connector is updated as well: keys that it
/// no longer declares are dropped, and applications that it no longer has leave; they answer until the switch. The caller replaces `deployment.connector`. Returns the secrets to be stored. Nothing changes when
/// anything is wrong.
///
/// The reference asks for at least one application that belongs "if configuration is given", but real clients send
/// empty lists to mean "as it is": an empty list of applications is no error here. In one that is not empty each
/// application that does not belong is told of.
///
/// # Errors
///
/// Everything that is wrong, at once, in the order that [`configure`] tells it.
pub fn reconfigure(
    deployment: &mut ConnectorDeployment,
    draft: ConfigurationDraft,
    newer: Option<&Specification>,
) -> Result<Vec<Secret>, Vec<ConfigurationProblem>> {
    let configured = update::merged(deployment, draft, newer)?;
    let mut before = std::mem::replace(&mut deployment.applications, configured.applications);
    before.append(&mut deployment.leaving);
    let stays =
        |one: &Application| deployment.applications.iter().any(|application| application.id == one.id);
    deployment.leaving = before.into_iter().filter(|one| !stays(one)).collect();
    deployment.global = configured.global;
    deployment.last_secret_version = configured.last_secret_version;
    Ok(configured.secrets)
}
