use api::collection::Deleted;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use domain::ids::PackageId;
use domain::package::Package;
use domain::scope::Scope;
use retry::Retry;
use runtime::{CallOf, Context, HttpEndpoint};
use store::StoreError;

use crate::TOO_OFTEN;

/// Deletes a package of which nothing is deployed, and the record of how it was.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "packages.delete";
    const SUMMARY: &'static str = "Delete a package; refused while there are deployments of it";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/packages/{id}";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_MANY, grant::DELETE];
    type Path = ById<PackageId>;
    type Query = ();
    type Body = NoBody;
    type Answer = Deleted;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Deleted, ApiError> {
        let (project, id) = (context.project_of(&call), call.path.id);
        let mut retry = Retry::patient();
        loop {
            let package = project.get_by_id::<Package>(id.uuid()).await?.entity;
            match project.delete_package(&package).await {
                Ok(()) => {
                    return Ok(Deleted { message: format!("The package '{}' was deleted", package.name) });
                }
                Err(StoreError::Stale { .. }) => {
                    retry.again(TOO_OFTEN).await.map_err(|_| StoreError::Raced)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
