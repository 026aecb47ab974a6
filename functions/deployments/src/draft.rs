//! What a deployment is asked for with.

use domain::connector_deployment::DeploymentType;
use domain::text::{Key, Region};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::configuration::{DeploymentConfigurationApplication, DeploymentGlobalConfiguration};
use crate::connector::ConnectorReference;

/// Which connector to deploy where, and with what configuration.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentDraft {
    /// The user's own name for addressing, unique among the deployments of the project.
    pub key: Option<Key>,
    /// `preview` for a staged connector; `sandbox` or `production` for a published one, `sandbox` when absent.
    #[serde(rename = "type")]
    pub kind: Option<DeploymentType>,
    /// The connector.
    pub connector: ConnectorReference,
    /// The applications to deploy, those and no others, with their values.
    #[schemars(length(max = 50))]
    pub configurations: Option<Vec<DeploymentConfigurationApplication>>,
    /// The values of the keys that every application gets.
    pub global_configuration: Option<DeploymentGlobalConfiguration>,
    /// The region to deploy to.
    pub region: Region,
}
