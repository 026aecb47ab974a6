//! Deployments: asked for by the API, worked on by the worker, and tied to their route.

use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::route::Route;
use futures::future::try_join_all;
use uuid::Uuid;

use crate::entity::{Stored, side};
use crate::error::{Kind, StoreError};
use crate::item::{Item, name, string};
use crate::keys::ItemKey;
use crate::table::pause;
use crate::work::lease_is_ours;
use crate::write::{Change, Clause, Refused, Write};
use crate::{ProjectStore, keys};

/// So often a write that met another writer of the same route is repeated, after a pause: without one, of fifty at
/// once most would give up.
pub(crate) const ATTEMPTS: u32 = 16;

impl ProjectStore {
    /// Stores a new deployment. It holds its route, so that neither flow nor environment can be deleted under it.
    pub async fn create_deployment(&self, deployment: &Deployment) -> Result<(), StoreError> {
        let mut fixed = self.creation(deployment)?;
        fixed.extend(self.list_entries(deployment).map(|key| {
            let target = Item::from([(name::TARGET.to_owned(), string(deployment.id.to_string()))]);
            Write::put(key, target, Clause::Absent, Refused::Raced)
        }));
        self.write_with_hold(deployment, fixed, true).await
    }

    /// Stores the request for another operation on a deployment that was at version `expected`, and holds its route.
    pub async fn request_operation(&self, deployment: &Deployment, expected: u64) -> Result<(), StoreError> {
        let change = self.change(deployment, expected)?;
        self.write_with_hold(deployment, vec![change], false).await
    }

    async fn write_with_hold(
        &self,
        deployment: &Deployment,
        fixed: Vec<Write>,
        is_new: bool,
    ) -> Result<(), StoreError> {
        for attempt in 0..ATTEMPTS {
            let read = self.read_route(deployment.flow, deployment.environment).await?;
            let mut route = read.route.clone();
            route.holds.insert(deployment.id);
            let mut writes = fixed.clone();
            writes.extend(self.route_writes(&read, &route).await?);
            if is_new {
                self.count_deployment(&mut writes, deployment, 1);
            }
            match self.table.write(writes).await {
                Err(StoreError::Raced) => pause(attempt).await,
                done => return done,
            }
        }
        Err(StoreError::unavailable("the route is being changed too often"))
    }

    /// A worker's write that changes the route as well, in one transaction. `change` is applied to the route as it
    /// is, again for every time that another writer was faster; its error writes nothing.
    pub async fn save_with_route(
        &self,
        deployment: &Deployment,
        held: u64,
        change: impl Fn(&mut Deployment, &mut Route) -> Result<(), StoreError> + Send + Sync,
    ) -> Result<Deployment, StoreError> {
        for attempt in 0..ATTEMPTS {
            let read = self.read_route(deployment.flow, deployment.environment).await?;
            let (mut changed, mut route) = (deployment.clone(), read.route.clone());
            change(&mut changed, &mut route)?;
            let own = route.entries.iter().find(|entry| entry.deployment == changed.id);
            let switch = own.map_or(Change::Remove(side::ENABLED_AT), |entry| {
                Change::Set(side::ENABLED_AT, string(entry.enabled_at.to_string()))
            });
            let mut writes = vec![self.progress(&changed, held, vec![switch])?];
            writes.extend(self.switch_writes(&read.route, &route, changed.id));
            writes.extend(if route == read.route {
                Vec::new()
            } else {
                self.route_writes(&read, &route).await?
            });
            match self.table.write(writes).await {
                Err(StoreError::Raced) => pause(attempt).await,
                Err(error) => return Err(error),
                Ok(()) => return Ok(changed),
            }
        }
        Err(StoreError::unavailable("the route is being changed too often"))
    }

    /// A worker removes a deployment that nothing leads to any more.
    pub async fn remove_deployment(&self, deployment: &Deployment, held: u64) -> Result<(), StoreError> {
        let own = keys::entity(&self.project, Kind::Deployment, deployment.id.uuid());
        let mut fixed = vec![Write::delete(own, lease_is_ours(deployment, held), Refused::Fenced)];
        fixed.extend(self.list_entries(deployment).map(|key| Write::delete(key, Vec::new(), Refused::Raced)));
        fixed.push(Write::add(keys::count(&self.project, Kind::Deployment), name::COUNT, -1));
        for attempt in 0..ATTEMPTS {
            let mut writes = fixed.clone();
            writes.extend(self.uncount(deployment).await?);
            match self.table.write(writes).await {
                Err(StoreError::Raced) => pause(attempt).await,
                done => return done,
            }
        }
        Err(StoreError::unavailable("flow and environment are being changed too often"))
    }

    /// No longer counts a deployment beside its flow and environment. Either may have been deleted: what is only
    /// history does not keep them. One that goes between this look and the write makes the write race.
    async fn uncount(&self, deployment: &Deployment) -> Result<Vec<Write>, StoreError> {
        let parents = parents(deployment);
        let looks = parents.map(|(kind, id)| self.table.get(keys::entity(&self.project, kind, id), true));
        let found = try_join_all(looks).await?;
        let present = parents.into_iter().zip(found).filter(|(_, item)| item.is_some());
        Ok(present
            .map(|((kind, id), _)| {
                let refused = Refused::Raced;
                Write { refused, ..self.count_beside(kind, id, side::DEPLOYMENTS, -1) }
            })
            .collect())
    }

    /// One deployment, as the worker needs it.
    pub async fn deployment(&self, id: DeploymentId) -> Result<Option<Stored<Deployment>>, StoreError> {
        match self.get_by_id(id.uuid()).await {
            Ok(stored) => Ok(Some(stored)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where flow and environment list the deployment, and the flow once more for the environment alone.
    fn list_entries(&self, deployment: &Deployment) -> impl Iterator<Item = ItemKey> {
        let Deployment { id, flow, environment, .. } = *deployment;
        let at = deployment.trail.created_at;
        let beside = keys::deployment_in(&self.project, flow, environment, at, id);
        parents(deployment)
            .map(|parent| keys::child(&self.project, parent, Kind::Deployment, at, id.uuid()))
            .into_iter()
            .chain([beside])
    }

    /// Counts a deployment beside its flow and environment. Two actions on one item are not allowed in a
    /// transaction, so where the route is counted there already, both are counted in one.
    fn count_deployment(&self, writes: &mut Vec<Write>, deployment: &Deployment, by: i64) {
        for (kind, id) in parents(deployment) {
            let key = keys::entity(&self.project, kind, id);
            let counted = writes.iter_mut().find(|write| write.key == key);
            match counted.map(|write| &mut write.action) {
                Some(crate::write::Action::Update(changes)) => {
                    changes.push(Change::Add(side::DEPLOYMENTS, by));
                }
                _ => writes.push(self.count_beside(kind, id, side::DEPLOYMENTS, by)),
            }
        }
    }
}

fn parents(deployment: &Deployment) -> [(Kind, Uuid); 2] {
    [(Kind::Flow, deployment.flow.uuid()), (Kind::Environment, deployment.environment.uuid())]
}
