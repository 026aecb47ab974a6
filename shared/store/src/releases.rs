//! Releases. They are put once, under a number that was free; nothing here changes or deletes one.

use domain::flow::Flow;
use domain::ids::FlowId;
use domain::release::{Release, ReleaseId};

use crate::error::{Kind, StoreError};
use crate::item::{Item, from_body, name, to_body};
use crate::list::Direction;
use crate::table::{Query, Sort};
use crate::write::{Condition, OnConditionFailure, Write};
use crate::{ProjectStore, keys};

impl ProjectStore {
    /// Stores a release and the flow that counts it, in one transaction. When another release was faster, the
    /// number is taken or the flow has moved on: [`StoreError::Stale`] or [`StoreError::Raced`], nothing written.
    pub async fn create_release(
        &self,
        release: &Release,
        flow: &Flow,
        expected: u64,
    ) -> Result<(), StoreError> {
        let key = keys::release(&self.project, release.flow, release.number);
        let item = Item::from([(name::BODY.to_owned(), to_body(release)?)]);
        let put = Write::put(key, item, Condition::Absent, OnConditionFailure::Raced);
        self.write(vec![put, self.change(flow, expected)?]).await
    }

    /// One release. Consistent: one that was made a moment ago can be deployed.
    pub async fn release(&self, flow: FlowId, number: u32) -> Result<Release, StoreError> {
        let item = self.table.get(keys::release(&self.project, flow, number), true).await?;
        let missing = || StoreError::NotFound {
            kind: Kind::Release,
            address: format!("'{number}' of the flow '{flow}'"),
        };
        from_body(&item.ok_or_else(missing)?)
    }

    /// Those of these releases that exist, in this order. No two of the ids may be the same; one request reads 100.
    pub async fn releases_by_id(&self, ids: &[ReleaseId]) -> Result<Vec<Release>, StoreError> {
        let keys = ids.iter().map(|id| keys::release(&self.project, id.flow, id.number));
        self.table.get_many(keys.collect()).await?.iter().map(from_body).collect()
    }

    /// Releases of a flow by number, beginning after `after` (exclusive) when given.
    pub async fn releases(
        &self,
        flow: FlowId,
        direction: Direction,
        after: Option<u32>,
        limit: usize,
    ) -> Result<Vec<Release>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let start = after.map(|number| crate::item::key_item(&keys::release(&self.project, flow, number)));
        let partition = keys::partition(&self.project, Kind::Flow, flow.uuid());
        let mut query = Query {
            index: None,
            partition: (name::PK, partition),
            sort: Some((name::SK, Sort::Prefix("RELEASE#".to_owned()))),
            forward: direction == Direction::Ascending,
            limit: Some(limit),
            start,
        };
        let mut releases = Vec::new();
        loop {
            let found = self.table.query(query.clone()).await?;
            releases.extend(found.items.iter().map(from_body).collect::<Result<Vec<Release>, _>>()?);
            if releases.len() >= limit || found.next.is_none() {
                return Ok(releases);
            }
            query.start = found.next;
            query.limit = Some(limit - releases.len());
        }
    }
}
