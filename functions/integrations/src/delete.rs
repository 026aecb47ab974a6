use api::update::Deletion;
use api::{ApiError, ById, ErrorCode, Grant, Method, NoBody, grant};
use contract::native::integrations::IntegrationView;
use domain::flow::Flow;
use domain::ids::IntegrationId;
use domain::integration::Integration;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Direction, ListRequest, Listing, ProjectStore, StoreError, Stored};

use crate::representation::view;

/// So many flows are read at a time.
const BATCH: usize = 100;

/// So often flows that somebody changed between reading and deleting are read again.
const REREADS: u32 = 10;

/// Deletes an integration of which nothing is deployed, with its flows.
#[derive(Debug)]
pub struct Delete;

impl HttpEndpoint for Delete {
    const ID: &'static str = "integrations.delete";
    const SUMMARY: &'static str =
        "Delete an integration and its flows; refused while one of them is deployed";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/{projectKey}/integrations/{id}";
    const SCOPE: Scope = Scope::ManageIntegrations;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_MANY, grant::DELETE];
    type Path = ById;
    type Query = Deletion;
    type Body = NoBody;
    type Answer = IntegrationView;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<IntegrationView, ApiError> {
        let project = context.project_of(&call);
        let expected = call.query.version;
        let stored = project.get::<Integration>(&call.path.id).await?.at_version(expected)?;
        refuse(&stored)?;
        project.close_integration(&stored.entity).await?;
        delete_flows(&project, stored.entity.id).await?;
        project.delete_integration(&stored.entity).await?;
        Ok(view(stored))
    }
}

/// The built-in one is never closed. All that can refuse the others is looked at when they are.
fn refuse(stored: &Stored<Integration>) -> Result<(), ApiError> {
    if stored.entity.built_in {
        let message = format!("The integration '{}' is built in and cannot be deleted", stored.entity.name);
        return Err(ApiError::new(ErrorCode::IntegrationBuiltIn, message));
    }
    Ok(())
}

/// One after the other: each counts down the same two items, so several at once would only collide. The integration
/// is closed, so none is added or deployed meanwhile, and what a crash leaves goes when the request is repeated.
async fn delete_flows(project: &ProjectStore, integration: IntegrationId) -> Result<(), ApiError> {
    let listing = Listing::flows_of(integration);
    let first = ListRequest {
        limit: BATCH,
        offset: 0,
        direction: Direction::Ascending,
        cursor: None,
        with_total: false,
    };
    let mut rereads = 0;
    loop {
        let flows = project.page::<Flow>(&listing, &first).await?.results;
        if flows.is_empty() {
            return Ok(());
        }
        for Stored { entity: flow, .. } in flows {
            match project.delete_flow(&flow).await {
                Ok(()) | Err(StoreError::NotFound { .. }) => {}
                Err(StoreError::Stale { .. }) if rereads < REREADS => rereads += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::metadata::{Metadata, Principal};

    use super::*;

    fn stored(built_in: bool) -> Stored<Integration> {
        let project = "acme".parse().unwrap();
        Stored::fresh(Integration {
            id: IntegrationId::standalone_flows(&project),
            key: None,
            name: "Orders".parse().unwrap(),
            description: None,
            built_in,
            metadata: Metadata::begin("2026-11-20T10:00:00Z".parse().unwrap(), &Principal::system("test")),
        })
    }

    #[test]
    fn the_built_in_is_refused() {
        let code = |stored| refuse(&stored).err().map(|error| (error.status, error.errors[0].code));
        assert_eq!(code(stored(true)), Some((400, ErrorCode::IntegrationBuiltIn)));
        assert_eq!(code(stored(false)), None);
    }
}
