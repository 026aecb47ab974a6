//! Access tokens, as OAuth has them.

use domain::secret::SecretText;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ShownOnce;

/// The only type of grant.
pub const GRANT_TYPE: &str = "client_credentials";

/// A request for an access token.
#[derive(Debug, JsonSchema)]
pub struct TokenRequest {
    /// `client_credentials`; may be in the query instead.
    #[schemars(extend("const" = GRANT_TYPE))]
    pub grant_type: String,
    /// A part of the client's scopes, separated by spaces, each with `:{projectKey}`; all of them when absent. May be
    /// in the query instead.
    pub scope: Option<String>,
    /// The client's id, unless it is sent by HTTP Basic.
    pub client_id: Option<String>,
    /// The client's secret, unless it is sent by HTTP Basic.
    pub client_secret: Option<SecretText>,
}

/// An access token (RFC 6749 §5.1).
#[derive(Debug, Serialize, JsonSchema)]
pub struct TokenAnswer {
    /// To be sent as `Authorization: Bearer {access_token}`.
    pub access_token: ShownOnce,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Number of seconds for which the token is valid.
    pub expires_in: i64,
    /// The scopes of the token, separated by spaces, each with `:{projectKey}`.
    pub scope: String,
}
