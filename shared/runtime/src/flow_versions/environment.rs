//! Finding the virtual environments that bodies name.

use api::ApiError;
use contract::flow_versions::EnvironmentReference;
use domain::environment::Environment;
use domain::ids::EnvironmentId;
use domain::placement::Placement;
use store::{Address, ProjectStore, StoreError};

/// The member of a body that names one.
const MEMBER: &str = "virtual_environment_id";

/// The id of the environment. An id is taken as it is: what is looked for may have outlived its environment.
///
/// # Errors
///
/// [`StoreError::NotFound`] when a key is nobody's.
pub async fn id(
    project: &ProjectStore,
    reference: &EnvironmentReference,
) -> Result<EnvironmentId, StoreError> {
    match reference.address() {
        Address::Id(id) => Ok(EnvironmentId::new(*id)),
        address @ Address::Key(_) => Ok(project.get::<Environment>(address).await?.entity.id),
    }
}

/// Where a body says that something is to serve: in the environment that its `virtual_environment_id` names, or
/// everywhere where it names none.
///
/// # Errors
///
/// 422 on that member when there is no such environment.
pub async fn placement(
    project: &ProjectStore,
    environment: Option<&EnvironmentReference>,
) -> Result<Placement, ApiError> {
    let Some(reference) = environment else { return Ok(Placement::Global) };
    match project.get::<Environment>(reference.address()).await {
        Ok(stored) => Ok(stored.entity.id.into()),
        Err(error @ StoreError::NotFound { .. }) => {
            Err(ApiError::reference_not_found(MEMBER, reference.as_sent(), error.sentence()))
        }
        Err(error) => Err(error.into()),
    }
}
