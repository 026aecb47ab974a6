//! The third family, the paths below `/api/v1/`.

mod environment_reference;
mod given;
pub mod packages;
mod principal;

pub use environment_reference::{EnvironmentReference, InvalidEnvironment};
pub use given::Given;
pub use principal::user_id;
