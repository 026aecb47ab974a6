//! Scopes: what a client may do in its project. On the wire each is suffixed with `:{projectKey}`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// One permission. `manage_…` includes the `view_…` and the `operate_…` of the same resource, and `operate_…`
        /// its `view_…`; `manage_project` includes all.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Scope {
            $($(#[$doc])* $name),+
        }

        impl Scope {
            /// Every scope there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The scope as it is written in a token, without the project.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

scopes! {
    /// Everything in the project.
    ManageProject = "manage_project",
    /// Read API clients (never their secrets).
    ViewApiClients = "view_api_clients",
    /// Create and delete API clients.
    ManageApiClients = "manage_api_clients",
    /// Read environments and their plain variables.
    ViewEnvironments = "view_environments",
    /// Create, change and delete environments.
    ManageEnvironments = "manage_environments",
    /// Read integrations, flows and releases.
    ViewIntegrations = "view_integrations",
    /// Create, change, release and delete integrations and flows.
    ManageIntegrations = "manage_integrations",
    /// Read flow deployments.
    ViewFlowDeployments = "view_flow_deployments",
    /// Enable, disable and prioritise flow deployments.
    OperateFlowDeployments = "operate_flow_deployments",
    /// Deploy, redeploy, roll back and undeploy.
    ManageFlowDeployments = "manage_flow_deployments",
    /// Read connectors and staged connectors.
    ViewConnectors = "view_connectors",
    /// Create, change, publish and delete staged connectors.
    ManageConnectors = "manage_connectors",
    /// Read connector deployments and their logs.
    ViewConnectorsDeployments = "view_connectors_deployments",
    /// Deploy, redeploy and undeploy connectors.
    ManageConnectorsDeployments = "manage_connectors_deployments",
    /// Read the project's settings.
    ViewProjectSettings = "view_project_settings",
    /// Change the project's settings.
    ManageProjectSettings = "manage_project_settings",
    /// Read runs, their input and output.
    ViewRuns = "view_runs",
    /// Start runs, by hand and through triggers.
    ManageRuns = "manage_runs",
}

impl Scope {
    /// Whether holding this scope is enough where `needed` is asked for.
    pub fn grants(self, needed: Self) -> bool {
        self == needed
            || self == Self::ManageProject
            || matches!(
                (self, needed),
                (Self::ManageApiClients, Self::ViewApiClients)
                    | (Self::ManageEnvironments, Self::ViewEnvironments)
                    | (Self::ManageIntegrations, Self::ViewIntegrations)
                    | (Self::ManageFlowDeployments, Self::OperateFlowDeployments | Self::ViewFlowDeployments)
                    | (Self::OperateFlowDeployments, Self::ViewFlowDeployments)
                    | (Self::ManageConnectors, Self::ViewConnectors)
                    | (Self::ManageConnectorsDeployments, Self::ViewConnectorsDeployments)
                    | (Self::ManageProjectSettings, Self::ViewProjectSettings)
                    | (Self::ManageRuns, Self::ViewRuns)
            )
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No scope of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a scope")]
pub struct UnknownScope(pub String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.iter().find(|scope| scope.as_str() == text);
        found.copied().ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// The scopes of one client in its project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Scopes(pub BTreeSet<Scope>);

impl Scopes {
    /// Whether any held scope grants `needed`.
    pub fn grant(&self, needed: Scope) -> bool {
        self.0.iter().any(|held| held.grants(needed))
    }

    /// The scopes of `asked` that are not granted here: nobody gives away more than they have.
    pub fn lacking(&self, asked: &Self) -> Vec<Scope> {
        asked.0.iter().copied().filter(|scope| !self.grant(*scope)).collect()
    }

    /// `manage_project:acme view_runs:acme`, as OAuth writes a scope list.
    pub fn to_wire(&self, project: &crate::text::ProjectKey) -> String {
        let suffixed: Vec<String> = self.0.iter().map(|scope| format!("{scope}:{project}")).collect();
        suffixed.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How far a scope goes, and with what: `manage_…` before `operate_…` before `view_…`.
    fn level(scope: Scope) -> (usize, &'static str) {
        let levels = ["view_", "operate_", "manage_"];
        let found = levels.iter().enumerate();
        let mut found =
            found.filter_map(|(level, prefix)| Some((level, scope.as_str().strip_prefix(prefix)?)));
        found.next().unwrap()
    }

    #[test]
    fn managing_includes_operating_and_viewing_and_never_the_reverse() {
        for &held in Scope::ALL {
            for &needed in Scope::ALL {
                let ((holds, of), (needs, what)) = (level(held), level(needed));
                let expected = held == Scope::ManageProject || (of == what && holds >= needs);
                assert_eq!(held.grants(needed), expected, "{held} for {needed}");
            }
        }
    }

    #[test]
    fn what_is_granted_grants_no_more_than_what_grants_it() {
        for &held in Scope::ALL {
            for &granted in Scope::ALL.iter().filter(|granted| held.grants(**granted)) {
                for &further in Scope::ALL.iter().filter(|further| granted.grants(**further)) {
                    assert!(held.grants(further), "{held} grants {granted}, which grants {further}");
                }
            }
        }
    }

    #[test]
    fn every_scope_parses_back_and_serializes_as_it_is_written() {
        for &scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
    }
}
