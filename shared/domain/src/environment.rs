//! Environments: where releases are put, with the variables that are filled in there.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::{MAX_DEPTH, deeper_than};
use crate::ids::EnvironmentId;
use crate::metadata::Metadata;
use crate::text::{Key, Label, Name, RoleArn, VariableName};

/// At most so many variables in one environment: an item of 400 KB has to hold them all.
pub const MAX_VARIABLES: usize = 200;

/// All plain values of an environment together, in bytes of JSON. They lie in one item, and DynamoDB bills every write
/// of it by its size: each deployment to the environment counts beside it.
pub const MAX_PLAIN_BYTES: usize = 64 * 1024;

/// A secured value, in bytes of UTF-8.
pub const MAX_SECURED_BYTES: usize = 16 * 1024;

/// At most so many labels on one environment.
pub const MAX_LABELS: usize = 20;

/// A stage that releases are deployed to: staging, production, …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// The id.
    pub id: EnvironmentId,
    /// The user's own name for addressing, unique in the project.
    pub key: Option<Key>,
    /// Name.
    pub name: Name,
    /// Its place in the order of stages; equal positions sort by creation.
    pub position: u32,
    /// Purpose. Environments that were made before there were types are for tests.
    #[serde(rename = "type", default)]
    pub environment_type: EnvironmentType,
    /// Words to find it by; at most [`MAX_LABELS`].
    #[serde(default)]
    pub labels: BTreeSet<Label>,
    /// The role that state machines run as which are built for this environment. If omitted, that of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_role: Option<RoleArn>,
    /// What `${name}` stands for in this environment.
    pub variables: BTreeMap<VariableName, Variable>,
    /// The highest secret version ever given here. Versions are never reused, so a deployment that is pinned to
    /// version 3 of a secret can never meet another value under that number.
    #[serde(default)]
    pub last_secret_version: u64,
    /// Version and authorship.
    pub metadata: Metadata,
}

/// What an environment is for. It tells people and filters, and changes nothing in how releases run there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub enum EnvironmentType {
    /// For trying things out.
    #[default]
    Test,
    /// For real data.
    Live,
}

impl EnvironmentType {
    /// The word for it, as it stands in JSON and in filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// The value of a variable, or where to find it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Variable {
    /// Readable, and written into definitions at deploy.
    Plain {
        /// Any JSON value; a string that is exactly one placeholder takes its type.
        value: Value,
    },
    /// Never readable again. The value is stored apart, encrypted, under this version.
    Secured {
        /// Which stored value is current.
        version: u64,
    },
}

/// Why an environment cannot take a variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableRefused {
    /// One variable too many.
    #[error("an environment holds at most {MAX_VARIABLES} variables; remove one first")]
    TooMany,
    /// The plain values together are too large.
    #[error("the plain values of an environment may be {MAX_PLAIN_BYTES} bytes of JSON together")]
    TooLarge,
    /// The value is nested deeper than any definition could hold it.
    #[error("the value nests arrays and objects more than {MAX_DEPTH} deep; flatten it")]
    TooDeep,
    /// There is no such variable.
    #[error("there is no variable '{0}' to remove")]
    Unknown(VariableName),
}

impl Environment {
    /// Sets a plain variable, replacing whatever had that name.
    pub fn set_plain(&mut self, name: VariableName, value: Value) -> Result<(), VariableRefused> {
        if deeper_than(&value, MAX_DEPTH) {
            return Err(VariableRefused::TooDeep);
        }
        self.variables.insert(name, Variable::Plain { value });
        self.check_size()
    }

    /// Makes room for a new secured value and returns the version to store it under.
    pub fn set_secured(&mut self, name: VariableName) -> Result<u64, VariableRefused> {
        self.last_secret_version += 1;
        let version = self.last_secret_version;
        self.variables.insert(name, Variable::Secured { version });
        self.check_size().map(|()| version)
    }

    /// Removes a variable. Deployments keep the values they were made with.
    pub fn unset(&mut self, name: &VariableName) -> Result<(), VariableRefused> {
        self.variables.remove(name).map(|_| ()).ok_or_else(|| VariableRefused::Unknown(name.clone()))
    }

    /// Whether `name` is secured now.
    pub fn is_secured(&self, name: &VariableName) -> bool {
        matches!(self.variables.get(name), Some(Variable::Secured { .. }))
    }

    fn check_size(&self) -> Result<(), VariableRefused> {
        if self.variables.len() > MAX_VARIABLES {
            return Err(VariableRefused::TooMany);
        }
        let plain = self.variables.values().filter_map(|variable| match variable {
            Variable::Plain { value } => Some(value.to_string().len()),
            Variable::Secured { .. } => None,
        });
        if plain.sum::<usize>() > MAX_PLAIN_BYTES { Err(VariableRefused::TooLarge) } else { Ok(()) }
    }
}

/// A variable. A secured value is always shown as the same mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Variable")]
pub struct VariableView {
    /// The name, `${name}` in a definition.
    pub name: VariableName,
    /// The value, or `****`.
    pub value: Value,
    /// Whether the value is secured.
    pub secured: bool,
}

// What a secured value looks like to every reader; writing it back changes nothing.
pub use crate::secret::MASK;

impl VariableView {
    /// The view of one variable.
    pub fn of(name: &VariableName, variable: &Variable) -> Self {
        match variable {
            Variable::Plain { value } => Self { name: name.clone(), value: value.clone(), secured: false },
            Variable::Secured { .. } => Self { name: name.clone(), value: MASK.into(), secured: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_environment_from_before_types_and_labels_is_for_tests_and_has_none() {
        let stored = json!({
            "id": "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10",
            "key": null,
            "name": "Staging",
            "position": 1,
            "variables": {},
            "metadata": {
                "version": 1,
                "createdAt": "2026-11-20T10:00:00.000Z",
                "createdBy": "system:tests",
                "lastModifiedAt": "2026-11-20T10:00:00.000Z",
                "lastModifiedBy": "system:tests",
            },
        });
        let mut environment: Environment = serde_json::from_value(stored).unwrap();
        assert_eq!((environment.environment_type, environment.labels.len()), (EnvironmentType::Test, 0));
        environment.environment_type = EnvironmentType::Live;
        environment.labels = ["eu", "orders"].map(|label| label.parse().unwrap()).into();
        let stored = serde_json::to_value(&environment).unwrap();
        assert_eq!((&stored["type"], &stored["labels"]), (&json!("live"), &json!(["eu", "orders"])));
        assert_eq!(serde_json::from_value::<Environment>(stored).unwrap(), environment);
    }

    #[test]
    fn what_is_taken_reads_back_however_deep_it_is() {
        let nested = |depth| (1..depth).fold(json!([]), |inner, _| json!([inner]));
        let mut environment: Environment = serde_json::from_value(json!({
            "id": "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10", "key": null, "name": "Staging", "position": 1, "variables": {},
            "metadata": { "version": 1, "createdAt": "2026-11-20T10:00:00.000Z", "createdBy": "system:tests",
                       "lastModifiedAt": "2026-11-20T10:00:00.000Z", "lastModifiedBy": "system:tests" },
        }))
        .unwrap();
        environment.set_plain("deep".parse().unwrap(), nested(MAX_DEPTH)).unwrap();
        let stored = serde_json::to_string(&environment).unwrap();
        assert_eq!(serde_json::from_str::<Environment>(&stored).unwrap(), environment);
        let members = (0..=MAX_DEPTH).fold(json!(1), |inner, _| json!({ "a": inner }));
        for deeper in [nested(MAX_DEPTH + 1), members] {
            let refused = environment.set_plain("deeper".parse().unwrap(), deeper);
            assert_eq!(refused, Err(VariableRefused::TooDeep));
        }
        assert_eq!(environment.variables.len(), 1);
    }

    #[test]
    fn the_word_for_a_type_is_the_one_on_the_wire() {
        for of in [EnvironmentType::Test, EnvironmentType::Live] {
            assert_eq!(serde_json::to_value(of).unwrap(), of.as_str());
        }
    }
}
