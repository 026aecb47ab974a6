//! Packages, and deploying them.

use domain::deployment::Deployment;
use domain::ids::FlowId;
use domain::metadata::{Principal, Timestamp};
use domain::package::{Package, PackageDeployment};
use retry::Retry;

use crate::entity::{Stored, derived};
use crate::error::{Kind, StoreError};
use crate::item::{Item, name, string};
use crate::keys::ItemKey;
use crate::list::{Direction, ListRequest, Listing};
use crate::routes::Read;
use crate::switching::Routed;
use crate::write::{Change, Condition, OnConditionFailure, Write, joined};
use crate::{ProjectStore, keys};

/// Counts, beside a package, those of its deployments that are in progress.
const UNDER_WAY: &str = "underWay";

/// Number of package deployments that go at a time when their package goes: two items each, what is left of them, and a
/// count, in one transaction.
const GONE_AT_ONCE: usize = 30;

impl ProjectStore {
    /// Stores a new package deployment, and that its package, which was at version `expected`, was deployed. In the same
    /// transaction the request gets its number among those for the route of each flow, and the routes keep what will be
    /// deployed there. Returns the package deployment with these numbers.
    pub async fn create_package_deployment(
        &self,
        deployment: &PackageDeployment,
        package: &Package,
        expected: u64,
    ) -> Result<PackageDeployment, StoreError> {
        let mut retry = Retry::patient();
        loop {
            let (mut numbered, mut writes) = (deployment.clone(), Vec::new());
            let reads = self.routes_of_members(deployment).await?;
            for (member, read) in numbered.members.iter_mut().zip(reads) {
                let mut route = read.route.clone();
                member.request_number = route.reserve(member.deployment);
                writes.extend(self.route_writes(&read, &route).await?);
            }
            writes.extend(self.package_creation(&numbered, package, expected)?);
            match self.write(joined(writes)).await {
                Err(StoreError::Raced) => retry.again("the routes are being changed too often").await?,
                Err(error) => return Err(error),
                Ok(()) => return Ok(numbered),
            }
        }
    }

    fn package_creation(
        &self,
        deployment: &PackageDeployment,
        package: &Package,
        expected: u64,
    ) -> Result<Vec<Write>, StoreError> {
        let mut writes = self.creation(deployment)?;
        let target = Item::from([(name::TARGET.to_owned(), string(deployment.id.to_string()))]);
        writes.push(Write::put(
            self.listed_package(deployment),
            target,
            Condition::Absent,
            OnConditionFailure::Raced,
        ));
        let mut counted = self.change(package, expected)?;
        if let crate::write::Action::Update(changes) = &mut counted.action {
            changes.extend([Change::Add(derived::PACKAGE_DEPLOYMENTS, 1), Change::Add(UNDER_WAY, 1)]);
        }
        writes.push(counted);
        Ok(writes)
    }

    /// The routes of all members, in one request.
    async fn routes_of_members(&self, deployment: &PackageDeployment) -> Result<Vec<Read>, StoreError> {
        let place = deployment.placement;
        let flows: Vec<FlowId> = deployment.members.iter().map(|member| member.member.flow).collect();
        self.read_routes_of(&flows, place).await
    }

    /// Stores deployments of members, in `Queued`, together with the package deployment itself, which notes that they were
    /// made. `held` is the epoch of the worker's lease, or 0 as long as no worker has taken the package deployment up:
    /// whoever was overtaken adds nothing to a package that may have been withdrawn since.
    pub async fn create_members(
        &self,
        members: &[Deployment],
        package: &PackageDeployment,
        held: u64,
    ) -> Result<(), StoreError> {
        let mut fixed = vec![self.progress(package, held, Vec::new())?];
        for member in members {
            fixed.extend(self.deployment_creation(member)?);
        }
        let flows: Vec<FlowId> = members.iter().map(|member| member.flow).collect();
        let mut retry = Retry::patient();
        loop {
            let mut writes = fixed.clone();
            let reads = self.read_routes_of(&flows, package.placement).await?;
            for (member, read) in members.iter().zip(reads) {
                let mut route = read.route.clone();
                route.pending_operations.insert(member.id);
                writes.extend(self.route_writes(&read, &route).await?);
            }
            match self.write(joined(writes)).await {
                Err(StoreError::Raced) => retry.again("the routes are being changed too often").await?,
                done => return done,
            }
        }
    }

    /// A worker's write of a package deployment that has come to its end: it no longer keeps its package, and routes no
    /// longer keep what it would have switched on.
    pub async fn end_package_deployment(
        &self,
        ended: &PackageDeployment,
        held: u64,
    ) -> Result<(), StoreError> {
        let own = self.progress(ended, held, Vec::new())?;
        let counted = self.count_beside(Kind::Package, ended.package.uuid(), UNDER_WAY, -1);
        let mut retry = Retry::patient();
        loop {
            let mut writes = vec![own.clone(), counted.clone()];
            let reads = self.routes_of_members(ended).await?;
            for (member, read) in ended.members.iter().zip(reads) {
                let mut route = read.route.clone();
                // What is in surplus is given up with the next change of the route.
                route.reserved.remove(&member.deployment);
                writes.extend(self.route_writes(&read, &route).await?);
            }
            match self.write(joined(writes)).await {
                Err(StoreError::Raced) => retry.again("the routes are being changed too often").await?,
                done => return done,
            }
        }
    }

    /// Writes the members of a package deployment with their routes, as they were changed, in one transaction with a
    /// worker's write of the package deployment itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::Raced`] when somebody else has changed a member or its route: read them again.
    pub async fn save_with_members(
        &self,
        package: &PackageDeployment,
        held: u64,
        by: (Timestamp, &Principal),
        members: Vec<Routed>,
    ) -> Result<Vec<Stored<Deployment>>, StoreError> {
        let own = self.progress(package, held, Vec::new())?;
        self.amend_deployments(members, by, vec![own]).await
    }

    /// Deletes a package of which nothing is deployed and nothing is about to be, then what is known of how it was
    /// deployed. In this order a refusal loses nothing; what a crash in between leaves is out of reach.
    pub async fn delete_package(&self, package: &Package) -> Result<(), StoreError> {
        let in_use = "there are deployments of it, or it is being deployed; delete them first, or wait until it is over";
        self.write(self.deletion(package, &[derived::DEPLOYMENTS, UNDER_WAY], in_use)?).await?;
        let listing = Listing::package_deployments_of(package.id);
        let request = ListRequest {
            limit: GONE_AT_ONCE,
            offset: 0,
            direction: Direction::Ascending,
            cursor: None,
            with_total: false,
        };
        loop {
            let page = self.page::<PackageDeployment>(&listing, &request).await?;
            let gone = page.results.iter().map(|stored| &stored.entity);
            let mut writes = Vec::new();
            for gone in gone {
                let own = keys::entity(&self.project, Kind::PackageDeployment, gone.id.uuid());
                let keys = [own, self.listed_package(gone)];
                writes.extend(keys.map(|key| Write::delete(key, Vec::new(), OnConditionFailure::Raced)));
                writes.push(self.tombstone(gone)?);
            }
            if writes.is_empty() {
                return Ok(());
            }
            let count = i64::try_from(page.results.len()).unwrap_or_default();
            let counter = keys::count(&self.project, Kind::PackageDeployment);
            writes.push(Write::add(counter, name::COUNT, -count));
            self.write(writes).await?;
        }
    }

    fn listed_package(&self, deployment: &PackageDeployment) -> ItemKey {
        let (parent, at) = ((Kind::Package, deployment.package.uuid()), deployment.metadata.created_at);
        keys::child(&self.project, parent, Kind::PackageDeployment, at, deployment.id.uuid())
    }
}
