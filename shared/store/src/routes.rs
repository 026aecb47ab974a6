//! Routes: reading them, and writing one together with whatever the write is about.

use std::collections::BTreeSet;

use domain::flow::Flow;
use domain::ids::{DeploymentId, EnvironmentId, FlowId};
use domain::route::Route;

use crate::entity::{Stored, side};
use crate::error::{Kind, StoreError};
use crate::item::{Item, count, from_body, name, number, string, to_body};
use crate::table::{Query, Sort};
use crate::write::{Change, Clause, Refused, Write};
use crate::{ProjectStore, keys};

/// A route as it was read, to be written back on that condition.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) route: Route,
    /// 0 when there is no such item yet.
    version: u64,
}

impl ProjectStore {
    /// What answers for a flow in an environment; nothing when nothing ever did or nothing is left.
    pub async fn route(&self, flow: FlowId, environment: EnvironmentId) -> Result<Option<Route>, StoreError> {
        let item = self.table.get(keys::route(&self.project, flow, environment), true).await?;
        item.as_ref().map(from_body).transpose()
    }

    /// What answers for a flow, in every environment.
    pub async fn routes_of(&self, flow: FlowId) -> Result<Vec<Route>, StoreError> {
        let query = Query {
            index: None,
            partition: (name::PK, keys::partition(&self.project, Kind::Flow, flow.uuid())),
            sort: Some((name::SK, Sort::Prefix(keys::ROUTE_PREFIX.to_owned()))),
            forward: true,
            limit: None,
            start: None,
        };
        self.table.query_all(query).await?.iter().map(from_body).collect()
    }

    pub(crate) async fn read_route(
        &self,
        flow: FlowId,
        environment: EnvironmentId,
    ) -> Result<Read, StoreError> {
        let item = self.table.get(keys::route(&self.project, flow, environment), true).await?;
        Ok(match item {
            Some(item) => Read { route: from_body(&item)?, version: count(&item, name::VERSION) },
            None => Read { route: Route::new(flow, environment), version: 0 },
        })
    }

    /// The writes that turn `read` into `route`. A route that comes into being or goes is counted beside its flow,
    /// its environment and its integration, which cannot be deleted while that count is not at nothing.
    pub(crate) async fn route_writes(&self, read: &Read, route: &Route) -> Result<Vec<Write>, StoreError> {
        let key = keys::route(&self.project, route.flow, route.environment);
        let unchanged = vec![Clause::Equals(name::VERSION, number(read.version))];
        match (read.version, route.is_idle()) {
            (0, true) => Ok(Vec::new()),
            (0, false) => {
                let item = Item::from([
                    (name::BODY.to_owned(), to_body(route)?),
                    (name::VERSION.to_owned(), number(1)),
                ]);
                let put = Write::put(key, item, Clause::Absent, Refused::Raced);
                self.counted(put, route, 1).await
            }
            (_, true) => self.counted(Write::delete(key, unchanged, Refused::Raced), route, -1).await,
            (_, false) => {
                let changes = vec![
                    Change::Set(name::BODY, to_body(route)?),
                    Change::Set(name::VERSION, number(read.version + 1)),
                ];
                Ok(vec![Write::update(key, changes, unchanged, Refused::Raced)])
            }
        }
    }

    async fn counted(&self, write: Write, route: &Route, by: i64) -> Result<Vec<Write>, StoreError> {
        let flow: Stored<Flow> = self.get_by_id(route.flow.uuid()).await?;
        let integration = flow.entity.integration;
        let mut beside_flow = self.count_beside(Kind::Flow, route.flow.uuid(), side::ROUTES, by);
        // A flow that is moved meanwhile would be counted beside the wrong integration.
        beside_flow.condition.push(Clause::Equals(name::INTEGRATION, string(integration.to_string())));
        beside_flow.refused = Refused::Raced;
        Ok(vec![
            write,
            beside_flow,
            self.count_beside(Kind::Environment, route.environment.uuid(), side::ROUTES, by),
            self.count_beside(Kind::Integration, integration.uuid(), side::ROUTES, by),
        ])
    }

    /// The writes that switch deployments on and off after a route changed: whoever answers now and did not, and
    /// whoever did and does not. `own` is left out: its item is written anyway.
    pub(crate) fn switch_writes(&self, before: &Route, after: &Route, own: DeploymentId) -> Vec<Write> {
        let answering = |route: &Route| -> BTreeSet<DeploymentId> {
            route.entries.iter().map(|entry| entry.deployment).filter(|id| *id != own).collect()
        };
        let (off, on) = (answering(before), answering(after));
        let enabled_at =
            |id| after.entries.iter().find(|entry| entry.deployment == id).map(|entry| entry.enabled_at);
        let switched_on = on.difference(&off).filter_map(|id| {
            enabled_at(*id).map(|at| (*id, Change::Set(side::ENABLED_AT, string(at.to_string()))))
        });
        let switched_off = off.difference(&on).map(|id| (*id, Change::Remove(side::ENABLED_AT)));
        let write = |(id, change): (DeploymentId, Change)| {
            let key = keys::entity(&self.project, Kind::Deployment, id.uuid());
            let changes = vec![change, Change::Add(name::VERSION, 1)];
            Write::update(key, changes, vec![Clause::Present], Refused::Raced)
        };
        switched_on.chain(switched_off).map(write).collect()
    }
}
