//! Releases: numbered, immutable copies of a flow. Nothing in Slipway can change or delete one.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flow::{FlowKind, Trigger};
use crate::ids::FlowId;
use crate::metadata::{Principal, Timestamp};
use crate::payload::{Digest, Payload};
use crate::text::{Description, Name};

/// A release as it is stored: what was frozen is in S3, under its digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// The flow it was made of.
    pub flow: FlowId,
    /// Counts from 1 per flow; never reused.
    pub number: u32,
    /// Description of the release, as given when it was made.
    pub description: Description,
    /// Kind of the flow.
    pub kind: FlowKind,
    /// Trigger.
    pub trigger: Trigger,
    /// Digest of the definition alone.
    pub definition_digest: Digest,
    /// The frozen [`ReleasePayload`].
    pub payload: Payload,
    /// Time of creation.
    pub created_at: Timestamp,
    /// The client that created it.
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
    /// Kind of the flow.
    pub kind: FlowKind,
    /// Trigger.
    pub trigger: Trigger,
    /// The Amazon States Language definition, placeholders and all.
    pub definition: Value,
}

/// What names a release across flows: `{flowId}.{number}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReleaseId {
    /// The flow.
    pub flow: FlowId,
    /// The number of the release, from 1.
    pub number: u32,
}

/// The text given names no release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a flow's id, a dot and the number of its release, such as 8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10.3"
)]
pub struct InvalidReleaseId;

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.flow, self.number)
    }
}

impl FromStr for ReleaseId {
    type Err = InvalidReleaseId;

    fn from_str(text: &str) -> Result<Self, InvalidReleaseId> {
        let (flow, number) = text.split_once('.').ok_or(InvalidReleaseId)?;
        let flow = flow.parse().map_err(|_| InvalidReleaseId)?;
        // One spelling per release: no sign, no leading zero.
        let is_plain = number.starts_with(|c: char| ('1'..='9').contains(&c));
        let number = number.parse().ok().filter(|_| is_plain).ok_or(InvalidReleaseId)?;
        Ok(Self { flow, number })
    }
}

impl TryFrom<String> for ReleaseId {
    type Error = InvalidReleaseId;

    fn try_from(text: String) -> Result<Self, InvalidReleaseId> {
        text.parse()
    }
}

impl From<ReleaseId> for String {
    fn from(id: ReleaseId) -> Self {
        id.to_string()
    }
}

impl JsonSchema for ReleaseId {
    fn schema_name() -> Cow<'static, str> {
        "ReleaseId".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "release-id" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_id_has_one_spelling() {
        let flow = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
        let id: ReleaseId = format!("{flow}.12").parse().unwrap();
        assert_eq!(
            (id.flow.to_string().as_str(), id.number, id.to_string()),
            (flow, 12, format!("{flow}.12"))
        );
        for bad in ["", "1", ".", flow, "x.1"] {
            assert_eq!(bad.parse::<ReleaseId>(), Err(InvalidReleaseId), "{bad}");
        }
        for bad in ["0", "-1", "+1", "01", "1.0", "4294967296", "one", ""] {
            assert_eq!(format!("{flow}.{bad}").parse::<ReleaseId>(), Err(InvalidReleaseId), "{bad}");
        }
    }
}
