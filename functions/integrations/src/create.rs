use api::{ApiError, Call, Grant, Method, grant};
use contract::native::integrations::{IntegrationDraft, IntegrationView};
use domain::ids::IntegrationId;
use domain::integration::Integration;
use domain::metadata::Metadata;
use domain::scope::Scope;
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint};

/// Creates an integration.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "integrations.create";
    const SUMMARY: &'static str = "Create an integration";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/{projectKey}/integrations";
    const SCOPE: Scope = Scope::ManageIntegrations;
    const SUCCESS: u16 = 201;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::CREATE];
    type Path = ();
    type Query = ();
    type Body = IntegrationDraft;
    type Answer = IntegrationView;

    async fn handle(context: &Context, call: Call<IntegrationDraft>) -> Result<IntegrationView, ApiError> {
        let project = context.project_of(&call);
        let draft = call.body;
        let integration = Integration {
            id: IntegrationId::new(new_id()),
            key: draft.key,
            name: draft.name,
            description: draft.description,
            built_in: false,
            metadata: Metadata::begin(context.clock.now(), &call.actor.principal),
        };
        project.create(&integration).await?;
        Ok(IntegrationView::of(integration, 0, 0))
    }
}
