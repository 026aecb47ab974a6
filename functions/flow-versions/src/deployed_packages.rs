use api::collection::{self, Collected, CollectionRequest, sort};
use api::operation::Param;
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use contract::flow_versions::packages::PackageView;
use domain::package::Package;
use domain::scope::Scope;
use runtime::flow_versions::names;
use runtime::flow_versions::paging;
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

/// Lists packages of which something is deployed. They lie in no environment, so a limited caller sees all of them.
#[derive(Debug)]
pub struct DeployedPackages;

impl HttpEndpoint for DeployedPackages {
    const ID: &'static str = "flow-versions.packages";
    const SUMMARY: &'static str = "List the packages of which there are deployments";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/flow-version-deployments/packages";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    const QUERY: &'static [&'static [Param]] =
        &[collection::PAGE, &[names::NAME, names::LIKE, sort(names::SORTS)]];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Body = NoBody;
    type Answer = Collected<PackageView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Collected<PackageView>, ApiError> {
        let (project, request) = (context.project_of(&call), CollectionRequest::of(&call));
        let keep = |stored: &Stored<Package>| {
            stored.derived.deployments > 0 && names::is_wanted(&request, stored.entity.name.as_str())
        };
        let found = project.walk::<Package>(&Listing::project(Kind::Package), keep).await?;
        let slice = names::in_order(&request, found, |stored| stored.entity.name.as_str());
        Ok(paging::answer(&request, slice, |stored| {
            PackageView::of(stored.entity, stored.derived.deployments)
        }))
    }
}
