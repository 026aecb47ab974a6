//! What all stored entities have in common.

use domain::ids::EnvironmentId;
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal};
use domain::placement::Placement;
use domain::route::Enabled;
use domain::text::{Key, Name, ProjectKey};
use domain::wishes::Wishes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::{Kind, StoreError};
use crate::item::{self, Item, name, string};
use crate::write::Change;

/// An entity with a version that every change must name.
pub trait Entity: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Its kind.
    const KIND: Kind;

    /// Its id.
    fn uuid(&self) -> Uuid;

    /// The user's own name for it.
    fn key(&self) -> Option<&Key> {
        None
    }

    /// Whose it is, for entities that lie together with those of other projects: [`ProjectStore::get`] finds only the
    /// project's own.
    ///
    /// [`ProjectStore::get`]: crate::ProjectStore::get
    fn owner(&self) -> Option<&ProjectKey> {
        None
    }

    /// Whether entities of the kind are in an environment or in none, so that not everybody reaches them.
    const IS_PLACED: bool = false;

    /// Who reaches it.
    fn reach(&self) -> Reach {
        Reach::Project
    }

    /// Version and authorship.
    fn metadata(&self) -> &Metadata;

    /// The metadata, for the version that the item holds.
    fn metadata_mut(&mut self) -> &mut Metadata;

    /// Where it stands in its project's list. Texts that sort as the list does.
    fn position(&self) -> String {
        self.metadata().created_at.to_string()
    }

    /// Attributes beside the body that conditions and indexes use.
    #[doc(hidden)]
    fn attributes(&self) -> Attributes {
        Attributes::default()
    }
}

/// Who reaches an entity: it can be neither read nor written by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody who acts in the project.
    Project,
    /// Those who are not limited to an environment, and those who are limited to this one. `None` is no environment,
    /// such as that of a global deployment.
    Environment(Option<EnvironmentId>),
}

impl Reach {
    /// Whether somebody reaches it who is limited to `limit`, if to anything.
    pub fn includes(self, limit: Option<EnvironmentId>) -> bool {
        match (self, limit) {
            (Self::Project, _) | (_, None) => true,
            (Self::Environment(environment), limit) => environment == limit,
        }
    }
}

impl From<Placement> for Reach {
    fn from(placement: Placement) -> Self {
        Self::Environment(placement.environment())
    }
}

/// Attributes that an entity writes beside its body. Opaque outside this crate.
#[derive(Debug, Default)]
pub struct Attributes(pub(crate) Vec<Change>);

/// An entity as it is stored, with what is counted or switched beside it.
#[derive(Debug, Clone)]
pub struct Stored<E> {
    /// The entity.
    pub entity: E,
    /// What is beside it.
    pub derived: Derived,
}

/// What is written to an item independently of the entity in it: counters of what depends on it, and, for a
/// deployment, whether it answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derived {
    /// Routes of a flow, into an environment, or of an integration's flows.
    pub routes: u64,
    /// Flows of an integration.
    pub flows: u64,
    /// Deployments of a flow or a package, or in an environment.
    pub deployments: u64,
    /// When the deployment was switched on, and by whom; absent while it is off.
    pub enabled: Option<Enabled>,
    /// What was asked of the deployment while an operation is under way, and is done when that is over.
    pub wishes: Wishes,
}

/// Attribute names of [`Derived`].
pub(crate) mod derived {
    pub(crate) const ROUTES: &str = "routes";
    pub(crate) const FLOWS: &str = "flows";
    pub(crate) const DEPLOYMENTS: &str = "deployments";
    pub(crate) const PACKAGE_DEPLOYMENTS: &str = "packageDeployments";
    pub(crate) const ENABLED_AT: &str = "enabledAt";
    pub(crate) const ENABLED_BY: &str = "enabledBy";
    pub(crate) const ENABLED_BY_NAME: &str = "enabledByName";
}

impl<E: Entity> Stored<E> {
    pub(crate) fn from_item(item: &Item) -> Result<Self, StoreError> {
        let mut entity: E = item::from_body(item)?;
        // The attribute is the truth: switching a route changes it without rewriting the body.
        entity.metadata_mut().version = item::count(item, name::VERSION);
        let derived = Derived {
            routes: item::count(item, derived::ROUTES),
            flows: item::count(item, derived::FLOWS),
            deployments: item::count(item, derived::DEPLOYMENTS),
            enabled: enabled(item),
            wishes: wishes(item)?,
        };
        Ok(Self { entity, derived })
    }

    /// An entity that was made this moment: nothing depends on it yet.
    pub fn fresh(entity: E) -> Self {
        Self { entity, derived: Derived::default() }
    }
}

fn enabled(item: &Item) -> Option<Enabled> {
    let at = item::text(item, derived::ENABLED_AT)?.parse().ok()?;
    let by = item::text(item, derived::ENABLED_BY).unwrap_or_default();
    let name = item::text(item, derived::ENABLED_BY_NAME);
    Some(Enabled { at, by: Principal::written(by, name) })
}

fn wishes(item: &Item) -> Result<Wishes, StoreError> {
    let Some(wishes) = item::text(item, name::WISHES) else { return Ok(Wishes::default()) };
    serde_json::from_str(wishes).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// What switching a deployment on or off writes beside it.
pub(crate) fn switching(enabled: Option<&Enabled>) -> Vec<Change> {
    let set = |attribute, text: Option<String>| match text {
        Some(text) => Change::Set(attribute, string(text)),
        None => Change::Remove(attribute),
    };
    let by = enabled.map(|enabled| &enabled.by);
    vec![
        set(derived::ENABLED_AT, enabled.map(|enabled| enabled.at.to_string())),
        set(derived::ENABLED_BY, by.map(|by| by.id().to_owned())),
        set(derived::ENABLED_BY_NAME, by.and_then(Principal::name).map(Name::to_string)),
    ]
}

impl Derived {
    /// Whether the deployment is switched on.
    pub fn active(&self, status: Status) -> bool {
        self.enabled.is_some() && status != Status::Undeploying
    }
}

impl<E: Entity> Stored<E> {
    /// The entity, if it is at the version that the caller saw.
    pub fn at_version(self, expected: Option<u64>) -> Result<Self, StoreError> {
        let current = self.entity.metadata().version;
        match expected {
            Some(expected) if expected != current => {
                Err(StoreError::Stale { kind: E::KIND, expected, current })
            }
            _ => Ok(self),
        }
    }
}
