//! Slipway's own family: flows and everything that is deployed of them.

pub mod api_clients;
pub mod environments;
pub mod flow_deployments;
pub mod flows;
pub mod integrations;
pub mod projects;
pub mod releases;
pub mod reports;
pub mod repository_hosts;
pub mod runs;
