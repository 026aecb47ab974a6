//! Environments and the secured values in them.

use domain::environment::Environment;
use domain::ids::EnvironmentId;
use domain::text::VariableName;
use futures::future::try_join_all;

use crate::entity::side;
use crate::error::StoreError;
use crate::item::{Item, name, string, text};
use crate::keys::{self, ItemKey};
use crate::table::{Query, Sort};
use crate::write::{Clause, Refused, Write};
use crate::{Kind, ProjectStore};

/// At most so many secured values in one write: with the environment, its key and the count, one transaction.
pub const MAX_SEALED_AT_ONCE: usize = 90;

/// So many secured values are deleted at a time.
const DELETES: usize = 25;

/// A secured value, sealed, and the version it is stored under.
#[derive(Debug, Clone)]
pub struct SealedVariable {
    /// The variable.
    pub name: VariableName,
    /// The version, never used before in this environment.
    pub version: u64,
    /// The envelope, as JSON.
    pub envelope: String,
}

impl ProjectStore {
    /// Stores a new environment with the secured values it starts with, at most [`MAX_SEALED_AT_ONCE`].
    pub async fn create_environment(
        &self,
        environment: &Environment,
        secrets: &[SealedVariable],
    ) -> Result<(), StoreError> {
        let mut writes = self.creation(environment)?;
        writes.extend(secrets.iter().map(|secret| self.put_secret(environment.id, secret)));
        self.table.write(writes).await
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
        writes.extend(secrets.iter().map(|secret| self.put_secret(environment.id, secret)));
        self.table.write(writes).await
    }

    /// Deletes an environment in which nothing is deployed, then its secured values. In this order a refusal
    /// loses nothing; what a crash in between leaves is sealed and out of reach.
    pub async fn delete_environment(&self, environment: &Environment) -> Result<(), StoreError> {
        let in_use = "something is deployed there, or being deployed; undeploy it first";
        self.table.write(self.deletion(environment, &[side::ROUTES], in_use)).await?;
        let query = Query {
            index: None,
            partition: (name::PK, keys::partition(&self.project, Kind::Environment, environment.id.uuid())),
            sort: Some((name::SK, Sort::Prefix("SECRET#".to_owned()))),
            forward: true,
            limit: None,
            start: None,
        };
        let items = self.table.query_all(query).await?;
        let keys = items.iter().filter_map(|item| {
            Some(ItemKey { pk: text(item, name::PK)?.to_owned(), sk: text(item, name::SK)?.to_owned() })
        });
        let deletes: Vec<_> = keys.map(|key| Write::delete(key, Vec::new(), Refused::Raced)).collect();
        for some in deletes.chunks(DELETES) {
            try_join_all(some.iter().map(|delete| self.table.write(vec![delete.clone()]))).await?;
        }
        Ok(())
    }

    /// The envelope of one version of a secured variable. Consistent: a flow may run a moment after it was set.
    pub async fn secret(
        &self,
        environment: EnvironmentId,
        variable: &VariableName,
        version: u64,
    ) -> Result<Option<String>, StoreError> {
        let item = self.table.get(keys::secret(&self.project, environment, variable, version), true).await?;
        Ok(item.and_then(|item| text(&item, name::BODY).map(str::to_owned)))
    }

    fn put_secret(&self, environment: EnvironmentId, secret: &SealedVariable) -> Write {
        let key = keys::secret(&self.project, environment, &secret.name, secret.version);
        let item = Item::from([(name::BODY.to_owned(), string(&secret.envelope))]);
        Write::put(key, item, Clause::Absent, Refused::Raced)
    }
}
