//! Changes of deployments that need no worker: switching on and off, priorities. One transaction writes the deployment,
//! its route, and whoever is switched by it.

use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::metadata::{Principal, Timestamp};
use domain::route::Route;
use futures::FutureExt;
use futures::future::try_join_all;

use crate::ProjectStore;
use crate::entity::{Stored, switching};
use crate::error::{Kind, StoreError};
use crate::routes::Read;
use crate::write::{Action, Write, joined};

/// What a transaction of DynamoDB takes.
const MAX_WRITES: usize = 100;

const TOO_MANY_AT_ONCE: &str = "switching it would switch off more deployments than go into one transaction; switch off \
                                what is kept on beside others first, or make the package smaller";

/// A deployment and its route. They are changed as they are in memory, and written on the condition that nobody has
/// changed what was read.
#[derive(Debug, Clone)]
pub struct Routed {
    /// The deployment, to be changed.
    pub stored: Stored<Deployment>,
    /// Its route, to be changed.
    pub route: Route,
    before: Stored<Deployment>,
    read: Read,
}

impl Routed {
    fn is_unchanged(&self) -> bool {
        self.stored.entity == self.before.entity
            && self.stored.derived.wishes == self.before.derived.wishes
            && self.route == self.read.route
    }
}

impl ProjectStore {
    /// A deployment and the route of where it serves. Two consistent reads.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotFound`] when there is no such deployment.
    pub async fn routed(&self, id: DeploymentId) -> Result<Routed, StoreError> {
        // The deployment says which route is meant, so it is read first.
        let stored = self.get_by_id::<Deployment>(id.uuid()).await?;
        let read = self.read_route(stored.entity.flow, stored.entity.placement).await?;
        Ok(Routed { route: read.route.clone(), before: stored.clone(), stored, read })
    }

    /// Several deployments with their routes. All at once: the longer reading takes, the more of what was read has changed
    /// by then.
    ///
    /// # Errors
    ///
    /// Those of [`ProjectStore::routed`].
    pub async fn all_routed(&self, ids: &[DeploymentId]) -> Result<Vec<Routed>, StoreError> {
        try_join_all(ids.iter().map(|id| self.routed(*id))).await
    }

    /// Writes a deployment and its route, each of which was changed, in one transaction; nothing when neither was. When
    /// another schedule is wanted from then on, the deployment says so ([`Deployment::follow_up`]). Of a deployment that
    /// a worker has, only [`Derived::wishes`](crate::Derived::wishes) may be changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Raced`] when somebody else was faster: read both again.
    pub async fn amend_deployment(
        &self,
        changed: Routed,
        by: (Timestamp, &Principal),
    ) -> Result<Stored<Deployment>, StoreError> {
        let amended = self.amend_deployments(vec![changed], by, Vec::new()).boxed().await?;
        amended.into_iter().next().ok_or(StoreError::Raced)
    }

    /// The same with several deployments of different flows, and whatever else is to be written with them: all of it or
    /// nothing.
    pub(crate) async fn amend_deployments(
        &self,
        changed: Vec<Routed>,
        by: (Timestamp, &Principal),
        mut writes: Vec<Write>,
    ) -> Result<Vec<Stored<Deployment>>, StoreError> {
        let mut amended = Vec::new();
        for changed in changed {
            let (after, own) = self.amendment(changed, by).boxed().await?;
            writes.extend(own);
            amended.push(after);
        }
        let writes = joined(writes);
        if writes.len() > MAX_WRITES {
            return Err(StoreError::InUse { kind: Kind::PackageDeployment, reason: TOO_MANY_AT_ONCE });
        }
        match self.write(writes).await {
            Err(StoreError::Raced | StoreError::Stale { .. }) => Err(StoreError::Raced),
            done => done.map(|()| amended),
        }
    }

    async fn amendment(
        &self,
        changed: Routed,
        (now, by): (Timestamp, &Principal),
    ) -> Result<(Stored<Deployment>, Vec<Write>), StoreError> {
        if changed.is_unchanged() {
            return Ok((changed.stored, Vec::new()));
        }
        let Routed { stored: mut after, route, before, read } = changed;
        let id = after.entity.id;
        after.derived.enabled = route.enabled(id).and_then(|entry| entry.enabled.clone());
        let own = if before.entity.status.in_progress() {
            let wish = self.wish(&before, &after)?;
            after.entity.metadata.version += 1;
            wish
        } else {
            after.entity.amended((&read.route, &route), now, by);
            let mut own = self.change(&after.entity, before.entity.metadata.version)?;
            if let Action::Update(changes) = &mut own.action {
                changes.extend(switching(after.derived.enabled.as_ref()));
            }
            own
        };
        let mut writes = vec![own];
        writes.extend(self.switch_writes(&read.route, &route, id));
        writes.extend(self.route_writes(&read, &route).await?);
        Ok((after, writes))
    }
}
