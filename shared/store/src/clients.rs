//! API clients, and the credentials that are found by the client's id alone.

use domain::client::{ApiClient, Credential};
use domain::ids::ApiClientId;

use crate::error::StoreError;
use crate::item::{Item, from_body, name, to_body};
use crate::write::{Condition, OnConditionFailure, Write};
use crate::{ProjectStore, Store, keys};

impl ProjectStore {
    /// Stores a client and its credential together: neither is ever there alone.
    pub async fn create_client(&self, client: &ApiClient, credential: &Credential) -> Result<(), StoreError> {
        self.write(self.client_creation(client, credential)?).await
    }

    pub(crate) fn client_creation(
        &self,
        client: &ApiClient,
        credential: &Credential,
    ) -> Result<Vec<Write>, StoreError> {
        let mut writes = self.creation(client)?;
        let item = Item::from([(name::BODY.to_owned(), to_body(credential)?)]);
        writes.push(Write::put(
            keys::credential(client.id),
            item,
            Condition::Absent,
            OnConditionFailure::Raced,
        ));
        Ok(writes)
    }

    /// Deletes a client and its credential. Tokens and cached decisions live on until they run out.
    pub async fn delete_client(&self, client: &ApiClient) -> Result<(), StoreError> {
        self.write(self.client_deletion(client)?).await
    }

    pub(crate) fn client_deletion(&self, client: &ApiClient) -> Result<Vec<Write>, StoreError> {
        let mut writes = self.deletion(client, &[], "")?;
        writes.push(Write::delete(keys::credential(client.id), Vec::new(), OnConditionFailure::Raced));
        Ok(writes)
    }
}

impl Store {
    /// The credential of a client, whatever its project. Consistent: the gateway keeps a refusal for a minute, so a key
    /// that was made a moment ago must be found.
    pub async fn credential(&self, client: ApiClientId) -> Result<Option<Credential>, StoreError> {
        let item = self.table.get(keys::credential(client), true).await?;
        item.as_ref().map(from_body).transpose()
    }
}
