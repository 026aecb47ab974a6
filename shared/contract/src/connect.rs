//! The family of Connect: connectors and what is deployed of them.

pub mod outline;
