//! Environments: where releases are put, with the variables that are filled in there.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::EnvironmentId;
use crate::text::{Key, Name, VariableName};
use crate::trail::Trail;

/// At most so many variables in one environment: an item of 400 KB has to hold them all.
pub const MAX_VARIABLES: usize = 200;

/// All plain values of an environment together, in bytes of JSON. They lie in one item, and DynamoDB bills every write
/// of it by its size: each deployment to the environment counts beside it.
pub const MAX_PLAIN_BYTES: usize = 64 * 1024;

/// A secured value, in bytes of UTF-8.
pub const MAX_SECURED_BYTES: usize = 16 * 1024;

/// A stage that releases are deployed to: staging, production, …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// The id.
    pub id: EnvironmentId,
    /// The user's own name for addressing, unique in the project.
    pub key: Option<Key>,
    /// What it is called.
    pub name: Name,
    /// Its place in the order of stages; equal positions sort by creation.
    pub position: u32,
    /// What `${name}` stands for in this environment.
    pub variables: BTreeMap<VariableName, Variable>,
    /// The highest secret version ever given here. Versions are never reused, so a deployment that is pinned to
    /// version 3 of a secret can never meet another value under that number.
    #[serde(default)]
    pub last_secret_version: u64,
    /// Version and authorship.
    pub trail: Trail,
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
    /// There is no such variable.
    #[error("there is no variable '{0}' to remove")]
    Unknown(VariableName),
}

impl Environment {
    /// Sets a plain variable, replacing whatever had that name.
    pub fn set_plain(&mut self, name: VariableName, value: Value) -> Result<(), VariableRefused> {
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

/// What a reader is shown of a variable. A secured value is always the same mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
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
