//! Deployments: asked for by the API, worked on by the worker, and tied to their route.

use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::placement::Placement;
use domain::route::{Route, RouteEntry};
use domain::wishes::Wishes;
use futures::future::try_join_all;
use retry::Retry;
use uuid::Uuid;

use crate::entity::{Entity, Stored, derived, switching};
use crate::error::{Kind, StoreError};
use crate::item::{Item, name, string};
use crate::keys::ItemKey;
use crate::routes::Read;
use crate::wishes::{Heed, heed};
use crate::work::lease_is_ours;
use crate::write::{Action, Change, Condition, OnConditionFailure, Write, joined};
use crate::{ProjectStore, keys};

impl ProjectStore {
    /// Stores a new deployment. It holds its route, so that neither flow nor environment can be deleted under it, and its
    /// request gets its number there.
    pub async fn create_deployment(&self, deployment: &Deployment) -> Result<(), StoreError> {
        self.write_with_route(deployment, |deployment| self.deployment_creation(deployment)).await
    }

    /// The writes that make a deployment, list it and count it. Its route is not among them.
    pub(crate) fn deployment_creation(&self, deployment: &Deployment) -> Result<Vec<Write>, StoreError> {
        let mut writes = self.creation(deployment)?;
        if let Some(Action::Put(item)) = writes.first_mut().map(|own| &mut own.action) {
            let partition = keys::list_partition(&self.project, Deployment::KIND);
            item.insert(name::GSI2PK.to_owned(), string(partition));
        }
        writes.extend(self.list_entries(deployment).into_iter().map(|key| list_in(key, deployment)));
        let parents = parents(deployment).into_iter();
        writes.extend(parents.map(|(kind, id)| self.count_beside(kind, id, derived::DEPLOYMENTS, 1)));
        Ok(writes)
    }

    /// Stores the request for another operation on a deployment that was at version `expected`, holds its route, and
    /// gives the request its number there. [`StoreError::Stale`] when it is at another version.
    pub async fn request_operation(&self, deployment: &Deployment, expected: u64) -> Result<(), StoreError> {
        self.write_with_route(deployment, |deployment| Ok(vec![self.change(deployment, expected)?])).await
    }

    /// Writes `own`, made of the deployment as it is to be stored, and its holds. The request gets the next number of the
    /// route.
    async fn write_with_route(
        &self,
        deployment: &Deployment,
        own: impl Fn(&Deployment) -> Result<Vec<Write>, StoreError> + Send + Sync,
    ) -> Result<(), StoreError> {
        let mut retry = Retry::patient();
        loop {
            let (mut holding, mut writes) = (deployment.clone(), Vec::new());
            for read in self.read_routes(deployment.flow, &places(deployment)).await? {
                let mut route = read.route.clone();
                holding.hold(&mut route);
                writes.extend(self.route_writes(&read, &route).await?);
            }
            writes.extend(own(&holding)?);
            match self.write(joined(writes)).await {
                Err(StoreError::Raced) => retry.again("the route is being changed too often").await?,
                done => return done,
            }
        }
    }

    /// A worker's write that changes the route as well, in one transaction. `change` is applied to the route as it
    /// is, again for every time that another writer was faster; its error writes nothing.
    pub async fn save_with_route(
        &self,
        deployment: &Deployment,
        held: u64,
        change: impl Fn(&mut Deployment, &mut Route) -> Result<(), StoreError> + Send + Sync,
    ) -> Result<Deployment, StoreError> {
        let places = [deployment.placement];
        self.save_with_routes(deployment, (held, Heed::Nothing), &places, |deployment, routes, _| {
            routes.iter_mut().try_for_each(|route| change(deployment, route))
        })
        .await
    }

    /// The same with the routes of two places, from one of which the deployment may move to the other: first that of
    /// [`Deployment::placement`], then that of [`Deployment::destination`]. Where both are the same there is one.
    pub async fn save_with_both_routes(
        &self,
        deployment: &Deployment,
        held: u64,
        change: impl Fn(&mut Deployment, &mut [Route]) -> Result<(), StoreError> + Send + Sync,
    ) -> Result<Deployment, StoreError> {
        let change =
            |deployment: &mut Deployment, routes: &mut [Route], _: &Wishes| change(deployment, routes);
        self.save_with_routes(deployment, (held, Heed::Nothing), &places(deployment), change).await
    }

    /// The same with what was asked for while the operation is under way. Whoever asks for something at the same time is
    /// either heard, or asks after this write.
    pub async fn switch_deployment(
        &self,
        deployment: &Deployment,
        held: u64,
        change: impl Fn(&mut Deployment, &mut [Route], &Wishes) -> Result<(), StoreError> + Send + Sync,
    ) -> Result<Deployment, StoreError> {
        self.save_with_routes(deployment, (held, Heed::Account), &places(deployment), change).await
    }

    /// The same at the end of the operation: `change` does what was asked for, and it is asked for no longer.
    pub async fn end_deployment(
        &self,
        deployment: &Deployment,
        held: u64,
        change: impl Fn(&mut Deployment, &mut [Route], &Wishes) -> Result<(), StoreError> + Send + Sync,
    ) -> Result<Deployment, StoreError> {
        self.save_with_routes(deployment, (held, Heed::Done), &places(deployment), change).await
    }

    async fn save_with_routes(
        &self,
        deployment: &Deployment,
        (held, heeded): (u64, Heed),
        places: &[Placement],
        change: impl Fn(&mut Deployment, &mut [Route], &Wishes) -> Result<(), StoreError> + Send + Sync,
    ) -> Result<Deployment, StoreError> {
        // Most often nothing is asked for. When something is, the write fails and says so.
        let mut wishes = Wishes::default();
        let mut retry = Retry::patient();
        loop {
            let read = self.read_routes(deployment.flow, places).await?;
            let mut changed = deployment.clone();
            let mut routes: Vec<Route> = read.iter().map(|read| read.route.clone()).collect();
            change(&mut changed, &mut routes, &wishes)?;
            let mut own = self.progress(&changed, held, own_switch(&read, &routes, changed.id))?;
            // The end of this operation may be the beginning of another.
            own.condition = lease_is_ours(deployment, held);
            heed(&mut own, deployment, held, (heeded, &wishes))?;
            let mut writes = vec![own];
            writes.extend(self.switched(&read, &routes, changed.id).await?);
            writes.extend(self.relisted(deployment, &changed).await?);
            match self.write(joined(writes)).await {
                Err(StoreError::Raced) => retry.again("the route is being changed too often").await?,
                Err(error) => return Err(error),
                Ok(()) => return Ok(changed),
            }
            if heeded != Heed::Nothing {
                wishes = self.wishes_of(deployment).await?;
            }
        }
    }

    /// The writes that follow from changes of routes: the routes themselves, and whoever was switched by it but `own`.
    pub(crate) async fn switched(
        &self,
        read: &[Read],
        routes: &[Route],
        own: DeploymentId,
    ) -> Result<Vec<Write>, StoreError> {
        let mut writes = Vec::new();
        for (read, route) in read.iter().zip(routes) {
            writes.extend(self.switch_writes(&read.route, route, own));
            writes.extend(self.route_writes(read, route).await?);
        }
        Ok(writes)
    }

    /// The writes that list a deployment where it has moved to, and no longer where it was.
    async fn relisted(&self, before: &Deployment, after: &Deployment) -> Result<Vec<Write>, StoreError> {
        if before.placement == after.placement {
            return Ok(Vec::new());
        }
        let (old, new) = (self.list_entries(before), self.list_entries(after));
        let gone = old.iter().filter(|key| !new.contains(key));
        let mut writes: Vec<Write> =
            gone.map(|key| Write::delete(key.clone(), Vec::new(), OnConditionFailure::Raced)).collect();
        let come = new.iter().filter(|key| !old.contains(key));
        writes.extend(come.map(|key| list_in(key.clone(), after)));
        writes.extend(self.uncount(before).await?);
        let counted = parents(after);
        writes.extend(
            counted.into_iter().map(|(kind, id)| self.count_beside(kind, id, derived::DEPLOYMENTS, 1)),
        );
        Ok(writes)
    }

    /// A worker removes a deployment that nothing leads to any more.
    pub async fn remove_deployment(&self, deployment: &Deployment, held: u64) -> Result<(), StoreError> {
        let own = keys::entity(&self.project, Kind::Deployment, deployment.id.uuid());
        let removed = Write::delete(own, lease_is_ours(deployment, held), OnConditionFailure::Fenced);
        let mut fixed = vec![removed, self.tombstone(deployment)?];
        let listed = self.list_entries(deployment).into_iter();
        fixed.extend(listed.map(|key| Write::delete(key, Vec::new(), OnConditionFailure::Raced)));
        fixed.push(Write::add(keys::count(&self.project, Kind::Deployment), name::COUNT, -1));
        let mut retry = Retry::patient();
        loop {
            let mut writes = fixed.clone();
            writes.extend(self.uncount(deployment).await?);
            match self.write(writes).await {
                Err(StoreError::Raced) => {
                    retry.again("flow and environment are being changed too often").await?;
                }
                done => return done,
            }
        }
    }

    /// No longer counts a deployment beside its flow and environment. Either may have been deleted: what is only
    /// history does not keep them. One that goes between this look and the write makes the write race.
    async fn uncount(&self, deployment: &Deployment) -> Result<Vec<Write>, StoreError> {
        let parents = parents(deployment);
        let look = |(kind, id): &(Kind, Uuid)| self.table.get(keys::entity(&self.project, *kind, *id), true);
        let found = try_join_all(parents.iter().map(look)).await?;
        let present = parents.into_iter().zip(found).filter(|(_, item)| item.is_some());
        Ok(present
            .map(|((kind, id), _)| {
                let refused = OnConditionFailure::Raced;
                Write { refused, ..self.count_beside(kind, id, derived::DEPLOYMENTS, -1) }
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

    /// Wherever the deployment is listed: with its flow, there once more by place and by release, with its environment
    /// or the global ones, and with its package.
    fn list_entries(&self, deployment: &Deployment) -> Vec<ItemKey> {
        let Deployment { id, flow, placement, release, .. } = *deployment;
        let at = deployment.metadata.created_at;
        let child = keys::child_prefix(Kind::Deployment);
        let of_flow = keys::partition(&self.project, Kind::Flow, flow.uuid());
        let of_place = match placement {
            Placement::Global => keys::global_partition(&self.project),
            Placement::Environment(id) => keys::partition(&self.project, Kind::Environment, id.uuid()),
        };
        let mut entries = vec![
            keys::listed(of_flow.clone(), &child, at, id),
            keys::listed(of_flow.clone(), &keys::deployment_in_prefix(placement), at, id),
            keys::listed(of_flow, &keys::deployment_of_prefix(release), at, id),
            keys::listed(of_place, &child, at, id),
        ];
        entries.extend(deployment.package.map(|package| {
            let of_package = keys::partition(&self.project, Kind::Package, package.uuid());
            keys::listed(of_package, &child, at, id)
        }));
        entries
    }
}

/// What a deployment's own item says of being switched, where that is otherwise than it was. A route that does not change is
/// no condition of the write: what was read of it may be over by now.
fn own_switch(read: &[Read], routes: &[Route], id: DeploymentId) -> Vec<Change> {
    let before = read.iter().find_map(|read| read.route.enabled(id));
    let after = routes.iter().find_map(|route| route.enabled(id));
    let enabled = |entry: Option<&RouteEntry>| entry.map(|entry| entry.enabled.clone());
    if enabled(before) == enabled(after) {
        return Vec::new();
    }
    switching(after.and_then(|entry| entry.enabled.as_ref()))
}

fn list_in(key: ItemKey, deployment: &Deployment) -> Write {
    let target = Item::from([(name::TARGET.to_owned(), string(deployment.id.to_string()))]);
    Write::put(key, target, Condition::Absent, OnConditionFailure::Raced)
}

/// Where the deployment serves, and where it is going to if that is elsewhere.
fn places(deployment: &Deployment) -> Vec<Placement> {
    let mut places = vec![deployment.placement, deployment.destination()];
    places.dedup();
    places
}

/// What a deployment is counted beside.
fn parents(deployment: &Deployment) -> Vec<(Kind, Uuid)> {
    let mut parents = vec![(Kind::Flow, deployment.flow.uuid())];
    parents.extend(deployment.placement.environment().map(|id| (Kind::Environment, id.uuid())));
    parents.extend(deployment.package.map(|id| (Kind::Package, id.uuid())));
    parents
}
