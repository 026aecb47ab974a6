//! Work in progress, and when somebody has to look after it.

use domain::metadata::Timestamp;
use domain::text::ProjectKey;
use domain::work::{WorkKind, WorkQueue, Worked};
use futures::future::try_join_all;
use uuid::Uuid;

use crate::entity::Entity;
use crate::error::StoreError;
use crate::item::{name, number, string, text};
use crate::project::replacement;
use crate::table::{Query, Sort};
use crate::write::{Change, Condition, OnConditionFailure, Write};
use crate::{ProjectStore, Store, keys};

/// The sparse index has so many partitions. One takes 1,000 writes a second, so eight start 8,000 deployments.
pub const PENDING_SHARDS: u8 = 8;

/// A sweep has a minute, and looks after so many deployments of a shard.
const AT_ONCE: usize = 100;

/// When work in progress is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub(crate) shard: String,
    /// After this moment the sweeper looks at it.
    pub due: Timestamp,
}

impl Pending {
    /// What waits longer than this for a worker is sent to the queue again, in seconds.
    pub const PATIENCE_SECONDS: i64 = 60;

    /// When `worked` is overdue; nothing when it rests and has nothing left to clear away.
    pub fn of<W: Worked + Entity>(worked: &W) -> Option<Self> {
        let due = if let Some(lease) = &worked.work_state().lease {
            lease.until
        } else {
            let rested = worked.metadata().last_modified_at;
            let resumed = worked.work_state().resume_at.map_or(rested, |resume_at| resume_at.max(rested));
            resumed.plus_seconds(Self::PATIENCE_SECONDS)
        };
        let shard = keys::pending_shard(W::WORK.queue(), worked.uuid(), PENDING_SHARDS);
        let unsettled = worked.in_progress() || worked.has_leftovers();
        unsettled.then_some(Self { shard, due })
    }
}

impl ProjectStore {
    /// Lets the sweeper look at what is overdue again after `due`. The entity itself does not change, nor
    /// does its version, and whoever writes it next decides anew. Nothing happens if somebody has since it was read.
    pub async fn postpone<W: Worked + Entity>(&self, worked: &W, due: Timestamp) -> Result<(), StoreError> {
        let own = keys::entity(&self.project, W::KIND, worked.uuid());
        let change = Change::Set(name::PENDING_SK, string(pending_position(due, worked.uuid())));
        let unchanged = Condition::Equals(name::VERSION, number(worked.metadata().version));
        let write = Write::update(own, vec![change], vec![unchanged], OnConditionFailure::Raced);
        match self.write(vec![write]).await {
            Ok(()) | Err(StoreError::Raced) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl ProjectStore {
    /// Writes down what is left to be cleared away of an entity that rests, to be looked at again after `due`. Whoever
    /// reads the entity knows nothing of this: its version and its metadata stay. Nothing happens if somebody has written
    /// it since it was read, or a worker has taken it up: what is on its list is looked at after that.
    pub async fn note_leftovers<W: Worked + Entity>(
        &self,
        worked: &W,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let mut changes = replacement(worked)?;
        if worked.has_leftovers() {
            changes.retain(|change| !matches!(change, Change::Set(name::PENDING_SK, _)));
            changes.push(Change::Set(name::PENDING_SK, string(pending_position(due, worked.uuid()))));
        }
        let unchanged = vec![
            Condition::Equals(name::VERSION, number(worked.metadata().version)),
            Condition::Equals(name::EPOCH, number(worked.work_state().epoch)),
        ];
        let own = keys::entity(&self.project, W::KIND, worked.uuid());
        match self.write(vec![Write::update(own, changes, unchanged, OnConditionFailure::Raced)]).await {
            Ok(()) | Err(StoreError::Raced) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Where pending work stands in its shard.
pub(crate) fn pending_position(due: Timestamp, worked: Uuid) -> String {
    format!("{due}#{}", worked.as_hyphenated())
}

impl Store {
    /// The work of a queue, of all projects, that was due before `now`: of each shard at most [`AT_ONCE`], the longest due
    /// first. The rest is for the next sweep.
    pub async fn overdue(
        &self,
        queue: WorkQueue,
        now: Timestamp,
    ) -> Result<Vec<(ProjectKey, WorkKind, Uuid)>, StoreError> {
        let shards = (0..PENDING_SHARDS).map(|shard| {
            self.table.query(Query {
                index: Some(keys::PENDING),
                partition: (name::PENDING_PK, keys::pending_partition(queue, shard)),
                sort: Some((name::PENDING_SK, Sort::Before(now.to_string()))),
                forward: true,
                limit: Some(AT_ONCE),
                start: None,
            })
        });
        let found = try_join_all(shards).await?;
        let items = found.iter().flat_map(|found| &found.items);
        let found = items.filter_map(|item| keys::parse_worked(text(item, name::PK)?));
        Ok(found.collect())
    }
}
