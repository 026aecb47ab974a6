//! The use cases: what several endpoints, workers and schedules do alike. They know nothing of HTTP, and tell what goes
//! wrong as an [`AppError`].

pub mod build;
pub mod configure;
pub mod definition;
mod error;
pub mod machines;
pub mod permissions;
pub mod schedules;

pub use error::AppError;
