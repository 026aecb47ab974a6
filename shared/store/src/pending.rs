//! Work in progress, and when somebody has to look after it.

use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::text::ProjectKey;
use domain::trail::Timestamp;
use futures::future::try_join_all;

use crate::error::StoreError;
use crate::item::{name, text};
use crate::table::{Query, Sort};
use crate::{Store, keys};

/// The sparse index has so many partitions. One takes 1,000 writes a second, so eight start 8,000 deployments.
pub const PENDING_SHARDS: u8 = 8;

/// A deployment that waits longer than this for a worker is sent to the queue again, in seconds.
pub(crate) const PATIENCE_SECONDS: i64 = 60;

/// A sweep has a minute, and looks after so many deployments of a shard.
const AT_ONCE: usize = 100;

/// When a deployment in progress is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub(crate) shard: String,
    /// After this moment the sweeper looks at it.
    pub due: Timestamp,
}

impl Pending {
    /// When `deployment` is overdue; nothing when it rests and has nothing left to clear away.
    pub fn of(deployment: &Deployment) -> Option<Self> {
        let due = match &deployment.lease {
            Some(lease) => lease.until,
            None => deployment.trail.last_modified_at.plus_seconds(PATIENCE_SECONDS),
        };
        let shard = keys::pending_shard(deployment.id, PENDING_SHARDS);
        let unsettled = deployment.status.in_progress() || !deployment.retiring.is_empty();
        unsettled.then_some(Self { shard, due })
    }
}

impl Store {
    /// The deployments, of all projects, that were due before `now`: of each shard at most [`AT_ONCE`], the longest due
    /// first. The rest is for the next sweep.
    pub async fn overdue(&self, now: Timestamp) -> Result<Vec<(ProjectKey, DeploymentId)>, StoreError> {
        let shards = (0..PENDING_SHARDS).map(|shard| {
            self.table.query(Query {
                index: Some(keys::PENDING),
                partition: (name::PENDING_PK, format!("PENDING#{shard}")),
                sort: Some((name::PENDING_SK, Sort::Before(now.to_string()))),
                forward: true,
                limit: Some(AT_ONCE),
                start: None,
            })
        });
        let found = try_join_all(shards).await?;
        let items = found.iter().flat_map(|found| &found.items);
        let found = items.filter_map(|item| keys::parse_deployment(text(item, name::PK)?));
        Ok(found.collect())
    }
}
