//! Environments and their variables.

use std::collections::BTreeSet;

use domain::environment::{Environment, EnvironmentType, MASK, VariableView};
use domain::ids::EnvironmentId;
use domain::metadata::Metadata;
use domain::text::{Key, Label, Name, RoleArn, VariableName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Environment")]
pub struct EnvironmentView {
    /// The id.
    pub id: EnvironmentId,
    /// The user's own name for addressing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Version and authorship.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// Name.
    pub name: Name,
    /// Its place in the order of stages.
    pub position: u32,
    /// Purpose.
    #[serde(rename = "type")]
    pub environment_type: EnvironmentType,
    /// Words to find it by.
    pub labels: BTreeSet<Label>,
    /// The ARN of the IAM role that flows run as in it. Absent where that is the stack's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_role: Option<RoleArn>,
    /// The variables by name. A secured value is always `****`.
    pub variables: Vec<VariableView>,
}

impl From<Environment> for EnvironmentView {
    fn from(environment: Environment) -> Self {
        let variables = &environment.variables;
        Self {
            variables: variables.iter().map(|(name, variable)| VariableView::of(name, variable)).collect(),
            id: environment.id,
            key: environment.key,
            metadata: environment.metadata,
            name: environment.name,
            position: environment.position,
            environment_type: environment.environment_type,
            labels: environment.labels,
            execution_role: environment.execution_role,
        }
    }
}

/// A new environment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentDraft {
    /// The user's own name for addressing, unique among environments.
    pub key: Option<Key>,
    /// Name.
    pub name: Name,
    /// Its place in the order of stages; 0 when absent. Equal positions sort by creation.
    #[serde(default)]
    pub position: u32,
    /// The purpose of the environment. If omitted, `test`.
    #[serde(default, rename = "type")]
    pub environment_type: EnvironmentType,
    /// Words to find it by.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub labels: BTreeSet<Label>,
    /// The ARN of the IAM role that flows run as in it, under the path that the stack allows. Needs `manage_project`.
    /// If omitted, that of the stack.
    pub execution_role: Option<RoleArn>,
    /// Its variables.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub variables: Vec<VariableDraft>,
}

/// A change to an environment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "action")]
#[schemars(rename = "EnvironmentAction")]
pub enum Action {
    /// Call it something else.
    SetName {
        /// The new name.
        name: Name,
    },
    /// Move it in the order of stages.
    SetPosition {
        /// The new place.
        position: u32,
    },
    /// Say what it is for.
    SetType {
        /// The new type.
        #[serde(rename = "type")]
        environment_type: EnvironmentType,
    },
    /// Give it other labels.
    SetLabels {
        /// The new labels, which replace all earlier ones.
        #[schemars(length(max = 20))]
        labels: BTreeSet<Label>,
    },
    /// Say which role flows run as in it. Deployments get it when they are deployed again. Needs `manage_project`.
    SetExecutionRole {
        /// The ARN of an IAM role under the path that the stack allows. If omitted or null, that of the stack.
        #[serde(default, rename = "executionRole")]
        execution_role: Option<RoleArn>,
    },
    /// Set a variable. Deployments see it when they are deployed again.
    SetVariable(VariableDraft),
    /// Remove a variable. Deployments keep the value they were made with.
    UnsetVariable {
        /// The name of the variable.
        name: VariableName,
    },
}

/// A variable as a client sets it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VariableDraft {
    /// The name, `${name}` in a definition.
    pub name: VariableName,
    /// Any JSON value; a text when secured. Writing `****` to a secured variable changes nothing.
    #[schemars(extend("writeOnly" = true))]
    pub value: VariableValue,
    /// Whether the value is kept encrypted and never shown again. When absent, a variable stays what it is; a new
    /// one is not secured. A secured one can be made plain only by unsetting it first.
    pub secured: Option<bool>,
}

/// A value that may turn out to be a secret: it has no way into a log.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct VariableValue(pub Value);

impl std::fmt::Debug for VariableValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(MASK)
    }
}
