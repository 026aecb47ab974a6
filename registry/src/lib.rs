//! The operation registry: every operation of every function crate in one list, and what is generated from it —
//! the functions of `template.yaml`, `openapi.json`, tables of the README, `docs/PERMISSIONS.md` and `events/`.
//!
//! `cargo run -p slipway-registry -- generate` writes those files; `-- check` says which are stale.

pub mod files;
mod openapi;
mod template;

pub use files::{Error, Generated, generated};

use api::Operation;
use runtime::Endpoint;

/// Every endpoint, in the order of crates by name and, within a crate, as it declares them.
pub fn endpoints() -> Vec<Endpoint> {
    [
        api_clients::ENDPOINTS,
        authorizer::ENDPOINTS,
        environments::ENDPOINTS,
        flow_deployments::ENDPOINTS,
        flows::ENDPOINTS,
        http_task::ENDPOINTS,
        integrations::ENDPOINTS,
        lifecycle::ENDPOINTS,
        oauth::ENDPOINTS,
        projects::ENDPOINTS,
        releases::ENDPOINTS,
        runs::ENDPOINTS,
        triggers::ENDPOINTS,
    ]
    .concat()
}

/// Every operation, in the same order.
pub fn operations() -> Vec<Operation> {
    endpoints().into_iter().map(|endpoint| endpoint.operation).collect()
}
