//! The keys that sign our tokens, sealed: one ring for each kind of token.

use domain::signing::{KeyRing, TokenKind};

use crate::error::StoreError;
use crate::item::{Item, from_body, name, number, to_body};
use crate::write::{Condition, OnConditionFailure, Write};
use crate::{Store, keys};

impl Store {
    /// The ring of a kind of token; absent before the first project was bootstrapped.
    pub async fn key_ring(&self, kind: TokenKind) -> Result<Option<KeyRing>, StoreError> {
        let item = self.table.get(keys::key_ring(kind), true).await?;
        item.as_ref().map(from_body).transpose()
    }

    /// Stores a ring in the place of the one before it, or the first one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Raced`] when somebody else has stored one since: read again.
    pub async fn put_key_ring(&self, kind: TokenKind, ring: &KeyRing) -> Result<(), StoreError> {
        let item = Item::from([
            (name::BODY.to_owned(), to_body(ring)?),
            (name::VERSION.to_owned(), number(ring.version)),
        ]);
        let before = match ring.version {
            0 | 1 => Condition::Absent,
            version => Condition::Equals(name::VERSION, number(version - 1)),
        };
        self.table
            .write(vec![Write::put(keys::key_ring(kind), item, before, OnConditionFailure::Raced)])
            .await
    }
}
