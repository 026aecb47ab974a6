use api::listing::{NEWEST_FIRST, Order, Page, PageRequest, Paged, list};
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::connect::deployments::DeploymentView;
use domain::connector_deployment::{ConnectorDeployment, DeploymentType};
use domain::scope::Scope;
use runtime::connector_view::{OfTypes, has_any};
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

use crate::representation;

const ORDER: Order =
    Order { fields: &["createdAt", "lastModifiedAt", "id", "key", "version", "status"], ..NEWEST_FIRST };

query! {
    /// Which deployments a list shows.
    pub struct ListDeployments {
        /// The page.
        page: Page,
        /// The integration types.
        of_types: OfTypes,
        /// Only deployments of this type.
        deployment_type as "deploymentType": Option<DeploymentType>,
    }
}

/// Lists the deployments of connectors.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "deployments.query";
    const SUMMARY: &'static str = "List deployments of connectors, newest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/{projectKey}/deployments";
    const SCOPE: Scope = Scope::ViewConnectorsDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    type Path = ();
    type Query = ListDeployments;
    type Body = NoBody;
    type Answer = Paged<DeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Paged<DeploymentView>, ApiError> {
        let (request, types) =
            ApiError::both(PageRequest::of(&call.query.page, &ORDER), call.query.of_types.types())?;
        let kind = call.query.deployment_type;
        let keep = |stored: &Stored<ConnectorDeployment>| {
            let deployment = &stored.entity;
            has_any(&deployment.connector.profile.integration_types, &types)
                && kind.is_none_or(|kind| deployment.kind == kind)
        };
        let filtered = !types.is_empty() || kind.is_some();
        let listing = Listing::project(Kind::ConnectorDeployment);
        let view = |stored: Stored<ConnectorDeployment>| {
            representation::view(stored.entity, &call.project, &call.base_url)
        };
        list(&context.project_of(&call), &listing, &request, filtered.then_some(&keep), view).await
    }
}

#[cfg(test)]
mod tests;
