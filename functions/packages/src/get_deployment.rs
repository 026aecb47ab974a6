use api::collection::Data;
use api::{ApiError, Grant, Method, NoBody, grant, path};
use contract::flow_versions::package_deployments::PackageDeploymentView;
use domain::ids::{PackageDeploymentId, PackageId};
use domain::package::PackageDeployment;
use domain::scope::Scope;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{Address, Kind, StoreError};

path! {
    /// A deployment of a package.
    pub struct DeploymentOfPackage {
        /// The id
        pub id: PackageId,
        /// The id
        pub deployment: PackageDeploymentId,
    }
}

/// Gets a deployment of a package; a limited caller only one in its environment.
#[derive(Debug)]
pub struct GetDeployment;

impl HttpEndpoint for GetDeployment {
    const ID: &'static str = "packages.get-deployment";
    const SUMMARY: &'static str = "Get a deployment of a package";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/packages/{id}/deployments/{deployment}";
    const SCOPE: Scope = Scope::ViewFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = DeploymentOfPackage;
    type Query = ();
    type Body = NoBody;
    type Answer = Data<PackageDeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Data<PackageDeploymentView>, ApiError> {
        let (package, id) = (call.path.id, call.path.deployment.uuid());
        let deployment = context.project_of(&call).get_by_id::<PackageDeployment>(id).await?.entity;
        if deployment.package != package {
            let address = format!("{} of the package '{package}'", Address::Id(id));
            return Err(StoreError::NotFound { kind: Kind::PackageDeployment, address }.into());
        }
        Ok(Data { data: deployment.into() })
    }
}
