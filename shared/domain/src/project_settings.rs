//! What an administrator decides about a whole project.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::metadata::Metadata;
use crate::text::{Origin, ProjectKey};

/// The settings of a project. They are stored with their first change; until then every project has those of
/// [`ProjectSettings::new`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectSettings {
    /// The project.
    pub project: ProjectKey,
    /// Whether connectors may be deployed for production.
    #[serde(default = "enabled")]
    pub production_enabled: bool,
    /// Origins whose pages may call the project's services and the URLs of its flows; none but its own when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_origins: Vec<Origin>,
    /// Whether a deployment fails when its role does not allow what its definition calls.
    #[serde(default)]
    pub permissions_required: bool,
    /// Version and authorship.
    pub metadata: Metadata,
}

const fn enabled() -> bool {
    true
}

impl ProjectSettings {
    /// The settings of a project in which nothing was decided yet.
    pub const fn new(project: ProjectKey, metadata: Metadata) -> Self {
        Self {
            project,
            production_enabled: enabled(),
            service_origins: Vec::new(),
            permissions_required: false,
            metadata,
        }
    }

    /// The id of a project's settings. It follows from the project: there is one of them.
    pub fn id(project: &ProjectKey) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("slipway/{project}/settings").as_bytes())
    }

    /// Whether connectors may be deployed for production, given what is stored.
    pub fn allow_production(stored: Option<&Self>) -> bool {
        stored.is_none_or(|settings| settings.production_enabled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Principal;

    #[test]
    fn production_is_allowed_until_somebody_decides_otherwise() {
        let project: ProjectKey = "acme".parse().unwrap();
        let by = Metadata::begin("2026-11-20T10:00:00Z".parse().unwrap(), &Principal::system("tests"));
        let mut settings = ProjectSettings::new(project.clone(), by);
        assert!(
            ProjectSettings::allow_production(None) && ProjectSettings::allow_production(Some(&settings))
        );
        settings.production_enabled = false;
        assert!(!ProjectSettings::allow_production(Some(&settings)));
        assert_ne!(ProjectSettings::id(&project), ProjectSettings::id(&"acme2".parse().unwrap()));
    }
}
