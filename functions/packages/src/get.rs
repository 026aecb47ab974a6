use api::collection::Data;
use api::{ApiError, ById, Grant, Method, NoBody, grant};
use contract::flow_versions::packages::PackageView;
use domain::ids::PackageId;
use domain::package::Package;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};

/// Gets a package. It lies in no environment, so a limited caller sees it as well.
#[derive(Debug)]
pub struct Get;

impl HttpEndpoint for Get {
    const ID: &'static str = "packages.get";
    const SUMMARY: &'static str = "Get a package";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/packages/{id}";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById<PackageId>;
    type Query = ();
    type Body = NoBody;
    type Answer = Data<PackageView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Data<PackageView>, ApiError> {
        let id = call.path.id;
        let stored = context.project_of(&call).get_by_id::<Package>(id.uuid()).await?;
        Ok(Data { data: PackageView::of(stored.entity, stored.derived.deployments) })
    }
}
