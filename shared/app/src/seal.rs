//! Sealing secured values before they are stored.

use domain::secret::{SecretHolder, SecretText};
use domain::text::{ProjectKey, VariableName};
use runtime::Context;
use secrets::{SealContext, variable_context};
use store::SealedVariable;

use crate::error::AppError;

/// A secured value that was given a version and waits to be sealed.
#[derive(Debug)]
pub struct ToSeal {
    /// Its name.
    pub name: VariableName,
    /// Its version, never used before by its holder.
    pub version: u64,
    /// The value.
    pub value: SecretText,
}

/// Seals values. Each envelope opens only for this project, holder, name and version. One call to KMS each.
pub async fn seal(
    context: &Context,
    project: &ProjectKey,
    holder: impl Into<SecretHolder>,
    to_seal: Vec<ToSeal>,
) -> Result<Vec<SealedVariable>, AppError> {
    let holder = holder.into();
    let mut sealed = Vec::with_capacity(to_seal.len());
    for ToSeal { name, version, value } in to_seal {
        let (entity, key) = variable_context(holder, &name, version);
        let seal = SealContext { project: project.as_str(), entity: &entity, key: &key };
        let secrets = context.secrets()?;
        let envelope = secrets.seal(seal, value.expose_secret().as_bytes()).await;
        let envelope = envelope.map_err(AppError::unavailable)?;
        let envelope = serde_json::to_string(&envelope).map_err(AppError::internal)?;
        sealed.push(SealedVariable { name, version, envelope });
    }
    Ok(sealed)
}
