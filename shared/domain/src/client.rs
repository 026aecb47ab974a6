//! API clients and the credentials they prove themselves with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ApiClientId, EnvironmentId};
use crate::metadata::Metadata;
use crate::payload::Digest;
use crate::scope::Scopes;
use crate::text::{Name, ProjectKey};

/// The way in which an API client authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ClientKind {
    /// A client id and a secret, exchanged for an access token (OAuth 2.0 client credentials).
    ClientCredentials,
    /// A key that is sent with every request.
    ApiKey,
}

/// A program that may use the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiClient {
    /// The id; also the OAuth `client_id`.
    pub id: ApiClientId,
    /// Name.
    pub name: Name,
    /// The way in which the client authenticates.
    pub kind: ClientKind,
    /// Scopes that it has.
    pub scopes: Scopes,
    /// The only environment that it may do it in; absent when it may everywhere. An id is never used again, so a
    /// client that outlives its environment may do nothing there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// Version and authorship.
    pub metadata: Metadata,
}

/// What the authorizer needs to know of a client, found by the client's id alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// The client.
    pub client: ApiClientId,
    /// Its project.
    pub project: ProjectKey,
    /// The way in which the client authenticates.
    pub kind: ClientKind,
    /// SHA-256 of the secret. A secret has 256 random bits, so a slow hash would add delay and no safety.
    pub secret_hash: Digest,
    /// Scopes that it has.
    pub scopes: Scopes,
    /// The only environment that it may do it in; absent when it may everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentId>,
    /// What the client is called, for what it does to be told by name. Absent from credentials of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    fn stored(more: &[(&str, Value)]) -> Value {
        let mut stored = json!({
            "client": Uuid::from_u128(1), "project": "acme", "kind": "apiKey",
            "secretHash": "0".repeat(64), "scopes": ["view_runs"],
        });
        for (name, value) in more {
            stored[name] = value.clone();
        }
        stored
    }

    #[test]
    fn a_credential_that_names_no_environment_is_not_limited() {
        let read: Credential = serde_json::from_value(stored(&[])).unwrap();
        assert_eq!(read.environment, None);
        assert_eq!(serde_json::to_value(&read).unwrap(), stored(&[]));
    }

    #[test]
    fn an_environment_is_kept_and_one_that_cannot_be_read_is_no_limit_to_forget() {
        let limited = stored(&[("environment", json!(Uuid::from_u128(2)))]);
        let read: Credential = serde_json::from_value(limited.clone()).unwrap();
        assert_eq!(read.environment, Some(EnvironmentId::new(Uuid::from_u128(2))));
        assert_eq!(serde_json::to_value(&read).unwrap(), limited);
        let garbled = stored(&[("environment", json!("staging"))]);
        assert!(serde_json::from_value::<Credential>(garbled).is_err());
    }
}
