//! Releases: numbered, immutable copies of a flow. Nothing in Slipway can change or delete one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flow::{FlowKind, Trigger};
use crate::ids::FlowId;
use crate::payload::{Digest, Payload};
use crate::text::{Description, Name};
use crate::trail::{Principal, Timestamp};

/// A release as it is stored: what was frozen is in S3, under its digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// The flow it was made of.
    pub flow: FlowId,
    /// Counts from 1 per flow; never reused.
    pub number: u32,
    /// What is in it, in the words of who made it.
    pub description: Description,
    /// What kind of flow it is.
    pub kind: FlowKind,
    /// What starts it.
    pub trigger: Trigger,
    /// Digest of the definition alone.
    pub definition_digest: Digest,
    /// The frozen [`ReleasePayload`].
    pub payload: Payload,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Principal,
}

/// What a release freezes, as it lies in S3: all that is needed to deploy it anywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleasePayload {
    /// The flow.
    pub flow: FlowId,
    /// What it was called.
    pub name: Name,
    /// What kind of flow it is.
    pub kind: FlowKind,
    /// What starts it.
    pub trigger: Trigger,
    /// The Amazon States Language definition, placeholders and all.
    pub definition: Value,
}

/// `{flowId}.{number}`: what names a release across flows.
pub fn release_id(flow: FlowId, number: u32) -> String {
    format!("{flow}.{number}")
}
