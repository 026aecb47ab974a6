//! Integrations, which are closed before their flows go, so that none is added or deployed meanwhile.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::integration::Integration;

use crate::entity::{Entity, derived};
use crate::error::StoreError;
use crate::item::{name, number};
use crate::project::version_refused;
use crate::write::{Change, Condition, Write};
use crate::{ProjectStore, keys};

impl ProjectStore {
    /// Begins to delete an integration that is at the version it carries and of which nothing is deployed: from
    /// now on it takes in no flow and no route, and does not change. A refusal leaves everything as it was.
    /// Closing what is closed is fine: so is a deletion continued that was interrupted. There is no way back.
    pub async fn close_integration(&self, integration: &Integration) -> Result<(), StoreError> {
        let expected = integration.metadata.version;
        let in_use = "a flow of it is deployed, or being deployed; undeploy its flows first";
        let own = keys::entity(&self.project, Integration::KIND, integration.id.uuid());
        let changes = vec![Change::Set(name::CLOSING, AttributeValue::Bool(true))];
        let condition =
            vec![Condition::Equals(name::VERSION, number(expected)), Condition::Zero(derived::ROUTES)];
        let refused = version_refused(integration, expected, Some(in_use));
        self.write(vec![Write::update(own, changes, condition, refused)]).await
    }

    /// Deletes an integration that holds no flow and of which nothing is deployed. Of one that was closed, and
    /// whose flows are gone, only another deletion at the same moment can come first.
    pub async fn delete_integration(&self, integration: &Integration) -> Result<(), StoreError> {
        let in_use = "it holds a flow, or one of its flows is deployed; undeploy its flows and repeat";
        let writes = self.deletion(integration, &[derived::ROUTES, derived::FLOWS], in_use)?;
        self.write(writes).await
    }
}
