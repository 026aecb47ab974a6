//! Integrations: the folders that hold flows.

use serde::{Deserialize, Serialize};

use crate::ids::IntegrationId;
use crate::metadata::Metadata;
use crate::text::{Key, Name, Note};

/// The key of the integration that every project has from the start.
pub const STANDALONE_FLOWS_KEY: &str = "standalone-flows";

/// A container of flows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    /// The id.
    pub id: IntegrationId,
    /// The user's own name for addressing, unique in the project.
    pub key: Option<Key>,
    /// Name.
    pub name: Name,
    /// Description of its purpose.
    pub description: Option<Note>,
    /// True for *Standalone flows*, which cannot be deleted.
    pub built_in: bool,
    /// Version and authorship.
    pub metadata: Metadata,
}
