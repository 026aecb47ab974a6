use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::integrations::IntegrationView;
use domain::integration::Integration;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::representation::view;

/// Gets an integration by id or key.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "integrations.get";
    const SUMMARY: &'static str = "Get an integration by id or key";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/integrations/{id}";
    const SCOPE: Scope = Scope::ViewIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById;
    type Query = ();
    type Body = NoBody;
    type Answer = IntegrationView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<IntegrationView, ApiError> {
        let stored = context.project_of(&call).get::<Integration>(&call.path.id).await?;
        Ok(view(stored))
    }
}
