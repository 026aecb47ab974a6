//! The writes of workers: each names the operation and the epoch of the lease that it is done under.

use domain::address::Address;
use domain::work::Worked;
use uuid::Uuid;

use crate::entity::{Entity, Stored};
use crate::error::StoreError;
use crate::item::{name, number, string};
use crate::project::replacement;
use crate::write::{Change, Condition, OnConditionFailure, Write};
use crate::{ProjectStore, keys};

impl ProjectStore {
    /// What a worker is told to work on; nothing when it is gone.
    pub async fn worked<W: Worked + Entity>(&self, id: Uuid) -> Result<Option<Stored<W>>, StoreError> {
        match self.get_unscoped(&Address::Id(id)).await {
            Ok(stored) => Ok(Some(stored)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A worker's write: it succeeds only while the operation is the one it was asked for and nobody has taken the
    /// lease of epoch `held` over.
    pub async fn save_progress<W: Worked + Entity>(&self, worked: &W, held: u64) -> Result<(), StoreError> {
        self.write(vec![self.progress(worked, held, Vec::new())?]).await
    }

    pub(crate) fn progress<W: Worked + Entity>(
        &self,
        worked: &W,
        held: u64,
        more: Vec<Change>,
    ) -> Result<Write, StoreError> {
        let mut changes = replacement(worked)?;
        // The version is counted where it lies: switching a route counts it too, whoever holds the lease.
        changes.retain(|change| !matches!(change, Change::Set(name::VERSION, _)));
        changes.push(Change::Add(name::VERSION, 1));
        changes.extend(more);
        let own = keys::entity(&self.project, W::KIND, worked.uuid());
        Ok(Write::update(own, changes, lease_is_ours(worked, held), OnConditionFailure::Fenced))
    }
}

/// The condition of every write of a worker.
pub(crate) fn lease_is_ours<W: Worked>(worked: &W, held: u64) -> Vec<Condition> {
    let mut clauses = vec![Condition::Equals(name::EPOCH, number(held))];
    let operation = worked.operation_id();
    clauses.extend(operation.map(|id| Condition::Equals(name::OPERATION, string(id.to_string()))));
    clauses
}
