use api::collection::{Collected, CollectionRequest, Sort};
use api::{ApiError, Grant, Method, NoBody, grant, query};
use contract::flow_versions::packages::PackageView;
use domain::package::Package;
use domain::scope::Scope;
use runtime::flow_versions::names::{self, ByName, InNameOrLike};
use runtime::flow_versions::paging;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

query! {
    /// Which packages a list shows.
    pub struct ListPackages {
        /// The page.
        page: CollectionRequest,
        /// The filters by the name.
        names: InNameOrLike,
        /// The order.
        sort: Sort<ByName>,
    }
}

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
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = ListPackages;
    type Body = NoBody;
    type Answer = Collected<PackageView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Collected<PackageView>, ApiError> {
        let (project, ListPackages { page, names, sort }) = (context.project_of(&call), &call.query);
        let keep = |stored: &Stored<Package>| {
            stored.derived.deployments > 0 && names.is_met_by(stored.entity.name.as_str())
        };
        let found = project.walk::<Package>(&Listing::project(Kind::Package), keep).await?;
        let slice = names::in_order(page, sort, found, |stored| stored.entity.name.as_str());
        Ok(paging::answer(page, slice, |stored| PackageView::of(stored.entity, stored.derived.deployments)))
    }
}
