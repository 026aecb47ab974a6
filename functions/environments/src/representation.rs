//! What a client sees of an environment.

use std::collections::BTreeSet;

use domain::environment::{Environment, EnvironmentType, VariableView};
use domain::ids::EnvironmentId;
use domain::metadata::Metadata;
use domain::text::{Key, Label, Name, RoleArn};
use schemars::JsonSchema;
use serde::Serialize;

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
