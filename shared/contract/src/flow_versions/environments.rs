//! Virtual environments.

use std::collections::BTreeSet;

use domain::environment::{Environment, EnvironmentType};
use domain::ids::EnvironmentId;
use domain::metadata::Timestamp;
use domain::text::{Key, Label, Name};
use schemars::JsonSchema;
use serde::Serialize;

/// A virtual environment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "VirtualEnvironment")]
pub struct EnvironmentView {
    /// The id.
    pub id: EnvironmentId,
    /// Name.
    pub name: Name,
    /// The user's own name for it.
    pub key: Option<Key>,
    /// `test` or `live`. It has no effect.
    #[serde(rename = "type")]
    pub environment_type: EnvironmentType,
    /// Whatever helps to find it.
    pub labels: BTreeSet<Label>,
    /// `Deployed` while something is deployed there or is being deployed, else `Inactive`.
    pub status: &'static str,
    /// Number of deployments in it.
    pub deployments_count: u64,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
}

impl EnvironmentView {
    /// The view of an environment that has that number of deployments and of routes on which something is deployed.
    pub fn of(environment: &Environment, deployments: u64, routes: u64) -> Self {
        Self {
            id: environment.id,
            name: environment.name.clone(),
            key: environment.key.clone(),
            environment_type: environment.environment_type,
            labels: environment.labels.clone(),
            status: status_of(routes),
            deployments_count: deployments,
            created_at: environment.metadata.created_at,
            updated_at: environment.metadata.last_modified_at,
        }
    }
}

/// The status of a virtual environment with that number of routes on which something is deployed.
pub const fn status_of(routes: u64) -> &'static str {
    if routes > 0 { "Deployed" } else { "Inactive" }
}
