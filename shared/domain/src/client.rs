//! API clients and the credentials they prove themselves with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::ApiClientId;
use crate::payload::Digest;
use crate::scope::Scopes;
use crate::text::{Name, ProjectKey};
use crate::trail::Trail;

/// How a client proves who it is.
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
    /// What it is called.
    pub name: Name,
    /// How it proves who it is.
    pub kind: ClientKind,
    /// What it may do.
    pub scopes: Scopes,
    /// Version and authorship.
    pub trail: Trail,
}

/// What the authorizer needs to know of a client, found by the client's id alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// The client.
    pub client: ApiClientId,
    /// Its project.
    pub project: ProjectKey,
    /// How it proves who it is.
    pub kind: ClientKind,
    /// SHA-256 of the secret. A secret has 256 random bits, so a slow hash would add delay and no safety.
    pub secret_hash: Digest,
    /// What it may do.
    pub scopes: Scopes,
}
