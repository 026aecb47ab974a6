//! Flows: what is edited, saved and released.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{FlowId, IntegrationId};
use crate::metadata::Metadata;
use crate::payload::Payload;
use crate::schedule::{Schedule, Timezone};
use crate::text::{Key, Name, Note};

/// The kind of a flow, which cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FlowKind {
    /// Runs on its own; a caller gets the run, not its output.
    Flow,
    /// Answers an HTTP request with its output.
    Api,
    /// Called by other flows.
    Tool,
}

impl FlowKind {
    /// Whether its state machine is EXPRESS: only those answer synchronously.
    pub const fn is_express(self) -> bool {
        matches!(self, Self::Api)
    }
}

impl fmt::Display for FlowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flow => "flow",
            Self::Api => "api",
            Self::Tool => "tool",
        })
    }
}

/// The trigger that starts a deployed flow, besides runs that are started by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Trigger {
    /// Nothing: only runs started by hand.
    #[default]
    None,
    /// A request to the deployment's URL.
    Service,
    /// A schedule.
    Job {
        /// `rate(…)`, `cron(…)` or a five-field cron expression.
        schedule: Schedule,
        /// The zone that the schedule's hours are in.
        #[serde(default)]
        timezone: Timezone,
    },
}

impl Trigger {
    /// What a flow of this kind has before anybody sets a trigger.
    pub fn default_of(kind: FlowKind) -> Self {
        if kind == FlowKind::Api { Self::Service } else { Self::None }
    }

    /// Whether a flow of this kind can have this trigger, else why not.
    pub fn check(&self, kind: FlowKind) -> Result<(), UnfitTrigger> {
        match (kind, self) {
            (FlowKind::Flow, _) | (FlowKind::Api, Self::Service) | (FlowKind::Tool, Self::None) => Ok(()),
            (FlowKind::Api, _) => Err(UnfitTrigger { kind, fits: "service" }),
            (FlowKind::Tool, _) => Err(UnfitTrigger { kind, fits: "none" }),
        }
    }
}

/// A trigger that a flow of this kind cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a flow of kind '{kind}' can only have the trigger type '{fits}'")]
pub struct UnfitTrigger {
    /// The flow's kind.
    pub kind: FlowKind,
    /// The type of the only trigger it can have.
    pub fits: &'static str,
}

/// Everything of a flow that a release freezes. Two contents are the same when they are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// The definition, by its digest; absent while nothing has been written.
    pub definition: Option<Payload>,
    /// What starts the flow.
    pub trigger: Trigger,
}

/// The newest release of a flow and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewestRelease {
    /// Its number.
    pub number: u32,
    /// What it froze.
    pub content: Content,
}

/// The status of a flow between editing and release. It is computed from working copy, saved definition and newest
/// release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FlowStatus {
    /// The working copy differs from what was last saved.
    Unsaved,
    /// The saved definition differs from that of the newest release.
    Saved,
    /// The newest release is what was saved.
    Released,
}

impl fmt::Display for FlowStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsaved => "Unsaved",
            Self::Saved => "Saved",
            Self::Released => "Released",
        })
    }
}

/// A flow: a working copy, a saved copy, and the releases made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// The id.
    pub id: FlowId,
    /// The user's own name for addressing, unique in the project.
    pub key: Option<Key>,
    /// The integration that holds it.
    pub integration: IntegrationId,
    /// Name.
    pub name: Name,
    /// Description of its purpose.
    pub description: Option<Note>,
    /// What it is for Slipway.
    pub kind: FlowKind,
    /// What is being edited.
    pub working: Content,
    /// What was last saved.
    pub saved: Option<Content>,
    /// What was last released.
    pub released: Option<NewestRelease>,
    /// Version and authorship.
    pub metadata: Metadata,
}

/// Why a flow cannot be released as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReleasable {
    /// The working copy has changes that were not saved.
    #[error("the flow has unsaved changes; save or discard them first")]
    Unsaved,
    /// There is no definition at all.
    #[error("the flow has no saved definition; set one and save it first")]
    Empty,
}

/// There is nothing saved to go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the flow was never saved, so there is nothing to go back to")]
pub struct NeverSaved;

impl Flow {
    /// Where the flow stands, from its contents alone.
    pub fn status(&self) -> FlowStatus {
        match (&self.saved, &self.released) {
            (Some(saved), Some(released)) if self.working == *saved && released.content == *saved => {
                FlowStatus::Released
            }
            (Some(saved), _) if self.working == *saved => FlowStatus::Saved,
            _ => FlowStatus::Unsaved,
        }
    }

    /// Makes the working copy the saved one.
    pub fn save(&mut self) {
        self.saved = Some(self.working.clone());
    }

    /// Gives the working copy up for the saved one.
    pub fn discard(&mut self) -> Result<(), NeverSaved> {
        self.working = self.saved.clone().ok_or(NeverSaved)?;
        Ok(())
    }

    /// The definition and content that a release made now would freeze.
    pub fn releasable(&self) -> Result<(&Payload, &Content), NotReleasable> {
        if self.status() == FlowStatus::Unsaved {
            return Err(NotReleasable::Unsaved);
        }
        let content = self.saved.as_ref().ok_or(NotReleasable::Empty)?;
        content.definition.as_ref().map(|definition| (definition, content)).ok_or(NotReleasable::Empty)
    }

    /// The number that the next release gets.
    pub fn next_release(&self) -> u32 {
        self.released.as_ref().map_or(1, |newest| newest.number.saturating_add(1))
    }
}
