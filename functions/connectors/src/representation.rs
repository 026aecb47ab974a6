//! What a client sees of a published connector.

use domain::connector::{Connector, KeyDeclarations, Profile};
use domain::ids::ConnectorId;
use domain::text::Key;
use runtime::WithStatus;
use runtime::connector_view::{
    ConnectorApiClient, ConnectorConfigurationApplication, api_client, configurations, global_configuration,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A published connector. Who may use it while it is private is shown where it is edited, not here.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorView {
    /// The id, that of the staged connector too.
    pub id: ConnectorId,
    /// The user's own name for addressing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Counts publications from 1.
    pub version: u64,
    /// What it says of itself.
    #[serde(flatten)]
    pub profile: Profile,
    /// The keys of its applications.
    pub configurations: Vec<ConnectorConfigurationApplication>,
    /// The API client that a deployment is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_client: Option<ConnectorApiClient>,
    /// Whether only its owner and some projects may use it.
    pub private: bool,
    /// The keys that every application gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_configuration: Option<KeyDeclarations>,
    /// Whether it was certified.
    pub certified: bool,
}

impl From<Connector> for ConnectorView {
    fn from(connector: Connector) -> Self {
        let specification = &connector.specification;
        Self {
            configurations: configurations(specification),
            api_client: api_client(specification),
            global_configuration: global_configuration(specification),
            id: connector.id,
            key: connector.key,
            version: connector.trail.version,
            profile: connector.profile,
            private: connector.private,
            certified: connector.certified,
        }
    }
}

impl WithStatus for ConnectorView {}
