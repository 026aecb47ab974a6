//! Lists. A page costs what is on it, however much the project holds; only sorting by something other than the
//! list's own order, or filtering by something that no partition is made for, reads the whole list.

use domain::ids::{EnvironmentId, FlowId, IntegrationId, PackageId};
use domain::placement::Placement;
use futures::future::{Either, join, ready};
use uuid::Uuid;

use crate::entity::{Entity, Stored};
use crate::error::{Kind, StoreError};
use crate::gathered::Gathered;
use crate::item::{Item, count, key_item, name, string, text};
use crate::keys::{self, GSI1, ItemKey};
use crate::project::position;
use crate::table::{Query, Sort};
use crate::{ProjectStore, entity::derived};

/// Minimum number of entries that one request reads while looking for those that a filter keeps.
const ENTRIES_AT_ONCE: usize = 100;

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first, or by the list's own order.
    Ascending,
    /// Newest first.
    Descending,
}

/// Which page of a list, in the list's own order.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// At most so many entries, 0 to 500.
    pub limit: usize,
    /// Leave out so many first, at most [`MAX_OFFSET`](crate::MAX_OFFSET). Costs a read of what is left out.
    pub offset: usize,
    /// Which way.
    pub direction: Direction,
    /// Go on after the entry at this [`position`](crate::position), whether or not it is still there.
    pub cursor: Option<String>,
    /// Whether to say how many there are in all: one more read. Where no counter is kept, as for the deployments of a
    /// flow in an environment, of a release, or everywhere, it reads all of their entries.
    pub with_total: bool,
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<E> {
    /// The entries.
    pub results: Vec<Stored<E>>,
    /// How many there are in all.
    pub total: Option<u64>,
    /// The position of the last entry, when there is a next page.
    pub cursor: Option<String>,
    /// The position of the first entry: in the other direction it leads to the page before.
    pub start: Option<String>,
}

/// A list that exists in the table's own order. [`Listing::project`] and its like make them.
#[derive(Debug, Clone)]
pub struct Listing(Place);

#[derive(Debug, Clone)]
enum Place {
    /// All of the project's entities of the kind, in GSI1. The index lags a write by milliseconds.
    Project(Kind),
    /// The children that a parent's partition lists by id. The entities are fetched in one batch more.
    Children { parent: Kind, id: Uuid, counter: &'static str },
    /// All of the project's deployments, by their summaries. Skipping costs 200 bytes each.
    Summaries,
    /// Deployments that a partition lists like children, without a counter of their own.
    Deployments { partition: Partition, prefix: String },
}

#[derive(Debug, Clone, Copy)]
enum Partition {
    Flow(FlowId),
    Global,
}

impl ProjectStore {
    /// One page of a list, in its own order.
    pub async fn page<E: Entity>(
        &self,
        listing: &Listing,
        request: &ListRequest,
    ) -> Result<Page<E>, StoreError> {
        if self.limit().is_some_and(|own| E::IS_PLACED && !listing.is_of(own)) {
            return self.page_within_reach(listing, request).await;
        }
        let entries = self.entries(listing, E::KIND, request);
        let total = if request.with_total {
            Either::Left(self.total(listing))
        } else {
            Either::Right(ready(Ok(None)))
        };
        let (entries, total) = join(entries, total).await;
        let (items, cursor) = entries?;
        let start = items.first().and_then(|item| self.position_of(item, listing, E::KIND));
        Ok(Page { results: self.resolve(listing, items).await?, total: total?, cursor, start })
    }

    /// The same of a list that has entities out of reach, which are left out. To count the others it has to be read whole.
    async fn page_within_reach<E: Entity>(
        &self,
        listing: &Listing,
        request: &ListRequest,
    ) -> Result<Page<E>, StoreError> {
        let total = if request.with_total {
            Some(self.walk::<E>(listing, |_| true).await?.len() as u64)
        } else {
            None
        };
        Ok(Page { total, ..self.page_where(listing, request, |_| true).await? })
    }

    /// One page of those entities of a list that `keep` keeps, in the list's own order and without a total. Reads no
    /// further than to the end of the page.
    pub async fn page_where<E: Entity>(
        &self,
        listing: &Listing,
        request: &ListRequest,
        keep: impl Fn(&Stored<E>) -> bool + Send + Sync,
    ) -> Result<Page<E>, StoreError> {
        let mut page = Page { results: Vec::new(), total: None, cursor: None, start: None };
        if request.limit == 0 {
            return Ok(page);
        }
        let mut query = self.query(listing, E::KIND, request.direction == Direction::Ascending);
        if let Some(cursor) = &request.cursor {
            query.start = Some(self.start_after(listing, E::KIND, cursor)?);
        }
        // One more than asked for tells whether there is a next page.
        let wanted = request.offset + request.limit + 1;
        loop {
            query.limit = Some((wanted - page.results.len()).max(ENTRIES_AT_ONCE));
            let found = self.table.query(query.clone()).await?;
            let found_here = self.resolve::<E>(listing, found.items).await?.into_iter();
            page.results.extend(found_here.filter(|stored| self.reaches(stored) && keep(stored)));
            if page.results.len() >= wanted || found.next.is_none() {
                break;
            }
            query.start = found.next;
        }
        page.results.drain(..request.offset.min(page.results.len()));
        let more = page.results.len() > request.limit;
        page.results.truncate(request.limit);
        page.cursor = page.results.last().filter(|_| more).map(|last| position(&last.entity));
        page.start = page.results.first().map(|first| position(&first.entity));
        Ok(page)
    }

    /// Every entity of a list that `keep` keeps, for sorting outside. What is not kept is forgotten page by page, so that
    /// it costs time but no memory.
    ///
    /// # Errors
    ///
    /// More than [`MAX_OFFSET`](crate::MAX_OFFSET) are kept, or reading takes too long.
    pub async fn walk<E: Entity>(
        &self,
        listing: &Listing,
        keep: impl Fn(&Stored<E>) -> bool + Send + Sync,
    ) -> Result<Vec<Stored<E>>, StoreError> {
        let mut query = self.query(listing, E::KIND, true);
        let mut gathered = Gathered::begin();
        loop {
            let found = self.table.query(query.clone()).await?;
            let found_here = self.resolve::<E>(listing, found.items).await?.into_iter();
            gathered.keep(found_here.filter(|stored| self.reaches(stored) && keep(stored)))?;
            if found.next.is_none() {
                return Ok(gathered.finish());
            }
            query.start = found.next;
        }
    }

    async fn entries(
        &self,
        listing: &Listing,
        kind: Kind,
        request: &ListRequest,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        if request.limit == 0 {
            return Ok((Vec::new(), None));
        }
        let mut query = self.query(listing, kind, request.direction == Direction::Ascending);
        if let Some(cursor) = &request.cursor {
            query.start = Some(self.start_after(listing, kind, cursor)?);
        }
        // One more than asked for tells whether there is a next page.
        let mut items = self.collect(query, request.offset + request.limit + 1).await?;
        items.drain(..request.offset.min(items.len()));
        let more = items.len() > request.limit;
        items.truncate(request.limit);
        let last = items.last().filter(|_| more);
        let cursor = last.and_then(|item| self.position_of(item, listing, kind));
        Ok((items, cursor))
    }

    /// The first `wanted` items that match, however many answers of DynamoDB, of a megabyte each, that takes.
    pub(crate) async fn collect(&self, mut query: Query, wanted: usize) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        loop {
            query.limit = Some(wanted - items.len());
            let found = self.table.query(query.clone()).await?;
            items.extend(found.items);
            if items.len() >= wanted || found.next.is_none() {
                return Ok(items);
            }
            query.start = found.next;
        }
    }

    fn query(&self, listing: &Listing, kind: Kind, forward: bool) -> Query {
        if matches!(listing.0, Place::Summaries) {
            return self.summary_query(forward);
        }
        let (index, partition, sort) = match self.span(listing, kind) {
            Some((partition, prefix)) => {
                (None, (name::PK, partition), Some((name::SK, Sort::Prefix(prefix))))
            }
            None => (Some(GSI1), (name::GSI1PK, keys::list_partition(&self.project, kind)), None),
        };
        Query { index, partition, sort, forward, limit: None, start: None }
    }

    /// The partition of the table in which the entries lie, and what their sort keys begin with; nothing where they lie
    /// in an index.
    fn span(&self, listing: &Listing, kind: Kind) -> Option<(String, String)> {
        match &listing.0 {
            Place::Project(_) | Place::Summaries => None,
            Place::Children { parent, id, .. } => {
                Some((keys::partition(&self.project, *parent, *id), keys::child_prefix(kind)))
            }
            Place::Deployments { partition, prefix } => {
                let partition = match partition {
                    Partition::Flow(flow) => keys::partition(&self.project, Kind::Flow, flow.uuid()),
                    Partition::Global => keys::global_partition(&self.project),
                };
                Some((partition, prefix.clone()))
            }
        }
    }

    /// The key to start after. It is built from this list's own partition and prefix, and only the position in it comes
    /// from outside, so that a forged one reaches nothing that the list does not.
    fn start_after(&self, listing: &Listing, kind: Kind, position: &str) -> Result<Item, StoreError> {
        let id = keys::child_id(position).filter(|_| position.len() <= 256).ok_or(StoreError::BadCursor)?;
        match self.span(listing, kind) {
            None => {
                let mut key = key_item(&keys::entity(&self.project, kind, id));
                let partition = keys::list_partition(&self.project, kind);
                let (hash, range) = listing.index_attributes();
                key.insert(hash.to_owned(), string(partition));
                key.insert(range.to_owned(), string(position.to_owned()));
                Ok(key)
            }
            Some((pk, prefix)) => Ok(key_item(&ItemKey { pk, sk: prefix + position })),
        }
    }

    /// The position of an entry of a list.
    fn position_of(&self, item: &Item, listing: &Listing, kind: Kind) -> Option<String> {
        let prefix = self.span(listing, kind).map(|(_, prefix)| prefix).unwrap_or_default();
        text(item, listing.index_attributes().1)?.strip_prefix(&prefix).map(str::to_owned)
    }

    async fn total(&self, listing: &Listing) -> Result<Option<u64>, StoreError> {
        // As consistent as the page that it goes with, which for a whole project is an index's.
        let (key, counter, consistent) = match &listing.0 {
            Place::Project(kind) => (keys::count(&self.project, *kind), name::COUNT, false),
            Place::Summaries => (keys::count(&self.project, Kind::Deployment), name::COUNT, false),
            Place::Children { parent, id, counter } => {
                (keys::entity(&self.project, *parent, *id), *counter, true)
            }
            // No counter is kept for every release, or pair of flow and environment: few are asked about, and their
            // entries are small enough to be counted, thousands in one request.
            Place::Deployments { .. } => {
                return self.table.count(self.query(listing, Kind::Deployment, true)).await.map(Some);
            }
        };
        let item = self.table.get(key, consistent).await?;
        Ok(Some(item.map_or(0, |item| count(&item, counter))))
    }

    /// The entities behind the entries of a list.
    async fn resolve<E: Entity>(
        &self,
        listing: &Listing,
        items: Vec<Item>,
    ) -> Result<Vec<Stored<E>>, StoreError> {
        let items = match &listing.0 {
            Place::Project(_) => items,
            Place::Summaries | Place::Children { .. } | Place::Deployments { .. } => {
                let sort = listing.index_attributes().1;
                let ids = items.iter().filter_map(|item| keys::child_id(text(item, sort)?));
                let keys = ids.map(|id| keys::entity(&self.project, E::KIND, id)).collect();
                self.table.get_many(keys).await?
            }
        };
        items.iter().map(Stored::from_item).collect()
    }
}

impl Listing {
    /// Whether nothing is in the list but what is in an environment.
    fn is_of(&self, environment: EnvironmentId) -> bool {
        match &self.0 {
            Place::Children { parent: Kind::Environment, id, .. } => *id == environment.uuid(),
            Place::Deployments { partition: Partition::Flow(_), prefix } => {
                *prefix == keys::deployment_in_prefix(environment.into())
            }
            Place::Project(_) | Place::Summaries | Place::Children { .. } | Place::Deployments { .. } => {
                false
            }
        }
    }

    /// The keys of the index, or of the table, that the entries lie in the order of.
    const fn index_attributes(&self) -> (&'static str, &'static str) {
        match self.0 {
            Place::Project(_) => (name::GSI1PK, name::GSI1SK),
            Place::Summaries => (name::GSI2PK, name::GSI2SK),
            Place::Children { .. } | Place::Deployments { .. } => (name::PK, name::SK),
        }
    }

    /// All of the project's entities of a kind.
    pub const fn project(kind: Kind) -> Self {
        Self(Place::Project(kind))
    }

    /// The flows of an integration.
    pub const fn flows_of(integration: IntegrationId) -> Self {
        let (parent, id) = (Kind::Integration, integration.uuid());
        Self(Place::Children { parent, id, counter: derived::FLOWS })
    }

    /// The deployments of a flow, in all environments.
    pub const fn deployments_of(flow: FlowId) -> Self {
        let (parent, id) = (Kind::Flow, flow.uuid());
        Self(Place::Children { parent, id, counter: derived::DEPLOYMENTS })
    }

    /// The deployments of a flow in one place. Their total is counted when it is asked for.
    pub fn deployments_of_in(flow: FlowId, placement: Placement) -> Self {
        let prefix = keys::deployment_in_prefix(placement);
        Self(Place::Deployments { partition: Partition::Flow(flow), prefix })
    }

    /// The deployments of a release. Their total is counted when it is asked for.
    pub fn deployments_of_release(flow: FlowId, release: u32) -> Self {
        let prefix = keys::deployment_of_prefix(release);
        Self(Place::Deployments { partition: Partition::Flow(flow), prefix })
    }

    /// The global deployments. Their total is counted when it is asked for.
    pub fn global_deployments() -> Self {
        let prefix = keys::child_prefix(Kind::Deployment);
        Self(Place::Deployments { partition: Partition::Global, prefix })
    }

    /// All of the project's deployments. Unlike [`Listing::project`] it reads nothing of what is skipped.
    pub const fn deployments() -> Self {
        Self(Place::Summaries)
    }

    /// Deployments of a flow, of any if omitted, in a placement, in any if omitted. `everything` is the list of all, as
    /// full as the caller needs it.
    pub fn deployments_at(flow: Option<FlowId>, placement: Option<Placement>, everything: Self) -> Self {
        match (flow, placement) {
            (Some(flow), Some(placement)) => Self::deployments_of_in(flow, placement),
            (Some(flow), None) => Self::deployments_of(flow),
            (None, Some(Placement::Environment(environment))) => Self::deployments_in(environment),
            (None, Some(Placement::Global)) => Self::global_deployments(),
            (None, None) => everything,
        }
    }

    /// The deployments in an environment, of all flows.
    pub const fn deployments_in(environment: EnvironmentId) -> Self {
        let (parent, id) = (Kind::Environment, environment.uuid());
        Self(Place::Children { parent, id, counter: derived::DEPLOYMENTS })
    }

    /// The deployments of a package.
    pub const fn deployments_of_package(package: PackageId) -> Self {
        let (parent, id) = (Kind::Package, package.uuid());
        Self(Place::Children { parent, id, counter: derived::DEPLOYMENTS })
    }

    /// How a package was deployed: its package deployments.
    pub const fn package_deployments_of(package: PackageId) -> Self {
        let (parent, id) = (Kind::Package, package.uuid());
        Self(Place::Children { parent, id, counter: derived::PACKAGE_DEPLOYMENTS })
    }
}
