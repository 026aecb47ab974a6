//! The operation registry: every operation of every function crate in one list, and what is generated from it —
//! the functions of `template.yaml`, `openapi.json`, the routes that `fallback` knows, tables of the README, `docs/PERMISSIONS.md` and `events/`.
//!
//! `cargo run -p registry -- generate` writes those files; `-- check` says which are stale, and which files of a crate depend on each other in a circle.

mod circles;
mod error;
mod events;
mod files;
mod openapi;
mod tables;
mod template;

pub use circles::{MEND_CIRCLES, circles};
pub use error::Error;
pub use files::{Generated, generated};

use api::Operation;
use runtime::Endpoint;

/// Every crate under `functions/`, by name, with its endpoints as it declares them.
pub const CRATES: &[(&str, &[Endpoint])] = &[
    ("api-clients", api_clients::ENDPOINTS),
    ("applications", applications::ENDPOINTS),
    ("authorizer", authorizer::ENDPOINTS),
    ("connector-lifecycle", connector_lifecycle::ENDPOINTS),
    ("connectors", connectors::ENDPOINTS),
    ("deployments", deployments::ENDPOINTS),
    ("environments", environments::ENDPOINTS),
    ("fallback", fallback::ENDPOINTS),
    ("flow-deployments", flow_deployments::ENDPOINTS),
    ("flow-lifecycle", flow_lifecycle::ENDPOINTS),
    ("flow-versions", flow_versions::ENDPOINTS),
    ("flows", flows::ENDPOINTS),
    ("http-task", http_task::ENDPOINTS),
    ("integrations", integrations::ENDPOINTS),
    ("oauth", oauth::ENDPOINTS),
    ("packages", packages::ENDPOINTS),
    ("projects", projects::ENDPOINTS),
    ("releases", releases::ENDPOINTS),
    ("repository-hosts", repository_hosts::ENDPOINTS),
    ("runs", runs::ENDPOINTS),
    ("staged-connectors", staged_connectors::ENDPOINTS),
    ("triggers", triggers::ENDPOINTS),
];

/// Names that different types of published schemas go by: each with two of the crates that use it. There may be none.
pub fn ambiguous_schemas(operations: &[Operation]) -> Vec<String> {
    openapi::schemas::ambiguous(operations)
}

/// Every endpoint, in the order of [`CRATES`].
pub fn endpoints() -> Vec<Endpoint> {
    CRATES.iter().flat_map(|(_, endpoints)| endpoints.iter().copied()).collect()
}

/// Every operation, in the same order.
pub fn operations() -> Vec<Operation> {
    endpoints().into_iter().map(|endpoint| endpoint.operation).collect()
}
