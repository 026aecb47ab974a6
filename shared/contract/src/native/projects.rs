//! Projects and their settings.

use domain::metadata::{Principal, Timestamp};
use domain::project_settings::ProjectSettings;
use domain::text::{Origin, ProjectKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A project and its settings.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Project")]
pub struct ProjectView {
    /// The key.
    pub key: ProjectKey,
    /// Counts changes of the settings; 0 while nothing was changed.
    pub version: u64,
    /// When the settings were first changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The client that changed the settings first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<Principal>,
    /// When they were last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified_at: Option<Timestamp>,
    /// The client that changed the settings last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified_by: Option<Principal>,
    /// Whether connectors may be deployed for production.
    pub production_enabled: bool,
    /// Origins whose pages may call the project's services and the URLs of its flows.
    pub service_origins: Vec<Origin>,
    /// Whether flow deployments fail when their role does not allow what their definition calls in AWS.
    pub permissions_required: bool,
}

impl ProjectView {
    /// The view of a project, given what is stored of its settings.
    pub fn of(key: ProjectKey, settings: Option<ProjectSettings>) -> Self {
        let production_enabled = ProjectSettings::allow_production(settings.as_ref());
        let permissions_required = settings.as_ref().is_some_and(|settings| settings.permissions_required);
        let (metadata, service_origins) =
            settings.map(|settings| (settings.metadata, settings.service_origins)).unzip();
        let service_origins = service_origins.unwrap_or_default();
        let version = metadata.as_ref().map_or(0, |metadata| metadata.version);
        let (created_at, last_modified_at) =
            metadata.as_ref().map(|metadata| (metadata.created_at, metadata.last_modified_at)).unzip();
        let (created_by, last_modified_by) =
            metadata.map(|metadata| (metadata.created_by, metadata.last_modified_by)).unzip();
        Self {
            key,
            version,
            created_at,
            created_by,
            last_modified_at,
            last_modified_by,
            production_enabled,
            service_origins,
            permissions_required,
        }
    }
}

/// A change to a project.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "action")]
#[schemars(rename = "ProjectAction")]
pub enum Action {
    /// Allow or forbid deployments of connectors for production. What is deployed stays.
    SetProductionEnabled {
        /// Whether they are allowed.
        production_enabled: bool,
    },
    /// Say whose pages browsers let call the project's services and the URLs of its flows (CORS). All that were allowed
    /// before are replaced.
    SetServiceOrigins {
        /// Their origins, such as `https://app.example.com`, or `*` for all. Empty for none.
        #[schemars(extend("maxItems" = MAX_ORIGINS))]
        service_origins: Vec<Origin>,
    },
    /// Say whether flow deployments fail when their role does not allow what their definition calls in AWS.
    SetPermissionsRequired {
        /// Whether they fail. If not, their report warns.
        permissions_required: bool,
    },
}

/// Maximum number of origins that may call a project's services.
const MAX_ORIGINS: usize = 50;

#[cfg(test)]
mod tests {
    use domain::metadata::Metadata;
    use serde_json::json;

    use super::*;

    #[test]
    fn before_any_change_there_are_the_defaults_and_no_authors() {
        let key: ProjectKey = "demo".parse().unwrap();
        let untouched = serde_json::to_value(ProjectView::of(key.clone(), None)).unwrap();
        assert_eq!(
            untouched,
            json!({
                "key": "demo", "version": 0, "productionEnabled": true, "serviceOrigins": [],
                "permissionsRequired": false,
            })
        );

        let by = Metadata::begin("2026-11-20T10:00:00Z".parse().unwrap(), &Principal::system("tests"));
        let settings = ProjectSettings { production_enabled: false, ..ProjectSettings::new(key.clone(), by) };
        let changed = serde_json::to_value(ProjectView::of(key, Some(settings))).unwrap();
        let expected = json!({
            "key": "demo",
            "version": 1,
            "createdAt": "2026-11-20T10:00:00.000Z",
            "createdBy": { "id": "system:tests", "name": "tests" },
            "lastModifiedAt": "2026-11-20T10:00:00.000Z",
            "lastModifiedBy": { "id": "system:tests", "name": "tests" },
            "productionEnabled": false,
            "serviceOrigins": [],
            "permissionsRequired": false,
        });
        assert_eq!(changed, expected);
    }
}
