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
    type Path = ();
    type Body = NoBody;
    type Answer = Collected<PackageView>;

    async fn handle(context: &Context, call: Call<NoBody>) -> Result<Collected<PackageView>, ApiError> {
        let request = CollectionRequest::of(&call);
        let project = context.project_of(&call);
        let listing = Listing::project(Kind::Package);
        let slice = match request.order(names::OLDEST_FIRST).as_slice() {
            [(names::CREATED_AT, direction)] if request.filters.is_empty() => {
                paging::page(&project, &listing, &request, *direction).await?
            }
            _ => {
                let keep = |stored: &Stored<Package>| names::is_wanted(&request, stored.entity.name.as_str());
                let packages = project.walk::<Package>(&listing, keep).await?;
                names::in_order(&request, packages, |stored| stored.entity.name.as_str())
            }
        };
        Ok(paging::answer(&request, slice, |stored| {
            PackageView::of(stored.entity, stored.derived.deployments)
        }))
    }
}
