use api::{ApiError, Call, Grant, Method, NoBody, grant};
use contract::native::projects::ProjectView;
use domain::scope::Scope;
use runtime::{Context, HttpEndpoint};

/// Gets a project's settings.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "projects.get";
    const SUMMARY: &'static str = "Get the project and its settings";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}";
    const SCOPE: Scope = Scope::ViewProjectSettings;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    type Path = ();
    type Query = ();
    type Body = NoBody;
    type Answer = ProjectView;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<ProjectView, ApiError> {
        let stored = context.project_of(&call).settings().await?;
        Ok(ProjectView::of(call.project, stored.map(|stored| stored.entity)))
    }
}
