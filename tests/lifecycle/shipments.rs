//! The workshop's work on packages.

use app::operation::request;
use app::package_members::make_members_now;
use domain::deployment::{Build, Operation};
use domain::ids::{DeploymentId, PackageDeploymentId, PackageId};
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal};
use domain::package::{MemberDeployment, Package, PackageDeployment, PackageMember, PackageOperation};
use domain::report::Report;
use domain::work::WorkState;
use uuid::Uuid;

use super::workshop::{Task, Workshop};
use crate::harness::{Environment, Flow};

impl Workshop {
    /// Makes a package of the given releases and asks for it to be deployed. The request comes no further: the deployments
    /// are left to the worker.
    pub(super) async fn ship(&self, members: &[(&Flow<'_>, u32)], environment: &Environment) -> Task {
        let (store, by) = (self.store(), Principal::system("story"));
        let request = request(&self.context, &by);
        let members = members.iter().map(|(flow, release)| PackageMember {
            flow: flow.id.parse().unwrap(),
            release: *release,
            priority: None,
        });
        let mut package = Package {
            id: PackageId::new(Uuid::new_v4()),
            name: "June".parse().unwrap(),
            notes: None,
            members: members.collect(),
            was_deployed: false,
            metadata: Metadata::begin(request.at, &by),
        };
        store.create(&package).await.unwrap();
        package.was_deployed = true;
        package.metadata.touch(request.at, &by);
        let made = |member: &PackageMember| MemberDeployment {
            member: *member,
            deployment: DeploymentId::new(Uuid::new_v4()),
            request_number: 0,
            made: false,
        };
        let shipment = PackageDeployment {
            id: PackageDeploymentId::new(Uuid::new_v4()),
            package: package.id,
            placement: environment.id.parse().unwrap(),
            members: package.members.iter().map(made).collect(),
            status: Status::Queued,
            made: false,
            verdict: None,
            operation: Operation::of(PackageOperation::Deploy, &request),
            build: Build { id: request.build, report: Report::default() },
            work_state: WorkState::default(),
            metadata: Metadata::begin(request.at, &by),
        };
        store.create_package_deployment(&shipment, &package, 1).await.unwrap();
        self.task(&shipment, shipment.build.id)
    }

    /// Makes the deployments of a package, as the request does.
    pub(super) async fn make_members(&self, task: &Task) {
        let (store, mut shipment) = (self.store(), self.shipment(task).await);
        let package = store.get_by_id::<Package>(shipment.package.uuid()).await.unwrap().entity;
        make_members_now(&self.context, &store, &mut shipment, &package).await;
        assert!(shipment.made, "{shipment:?}");
    }

    /// The package deployment as the table has it.
    pub(super) async fn shipment(&self, task: &Task) -> PackageDeployment {
        self.store().get_by_id::<PackageDeployment>(task.message.id).await.unwrap().entity
    }
}
