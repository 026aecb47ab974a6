//! Get, create, update and delete, the same for every kind of entity.

use std::collections::HashMap;
use std::sync::Arc;

use domain::address::Address;
use domain::ids::EnvironmentId;
use domain::metadata::Principal;
use domain::text::{Key, ProjectKey};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use uuid::Uuid;

use crate::entity::{Entity, Reach, Stored};
use crate::error::{Kind, StoreError};
use crate::item::{Item, name, number, string, text, to_body};
use crate::write::{BEING_DELETED, Change, Condition, OnConditionFailure, Write};
use crate::{Author, ProjectStore, keys};

/// How long what was deleted can be told of, in days.
pub(crate) const TOMBSTONE_DAYS: i64 = 8;

impl ProjectStore {
    /// Whose items these are.
    pub fn project(&self) -> &ProjectKey {
        &self.project
    }

    /// One of the project's entities. It sees every write that was acknowledged before.
    pub async fn get<E: Entity>(&self, address: &Address) -> Result<Stored<E>, StoreError> {
        let stored = self.get_unscoped::<E>(address).await?;
        match stored.entity.owner() {
            Some(owner) if *owner != self.project => Err(not_found(E::KIND, address)),
            _ => self.reached(stored.entity.reach()).map(|()| stored),
        }
    }

    /// The id of one of the project's entities, even if it is out of reach: that it is there, and no more.
    pub async fn id_of<E: Entity>(&self, address: &Address) -> Result<Uuid, StoreError> {
        let found = self.get_unscoped::<E>(address).await?.entity;
        match found.owner() {
            Some(owner) if *owner != self.project => Err(not_found(E::KIND, address)),
            _ => Ok(found.uuid()),
        }
    }

    /// The same for a worker that carries out what somebody asked for.
    #[must_use]
    pub fn on_behalf_of(&self, principal: &Principal) -> Self {
        let Author { via, limit } = self.author.as_ref();
        let author = Author { via: via.clone().on_behalf_of(principal), limit: *limit };
        Self { author: Arc::new(author), ..self.clone() }
    }

    /// The only environment whose entities are reached. If there is none, all are.
    pub fn limit(&self) -> Option<EnvironmentId> {
        self.author.limit
    }

    /// Refuses what is out of reach.
    pub(crate) fn reached(&self, reach: impl Into<Reach>) -> Result<(), StoreError> {
        match self.author.limit {
            Some(own) if !reach.into().includes(Some(own)) => Err(StoreError::OutOfReach(own)),
            _ => Ok(()),
        }
    }

    /// Whether an entity is within reach.
    pub(crate) fn reaches<E: Entity>(&self, stored: &Stored<E>) -> bool {
        stored.entity.reach().includes(self.author.limit)
    }

    /// One entity, even if it is another project's, for kinds that lie together: connectors. Whoever asks has to look
    /// whether the project may see it.
    pub async fn get_unscoped<E: Entity>(&self, address: &Address) -> Result<Stored<E>, StoreError> {
        let id = match address {
            Address::Id(id) => *id,
            // A second read: the key's item knows only the id, so that a change of the entity is one write.
            Address::Key(key) => self.id_of_key(E::KIND, key).await?,
        };
        let item = self.table.get(keys::entity(&self.project, E::KIND, id), true).await?;
        match item {
            Some(item) => Stored::from_item(&item),
            None => Err(not_found(E::KIND, address)),
        }
    }

    /// One entity, by id.
    pub async fn get_by_id<E: Entity>(&self, id: Uuid) -> Result<Stored<E>, StoreError> {
        self.get(&Address::Id(id)).await
    }

    async fn id_of_key(&self, kind: Kind, key: &Key) -> Result<Uuid, StoreError> {
        let item = self.table.get(keys::unique_key(&self.project, kind, key), true).await?;
        let id = item.as_ref().and_then(|item| Uuid::try_parse(text(item, name::TARGET)?).ok());
        id.ok_or_else(|| not_found(kind, &Address::Key(key.clone())))
    }

    /// Stores a new entity. The key, when it has one, is taken in the same transaction.
    pub async fn create<E: Entity>(&self, entity: &E) -> Result<(), StoreError> {
        self.write(self.creation(entity)?).await
    }

    /// Replaces an entity that was at version `expected`. `entity` carries the next version already.
    pub async fn update<E: Entity>(&self, entity: &E, expected: u64) -> Result<(), StoreError> {
        self.write(vec![self.change(entity, expected)?]).await
    }

    /// Deletes an entity that is at the version it carries.
    pub async fn delete<E: Entity>(&self, entity: &E) -> Result<(), StoreError> {
        self.write(self.deletion(entity, &[], "")?).await
    }

    pub(crate) fn creation<E: Entity>(&self, entity: &E) -> Result<Vec<Write>, StoreError> {
        self.reached(entity.reach())?;
        let own = keys::entity(&self.project, E::KIND, entity.uuid());
        let taken = |value: String| OnConditionFailure::Duplicate { kind: E::KIND, value };
        let mut item = Item::from([
            (name::BODY.to_owned(), to_body(entity)?),
            (name::VERSION.to_owned(), number(entity.metadata().version)),
            (name::GSI1PK.to_owned(), string(keys::list_partition(&self.project, E::KIND))),
            (name::GSI1SK.to_owned(), string(position(entity))),
        ]);
        item.extend(entity.attributes().0.into_iter().filter_map(|change| match change {
            Change::Set(attribute, value) => Some((attribute.to_owned(), value)),
            Change::Remove(_) | Change::Add(..) => None,
        }));
        let mut writes = vec![Write::put(own, item, Condition::Absent, taken(entity.uuid().to_string()))];
        if let Some(key) = entity.key() {
            let target = HashMap::from([(name::TARGET.to_owned(), string(entity.uuid().to_string()))]);
            let claim = keys::unique_key(&self.project, E::KIND, key);
            writes.push(Write::put(claim, target, Condition::Absent, taken(key.to_string())));
        }
        writes.push(Write::add(keys::count(&self.project, E::KIND), name::COUNT, 1));
        Ok(writes)
    }

    pub(crate) fn change<E: Entity>(&self, entity: &E, expected: u64) -> Result<Write, StoreError> {
        self.reached(entity.reach())?;
        let mut condition = vec![Condition::Equals(name::VERSION, number(expected))];
        let mut in_use = None;
        if E::KIND == Kind::Integration {
            // Another version would refuse the deletion after the flows are gone.
            condition.push(Condition::Without(name::CLOSING));
            in_use = Some(BEING_DELETED);
        }
        let refused = version_refused(entity, expected, in_use);
        let own = keys::entity(&self.project, E::KIND, entity.uuid());
        Ok(Write::update(own, replacement(entity)?, condition, refused))
    }

    /// Deletes an entity at the version it carries, its key and its place in the count. Every counter in `unused`
    /// must be at nothing; `in_use` says what to do when one is not.
    pub(crate) fn deletion<E: Entity>(
        &self,
        entity: &E,
        unused: &[&'static str],
        in_use: &'static str,
    ) -> Result<Vec<Write>, StoreError> {
        let expected = entity.metadata().version;
        let mut condition = vec![Condition::Equals(name::VERSION, number(expected))];
        condition.extend(unused.iter().map(|counter| Condition::Zero(counter)));
        let own = keys::entity(&self.project, E::KIND, entity.uuid());
        let mut writes = vec![
            Write::delete(own, condition, version_refused(entity, expected, Some(in_use))),
            self.tombstone(entity)?,
        ];
        if let Some(key) = entity.key() {
            let claim = keys::unique_key(&self.project, E::KIND, key);
            writes.push(Write::delete(claim, Vec::new(), OnConditionFailure::Raced));
        }
        writes.push(Write::add(keys::count(&self.project, E::KIND), name::COUNT, -1));
        Ok(writes)
    }

    /// What is left of an entity that is deleted: its body and who deleted it, for [`TOMBSTONE_DAYS`].
    pub(crate) fn tombstone<E: Entity>(&self, entity: &E) -> Result<Write, StoreError> {
        let expires = self.author.via.at.plus_seconds(TOMBSTONE_DAYS * 86_400);
        let item = Item::from([
            (name::BODY.to_owned(), to_body(entity)?),
            (name::EXPIRES_AT.to_owned(), number(expires.as_second())),
        ]);
        let key = keys::gone(&self.project, E::KIND, entity.uuid());
        // An id that follows from a name comes back with it: the last deletion counts.
        Ok(Write {
            condition: Vec::new(),
            ..Write::put(key, item, Condition::Absent, OnConditionFailure::Raced)
        })
    }

    /// Does all of the writes or none. Each body says who wrote it.
    pub(crate) fn write(&self, writes: Vec<Write>) -> BoxFuture<'_, Result<(), StoreError>> {
        match serde_json::to_string(&self.author.via) {
            Ok(via) => self.table.write(writes.into_iter().map(|write| write.by(&via)).collect()),
            Err(error) => ready(Err(StoreError::Corrupt(error.to_string()))).boxed(),
        }
    }

    /// Counts something beside an entity, which must exist. To an integration that is being deleted nothing is
    /// added any more.
    pub(crate) fn count_beside(&self, kind: Kind, id: Uuid, counter: &'static str, by: i64) -> Write {
        let refused = OnConditionFailure::Gone { kind, address: Address::Id(id).to_string() };
        let key = keys::entity(&self.project, kind, id);
        let mut condition = vec![Condition::Present];
        if kind == Kind::Integration && by > 0 {
            condition.push(Condition::Without(name::CLOSING));
        }
        Write::update(key, vec![Change::Add(counter, by)], condition, refused)
    }
}

/// The changes that write all of an entity, and leave alone what is counted beside it.
pub(crate) fn replacement<E: Entity>(entity: &E) -> Result<Vec<Change>, StoreError> {
    let mut changes = vec![
        Change::Set(name::BODY, to_body(entity)?),
        Change::Set(name::VERSION, number(entity.metadata().version)),
        Change::Set(name::GSI1SK, string(position(entity))),
    ];
    changes.extend(entity.attributes().0);
    Ok(changes)
}

/// What it means that an entity is not as `entity` was read.
pub(crate) fn version_refused<E: Entity>(
    entity: &E,
    expected: u64,
    in_use: Option<&'static str>,
) -> OnConditionFailure {
    let address = Address::Id(entity.uuid()).to_string();
    OnConditionFailure::Version { kind: E::KIND, address, expected, in_use }
}

/// Where an entity stands in the own order of the lists that it is in: a text that sorts as they do. The id makes it
/// unique, and lets a cursor find its way back.
pub fn position<E: Entity>(entity: &E) -> String {
    format!("{}#{}", entity.position(), entity.uuid().as_hyphenated())
}

pub(crate) fn not_found(kind: Kind, address: &Address) -> StoreError {
    StoreError::NotFound { kind, address: address.to_string() }
}
