use api::{ApiError, Call, Grant, Method, grant};
use contract::native::projects::{Action, ProjectView};
use domain::metadata::Metadata;
use domain::project_settings::ProjectSettings;
use domain::scope::Scope;
use runtime::{Context, HttpEndpoint};
use store::{Kind, StoreError};

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
    type Query = ();
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
