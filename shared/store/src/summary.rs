//! Summaries: of every deployment no more than filters and orders need, some 200 bytes in an index of their own. A list
//! that the table is not laid out for walks these, and reads only the deployments of its page.

use domain::deployment::Deployment;
use domain::ids::{DeploymentId, FlowId, PackageId};
use domain::metadata::Timestamp;
use domain::placement::Placement;

use crate::ProjectStore;
use crate::entity::{Entity, Reach, Stored, derived};
use crate::error::{Kind, StoreError};
use crate::gathered::Gathered;
use crate::item::{Item, count, name, number, string, text};
use crate::keys::{self, GSI2};
use crate::project::position;
use crate::table::Query;
use crate::write::Change;

/// What the index knows of a deployment. It lags a write by milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentSummary {
    /// The deployment.
    pub id: DeploymentId,
    /// Time of creation.
    pub created_at: Timestamp,
    /// What its flow was called when it was deployed.
    pub name: String,
    /// Its flow.
    pub flow: FlowId,
    /// The number of its release.
    pub release: u32,
    /// Where it serves.
    pub placement: Placement,
    /// The package that it was deployed with.
    pub package: Option<PackageId>,
    /// When it was switched on; nothing while it is off.
    pub enabled_at: Option<Timestamp>,
}

/// What a deployment's item has for its summary, beside what switching writes. Everything is needed in every item of the
/// index, so there is no `Remove` but for the package, which never changes.
pub(crate) fn attributes(deployment: &Deployment) -> Vec<Change> {
    let mut changes = vec![
        Change::Set(name::GSI2SK, string(position(deployment))),
        Change::Set(name::FLOW, string(deployment.flow.to_string())),
        Change::Set(name::FLOW_NAME, string(deployment.name.as_str())),
        Change::Set(name::RELEASE, number(deployment.release)),
        Change::Set(name::PLACEMENT, string(deployment.placement.to_string())),
    ];
    changes.extend(deployment.package.map(|id| Change::Set(name::PACKAGE, string(id.to_string()))));
    changes
}

impl ProjectStore {
    /// The summaries of all deployments that `keep` keeps, oldest first.
    ///
    /// # Errors
    ///
    /// More than [`MAX_OFFSET`](crate::MAX_OFFSET) are kept, or reading takes too long.
    pub async fn summaries(
        &self,
        keep: impl Fn(&DeploymentSummary) -> bool + Send + Sync,
    ) -> Result<Vec<DeploymentSummary>, StoreError> {
        let mut query = self.summary_query(true);
        let mut gathered = Gathered::begin();
        loop {
            let found = self.table.query(query.clone()).await?;
            let summaries =
                found.items.iter().map(DeploymentSummary::from_item).collect::<Result<Vec<_>, _>>()?;
            let is_reached =
                |summary: &DeploymentSummary| Reach::from(summary.placement).includes(self.limit());
            gathered.keep(summaries.into_iter().filter(|summary| is_reached(summary) && keep(summary)))?;
            if found.next.is_none() {
                return Ok(gathered.finish());
            }
            query.start = found.next;
        }
    }

    /// The deployments of these ids, in this order. Those that are gone are left out.
    pub async fn deployments_by_id(
        &self,
        ids: &[DeploymentId],
    ) -> Result<Vec<Stored<Deployment>>, StoreError> {
        let found = self.deployments_unscoped(ids).await?;
        Ok(found.into_iter().filter(|stored| self.reaches(stored)).collect())
    }

    /// The same with those that are out of reach.
    pub(crate) async fn deployments_unscoped(
        &self,
        ids: &[DeploymentId],
    ) -> Result<Vec<Stored<Deployment>>, StoreError> {
        let keys = ids.iter().map(|id| keys::entity(&self.project, Kind::Deployment, id.uuid()));
        self.table.get_many(keys.collect()).await?.iter().map(Stored::from_item).collect()
    }

    pub(crate) fn summary_query(&self, forward: bool) -> Query {
        let partition = (name::GSI2PK, keys::list_partition(&self.project, Deployment::KIND));
        Query { index: Some(GSI2), partition, sort: None, forward, limit: None, start: None }
    }
}

impl DeploymentSummary {
    fn from_item(item: &Item) -> Result<Self, StoreError> {
        Self::read(item).ok_or_else(|| StoreError::Corrupt("a summary that is not whole".to_owned()))
    }

    fn read(item: &Item) -> Option<Self> {
        let (created_at, id) = text(item, name::GSI2SK)?.split_once('#')?;
        Some(Self {
            id: id.parse().ok()?,
            created_at: created_at.parse().ok()?,
            name: text(item, name::FLOW_NAME)?.to_owned(),
            flow: text(item, name::FLOW)?.parse().ok()?,
            release: u32::try_from(count(item, name::RELEASE)).ok()?,
            placement: text(item, name::PLACEMENT)?.parse().ok()?,
            package: text(item, name::PACKAGE).and_then(|id| id.parse().ok()),
            enabled_at: text(item, derived::ENABLED_AT).and_then(|at| at.parse().ok()),
        })
    }
}
