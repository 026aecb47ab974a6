//! Work in progress, and when somebody has to look after it.

use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::text::ProjectKey;
use domain::trail::Timestamp;
use futures::future::try_join_all;

use crate::error::{Kind, StoreError};
use crate::item::{name, number, string, text};
use crate::table::{Query, Sort};
use crate::write::{Change, Clause, Refused, Write};
use crate::{ProjectStore, Store, keys};

/// The sparse index has so many partitions. One takes 1,000 writes a second, so eight start 8,000 deployments.
pub const PENDING_SHARDS: u8 = 8;

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
    /// A deployment that waits longer than this for a worker is sent to the queue again, in seconds.
    pub const PATIENCE_SECONDS: i64 = 60;

    /// When `deployment` is overdue; nothing when it rests and has nothing left to clear away.
    pub fn of(deployment: &Deployment) -> Option<Self> {
        let due = match &deployment.lease {
            Some(lease) => lease.until,
            None => deployment.trail.last_modified_at.plus_seconds(Self::PATIENCE_SECONDS),
        };
        let shard = keys::pending_shard(deployment.id, PENDING_SHARDS);
        let unsettled = deployment.status.in_progress() || !deployment.retiring.is_empty();
        unsettled.then_some(Self { shard, due })
    }
}

impl ProjectStore {
    /// Lets the sweeper look at an overdue deployment again after `due`. The deployment itself does not change, nor
    /// does its version, and whoever writes it next decides anew. Nothing happens if somebody has since it was read.
    pub async fn postpone(&self, deployment: &Deployment, due: Timestamp) -> Result<(), StoreError> {
        let own = keys::entity(&self.project, Kind::Deployment, deployment.id.uuid());
        let change = Change::Set(name::PENDING_SK, string(format!("{due}#{}", deployment.id)));
        let unchanged = Clause::Equals(name::VERSION, number(deployment.trail.version));
        let write = Write::update(own, vec![change], vec![unchanged], Refused::Raced);
        match self.table.write(vec![write]).await {
            Ok(()) | Err(StoreError::Raced) => Ok(()),
            Err(error) => Err(error),
        }
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
