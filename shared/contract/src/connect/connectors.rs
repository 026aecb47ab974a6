//! Published connectors.

use domain::connector::Connector;
use schemars::JsonSchema;
use serde::Serialize;

use crate::connect::outline::{ConnectorApiClient, ConnectorOutline, api_client};

/// A published connector. Who may use it while it is private is shown where it is edited, not here.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Connector")]
pub struct ConnectorView {
    /// Which it is, and what it takes.
    #[serde(flatten)]
    pub outline: ConnectorOutline,
    /// The API client that a deployment is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_client: Option<ConnectorApiClient>,
    /// Whether only its owner and some projects may use it.
    pub private: bool,
    /// Whether it was certified.
    pub certified: bool,
}

impl From<Connector> for ConnectorView {
    fn from(connector: Connector) -> Self {
        let Connector { id, key, profile, specification, metadata, .. } = connector;
        Self {
            api_client: api_client(&specification),
            outline: ConnectorOutline::new(id, key, metadata.version, profile, &specification),
            private: connector.private,
            certified: connector.certified,
        }
    }
}
