//! Changes of deployments that need no worker: switching on and off, priorities. One transaction writes the deployment,
//! its route, and whoever is switched by it.

use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::metadata::{Principal, Timestamp};
use domain::route::Route;
use futures::future::try_join_all;

use crate::ProjectStore;
use crate::deployments::ATTEMPTS;
use crate::entity::{Stored, switching};
use crate::error::{Kind, StoreError};
use crate::routes::Read;
use crate::table::pause;
use crate::write::{Action, Write, joined};

/// What a transaction of DynamoDB takes.
const MAX_WRITES: usize = 100;

const TOO_MANY_AT_ONCE: &str = "switching it would switch off more deployments than go into one transaction; switch off \
                                what is kept on beside others first, or make the package smaller";

/// Deployments and their routes as they were read.
struct Before {
    stored: Stored<Deployment>,
    read: Read,
}

impl ProjectStore {
    /// Changes a deployment and its route in one transaction. `change` is applied to them as they are, again for every
    /// time that another writer was faster; its error writes nothing, and when it changes nothing, nothing is written.
    /// When another schedule is wanted from then on, the deployment says so ([`Deployment::follow_up`]). Of a deployment
    /// that a worker has, `change` changes nothing but [`Derived::wishes`](crate::Derived::wishes).
    ///
    /// # Errors
    ///
    /// What `change` fails with, or what the table does.
    pub async fn amend_deployment<E: From<StoreError>>(
        &self,
        id: DeploymentId,
        by: (Timestamp, &Principal),
        change: impl Fn(&mut Stored<Deployment>, &mut Route) -> Result<(), E> + Send + Sync,
    ) -> Result<Stored<Deployment>, E> {
        let amended = self.amend_deployments(&[id], by, &[], |stored, route| change(stored, route)).await?;
        amended.into_iter().next().ok_or_else(|| StoreError::Raced.into())
    }

    /// The same with several deployments of different flows, and whatever else is to be written with them: all of it or
    /// nothing.
    pub(crate) async fn amend_deployments<E: From<StoreError>>(
        &self,
        ids: &[DeploymentId],
        by: (Timestamp, &Principal),
        fixed: &[Write],
        change: impl Fn(&mut Stored<Deployment>, &mut Route) -> Result<(), E> + Send + Sync,
    ) -> Result<Vec<Stored<Deployment>>, E> {
        for attempt in 0..ATTEMPTS {
            let (mut writes, mut amended) = (fixed.to_vec(), Vec::new());
            // All at once: the longer reading takes, the more of what was read has changed by then.
            for before in try_join_all(ids.iter().map(|id| self.before(*id))).await? {
                let (mut after, mut route) = (before.stored.clone(), before.read.route.clone());
                change(&mut after, &mut route)?;
                writes.extend(self.amendment(&before, &mut after, &route, by).await?);
                amended.push(after);
            }
            let writes = joined(writes);
            if writes.is_empty() {
                return Ok(amended);
            }
            if writes.len() > MAX_WRITES {
                return Err(
                    StoreError::InUse { kind: Kind::PackageDeployment, reason: TOO_MANY_AT_ONCE }.into()
                );
            }
            match self.write(writes).await {
                Err(StoreError::Raced | StoreError::Stale { .. }) => pause(attempt).await,
                Err(error) => return Err(error.into()),
                Ok(()) => return Ok(amended),
            }
        }
        Err(StoreError::unavailable("the route is being changed too often").into())
    }

    async fn before(&self, id: DeploymentId) -> Result<Before, StoreError> {
        // The deployment says which route is meant, so it is read first.
        let stored = self.get_by_id::<Deployment>(id.uuid()).await?;
        let read = self.read_route(stored.entity.flow, stored.entity.placement).await?;
        Ok(Before { stored, read })
    }

    async fn amendment(
        &self,
        before: &Before,
        after: &mut Stored<Deployment>,
        route: &Route,
        (now, by): (Timestamp, &Principal),
    ) -> Result<Vec<Write>, StoreError> {
        let is_as_before = after.entity == before.stored.entity
            && after.derived.wishes == before.stored.derived.wishes
            && *route == before.read.route;
        if is_as_before {
            return Ok(Vec::new());
        }
        let id = after.entity.id;
        if before.stored.entity.status.in_progress() {
            after.derived.enabled = route.enabled(id).and_then(|entry| entry.enabled.clone());
            let mut writes = vec![self.wish(&before.stored, after)?];
            after.entity.metadata.version += 1;
            writes.extend(self.switch_writes(&before.read.route, route, id));
            writes.extend(self.route_writes(&before.read, route).await?);
            return Ok(writes);
        }
        after.entity.amended((&before.read.route, route), now, by);
        after.derived.enabled = route.enabled(id).and_then(|entry| entry.enabled.clone());
        let mut own = self.change(&after.entity, before.stored.entity.metadata.version)?;
        if let Action::Update(changes) = &mut own.action {
            changes.extend(switching(after.derived.enabled.as_ref()));
        }
        let mut writes = vec![own];
        writes.extend(self.switch_writes(&before.read.route, route, id));
        writes.extend(self.route_writes(&before.read, route).await?);
        Ok(writes)
    }
}
