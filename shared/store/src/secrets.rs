//! Secured values, sealed: versions of them, each an item that is written once, in the partition of what holds them.

use domain::secret::SecretHolder;
use domain::text::VariableName;
use futures::future::try_join_all;

use crate::ProjectStore;
use crate::error::StoreError;
use crate::item::{Item, name, string, text};
use crate::keys::{self, ItemKey};
use crate::table::{Query, Sort};
use crate::write::{Condition, OnConditionFailure, Write};

/// So many secured values are deleted at a time.
const DELETES: usize = 25;

/// A secured value, sealed, and the version it is stored under.
#[derive(Debug, Clone)]
pub struct SealedVariable {
    /// The variable.
    pub name: VariableName,
    /// The version, never used before by its holder.
    pub version: u64,
    /// The envelope, as JSON.
    pub envelope: String,
}

impl ProjectStore {
    /// The envelope of one version of a secured value. Consistent: a flow may run a moment after it was set.
    pub async fn secret(
        &self,
        holder: impl Into<SecretHolder> + Send,
        variable: &VariableName,
        version: u64,
    ) -> Result<Option<String>, StoreError> {
        let key = keys::secret(&self.project, holder.into(), variable, version);
        let item = self.table.get(key, true).await?;
        Ok(item.and_then(|item| text(&item, name::BODY).map(str::to_owned)))
    }

    pub(crate) fn put_secret(&self, holder: SecretHolder, secret: &SealedVariable) -> Write {
        let key = keys::secret(&self.project, holder, &secret.name, secret.version);
        let item = Item::from([(name::BODY.to_owned(), string(&secret.envelope))]);
        Write::put(key, item, Condition::Absent, OnConditionFailure::Raced)
    }

    /// Deletes the secured values of a holder that is gone. What a crash in between leaves is sealed and out of reach;
    /// [`ProjectStore::delete_remains`] deletes it.
    pub(crate) async fn delete_secrets(&self, holder: SecretHolder) -> Result<(), StoreError> {
        let query = Query {
            index: None,
            partition: (name::PK, keys::secrets_partition(&self.project, holder)),
            sort: Some((name::SK, Sort::Prefix(keys::SECRET_PREFIX.to_owned()))),
            forward: true,
            limit: None,
            start: None,
        };
        let items = self.table.query_all(query).await?;
        let keys = items.iter().filter_map(|item| {
            Some(ItemKey { pk: text(item, name::PK)?.to_owned(), sk: text(item, name::SK)?.to_owned() })
        });
        let deletes: Vec<_> =
            keys.map(|key| Write::delete(key, Vec::new(), OnConditionFailure::Raced)).collect();
        for some in deletes.chunks(DELETES) {
            try_join_all(some.iter().map(|delete| self.write(vec![delete.clone()]))).await?;
        }
        Ok(())
    }
}
