use api::{ApiError, Call, Grant, Method, grant};
use domain::metadata::Metadata;
use domain::project_settings::ProjectSettings;
use domain::scope::Scope;
use domain::text::Origin;
use runtime::{Context, HttpEndpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use store::{Kind, StoreError};

use crate::representation::ProjectView;

/// A change to a project.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "action")]
#[expect(
    clippy::enum_variant_names,
    reason = "actions are named after what they do, as those of every resource"
)]
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

/// Changes a project's settings.
#[derive(Debug)]
pub struct Update;

impl HttpEndpoint for Update {
    const ID: &'static str = "projects.update";
    const SUMMARY: &'static str = "Change the project's settings";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}";
    const SCOPE: Scope = Scope::ManageProjectSettings;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::UPDATE];
    const VERSIONED: bool = true;
    type Path = ();
    type Body = api::Update<Action>;
    type Answer = ProjectView;

    async fn handle(context: &Context, call: Call<Self::Body>) -> Result<ProjectView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.body.version;
        let stored = project.settings().await?.map(|stored| stored.entity);
        let current = stored.as_ref().map_or(0, |settings| settings.metadata.version);
        if current != expected {
            return Err(StoreError::Stale { kind: Kind::ProjectSettings, expected, current }.into());
        }
        if call.body.actions.is_empty() {
            return Ok(ProjectView::of(call.project, stored));
        }
        let (now, by) = (context.clock.now(), &call.actor.principal);
        let mut settings = match stored {
            Some(mut settings) => {
                settings.metadata.touch(now, by);
                settings
            }
            None => ProjectSettings::new(call.project.clone(), Metadata::begin(now, by)),
        };
        api::update::apply(call.body, |action| {
            act(&mut settings, action);
            Ok(())
        })?;
        project.save_settings(&settings, expected).await?;
        Ok(ProjectView::of(call.project, Some(settings)))
    }
}

fn act(settings: &mut ProjectSettings, action: Action) {
    match action {
        Action::SetProductionEnabled { production_enabled } => {
            settings.production_enabled = production_enabled;
        }
        Action::SetServiceOrigins { service_origins } => settings.service_origins = service_origins,
        Action::SetPermissionsRequired { permissions_required } => {
            settings.permissions_required = permissions_required;
        }
    }
}
