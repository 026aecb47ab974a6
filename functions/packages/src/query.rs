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

/// Lists packages. They lie in no environment, so a limited caller sees all of them.
#[derive(Debug)]
pub struct Query;

impl HttpEndpoint for Query {
    const ID: &'static str = "packages.query";
    const SUMMARY: &'static str = "List packages, oldest first";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/packages";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ, grant::LIST];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ();
    type Query = ListPackages;
    type Body = NoBody;
    type Answer = Collected<PackageView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Collected<PackageView>, ApiError> {
        let ListPackages { page, names, sort } = &call.query;
        let project = context.project_of(&call);
        let listing = Listing::project(Kind::Package);
        let slice = match sort.order(names::OLDEST_FIRST).as_slice() {
            [(names::CREATED_AT, direction)] if names.is_empty() => {
                paging::page(&project, &listing, page, *direction).await?
            }
            _ => {
                let keep = |stored: &Stored<Package>| names.is_met_by(stored.entity.name.as_str());
                let packages = project.walk::<Package>(&listing, keep).await?;
                names::in_order(page, sort, packages, |stored| stored.entity.name.as_str())
            }
        };
        Ok(paging::answer(page, slice, |stored| PackageView::of(stored.entity, stored.derived.deployments)))
    }
}
