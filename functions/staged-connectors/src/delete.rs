use api::update::Deletion;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::connect::staged_connectors::ConnectorStagedView;
use domain::connector::{ConnectorStaged, EditRefused};
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

use crate::refusal::refusal;

/// Deletes a staged connector and what was published from it.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "staged-connectors.delete";
    const SUMMARY: &'static str =
        "Delete a staged connector and what was published from it; refused while either is deployed";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/connectors/drafts/{id}";
    const SCOPE: Scope = Scope::ManageConnectors;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::DELETE];
    type Path = ById;
    type Query = Deletion;
    type Body = NoBody;
    type Answer = ConnectorStagedView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<ConnectorStagedView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.query.version;
        let stored = project.get::<ConnectorStaged>(&call.path.id).await?.at_version(expected)?;
        let staged = stored.entity;
        // A certification is no job: whoever does not want to wait for it may take the connector back.
        match staged.check_editable() {
            Ok(()) | Err(EditRefused::InCertification) => {}
            Err(refused) => return Err(refusal(refused)),
        }
        let published = project.published(&staged).await?;
        project.delete_connector(&staged, published.as_ref()).await?;
        Ok(staged.into())
    }
}
