//! The deployment that a path names: below its own flow version, and where the caller may go.

use api::request::Body;
use api::{ApiError, Call};
use domain::deployment::Deployment;
use domain::ids::DeploymentId;
use domain::release::ReleaseId;
use store::{Address, Kind, ProjectStore, StoreError, Stored};

use crate::representation::version_of;

/// Finds it.
///
/// # Errors
///
/// 404 when there is none of that id, or it is of another flow version; 403 when the caller is limited to another
/// environment.
pub(crate) async fn deployment<B: Body>(
    project: &ProjectStore,
    call: &Call<B>,
) -> Result<Stored<Deployment>, ApiError> {
    let id: DeploymentId = call.path_value("deployment")?;
    let stored = project.get_by_id::<Deployment>(id.uuid()).await?;
    is_meant(call, &stored.entity)?;
    Ok(stored)
}

/// Whether it is the one.
///
/// # Errors
///
/// Those of [`deployment`].
pub(crate) fn is_meant<B: Body>(call: &Call<B>, deployment: &Deployment) -> Result<(), ApiError> {
    let version: ReleaseId = call.path_value("flow_version")?;
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
