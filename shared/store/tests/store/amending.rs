//! Reading a deployment with its route, changing both, and writing them: again for every time that another writer was
//! faster.

use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::metadata::{Principal, Timestamp};
use domain::package::PackageDeployment;
use domain::route::Route;
use store::{ProjectStore, Routed, StoreError, Stored};

pub(crate) async fn amend(
    project: &ProjectStore,
    id: DeploymentId,
    by: (Timestamp, &Principal),
    change: impl Fn(&mut Stored<Deployment>, &mut Route) -> Result<(), StoreError>,
) -> Result<Stored<Deployment>, StoreError> {
    loop {
        let mut routed = project.routed(id).await?;
        change(&mut routed.stored, &mut routed.route)?;
        match project.amend_deployment(routed, by).await {
            Err(StoreError::Raced) => tokio::task::yield_now().await,
            done => return done,
        }
    }
}

/// The members of a package deployment with their routes, changed.
pub(crate) async fn members(
    project: &ProjectStore,
    package: &PackageDeployment,
    change: impl Fn(&mut Stored<Deployment>, &mut Route),
) -> Vec<Routed> {
    let ids: Vec<DeploymentId> = package.members.iter().map(|member| member.deployment).collect();
    let mut members = project.all_routed(&ids).await.unwrap();
    for routed in &mut members {
        change(&mut routed.stored, &mut routed.route);
    }
    members
}
