//! Typed identifiers. A value of one of these types is well formed; an ill-formed one cannot be built.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text given is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not a UUID such as 8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10")]
pub struct InvalidId {
    /// What was given, cut at 80 characters.
    pub given: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that the caller has made or read.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // Only the hyphenated form: one entity must not answer under several spellings of its id.
                if text.len() == 36 && let Ok(uuid) = Uuid::try_parse(text) {
                    return Ok(Self(uuid));
                }
                Err(InvalidId { given: text.chars().take(80).collect() })
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": "uuid" })
            }
        }
    )+};
}

ids! {
    /// An environment, such as staging.
    EnvironmentId,
    /// An integration: the container of flows.
    IntegrationId,
    /// A flow.
    FlowId,
    /// A deployment: a release put into an environment.
    DeploymentId,
    /// One operation on a deployment (deploy, redeploy, roll back, undeploy); messages name it.
    OperationId,
    /// One build of a deployment.
    BuildId,
    /// One run of a deployed flow; also the name of its Step Functions execution.
    RunId,
    /// A connector, staged and published alike.
    ConnectorId,
    /// A connector put into a region.
    ConnectorDeploymentId,
    /// An application of a connector deployment.
    ApplicationId,
    /// A host that repositories are fetched from.
    RepositoryHostId,
    /// A package of releases.
    PackageId,
    /// A package in an environment.
    PackageDeploymentId,
    /// An API client, and the `client_id` of its credentials.
    ApiClientId,
}

impl IntegrationId {
    /// The id of a project's built-in *Standalone flows* integration: derived, so that bootstrapping a project
    /// twice finds the first one.
    pub fn standalone_flows(project: &crate::text::ProjectKey) -> Self {
        Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("slipway/{project}/standalone-flows").as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let text = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
        assert_eq!(text.parse::<FlowId>().map(|id| id.to_string()), Ok(text.to_owned()));
        for bad in
            ["", "8d1c7a526a0f4c1e9f530c8b6a3e7f10", "{8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f1}", "staging"]
        {
            assert!(bad.parse::<FlowId>().is_err(), "{bad}");
        }
    }
}
