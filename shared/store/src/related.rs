//! What a page of deployments refers to, read in one request however many there are.

use std::collections::{BTreeMap, BTreeSet};

use domain::client::ApiClient;
use domain::environment::Environment;
use domain::ids::{ApiClientId, EnvironmentId, PackageId};
use domain::package::Package;
use domain::release::{Release, ReleaseId};

use crate::entity::Stored;
use crate::error::{Kind, StoreError};
use crate::item::{from_body, name, text};
use crate::{ProjectStore, keys};

/// What is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relations {
    /// Releases.
    pub releases: BTreeSet<ReleaseId>,
    /// Environments.
    pub environments: BTreeSet<EnvironmentId>,
    /// Packages.
    pub packages: BTreeSet<PackageId>,
    /// API clients.
    pub clients: BTreeSet<ApiClientId>,
}

/// What was found of it. What is gone is left out.
#[derive(Debug, Clone, Default)]
pub struct Related {
    /// Releases.
    pub releases: BTreeMap<ReleaseId, Release>,
    /// Environments.
    pub environments: BTreeMap<EnvironmentId, Stored<Environment>>,
    /// Packages.
    pub packages: BTreeMap<PackageId, Stored<Package>>,
    /// API clients.
    pub clients: BTreeMap<ApiClientId, ApiClient>,
}

impl ProjectStore {
    /// Everything that is wanted, in one request for each hundred; none when nothing is.
    pub async fn related(&self, wanted: &Relations) -> Result<Related, StoreError> {
        let entity = |kind, id| keys::entity(&self.project, kind, id);
        let releases = wanted.releases.iter().map(|id| keys::release(&self.project, id.flow, id.number));
        let environments = wanted.environments.iter().map(|id| entity(Kind::Environment, id.uuid()));
        let packages = wanted.packages.iter().map(|id| entity(Kind::Package, id.uuid()));
        let clients = wanted.clients.iter().map(|id| entity(Kind::ApiClient, id.uuid()));
        let keys = releases.chain(environments).chain(packages).chain(clients).collect();
        let mut related = Related::default();
        for item in self.table.get_many(keys).await? {
            match text(&item, name::SK).unwrap_or_default() {
                tag if tag == Kind::Environment.tag() => {
                    let found: Stored<Environment> = Stored::from_item(&item)?;
                    related.environments.insert(found.entity.id, found);
                }
                tag if tag == Kind::Package.tag() => {
                    let found: Stored<Package> = Stored::from_item(&item)?;
                    related.packages.insert(found.entity.id, found);
                }
                tag if tag == Kind::ApiClient.tag() => {
                    let found: Stored<ApiClient> = Stored::from_item(&item)?;
                    related.clients.insert(found.entity.id, found.entity);
                }
                _ => {
                    let found: Release = from_body(&item)?;
                    related.releases.insert(ReleaseId { flow: found.flow, number: found.number }, found);
                }
            }
        }
        Ok(related)
    }
}
