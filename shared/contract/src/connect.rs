//! The family of Connect: connectors and what is deployed of them.

pub mod connectors;
pub mod deployments;
pub mod outline;
pub mod reports;
pub mod staged_connectors;
