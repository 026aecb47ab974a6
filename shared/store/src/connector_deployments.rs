//! Connector deployments: counted beside their connector, with their secrets and the API client that was made for them.

use domain::client::{ApiClient, Credential};
use domain::connector_deployment::ConnectorDeployment;
use domain::ids::ConnectorDeploymentId;
use domain::secret::SecretHolder;
use domain::work::{WorkKind, Worked};
use retry::Retry;
use uuid::Uuid;

use crate::entity::derived;
use crate::error::{Kind, StoreError};
use crate::item::name;
use crate::secrets::SealedVariable;
use crate::work::lease_is_ours;
use crate::write::{OnConditionFailure, Write};
use crate::{ProjectStore, keys};

/// At most so many secured values in one write: with the deployment, its key, its client and the counts, one
/// transaction of 100.
pub const MAX_SECRETS_AT_ONCE: usize = 88;

/// An API client that comes into being with a deployment.
pub type NewClient<'a> = Option<(&'a ApiClient, &'a Credential)>;

impl ProjectStore {
    /// Stores a new deployment, its secrets, and the API client that was made for it. While it exists, its connector
    /// cannot be deleted.
    pub async fn create_connector_deployment(
        &self,
        deployment: &ConnectorDeployment,
        secrets: &[SealedVariable],
        client: NewClient<'_>,
    ) -> Result<(), StoreError> {
        let mut writes = self.creation(deployment)?;
        writes.extend(self.belongings(deployment, secrets, client)?);
        writes.push(self.count_of_connector(deployment, 1));
        self.write(writes).await
    }

    /// Stores the request for another operation on a deployment that was at version `expected`, with new secrets, and
    /// an API client when a newer connector wants one.
    pub async fn request_connector_operation(
        &self,
        deployment: &ConnectorDeployment,
        expected: u64,
        secrets: &[SealedVariable],
        client: NewClient<'_>,
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.change(deployment, expected)?];
        writes.extend(self.belongings(deployment, secrets, client)?);
        self.write(writes).await
    }

    /// A worker removes a deployment that nothing is provisioned for any more, with its API client; then its secrets.
    pub async fn remove_connector_deployment(
        &self,
        deployment: &ConnectorDeployment,
        held: u64,
    ) -> Result<(), StoreError> {
        let own = keys::entity(&self.project, Kind::ConnectorDeployment, deployment.id.uuid());
        let removed = Write::delete(own, lease_is_ours(deployment, held), OnConditionFailure::Fenced);
        let mut fixed = vec![removed, self.tombstone(deployment)?];
        fixed.extend(deployment.key.as_ref().map(|key| {
            let claim = keys::unique_key(&self.project, Kind::ConnectorDeployment, key);
            Write::delete(claim, Vec::new(), OnConditionFailure::Raced)
        }));
        fixed.push(Write::add(keys::count(&self.project, Kind::ConnectorDeployment), name::COUNT, -1));
        fixed.push(self.count_of_connector(deployment, -1));
        self.write_with_client_removal(deployment, fixed).await?;
        self.delete_secrets(SecretHolder::ConnectorDeployment(deployment.id)).await
    }

    /// Deletes what a removal that was interrupted has left of something that is gone: the secrets of a connector
    /// deployment. Nothing leads to them any more, and doing it again is fine.
    pub async fn delete_remains<W: Worked>(&self, id: Uuid) -> Result<(), StoreError> {
        match W::WORK {
            WorkKind::ConnectorDeployment => {
                self.delete_secrets(SecretHolder::ConnectorDeployment(ConnectorDeploymentId::new(id))).await
            }
            WorkKind::FlowDeployment | WorkKind::ConnectorStaged | WorkKind::PackageDeployment => Ok(()),
        }
    }

    async fn write_with_client_removal(
        &self,
        deployment: &ConnectorDeployment,
        fixed: Vec<Write>,
    ) -> Result<(), StoreError> {
        let mut retry = Retry::patient();
        loop {
            let mut writes = fixed.clone();
            writes.extend(self.client_removal(deployment).await?);
            match self.write(writes).await {
                Err(StoreError::Raced) => retry.again("the API client is being changed too often").await?,
                done => return done,
            }
        }
    }

    fn belongings(
        &self,
        deployment: &ConnectorDeployment,
        secrets: &[SealedVariable],
        client: NewClient<'_>,
    ) -> Result<Vec<Write>, StoreError> {
        let holder = SecretHolder::ConnectorDeployment(deployment.id);
        let mut writes: Vec<Write> = secrets.iter().map(|secret| self.put_secret(holder, secret)).collect();
        if let Some((client, credential)) = client {
            writes.extend(self.client_creation(client, credential)?);
        }
        Ok(writes)
    }

    fn count_of_connector(&self, deployment: &ConnectorDeployment, by: i64) -> Write {
        self.count_beside(Kind::ConnectorStaged, deployment.connector.id.uuid(), derived::DEPLOYMENTS, by)
    }

    /// The writes that remove the deployment's API client. Somebody may have deleted it before: then there is nothing
    /// to count down. One that goes between this look and the write makes the write race.
    async fn client_removal(&self, deployment: &ConnectorDeployment) -> Result<Vec<Write>, StoreError> {
        let Some(minted) = &deployment.api_client else { return Ok(Vec::new()) };
        match self.get_by_id::<ApiClient>(minted.client.uuid()).await {
            Ok(stored) => {
                let raced = |write| Write { refused: OnConditionFailure::Raced, ..write };
                Ok(self.client_deletion(&stored.entity)?.into_iter().map(raced).collect())
            }
            Err(StoreError::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}
