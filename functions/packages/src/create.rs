use api::collection::Data;
use api::{ApiError, Call, Grant, Method, grant};
use contract::flow_versions::packages::PackageDraft;
use contract::flow_versions::packages::PackageView;
use domain::ids::PackageId;
use domain::metadata::Metadata;
use domain::package::Package;
use domain::scope::Scope;
use runtime::clock::new_id;
use runtime::{Context, HttpEndpoint};

use crate::members;

/// Creates a package.
#[derive(Debug)]
pub struct Create;

impl HttpEndpoint for Create {
    const ID: &'static str = "packages.create";
    const SUMMARY: &'static str = "Create a package of flow versions";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/packages";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_SEVERAL, grant::CREATE];
    type Path = ();
    type Query = ();
    type Body = PackageDraft;
    type Answer = Data<PackageView>;

    async fn handle(context: &Context, call: Call<PackageDraft>) -> Result<Data<PackageView>, ApiError> {
        let project = context.project_of(&call);
        let package = Package {
            id: PackageId::new(new_id()),
            members: members::read(&project, &call.body.flow_versions).await?,
            name: call.body.name,
            notes: call.body.notes,
            was_deployed: false,
            metadata: Metadata::begin(context.clock.now(), &call.actor.principal),
        };
        project.create(&package).await?;
        Ok(Data { data: PackageView::of(package, 0) })
    }
}
