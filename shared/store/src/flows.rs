//! Flows, and their place in an integration.

use domain::flow::Flow;
use domain::ids::IntegrationId;

use crate::entity::{Stored, derived};
use crate::error::{Kind, StoreError};
use crate::item::{Item, name, number};
use crate::keys::ItemKey;
use crate::write::{Action, Condition, OnConditionFailure, Write};
use crate::{ProjectStore, keys};

impl ProjectStore {
    /// Stores a new flow in its integration, which must exist.
    pub async fn create_flow(&self, flow: &Flow) -> Result<(), StoreError> {
        let mut writes = self.creation(flow)?;
        writes.push(self.list_in(flow, flow.integration));
        writes.push(self.count_beside(Kind::Integration, flow.integration.uuid(), derived::FLOWS, 1));
        self.write(writes).await
    }

    /// Replaces a flow that has moved from the integration `from` to the one it names now, which must exist.
    /// [`StoreError::Raced`] when a deployment began or ended for it since it was read.
    pub async fn move_flow(
        &self,
        flow: &Stored<Flow>,
        from: IntegrationId,
        expected: u64,
    ) -> Result<(), StoreError> {
        let Stored { entity: flow, derived } = flow;
        let to = flow.integration;
        let mut change = self.change(flow, expected)?;
        let routes = i64::try_from(derived.routes).unwrap_or_default();
        // The routes are counted beside the integration too: they move only if nobody adds one meanwhile.
        change.condition.push(match routes {
            0 => Condition::Zero(derived::ROUTES),
            _ => Condition::Equals(derived::ROUTES, number(routes)),
        });
        let mut writes =
            vec![change, Write::delete(self.listed(flow, from), Vec::new(), OnConditionFailure::Raced)];
        writes.push(self.list_in(flow, to));
        for (integration, sign) in [(from, -1), (to, 1)] {
            let mut counted = self.count_beside(Kind::Integration, integration.uuid(), derived::FLOWS, sign);
            if let Action::Update(changes) = &mut counted.action {
                changes.push(crate::write::Change::Add(derived::ROUTES, sign * routes));
            }
            writes.push(counted);
        }
        self.write(writes).await
    }

    /// Deletes a flow that is deployed nowhere. Its releases stay: nothing can delete one.
    pub async fn delete_flow(&self, flow: &Flow) -> Result<(), StoreError> {
        let in_use = "it is deployed, or being deployed; undeploy it first";
        let mut writes = self.deletion(flow, &[derived::ROUTES], in_use)?;
        writes.push(Write::delete(
            self.listed(flow, flow.integration),
            Vec::new(),
            OnConditionFailure::Raced,
        ));
        writes.push(self.count_beside(Kind::Integration, flow.integration.uuid(), derived::FLOWS, -1));
        self.write(writes).await
    }

    fn listed(&self, flow: &Flow, integration: IntegrationId) -> ItemKey {
        let parent = (Kind::Integration, integration.uuid());
        keys::child(&self.project, parent, Kind::Flow, flow.metadata.created_at, flow.id.uuid())
    }

    fn list_in(&self, flow: &Flow, integration: IntegrationId) -> Write {
        let key = self.listed(flow, integration);
        let target = Item::from([(name::TARGET.to_owned(), crate::item::string(flow.id.to_string()))]);
        Write::put(key, target, Condition::Absent, OnConditionFailure::Raced)
    }
}
