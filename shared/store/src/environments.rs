//! Environments and the secured values in them.

use domain::environment::Environment;

use crate::ProjectStore;
use crate::entity::derived;
use crate::error::StoreError;
use crate::secrets::SealedVariable;

/// At most so many secured values in one write: with the environment, its key and the count, one transaction.
pub const MAX_SEALED_AT_ONCE: usize = 90;

impl ProjectStore {
    /// Stores a new environment with the secured values it starts with, at most [`MAX_SEALED_AT_ONCE`].
    pub async fn create_environment(
        &self,
        environment: &Environment,
        secrets: &[SealedVariable],
    ) -> Result<(), StoreError> {
        let mut writes = self.creation(environment)?;
        writes.extend(secrets.iter().map(|secret| self.put_secret(environment.id.into(), secret)));
        self.write(writes).await
    }

    /// Replaces an environment that was at version `expected`, together with newly secured values, at most
    /// [`MAX_SEALED_AT_ONCE`].
    pub async fn update_environment(
        &self,
        environment: &Environment,
        expected: u64,
        secrets: &[SealedVariable],
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.change(environment, expected)?];
        writes.extend(secrets.iter().map(|secret| self.put_secret(environment.id.into(), secret)));
        self.write(writes).await
    }

    /// Deletes an environment in which nothing is deployed, then its secured values. In this order a refusal
    /// loses nothing; what a crash in between leaves is sealed and out of reach.
    pub async fn delete_environment(&self, environment: &Environment) -> Result<(), StoreError> {
        let in_use = "something is deployed there, or being deployed; undeploy it first";
        self.write(self.deletion(environment, &[derived::ROUTES], in_use)?).await?;
        self.delete_secrets(environment.id.into()).await
    }
}
