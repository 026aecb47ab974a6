//! The key that signs our tokens, sealed. There is one, made once.

use crate::error::StoreError;
use crate::item::{Item, name, string, text};
use crate::write::{Clause, Refused, Write};
use crate::{Store, keys};

impl Store {
    /// The sealed key as JSON; nothing before the first project was bootstrapped.
    pub async fn sealed_signing_key(&self) -> Result<Option<String>, StoreError> {
        let item = self.table.get(keys::signing_key(), true).await?;
        Ok(item.and_then(|item| text(&item, name::BODY).map(str::to_owned)))
    }

    /// Stores the sealed key unless there is one. `false` when there is: the first one counts.
    pub async fn create_signing_key(&self, sealed: &str) -> Result<bool, StoreError> {
        let item = Item::from([(name::BODY.to_owned(), string(sealed))]);
        match self
            .table
            .write(vec![Write::put(keys::signing_key(), item, Clause::Absent, Refused::Raced)])
            .await
        {
            Ok(()) => Ok(true),
            Err(StoreError::Raced) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
