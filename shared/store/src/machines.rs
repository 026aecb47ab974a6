//! The state machines that may use HTTP tasks. A scope token names the machine that it was made for, and is good as long
//! as that is noted here: from before the machine is made until before it is deleted.

use crate::ProjectStore;
use crate::error::StoreError;
use crate::item::Item;
use crate::keys;
use crate::write::{Condition, OnConditionFailure, Write};

impl ProjectStore {
    /// Notes a state machine by its name. Noting it again does nothing more.
    pub async fn note_machine(&self, name: &str) -> Result<(), StoreError> {
        let key = keys::machine(&self.project, name);
        match self
            .write(vec![Write::put(key, Item::new(), Condition::Absent, OnConditionFailure::Raced)])
            .await
        {
            Ok(()) | Err(StoreError::Raced) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether a state machine is noted. Consistent, one read.
    pub async fn has_machine(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.table.get(keys::machine(&self.project, name), true).await?.is_some())
    }

    /// Forgets a state machine. One that is not noted is forgotten already.
    pub async fn forget_machine(&self, name: &str) -> Result<(), StoreError> {
        let key = keys::machine(&self.project, name);
        self.write(vec![Write::delete(key, Vec::new(), OnConditionFailure::Raced)]).await
    }
}
