//! What every entity carries: its version, and who made and last changed it, when.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::text::Name;

/// A moment in UTC to the millisecond, written `2026-11-20T09:15:02.120Z`. The text sorts as the time does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Cuts a moment to the millisecond, so that what is stored is what was answered.
    pub fn new(moment: jiff::Timestamp) -> Self {
        Self(jiff::Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment))
    }

    /// Date and time of day in UTC.
    pub(crate) fn utc(self) -> jiff::civil::DateTime {
        jiff::tz::TimeZone::UTC.to_datetime(self.0)
    }

    /// Seconds since 1970, as DynamoDB's TTL and JWTs count.
    pub fn as_second(self) -> i64 {
        self.0.as_second()
    }

    /// This moment and so many seconds more; the last representable moment when that lies beyond it.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::new(self.0.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(jiff::Timestamp::MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

/// A text that is no moment, or one after the last that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a time such as 2030-01-31T12:00:00Z, and at most 9999-12-30T22:00:00Z")]
pub struct InvalidTimestamp;

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        text.parse().map(Self::new).map_err(|_| InvalidTimestamp)
    }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(text: String) -> Result<Self, InvalidTimestamp> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> Self {
        moment.to_string()
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// Who acts: an API client, or a part of Slipway itself. Written where something happens, with the name of that moment,
/// so that a history still tells names when clients are gone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Principal {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
}

/// How a principal has been written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    /// Before names were kept.
    Id(String),
    Named {
        id: String,
        name: Option<Name>,
    },
}

/// What the id of an API client begins with.
const CLIENT: &str = "client:";

/// What the id of a part of Slipway begins with.
const SYSTEM: &str = "system:";

impl Principal {
    /// A client, by its id and by what it is called. If `name` is omitted, its id alone is written.
    pub fn client(id: crate::ids::ApiClientId, name: Option<Name>) -> Self {
        Self { id: format!("{CLIENT}{id}"), name }
    }

    /// A part of Slipway, such as `bootstrap`.
    pub fn system(part: &str) -> Self {
        Self { id: format!("{SYSTEM}{part}"), name: part.parse().ok() }
    }

    /// A principal as it was written: its id, and the name where one was kept.
    pub fn written(id: &str, name: Option<&str>) -> Self {
        let name = name.or_else(|| id.strip_prefix(SYSTEM));
        Self { id: id.to_owned(), name: name.and_then(|name| name.parse().ok()) }
    }

    /// The id, `client:{id}` or `system:{part}`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name at that time. Absent where it was not kept.
    pub fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }
}

impl From<Written> for Principal {
    fn from(written: Written) -> Self {
        match written {
            Written::Id(id) => Self::written(&id, None),
            Written::Named { id, name } => Self { id, name },
        }
    }
}

impl JsonSchema for Principal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Principal".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = generator.subschema_for::<Name>();
        json_schema!({
            "description": "The actor: an API client, or a part of Slipway itself.",
            "type": "object",
            "properties": {
                "id": {
                    "description": "`client:{id}` of an API client, or `system:{part}` of a part of Slipway.",
                    "type": "string",
                },
                "name": {
                    "description": "Name at that time. Absent if it was not kept.",
                    "allOf": [name],
                },
            },
            "required": ["id"],
        })
    }
}

/// Version and authorship of an entity. The version counts from 1 and grows by one with each change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Counts changes from 1; an update must name the one it saw.
    pub version: u64,
    /// When the entity was made.
    pub created_at: Timestamp,
    /// The client that created it.
    pub created_by: Principal,
    /// Time of the last change.
    pub last_modified_at: Timestamp,
    /// The client that made the last change.
    pub last_modified_by: Principal,
}

impl Metadata {
    /// The metadata of an entity that is made now.
    pub fn begin(now: Timestamp, by: &Principal) -> Self {
        Self {
            version: 1,
            created_at: now,
            created_by: by.clone(),
            last_modified_at: now,
            last_modified_by: by.clone(),
        }
    }

    /// Records one more change.
    pub fn touch(&mut self, now: Timestamp, by: &Principal) {
        self.version += 1;
        self.sign(now, by);
    }

    /// Records who changed it, where the version is counted in the table itself.
    pub fn sign(&mut self, now: Timestamp, by: &Principal) {
        self.last_modified_at = now;
        self.last_modified_by = by.clone();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_timestamp_always_shows_milliseconds() {
        for (given, shown) in [
            ("2026-11-20T09:15:02Z", "2026-11-20T09:15:02.000Z"),
            ("2026-11-20T09:15:02.120987Z", "2026-11-20T09:15:02.120Z"),
            ("2026-11-20T10:15:02+01:00", "2026-11-20T09:15:02.000Z"),
        ] {
            assert_eq!(given.parse::<Timestamp>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_principal_is_written_with_its_name_and_read_without_one_as_well() {
        let id = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10".parse().unwrap();
        let ada = Principal::client(id, "Ada".parse().ok());
        let written = json!({ "id": "client:8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", "name": "Ada" });
        assert_eq!(serde_json::to_value(&ada).unwrap(), written);
        for (written, id, name) in [
            (written, "client:8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", Some("Ada")),
            (json!({ "id": "client:1" }), "client:1", None),
            (json!("client:1"), "client:1", None),
            (json!("system:worker"), "system:worker", Some("worker")),
        ] {
            let read: Principal = serde_json::from_value(written).unwrap();
            assert_eq!((read.id(), read.name().map(Name::as_str)), (id, name));
        }
        assert_eq!(
            serde_json::from_value::<Principal>(json!("system:worker")).unwrap(),
            Principal::system("worker")
        );
    }
}
