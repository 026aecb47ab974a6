//! Routes: reading them, and writing one together with whatever the write is about.

use std::collections::BTreeSet;

use domain::deployment::Deployment;
use domain::flow::Flow;
use domain::ids::{DeploymentId, FlowId};
use domain::lifecycle::Status;
use domain::placement::Placement;
use domain::route::{Route, RouteEntry, answering};
use futures::future::try_join_all;

use crate::entity::{Reach, Stored, derived, switching};
use crate::error::{Kind, StoreError};
use crate::item::{Item, count, from_body, name, number, string, to_body};
use crate::table::{Query, Sort};
use crate::write::{Change, Condition, OnConditionFailure, Write};
use crate::{ProjectStore, keys};

/// A route as it was read, to be written back on that condition.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) route: Route,
    /// 0 when there is no such item yet.
    version: u64,
}

impl ProjectStore {
    /// What is switched on and off for a flow in a place; nothing when nothing ever was or nothing is left.
    pub async fn route(&self, flow: FlowId, placement: Placement) -> Result<Option<Route>, StoreError> {
        self.reached(placement)?;
        let item = self.table.get(keys::route(&self.project, flow, placement), true).await?;
        item.as_ref().map(from_body).transpose()
    }

    /// What answers for a flow in a place, and where that is switched on: there, or everywhere. One request, whichever
    /// it is.
    pub async fn answering(
        &self,
        flow: FlowId,
        placement: Placement,
    ) -> Result<Option<(RouteEntry, Placement)>, StoreError> {
        self.reached(placement)?;
        if placement.is_global() {
            let route = self.route(flow, placement).await?;
            return Ok(route.as_ref().and_then(Route::answering).map(|entry| (entry.clone(), placement)));
        }
        let keys = [placement, Placement::Global].map(|place| keys::route(&self.project, flow, place));
        let found = self.table.get_many(keys.to_vec()).await?;
        let routes: Vec<Route> = found.iter().map(from_body).collect::<Result<_, _>>()?;
        let own = routes.iter().find(|route| route.placement == placement);
        let global = routes.iter().find(|route| route.placement.is_global());
        let place = |entry: &RouteEntry| {
            let is_own = own.is_some_and(|own| own.enabled(entry.deployment).is_some());
            if is_own { placement } else { Placement::Global }
        };
        Ok(answering(own, global).map(|entry| (entry.clone(), place(entry))))
    }

    /// The deployment that will answer for a flow in a place once it is deployed there, or everywhere; the newest of
    /// several. Two requests.
    pub async fn being_deployed(
        &self,
        flow: FlowId,
        placement: Placement,
    ) -> Result<Option<Deployment>, StoreError> {
        let places = BTreeSet::from([placement, Placement::Global]);
        let keys = places.into_iter().map(|place| keys::route(&self.project, flow, place));
        let found = self.table.get_many(keys.collect()).await?;
        let routes: Vec<Route> = found.iter().map(from_body).collect::<Result<_, _>>()?;
        let held: BTreeSet<DeploymentId> =
            routes.iter().flat_map(|route| route.pending_operations.clone()).collect();
        let held: Vec<DeploymentId> = held.into_iter().collect();
        let on_its_way = self.deployments_unscoped(&held).await?.into_iter().filter(|stored| {
            let deployment = &stored.entity;
            matches!(deployment.status, Status::Queued | Status::Deploying)
                && stored.derived.wishes.leave_it_on(deployment.deploy_disabled)
        });
        let on_its_way = on_its_way.map(|stored| stored.entity);
        Ok(on_its_way.max_by_key(|deployment| deployment.metadata.created_at))
    }

    /// What answers for a flow, in every environment within reach.
    pub async fn routes_of(&self, flow: FlowId) -> Result<Vec<Route>, StoreError> {
        let query = Query {
            index: None,
            partition: (name::PK, keys::partition(&self.project, Kind::Flow, flow.uuid())),
            sort: Some((name::SK, Sort::Prefix(keys::ROUTE_PREFIX.to_owned()))),
            forward: true,
            limit: None,
            start: None,
        };
        let routes = self.table.query_all(query).await?;
        let routes: Vec<Route> = routes.iter().map(from_body).collect::<Result<_, _>>()?;
        Ok(routes.into_iter().filter(|route| Reach::from(route.placement).includes(self.limit())).collect())
    }

    pub(crate) async fn read_route(&self, flow: FlowId, placement: Placement) -> Result<Read, StoreError> {
        self.reached(placement)?;
        let item = self.table.get(keys::route(&self.project, flow, placement), true).await?;
        Ok(match item {
            Some(item) => Read { route: from_body(&item)?, version: count(&item, name::VERSION) },
            None => Read { route: Route::new(flow, placement), version: 0 },
        })
    }

    pub(crate) async fn read_routes(
        &self,
        flow: FlowId,
        placements: &[Placement],
    ) -> Result<Vec<Read>, StoreError> {
        try_join_all(placements.iter().map(|placement| self.read_route(flow, *placement))).await
    }

    /// The routes of several flows in a place, in one request.
    pub(crate) async fn read_routes_of(
        &self,
        flows: &[FlowId],
        placement: Placement,
    ) -> Result<Vec<Read>, StoreError> {
        let keys = flows.iter().map(|flow| keys::route(&self.project, *flow, placement));
        let items = self.table.get_many(keys.collect()).await?;
        let found = items.iter().map(|item| Ok((from_body::<Route>(item)?, count(item, name::VERSION))));
        let found = found.collect::<Result<Vec<_>, StoreError>>()?;
        let read = |flow: &FlowId| match found.iter().find(|(route, _)| route.flow == *flow) {
            Some((route, version)) => Read { route: route.clone(), version: *version },
            None => Read { route: Route::new(*flow, placement), version: 0 },
        };
        Ok(flows.iter().map(read).collect())
    }

    /// The writes that turn `read` into `route`. A route that comes into being or goes is counted beside its flow,
    /// its environment and its integration, which cannot be deleted while that count is not at nothing.
    pub(crate) async fn route_writes(&self, read: &Read, route: &Route) -> Result<Vec<Write>, StoreError> {
        if *route == read.route {
            return Ok(Vec::new());
        }
        let key = keys::route(&self.project, route.flow, route.placement);
        let unchanged = vec![Condition::Equals(name::VERSION, number(read.version))];
        match (read.version, route.is_idle()) {
            (0, true) => Ok(Vec::new()),
            (0, false) => {
                let item = Item::from([
                    (name::BODY.to_owned(), to_body(route)?),
                    (name::VERSION.to_owned(), number(1)),
                ]);
                let put = Write::put(key, item, Condition::Absent, OnConditionFailure::Raced);
                self.counted(put, route, 1).await
            }
            (_, true) => {
                self.counted(Write::delete(key, unchanged, OnConditionFailure::Raced), route, -1).await
            }
            (_, false) => {
                let changes = vec![
                    Change::Set(name::BODY, to_body(route)?),
                    Change::Set(name::VERSION, number(read.version + 1)),
                ];
                Ok(vec![Write::update(key, changes, unchanged, OnConditionFailure::Raced)])
            }
        }
    }

    async fn counted(&self, write: Write, route: &Route, by: i64) -> Result<Vec<Write>, StoreError> {
        let flow: Stored<Flow> = self.get_by_id(route.flow.uuid()).await?;
        let integration = flow.entity.integration;
        let mut beside_flow = self.count_beside(Kind::Flow, route.flow.uuid(), derived::ROUTES, by);
        // A flow that is moved meanwhile would be counted beside the wrong integration.
        beside_flow.condition.push(Condition::Equals(name::INTEGRATION, string(integration.to_string())));
        beside_flow.refused = OnConditionFailure::Raced;
        let mut writes = vec![
            write,
            beside_flow,
            self.count_beside(Kind::Integration, integration.uuid(), derived::ROUTES, by),
        ];
        let environment = route.placement.environment();
        writes.extend(
            environment.map(|id| self.count_beside(Kind::Environment, id.uuid(), derived::ROUTES, by)),
        );
        Ok(writes)
    }

    /// The writes that switch deployments on and off after a route changed: whoever is on now and was not, or since
    /// another moment, and whoever was and is not. `own` is left out: its item is written anyway.
    pub(crate) fn switch_writes(&self, before: &Route, after: &Route, own: DeploymentId) -> Vec<Write> {
        let known: BTreeSet<DeploymentId> =
            before.entries.iter().chain(&after.entries).map(|entry| entry.deployment).collect();
        let on = |route: &Route, id| route.enabled(id).map(|entry| entry.enabled.clone());
        let is_switched = |id: &DeploymentId| *id != own && on(before, *id) != on(after, *id);
        let write = |id: DeploymentId| {
            let key = keys::entity(&self.project, Kind::Deployment, id.uuid());
            let mut changes = switching(after.enabled(id).and_then(|entry| entry.enabled.as_ref()));
            changes.push(Change::Add(name::VERSION, 1));
            Write::update(key, changes, vec![Condition::Present], OnConditionFailure::Raced)
        };
        known.into_iter().filter(is_switched).map(write).collect()
    }
}
