//! What a client sees of a virtual environment: an environment without its variables.

use std::collections::BTreeSet;

use domain::environment::{Environment, EnvironmentType};
use domain::ids::EnvironmentId;
use domain::metadata::Timestamp;
use domain::text::{Key, Label, Name};
use schemars::JsonSchema;
use serde::Serialize;
use store::Stored;

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

/// What a virtual environment's status can be. What is a draft elsewhere is never deployed here.
pub(crate) const STATUSES: &[&str] = &["Draft", "Deployed", "Inactive"];

impl EnvironmentView {
    /// The view of an environment.
    pub(crate) fn of(stored: &Stored<Environment>) -> Self {
        let Stored { entity: environment, derived } = stored;
        Self {
            id: environment.id,
            name: environment.name.clone(),
            key: environment.key.clone(),
            environment_type: environment.environment_type,
            labels: environment.labels.clone(),
            status: status_of(stored),
            deployments_count: derived.deployments,
            created_at: environment.metadata.created_at,
            updated_at: environment.metadata.last_modified_at,
        }
    }
}

/// Where a virtual environment stands.
pub(crate) fn status_of(stored: &Stored<Environment>) -> &'static str {
    if stored.derived.routes > 0 { "Deployed" } else { "Inactive" }
}
