//! The use cases: what several endpoints, workers and schedules do alike. They know nothing of HTTP, and tell what goes
//! wrong as an [`AppError`].

pub mod amend;
pub mod application_runs;
pub mod build;
pub mod configure;
pub mod definition;
pub mod deploy;
mod error;
pub mod findings;
pub mod machines;
pub mod operation;
pub mod package_members;
pub mod payloads;
pub mod permissions;
pub mod repositories;
pub mod repository_hosts;
pub mod runs;
pub mod schedules;
pub mod seal;

pub use error::{AppError, Refusal};
