//! Integrations: closing one before its flows go, so that none is added or deployed meanwhile.

use domain::integration::Integration;

use crate::ProjectStore;
use crate::entity::side;
use crate::error::StoreError;

impl ProjectStore {
    /// Deletes an integration that holds no flow and of which nothing is deployed.
    pub async fn delete_integration(&self, integration: &Integration) -> Result<(), StoreError> {
        let in_use = "a flow of it is deployed, or was added just now; undeploy its flows and repeat";
        let writes = self.deletion(integration, &[side::ROUTES, side::FLOWS], in_use);
        self.table.write(writes).await
    }
}
