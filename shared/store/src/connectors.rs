//! Connectors: what is staged and what is published from it share id and key, and come and go together.

use domain::address::Address;
use domain::connector::{Connector, ConnectorStaged};

use crate::entity::derived;
use crate::error::{Kind, StoreError};
use crate::item::name;
use crate::project::not_found;
use crate::write::{OnConditionFailure, Write};
use crate::{ProjectStore, Stored, keys};

impl ProjectStore {
    /// A published connector that this project may use: its own, one it is invited to, or one that is open to all.
    pub async fn open_connector(&self, address: &Address) -> Result<Stored<Connector>, StoreError> {
        let stored = self.get_unscoped::<Connector>(address).await?;
        if stored.entity.is_open_to(&self.project) {
            Ok(stored)
        } else {
            Err(not_found(Kind::Connector, address))
        }
    }

    /// A staged connector that this project may try out: its own, or one it is invited to.
    pub async fn open_staged(&self, address: &Address) -> Result<Stored<ConnectorStaged>, StoreError> {
        let stored = self.get_unscoped::<ConnectorStaged>(address).await?;
        if stored.entity.is_open_to(&self.project) {
            Ok(stored)
        } else {
            Err(not_found(Kind::ConnectorStaged, address))
        }
    }

    /// What was published from a staged connector, if anything was.
    pub async fn published(&self, staged: &ConnectorStaged) -> Result<Option<Connector>, StoreError> {
        match self.get_unscoped::<Connector>(&Address::Id(staged.id.uuid())).await {
            Ok(stored) => Ok(Some(stored.entity)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The end of a publishing, in one transaction: the staged connector as it is now, under the worker's lease of
    /// epoch `held`, and what is published, in place of version `before` of it.
    pub async fn publish(
        &self,
        staged: &ConnectorStaged,
        held: u64,
        connector: &Connector,
        before: Option<u64>,
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.progress(staged, held, Vec::new())?];
        writes.extend(self.publication(connector, before)?);
        self.write(writes).await
    }

    /// A change of a staged connector that was at version `expected`, and of what is published from it, which was at
    /// version `before`, in one transaction.
    pub async fn update_published(
        &self,
        staged: &ConnectorStaged,
        expected: u64,
        connector: &Connector,
        before: Option<u64>,
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.change(staged, expected)?];
        writes.extend(self.publication(connector, before)?);
        self.write(writes).await
    }

    fn publication(&self, connector: &Connector, before: Option<u64>) -> Result<Vec<Write>, StoreError> {
        match before {
            Some(before) => Ok(vec![self.change(connector, before)?]),
            None => self.creation(connector),
        }
    }

    /// Deletes a staged connector that is at the version it carries and of which nothing is deployed, and what was
    /// published from it.
    pub async fn delete_connector(
        &self,
        staged: &ConnectorStaged,
        published: Option<&Connector>,
    ) -> Result<(), StoreError> {
        let in_use = "it is deployed; undeploy it first";
        let mut writes = self.deletion(staged, &[derived::DEPLOYMENTS], in_use)?;
        if let Some(connector) = published {
            let own = keys::entity(&self.project, Kind::Connector, connector.id.uuid());
            writes.push(Write::delete(own, Vec::new(), OnConditionFailure::Raced));
            writes.push(self.tombstone(connector)?);
            writes.push(Write::add(keys::count(&self.project, Kind::Connector), name::COUNT, -1));
        }
        self.write(writes).await
    }
}
