//! What can be done to a flow.

use api::Reference;
use domain::flow::Trigger;
use domain::text::{Name, Note};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::definition::DefinitionDraft;

/// A change to a flow.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "action")]
#[schemars(rename = "FlowAction")]
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
    /// Replace the working copy of the definition. It may be unfinished; saving looks at it.
    SetDefinition {
        /// The definition.
        definition: DefinitionDraft,
    },
    /// Set what starts the flow, in the working copy.
    SetTrigger {
        /// The trigger.
        trigger: Trigger,
    },
    /// Save the working copy if it can be deployed.
    Save {},
    /// Give the working copy up for the saved one.
    Discard {},
    /// Put the flow into another integration.
    MoveToIntegration {
        /// The integration: an id or `key=` and a key.
        integration: Reference,
    },
}
