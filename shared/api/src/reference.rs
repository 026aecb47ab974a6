//! Finding what bodies refer to.

pub use contract::Reference;
use domain::environment::Environment;
use domain::placement::Placement;
use store::{Entity, ProjectStore, StoreError, Stored};

use crate::error::ApiError;

/// The entity that a body refers to.
///
/// # Errors
///
/// One that names `member`, which held the reference, when there is no such entity.
pub async fn find<E: Entity>(
    project: &ProjectStore,
    reference: &Reference,
    member: &str,
) -> Result<Stored<E>, ApiError> {
    ApiError::unless_found(project.get(reference.address()).await, member, reference)
}

/// The environment that a body names, or everywhere where it names none. 400 when there is no such environment.
pub async fn placement_of(
    project: &ProjectStore,
    environment: Option<&Reference>,
) -> Result<Placement, ApiError> {
    match environment {
        Some(reference) => {
            let stored = find::<Environment>(project, reference, "environment").await?;
            Ok(stored.entity.id.into())
        }
        None => Ok(Placement::Global),
    }
}

impl ApiError {
    /// What a member of the body refers to, or an error that says which member refers to nothing. `member` is as
    /// in [`ApiError::reference_not_found`].
    pub fn unless_found<T>(
        found: Result<T, StoreError>,
        member: &str,
        reference: &Reference,
    ) -> Result<T, Self> {
        match found {
            Err(error @ StoreError::NotFound { .. }) => {
                Err(Self::reference_not_found(member, reference.as_sent(), error.sentence()))
            }
            other => Ok(other?),
        }
    }
}
