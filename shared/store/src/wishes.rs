//! What is asked of a deployment while a worker has it. It lies beside the body, of which the worker has a copy that it
//! writes, and is read again whenever the worker's write depends on it.

use domain::deployment::Deployment;
use domain::wishes::Wishes;
use domain::work::Worked;

use crate::ProjectStore;
use crate::entity::{Entity, Stored, switching};
use crate::error::StoreError;
use crate::item::{name, number, string, to_body};
use crate::keys;
use crate::write::{Action, Change, Condition, OnConditionFailure, Write};

/// What a worker's write makes of what was asked for meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heed {
    /// Nothing: it does not depend on it.
    Nothing,
    /// It was taken into account.
    Account,
    /// It was done, and is not to be done again.
    Done,
}

impl ProjectStore {
    /// Writes what is asked of a deployment of which an operation is under way, and whether it is on. Another writer of
    /// either, and a worker that takes the deployment up or lets it go, is faster: [`StoreError::Raced`].
    pub(crate) fn wish(
        &self,
        before: &Stored<Deployment>,
        after: &Stored<Deployment>,
    ) -> Result<Write, StoreError> {
        let deployment = &before.entity;
        let mut changes = vec![Change::Add(name::VERSION, 1)];
        changes.push(if after.derived.wishes.is_empty() {
            Change::Remove(name::WISHES)
        } else {
            Change::Set(name::WISHES, to_body(&after.derived.wishes)?)
        });
        if after.derived.enabled != before.derived.enabled {
            changes.extend(switching(after.derived.enabled.as_ref()));
        }
        let condition = vec![
            Condition::Equals(name::OPERATION, string(deployment.operation.id.to_string())),
            // Ending an operation counts the epoch.
            Condition::Equals(name::EPOCH, number(deployment.work_state.epoch)),
            unchanged(&before.derived.wishes)?,
        ];
        let own = keys::entity(&self.project, Deployment::KIND, deployment.uuid());
        Ok(Write::update(own, changes, condition, OnConditionFailure::Raced))
    }

    /// What is asked of a deployment that a worker has. When the deployment is gone, so is the worker's lease.
    pub(crate) async fn wishes_of(&self, deployment: &Deployment) -> Result<Wishes, StoreError> {
        match self.deployment(deployment.id).await? {
            Some(stored) => Ok(stored.derived.wishes),
            None => Err(StoreError::Fenced),
        }
    }
}

/// Makes a worker's write of a deployment depend on what it knows to be asked for.
pub(crate) fn heed(
    own: &mut Write,
    deployment: &Deployment,
    held: u64,
    (mode, wishes): (Heed, &Wishes),
) -> Result<(), StoreError> {
    if mode == Heed::Nothing {
        return Ok(());
    }
    own.condition.push(unchanged(wishes)?);
    own.refused = OnConditionFailure::FencedOrAsked {
        operation: deployment.operation_id().map(|id| id.to_string()).unwrap_or_default(),
        epoch: held,
    };
    if let (Heed::Done, Action::Update(changes)) = (mode, &mut own.action) {
        changes.push(Change::Remove(name::WISHES));
    }
    Ok(())
}

fn unchanged(wishes: &Wishes) -> Result<Condition, StoreError> {
    if wishes.is_empty() {
        return Ok(Condition::Without(name::WISHES));
    }
    Ok(Condition::Equals(name::WISHES, to_body(wishes)?))
}
