//! API clients.

use domain::client::{ApiClient, ClientKind};
use domain::ids::{ApiClientId, EnvironmentId};
use domain::metadata::Metadata;
use domain::scope::Scopes;
use domain::text::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Reference, ShownOnce};

/// An API client. Neither its secret nor the hash of it is part of this.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ApiClient")]
pub struct ClientView {
    /// The id; also the OAuth `client_id`.
    pub id: ApiClientId,
    /// Version and authorship.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// Name.
    pub name: Name,
    /// The way in which the client authenticates.
    pub kind: ClientKind,
    /// Scopes that it has.
    pub scopes: Scopes,
    /// The only environment that it may do it in; absent when it may everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
}

/// A new API client with its secret, which is never shown again.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NewApiClient")]
pub struct NewClientView {
    /// The client.
    #[serde(flatten)]
    pub client: ClientView,
    /// The OAuth `client_secret`, of a client of the kind `clientCredentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<ShownOnce>,
    /// The key, of a client of the kind `apiKey`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<ShownOnce>,
}

impl From<ApiClient> for ClientView {
    fn from(client: ApiClient) -> Self {
        Self {
            id: client.id,
            metadata: client.metadata,
            name: client.name,
            kind: client.kind,
            scopes: client.scopes,
            environment: client.environment,
        }
    }
}

impl NewClientView {
    /// The view of a client and its secret.
    pub fn new(client: ApiClient, secret: ShownOnce) -> Self {
        let (client_secret, api_key) = match client.kind {
            ClientKind::ClientCredentials => (Some(secret), None),
            ClientKind::ApiKey => (None, Some(secret)),
        };
        Self { client: client.into(), client_secret, api_key }
    }
}

/// A new API client.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(extend("required" = ["name", "kind", "scopes", "environment"]))]
#[schemars(rename = "ApiClientDraft")]
pub struct ClientDraft {
    /// Name.
    pub name: Name,
    /// The way in which the client authenticates.
    pub kind: ClientKind,
    /// Scopes: at least one, each of which the caller has as well.
    #[schemars(extend("minItems" = 1))]
    pub scopes: Scopes,
    /// The only environment that it may do it in; `null` for a client that may do it everywhere, which has to be said.
    /// What is in no environment or concerns several is closed to a limited client, whatever its scopes.
    #[schemars(extend("examples" = ["key=staging", null]))]
    pub environment: Option<Reference>,
}
