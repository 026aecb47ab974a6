use api::update::Deletion;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::native::flows::FlowView;
use domain::flow::Flow;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Deletes a flow that is deployed nowhere. Its releases stay.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "flows.delete";
    const SUMMARY: &'static str = "Delete a flow; refused while it is deployed. Its releases stay readable";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/{projectKey}/flows/{id}";
    const SCOPE: Scope = Scope::ManageIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::DELETE];
    type Path = ById;
    type Query = Deletion;
    type Body = NoBody;
    type Answer = FlowView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<FlowView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.query.version;
        let stored = project.get::<Flow>(&call.path.id).await?.at_version(expected)?;
        project.delete_flow(&stored.entity).await?;
        Ok(stored.entity.into())
    }
}
