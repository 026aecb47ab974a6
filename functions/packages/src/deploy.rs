use std::collections::BTreeSet;

use api::collection::Data;
use api::{ApiError, ById, Grant, Method, grant};
use contract::flow_versions::EnvironmentReference;
use domain::deployment::{Build, Operation, Request};
use domain::ids::{DeploymentId, PackageDeploymentId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal};
use domain::package::{MemberDeployment, Package, PackageDeployment, PackageOperation};
use domain::placement::Placement;
use domain::report::Report;
use domain::scope::Scope;
use domain::work::WorkState;
use futures::future::join;
use runtime::asking::{request, tell_worker};
use runtime::clock::new_id;
use runtime::flow_versions::environment::placement;
use runtime::packages::make_members_now;
use runtime::switching::gone;
use runtime::{CallOf, Context, HttpEndpoint};
use schemars::JsonSchema;
use serde::Deserialize;
use store::{ProjectStore, StoreError};

use crate::ATTEMPTS;
use crate::representation::PackageDeploymentView;

/// The environment to deploy a package to.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PackageDeploymentDraft {
    /// The virtual environment: its id or its key. Global when null or absent.
    pub virtual_environment_id: Option<EnvironmentReference>,
}

/// Deploys a package: all of it, or none.
#[derive(Debug)]
pub struct Deploy;

impl HttpEndpoint for Deploy {
    const ID: &'static str = "packages.deploy";
    const SUMMARY: &'static str = "Deploy all flow versions of a package, or none";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/packages/{id}/deployments";
    const SCOPE: Scope = Scope::ManageFlowDeployments;
    const SUCCESS: u16 = 200;
    const GRANTS: &'static [Grant] = &[grant::READ_SEVERAL, grant::CREATE, grant::SEND_FLOWS];
    const WITHIN_ENVIRONMENT: bool = true;
    type Path = ById<PackageId>;
    type Body = PackageDeploymentDraft;
    type Answer = Data<PackageDeploymentView>;

    async fn handle(context: &Context, call: CallOf<Self>) -> Result<Data<PackageDeploymentView>, ApiError> {
        let (project, id) = (context.project_of(&call), call.path.id);
        let placement = placement(&project, call.body.virtual_environment_id.as_ref());
        let (package, placement) = join(package(&project, id), placement).await;
        let (package, placement) = ApiError::both(package, placement)?;
        let (mut made, package) =
            create(context, &project, package, placement, &call.actor.principal).await?;
        make_members_now(context, &project, &mut made, &package).await;
        tell_worker(context, project.project(), &made).await;
        Ok(Data { data: made.into() })
    }
}

async fn package(project: &ProjectStore, id: PackageId) -> Result<Package, ApiError> {
    Ok(project.get_by_id::<Package>(id.uuid()).await?.entity)
}

/// Stores a deployment of the package as it is, which is read again for every time that somebody else was faster.
/// Returns both as they were stored.
async fn create(
    context: &Context,
    project: &ProjectStore,
    mut found: Package,
    placement: Placement,
    by: &Principal,
) -> Result<(PackageDeployment, Package), ApiError> {
    for _ in 0..ATTEMPTS {
        let (id, expected) = (found.id, found.metadata.version);
        let request = request(context, by);
        let made = deployment(&found, placement, &request);
        found.was_deployed = true;
        found.metadata.touch(request.at, by);
        match project.create_package_deployment(&made, &found, expected).await {
            Ok(made) => return Ok((made, found)),
            Err(StoreError::Stale { .. } | StoreError::Raced) => found = package(project, id).await?,
            Err(error) => return Err(gone(error)),
        }
    }
    Err(StoreError::Raced.into())
}

/// A deployment of what is in a package, in `Queued`.
pub(crate) fn deployment(package: &Package, placement: Placement, request: &Request) -> PackageDeployment {
    // Their deployments are listed by when they were made, which is the same moment, and then by id.
    let ids: BTreeSet<DeploymentId> = package.members.iter().map(|_| DeploymentId::new(new_id())).collect();
    let members = package.members.iter().zip(ids);
    PackageDeployment {
        id: PackageDeploymentId::new(new_id()),
        package: package.id,
        placement,
        members: members
            .map(|(member, deployment)| MemberDeployment {
                member: *member,
                deployment,
                request_number: 0,
                made: false,
            })
            .collect(),
        status: Status::Queued,
        made: false,
        verdict: None,
        operation: Operation::of(PackageOperation::Deploy, request),
        build: Build { id: request.build, report: Report::default() },
        work_state: WorkState::default(),
        metadata: Metadata::begin(request.at, &request.by),
    }
}
