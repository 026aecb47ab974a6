//! Values that come in with a request and must never come out again.

use std::borrow::Cow;
use std::fmt;

use crate::ids::{ConnectorDeploymentId, EnvironmentId, RepositoryHostId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// What is shown instead of a secret, everywhere.
pub const MASK: &str = "****";

/// A secret text from a request. It can be read from JSON but not written: there is no `Serialize`, no
/// `Display`, and `Debug` prints the mask. The memory is wiped when the value goes out of use.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Wraps `text`.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself. The name is long on purpose: each use should stand out in review.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// Whether this is [`MASK`]: a client that writes back what it read means "leave the secret as it is".
    pub fn is_mask(&self) -> bool {
        self.0.as_str() == MASK
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl JsonSchema for SecretText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SecretText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "writeOnly": true })
    }
}

/// How environments begin as holders of sealed values; the id follows. Roles are written in these words too.
pub const ENVIRONMENT_PREFIX: &str = "environment/";

/// The same for connector deployments.
pub const CONNECTOR_DEPLOYMENT_PREFIX: &str = "connector-deployment/";

/// The same for hosts of repositories.
pub const REPOSITORY_HOST_PREFIX: &str = "repository-host/";

/// What a sealed value belongs to. It opens for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretHolder {
    /// An environment: the variables of the flows that are deployed there.
    Environment(EnvironmentId),
    /// A connector deployment: the configuration of its applications.
    ConnectorDeployment(ConnectorDeploymentId),
    /// A host of repositories: the token that it wants.
    RepositoryHost(RepositoryHostId),
}

impl fmt::Display for SecretHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(id) => write!(f, "{ENVIRONMENT_PREFIX}{id}"),
            Self::ConnectorDeployment(id) => write!(f, "{CONNECTOR_DEPLOYMENT_PREFIX}{id}"),
            Self::RepositoryHost(id) => write!(f, "{REPOSITORY_HOST_PREFIX}{id}"),
        }
    }
}

impl From<EnvironmentId> for SecretHolder {
    fn from(id: EnvironmentId) -> Self {
        Self::Environment(id)
    }
}

impl From<ConnectorDeploymentId> for SecretHolder {
    fn from(id: ConnectorDeploymentId) -> Self {
        Self::ConnectorDeployment(id)
    }
}

impl From<RepositoryHostId> for SecretHolder {
    fn from(id: RepositoryHostId) -> Self {
        Self::RepositoryHost(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_but_never_shown() {
        let secret: SecretText = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(secret.expose_secret(), "hunter2");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "**** Some(****)");
        assert!(!secret.is_mask());
        assert!(SecretText::new(MASK.to_owned()).is_mask());
    }

    #[test]
    fn a_wrong_type_is_refused() {
        assert!(serde_json::from_str::<SecretText>("7").is_err());
    }
}
