//! What clients see of connectors, staged, published and deployed alike.

use domain::connector::{ApplicationKind, ApplicationSpecification, KeyDeclarations, Profile, Specification};
use domain::ids::ConnectorId;
use domain::text::Key;
use schemars::JsonSchema;
use serde::Serialize;

/// What is the same of a connector wherever it is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorOutline {
    /// The id, the same for what is staged and what is published of it.
    pub id: ConnectorId,
    /// The user's own name for addressing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Counts from 1: changes of a staged connector, publications of a published one.
    pub version: u64,
    /// What it says of itself.
    #[serde(flatten)]
    pub profile: Profile,
    /// The keys of its applications, as `connect.yaml` declares them at the tag.
    pub configurations: Vec<ConnectorConfigurationApplication>,
    /// The keys that every application gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_configuration: Option<KeyDeclarations>,
}

impl ConnectorOutline {
    /// The outline of a connector in a version.
    pub fn new(
        id: ConnectorId,
        key: Option<Key>,
        version: u64,
        profile: Profile,
        specification: &Specification,
    ) -> Self {
        let global = Some(specification.global.clone()).filter(|keys| !keys.is_empty());
        Self {
            id,
            key,
            version,
            profile,
            configurations: configurations(specification),
            global_configuration: global,
        }
    }
}

/// The keys that an application takes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorConfigurationApplication {
    /// Its name.
    pub application_name: Key,
    /// What it is.
    pub application_type: ApplicationKind,
    /// Its keys.
    #[serde(flatten)]
    pub keys: KeyDeclarations,
}

/// The API client that a deployment is given.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConnectorApiClient {
    /// Scopes that it has.
    pub scopes: Vec<String>,
}

fn configurations(specification: &Specification) -> Vec<ConnectorConfigurationApplication> {
    let view = |application: &ApplicationSpecification| ConnectorConfigurationApplication {
        application_name: application.name.clone(),
        application_type: application.kind,
        keys: application.keys.clone(),
    };
    specification.applications.iter().map(view).collect()
}

/// The API client that a deployment is given, when it is given one.
pub fn api_client(specification: &Specification) -> Option<ConnectorApiClient> {
    specification.api_client_scopes.clone().map(|scopes| ConnectorApiClient { scopes })
}
