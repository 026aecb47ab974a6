//! Runs: written before they start, forgotten when Step Functions has forgotten them.

use domain::ids::RunId;
use domain::run::{RETENTION_DAYS, Run};

use crate::error::{Kind, StoreError};
use crate::item::{Item, from_body, name, number, to_body};
use crate::write::{Change, Condition, OnConditionFailure, Write};
use crate::{ProjectStore, keys};

impl ProjectStore {
    /// Stores a run. `false` when there is one with that id: the same slot of a schedule, delivered twice.
    pub async fn create_run(&self, run: &Run) -> Result<bool, StoreError> {
        self.reached(run.placement)?;
        let expires = run.started_at.plus_seconds(RETENTION_DAYS * 86_400);
        let item = Item::from([
            (name::BODY.to_owned(), to_body(run)?),
            (name::EXPIRES_AT.to_owned(), number(expires.as_second())),
        ]);
        let key = keys::entity(&self.project, Kind::Run, run.id.uuid());
        match self.write(vec![Write::put(key, item, Condition::Absent, OnConditionFailure::Raced)]).await {
            Ok(()) => Ok(true),
            Err(StoreError::Raced) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Records how a run ended, where only we know it.
    pub async fn finish_run(&self, run: &Run) -> Result<(), StoreError> {
        let key = keys::entity(&self.project, Kind::Run, run.id.uuid());
        let changes = vec![Change::Set(name::BODY, to_body(run)?)];
        self.write(vec![Write::update(key, changes, vec![Condition::Present], OnConditionFailure::Raced)])
            .await
    }

    /// One run.
    pub async fn run(&self, id: RunId) -> Result<Run, StoreError> {
        let item = self.table.get(keys::entity(&self.project, Kind::Run, id.uuid()), true).await?;
        let missing = || StoreError::NotFound { kind: Kind::Run, address: format!("'{id}'") };
        let run: Run = from_body(&item.ok_or_else(missing)?)?;
        self.reached(run.placement)?;
        Ok(run)
    }
}
