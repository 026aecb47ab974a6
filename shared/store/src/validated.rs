//! Definitions that Step Functions found valid: it is asked about each of them once, for it takes few such requests.

use domain::metadata::Timestamp;
use domain::payload::Digest;

use crate::error::StoreError;
use crate::item::{Item, count, name, number};
use crate::write::{Condition, OnConditionFailure, Write};
use crate::{ProjectStore, keys};

/// How long a verdict is remembered, in seconds: what Step Functions takes may change.
const RETENTION_SECONDS: i64 = 30 * 86_400;

impl ProjectStore {
    /// Whether a definition of that digest was found valid, and not too long ago.
    pub async fn is_validated(&self, digest: &Digest, now: Timestamp) -> Result<bool, StoreError> {
        let found = self.table.get(keys::validated(&self.project, digest), false).await?;
        // DynamoDB deletes what has expired, but not at once.
        let expires = found.map(|item| count(&item, name::EXPIRES_AT));
        Ok(expires.is_some_and(|expires| i64::try_from(expires).is_ok_and(|at| at > now.as_second())))
    }

    /// Remembers that a definition of that digest is valid. Doing it again changes nothing.
    pub async fn remember_validated(&self, digest: &Digest, now: Timestamp) -> Result<(), StoreError> {
        let expires = now.plus_seconds(RETENTION_SECONDS);
        let item = Item::from([(name::EXPIRES_AT.to_owned(), number(expires.as_second()))]);
        let key = keys::validated(&self.project, digest);
        match self.write(vec![Write::put(key, item, Condition::Absent, OnConditionFailure::Raced)]).await {
            Ok(()) | Err(StoreError::Raced) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
