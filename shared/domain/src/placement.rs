//! Where a deployment serves.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::ids::{EnvironmentId, InvalidId};

/// One environment, or every environment that has nothing better. `null` on the wire is everywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Option<EnvironmentId>", into = "Option<EnvironmentId>")]
pub enum Placement {
    /// Everywhere. Built without an environment, so without variables and secrets.
    #[default]
    Global,
    /// In this environment alone, with its variables and secrets.
    Environment(EnvironmentId),
}

/// How [`Placement::Global`] is written in a path or a key.
pub const GLOBAL: &str = "global";

impl Placement {
    /// The environment, when it is one.
    pub const fn environment(self) -> Option<EnvironmentId> {
        match self {
            Self::Global => None,
            Self::Environment(id) => Some(id),
        }
    }

    /// Whether it is everywhere.
    pub const fn is_global(&self) -> bool {
        matches!(self, Self::Global)
    }
}

impl From<Option<EnvironmentId>> for Placement {
    fn from(environment: Option<EnvironmentId>) -> Self {
        environment.map_or(Self::Global, Self::Environment)
    }
}

impl From<EnvironmentId> for Placement {
    fn from(environment: EnvironmentId) -> Self {
        Self::Environment(environment)
    }
}

impl From<Placement> for Option<EnvironmentId> {
    fn from(placement: Placement) -> Self {
        placement.environment()
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => f.write_str(GLOBAL),
            Self::Environment(id) => id.fmt(f),
        }
    }
}

impl FromStr for Placement {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text == GLOBAL { Ok(Self::Global) } else { text.parse().map(Self::Environment) }
    }
}

impl JsonSchema for Placement {
    fn schema_name() -> Cow<'static, str> {
        "Placement".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "null"], "format": "uuid" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_placement_is_an_environment_or_nothing_on_the_wire() {
        let id = EnvironmentId::new(Uuid::from_u128(7));
        for (placement, json, text) in [
            (Placement::Global, "null".to_owned(), "global".to_owned()),
            (Placement::Environment(id), format!("\"{id}\""), id.to_string()),
        ] {
            assert_eq!(serde_json::to_string(&placement).unwrap(), json);
            assert_eq!(serde_json::from_str::<Placement>(&json).unwrap(), placement);
            assert_eq!(placement.to_string(), text);
            assert_eq!(text.parse::<Placement>().unwrap(), placement);
        }
        assert!("everywhere".parse::<Placement>().is_err());
    }
}
