use api::collection::{self, Collected, CollectionRequest, sort};
use api::operation::Param;
use api::{ApiError, Call, Grant, Method, NoBody, grant};
use domain::package::Package;
use domain::scope::Scope;
use runtime::flow_versions::names;
use runtime::flow_versions::package::PackageView;
use runtime::flow_versions::paging;
use runtime::{Context, HttpEndpoint};
use store::{Kind, Listing, Stored};

const FILTERS: &[Param] = &[names::NAME, names::LIKE];

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
    const QUERY: &'static [&'static [Param]] = &[collection::PAGE, FILTERS, &[sort(names::SORTS)]];
    const WITHIN_ENVIRONMENT: bool = true;
    type Body = NoBody;
    type Answer = Collected<PackageView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Collected<PackageView>, ApiError> {
        let request = CollectionRequest::of(&call);
        let project = context.project(&call.project);
        let listing = Listing::project(Kind::Package);
        let order = request.sort.unwrap_or(names::OLDEST_FIRST);
        let slice = if order.0 == names::CREATED_AT && request.filters.is_empty() {
            paging::page(&project, &listing, &request, order.1).await?
        } else {
            let keep = |stored: &Stored<Package>| names::is_wanted(&request, stored.entity.name.as_str());
            let packages = project.walk::<Package>(&listing, keep).await?;
            paging::in_order(&request, order, packages, |stored| {
                names::position(order.0, stored.entity.name.as_str(), &stored.entity)
            })?
        };
        Ok(paging::answer(&request, slice, PackageView::of))
    }
}
