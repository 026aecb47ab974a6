//! Integrations.

use domain::ids::IntegrationId;
use domain::integration::Integration;
use domain::metadata::Metadata;
use domain::text::{Key, Name, Note};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An integration.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Integration")]
pub struct IntegrationView {
    /// The id.
    pub id: IntegrationId,
    /// The user's own name for addressing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Version and authorship.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// Name.
    pub name: Name,
    /// Description of its purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Note>,
    /// True for *Standalone flows*, which cannot be deleted.
    pub built_in: bool,
    /// Number of flows in it.
    pub flow_count: u64,
    /// In how many environments flows of it are deployed or being deployed, added up over its flows. It cannot be
    /// deleted while this is not 0.
    pub deployed_routes: u64,
}

impl IntegrationView {
    /// The view of an integration with that number of flows and of environments in which they are deployed, added up.
    pub fn of(integration: Integration, flows: u64, routes: u64) -> Self {
        Self {
            id: integration.id,
            key: integration.key,
            metadata: integration.metadata,
            name: integration.name,
            description: integration.description,
            built_in: integration.built_in,
            flow_count: flows,
            deployed_routes: routes,
        }
    }
}

/// A new integration.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IntegrationDraft {
    /// The user's own name for addressing, unique among integrations.
    pub key: Option<Key>,
    /// Name.
    pub name: Name,
    /// Description of its purpose.
    pub description: Option<Note>,
}

/// A change to an integration.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "action")]
#[schemars(rename = "IntegrationAction")]
pub enum Action {
    /// Call it something else.
    SetName {
        /// The new name.
        name: Name,
    },
    /// Say what it is for.
    SetDescription {
        /// The new description; null or absent removes it.
        description: Option<Note>,
    },
}
