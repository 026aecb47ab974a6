use std::collections::BTreeSet;

use api::collection::Data;
use api::{ApiError, ById, Grant, Method, grant};
use app::operation::gone;
use app::operation::{request, tell_worker};
use app::package_members::make_members_now;
use contract::flow_versions::package_deployments::{PackageDeploymentDraft, PackageDeploymentView};
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
use retry::Retry;
use runtime::clock::new_id;
use runtime::flow_versions::environment::placement;
use runtime::{CallOf, Context, HttpEndpoint};
use store::{ProjectStore, StoreError};

use crate::TOO_OFTEN;

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
    type Query = ();
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
    let mut retry = Retry::patient();
    loop {
        let (id, expected) = (found.id, found.metadata.version);
        let request = request(context, by);
        let made = deployment(&found, placement, &request);
        found.was_deployed = true;
        found.metadata.touch(request.at, by);
        match project.create_package_deployment(&made, &found, expected).await {
            Ok(made) => return Ok((made, found)),
            Err(StoreError::Stale { .. } | StoreError::Raced) => {
                retry.again(TOO_OFTEN).await.map_err(|_| StoreError::Raced)?;
                found = package(project, id).await?;
            }
            Err(error) => return Err(gone(error).into()),
        }
    }
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

#[cfg(test)]
mod tests {
    use domain::metadata::Principal;
    use domain::package::PackageMember;
    use domain::report::{Entry, EntryType};
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn a_package_deployment_is_shown_in_the_words_of_the_family() {
        let member = PackageMember { flow: samples::ID.parse().unwrap(), release: 3, priority: Some(-1) };
        let mut made = deployment(
            &samples::package(vec![member]),
            Placement::Global,
            &samples::request(Principal::system("tests")),
        );
        let unnamed = PackageDeploymentView::from(made.clone());
        assert_eq!(unnamed.flow_version_deployments, [], "what is not made yet is not named");
        made.members[0].made = true;
        let at = made.metadata.created_at;
        let entry = Entry {
            entry_type: EntryType::Error,
            code: None,
            title: "Flow version failed".to_owned(),
            message: None,
            application: None,
            created_at: at,
        };
        made.build.report = Report { entries: vec![entry] };
        let expected = json!({
            "id": made.id,
            "package_id": samples::ID,
            "virtual_environment_id": null,
            "status": "Queued",
            "flow_version_deployments": [{
                "id": made.members[0].deployment,
                "flow_version_id": format!("{}.3", samples::ID),
                "priority": -1,
            }],
            "report": [{
                "type": "Error", "code": null, "stage": null, "title": "Flow version failed", "message": null,
                "created_at": at,
            }],
            "user_id": "system:tests",
            "created_at": at,
            "updated_at": at,
        });
        assert_eq!(serde_json::to_value(PackageDeploymentView::from(made)).unwrap(), expected);
    }
}
