use api::listing::{NEWEST_FIRST, Order, PAGE, PageRequest, Paged, list};
use api::operation::{Param, ParamKind};
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use contract::connect::deployments::DeploymentView;
use domain::connector_deployment::ConnectorDeployment;
use domain::scope::Scope;
use runtime::connector_view::{INTEGRATION_TYPES, has_any, integration_types};
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

use crate::representation;

const ORDER: Order =
    Order { fields: &["createdAt", "lastModifiedAt", "id", "key", "version", "status"], ..NEWEST_FIRST };

const TYPES: &[&str] = &["preview", "sandbox", "production"];

const FILTERS: &[Param] = &[Param {
    name: "deploymentType",
    description: "Only deployments of this type",
    kind: ParamKind::OneOf(TYPES),
}];

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
    const QUERY: &'static [&'static [Param]] = &[PAGE, INTEGRATION_TYPES, FILTERS];
    type Path = ();
    type Body = NoBody;
    type Answer = Paged<DeploymentView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Paged<DeploymentView>, ApiError> {
        let (request, types) =
            ApiError::both(PageRequest::of(&call.query, &ORDER), integration_types(&call.query))?;
        let kind = call.query.get("deploymentType");
        let keep = |stored: &Stored<ConnectorDeployment>| {
            let deployment = &stored.entity;
            has_any(&deployment.connector.profile.integration_types, &types)
                && kind.is_none_or(|kind| deployment.kind.as_str() == kind)
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
