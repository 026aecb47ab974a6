//! The third family, the paths below `/api/v1/`.

pub mod deployments;
mod environment_reference;
pub mod environments;
mod given;
pub mod package_deployments;
pub mod packages;
mod principal;

pub use environment_reference::{EnvironmentReference, InvalidEnvironment};
pub use given::Given;
pub use principal::user_id;
