//! The deployment that a path names: below its own flow version, and where the caller may go.

use api::path::Later;
use api::{ApiError, path};
use contract::flow_versions::deployments::version_of;
use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::release::ReleaseId;
use store::{Address, Kind, ProjectStore, StoreError, Stored};

path! {
    /// A flow version.
    pub struct FlowVersion {
        /// The id of the flow, a dot, and the number of the release
        pub flow_version: ReleaseId,
    }
}

path! {
    /// A deployment of a flow version. One that does not exist is told before what is wrong with the flow version.
    pub struct VersionDeployment {
        /// The id of the flow, a dot, and the number of the release
        pub flow_version: Later<ReleaseId>,
        /// The id
        pub deployment: DeploymentId,
    }
}

/// Finds it.
///
/// # Errors
///
/// 404 when there is none of that id, or it is of another flow version; 403 when the caller is limited to another
/// environment.
pub(crate) async fn deployment(
    project: &ProjectStore,
    path: &VersionDeployment,
) -> Result<Stored<Deployment>, ApiError> {
    let stored = project.get_by_id::<Deployment>(path.deployment.uuid()).await?;
    is_meant(path, &stored.entity)?;
    Ok(stored)
}

/// Whether it is the one.
///
/// # Errors
///
/// Those of [`deployment`].
pub(crate) fn is_meant(path: &VersionDeployment, deployment: &Deployment) -> Result<(), ApiError> {
    let version = path.flow_version.get()?;
    if version_of(deployment) != version {
        let address = format!("{} of the flow version '{version}'", Address::Id(deployment.id.uuid()));
        return Err(StoreError::NotFound { kind: Kind::Deployment, address }.into());
    }
    Ok(())
}

/// Refuses a body that names another flow version than the path.
pub(crate) fn same_version(of_path: ReleaseId, of_body: ReleaseId) -> Result<(), ApiError> {
    if of_path == of_body {
        return Ok(());
    }
    Err(ApiError::invalid_field("/flow_version_id", format!("must be '{of_path}', as in the path")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_body_agree() {
        let id = |number| ReleaseId { flow: "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10".parse().unwrap(), number };
        assert!(same_version(id(1), id(1)).is_ok());
        let refused = same_version(id(1), id(2)).unwrap_err();
        assert!(refused.errors[0].message.contains(&id(1).to_string()), "{refused:?}");
    }
}
