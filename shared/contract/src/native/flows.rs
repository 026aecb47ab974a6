//! Flows and their definitions.

use domain::definition::Finding;
use domain::flow::{Content, Flow, FlowKind, FlowStatus, Trigger};
use domain::ids::{FlowId, IntegrationId};
use domain::metadata::Metadata;
use domain::payload::Payload;
use domain::schedule::{Schedule, Timezone};
use domain::text::{Key, Name, Note};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Reference;

/// A flow.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Flow")]
pub struct FlowView {
    /// The id.
    pub id: FlowId,
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
    /// Kind of the flow.
    pub kind: FlowKind,
    /// The integration that holds it.
    pub integration: IntegrationId,
    /// State between editing and release.
    pub status: FlowStatus,
    /// The trigger of the working copy.
    pub trigger: Trigger,
    /// The definition that is being edited: the address and size of its canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working: Option<Payload>,
    /// The definition that was last saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<Payload>,
    /// The newest release, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest_release: Option<NewestReleaseView>,
    /// Warnings about the definition that this request saved: probable mistakes that Step Functions takes, such as a
    /// misspelt member. Absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Finding>,
}

/// The newest release of a flow.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(rename = "NewestRelease")]
pub struct NewestReleaseView {
    /// Its number.
    pub number: u32,
}

impl From<Flow> for FlowView {
    fn from(flow: Flow) -> Self {
        let status = flow.status();
        let Content { definition: working, trigger } = flow.working;
        Self {
            id: flow.id,
            key: flow.key,
            metadata: flow.metadata,
            name: flow.name,
            description: flow.description,
            kind: flow.kind,
            integration: flow.integration,
            status,
            trigger,
            working,
            saved: flow.saved.and_then(|saved| saved.definition),
            newest_release: flow.released.map(|newest| NewestReleaseView { number: newest.number }),
            warnings: Vec::new(),
        }
    }
}

/// A definition in Amazon States Language. Whether it is one is looked at when it is saved.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct DefinitionDraft(pub Map<String, Value>);

/// A new flow.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct FlowDraft {
    /// The user's own name for addressing, unique among flows.
    pub key: Option<Key>,
    /// Name.
    pub name: Name,
    /// Description of its purpose.
    pub description: Option<Note>,
    /// The kind of flow, which cannot be changed. If omitted, `flow`.
    pub kind: Option<FlowKind>,
    /// The integration that holds it; *Standalone flows* when absent.
    pub integration: Option<Reference>,
    /// The first working copy.
    pub definition: Option<DefinitionDraft>,
    /// Trigger. When absent: `service` for the kind `api`, else `none`.
    pub trigger: Option<TriggerDraft>,
}

/// The trigger that starts a deployed flow, besides runs that are started by hand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum TriggerDraft {
    /// Nothing: only runs started by hand.
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

impl From<TriggerDraft> for Trigger {
    fn from(draft: TriggerDraft) -> Self {
        match draft {
            TriggerDraft::None => Self::None,
            TriggerDraft::Service => Self::Service,
            TriggerDraft::Job { schedule, timezone } => Self::Job { schedule, timezone },
        }
    }
}

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
        trigger: TriggerDraft,
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
