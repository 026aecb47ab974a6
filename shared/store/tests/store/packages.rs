//! Packages: made, deployed all or none, and deleted with all that is known of how they were deployed.

use std::slice;

use domain::deployment::{Build, Deployment, Operation};
use domain::environment::Environment;
use domain::flow::Flow;
use domain::ids::{DeploymentId, PackageDeploymentId, PackageId};
use domain::lifecycle::{Event, Status};
use domain::metadata::Metadata;
use domain::package::{
    MAX_MEMBERS, MemberDeployment, Package, PackageDeployment, PackageMember, PackageOperation,
};
use domain::placement::Placement;
use domain::release::ReleaseId;
use domain::report::Report;
use domain::route::{Enabled, Route, RouteEntry, Switch};
use domain::work::{WorkState, Worked};
use store::{Direction, Kind, ListRequest, Listing, ProjectStore, StoreError, Stored};
use uuid::Uuid;

use crate::amending::{amend, members};
use crate::audit::audit;
use crate::local::Local;
use crate::samples::{self, moment, someone};

fn package(flows: &[Flow]) -> Package {
    let member = |flow: &Flow| PackageMember { flow: flow.id, release: 1, priority: Some(5) };
    Package {
        id: PackageId::new(Uuid::new_v4()),
        name: "June".parse().unwrap(),
        notes: Some("Everything".to_owned()),
        members: flows.iter().map(member).collect(),
        was_deployed: false,
        metadata: Metadata::begin(moment(0), &someone()),
    }
}

fn package_deployment(package: &Package, placement: Placement, at: i64) -> PackageDeployment {
    let request = samples::request();
    let made = |member: &PackageMember| MemberDeployment {
        member: *member,
        deployment: DeploymentId::new(Uuid::new_v4()),
        request_number: 0,
        made: false,
    };
    PackageDeployment {
        id: PackageDeploymentId::new(Uuid::new_v4()),
        package: package.id,
        placement,
        members: package.members.iter().map(made).collect(),
        status: Status::Queued,
        made: false,
        verdict: None,
        operation: Operation::of(PackageOperation::Deploy, &request),
        build: Build { id: request.build, report: Report::default() },
        work_state: WorkState::default(),
        metadata: Metadata::begin(moment(at), &someone()),
    }
}

async fn stored(project: &ProjectStore, package: &Package) -> Stored<Package> {
    project.get_by_id(package.id.uuid()).await.unwrap()
}

/// Deploys a package as the API does. What it is then is in the table.
async fn deploy(
    project: &ProjectStore,
    package: &Package,
    placement: Placement,
    at: i64,
) -> PackageDeployment {
    let mut package = stored(project, package).await.entity;
    let (made, expected) = (package_deployment(&package, placement, at), package.metadata.version);
    package.was_deployed = true;
    package.metadata.touch(moment(at), &someone());
    project.create_package_deployment(&made, &package, expected).await.unwrap()
}

/// A worker takes a package deployment up and fails it.
async fn end(project: &ProjectStore, mut made: PackageDeployment) -> PackageDeployment {
    let before = made.work_state.epoch;
    made.acquire("worker", moment(50), 60).unwrap();
    project.save_progress(&made, before).await.unwrap();
    let held = made.work_state.epoch;
    made.fail("Refused", &["no".to_owned()], moment(51)).unwrap();
    project.end_package_deployment(&made, held).await.unwrap();
    made
}

/// How a package was deployed, oldest first, and how often its item says so.
async fn history(project: &ProjectStore, package: &Package) -> (Vec<PackageDeployment>, u64) {
    let direction = Direction::Ascending;
    let request = ListRequest { limit: 100, offset: 0, direction, cursor: None, with_total: true };
    let listing = Listing::package_deployments_of(package.id);
    let page = project.page::<PackageDeployment>(&listing, &request).await.unwrap();
    (page.results.into_iter().map(|stored| stored.entity).collect(), page.total.unwrap())
}

/// A deployment that was made with a package and is built, but switched off.
async fn built(
    project: &ProjectStore,
    flow: &Flow,
    environment: &Environment,
    (id, package): (DeploymentId, PackageId),
) -> Deployment {
    let sample = samples::deployment(flow, environment);
    let mut deployment = Deployment { id, package: Some(package), deploy_disabled: true, ..sample };
    project.create_deployment(&deployment).await.unwrap();
    deployment.acquire("worker", moment(1), 60).unwrap();
    project.save_progress(&deployment, 0).await.unwrap();
    let application = samples::application(&deployment);
    let done = project.save_with_route(&deployment, 1, |deployment, route| {
        route.pending_operations.remove(&deployment.id);
        route.put(RouteEntry::new(deployment, &application, None), Switch::Off);
        deployment.application = Some(application.clone());
        deployment.finish(Event::Succeed).unwrap();
        Ok(())
    });
    done.await.unwrap()
}

/// A deployment of a package that a worker has, all of whose members are built.
async fn under_way(
    project: &ProjectStore,
    package: &Package,
    (flows, environment): (&[Flow], &Environment),
    at: i64,
) -> PackageDeployment {
    let mut made = deploy(project, package, environment.id.into(), at).await;
    for (flow, member) in flows.iter().zip(&made.members) {
        built(project, flow, environment, (member.deployment, package.id)).await;
    }
    made.acquire("worker", moment(2), 60).unwrap();
    project.save_progress(&made, 0).await.unwrap();
    made
}

fn take_over(stored: &mut Stored<Deployment>, route: &mut Route) {
    route.unreserve(stored.entity.id);
    let enabled = Enabled { at: moment(9), by: someone() };
    let application = stored.entity.application.as_ref().unwrap();
    route.put(RouteEntry::new(&stored.entity, application, Some(enabled)), Switch::TakeOver);
}

#[tokio::test]
async fn a_package_says_that_it_was_deployed_and_lists_how() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let package = package(slice::from_ref(&flow));
    project.create(&package).await.unwrap();
    assert_eq!(stored(project, &package).await.entity, package);
    assert_eq!(history(project, &package).await, (vec![], 0));

    let first = deploy(project, &package, Placement::Global, 1).await;
    let second = deploy(project, &package, environment.id.into(), 2).await;
    let Stored { entity, derived } = stored(project, &package).await;
    assert!(entity.was_deployed);
    assert_eq!(
        (entity.metadata.version, derived.deployments),
        (3, 0),
        "deployments are counted when they are made"
    );
    assert_eq!(history(project, &package).await, (vec![first, second], 2));

    let before = local.items().await;
    let late = package_deployment(&package, Placement::Global, 3);
    let refused = project.create_package_deployment(&late, &entity, 1).await;
    assert!(matches!(refused, Err(StoreError::Stale { kind: Kind::Package, current: 3, .. })), "{refused:?}");
    assert_eq!(local.items().await, before, "a refusal changes nothing");
    audit(&local).await;
}

#[tokio::test]
async fn a_package_goes_when_no_deployment_of_it_is_left_and_its_history_with_it() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let other = package(slice::from_ref(&flow));
    project.create(&other).await.unwrap();
    let kept = deploy(project, &other, Placement::Global, 1).await;
    let before = local.size().await;

    let package = package(slice::from_ref(&flow));
    project.create(&package).await.unwrap();
    // More than go at once.
    for at in 1..=42 {
        let made = deploy(project, &package, environment.id.into(), at).await;
        end(project, made).await;
    }
    let id = DeploymentId::new(Uuid::new_v4());
    let deployment = built(project, &flow, &environment, (id, package.id)).await;
    let Stored { entity, derived } = stored(project, &package).await;
    assert_eq!(derived.deployments, 1);
    let items = local.items().await;
    let refused = project.delete_package(&entity).await;
    assert!(matches!(refused, Err(StoreError::InUse { kind: Kind::Package, .. })), "{refused:?}");
    assert_eq!(local.items().await, items, "a refusal changes nothing");

    undeploy(project, deployment).await;
    let entity = stored(project, &package).await.entity;
    project.delete_package(&entity).await.unwrap();
    let gone = project.get_by_id::<Package>(package.id.uuid()).await;
    assert!(matches!(gone, Err(StoreError::NotFound { kind: Kind::Package, .. })), "{gone:?}");
    assert_eq!(history(project, &package).await, (vec![], 0));
    assert_eq!(history(project, &other).await, (vec![kept], 1), "another package's history stays");
    // The count of deployments, which was made with the first of them, stays.
    assert_eq!(local.size().await, before + 1);
    audit(&local).await;
}

#[tokio::test]
async fn a_package_stays_while_it_is_being_deployed() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let package = package(slice::from_ref(&flow));
    project.create(&package).await.unwrap();
    let first = deploy(project, &package, environment.id.into(), 1).await;
    let second = deploy(project, &package, Placement::Global, 2).await;
    for made in [first, second] {
        let entity = stored(project, &package).await.entity;
        let refused = project.delete_package(&entity).await;
        assert!(matches!(refused, Err(StoreError::InUse { kind: Kind::Package, .. })), "{refused:?}");
        let ended = end(project, made).await;
        // Whoever was overtaken ends nothing, and counts nothing.
        let late = project.end_package_deployment(&ended, 1).await;
        assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
        audit(&local).await;
    }
    let entity = stored(project, &package).await.entity;
    project.delete_package(&entity).await.unwrap();
    audit(&local).await;
}

#[tokio::test]
async fn whoever_was_overtaken_stores_no_member() {
    let local = Local::start().await;
    let project = &local.project;
    let (_, flow, environment) = samples::workshop(project).await;
    let package = package(slice::from_ref(&flow));
    project.create(&package).await.unwrap();
    let mut overtaken = deploy(project, &package, environment.id.into(), 1).await;
    overtaken.acquire("slow", moment(2), 60).unwrap();
    project.save_progress(&overtaken, 0).await.unwrap();
    let mut other = overtaken.clone();
    other.acquire("quick", moment(70), 60).unwrap();
    project.save_progress(&other, 1).await.unwrap();

    let sample = samples::deployment(&flow, &environment);
    let id = overtaken.members[0].deployment;
    let request_number = overtaken.members[0].request_number;
    assert_eq!(request_number, 1, "it was asked for when the package was");
    let member =
        Deployment { id, package: Some(package.id), deploy_disabled: true, request_number, ..sample };
    let before = local.items().await;
    // 0 is the request, before any worker.
    for held in [0, 1] {
        let refused = project.create_members(slice::from_ref(&member), &overtaken, held).await;
        assert!(matches!(refused, Err(StoreError::Fenced)), "{refused:?}");
    }
    assert_eq!(local.items().await, before, "a refusal changes nothing");

    other.note_made(&[id]);
    project.create_members(slice::from_ref(&member), &other, 2).await.unwrap();
    let again = project.create_members(slice::from_ref(&member), &other, 2).await;
    assert!(matches!(again, Err(StoreError::Duplicate { .. })), "{again:?}");
    assert_eq!(project.deployment(id).await.unwrap().unwrap().entity, member);
    assert!(project.worked::<PackageDeployment>(other.id.uuid()).await.unwrap().unwrap().entity.made);
    assert_eq!(stored(project, &package).await.derived.deployments, 1);
    audit(&local).await;
}

/// Takes a deployment away that is switched off.
async fn undeploy(project: &ProjectStore, deployment: Deployment) {
    let seen = project.deployment(deployment.id).await.unwrap().unwrap().entity;
    let mut leaving = seen.clone();
    leaving.request(domain::deployment::OperationKind::Undeploy, &samples::request()).unwrap();
    project.update(&leaving, seen.metadata.version).await.unwrap();
    leaving.acquire("worker", moment(3), 60).unwrap();
    project.save_progress(&leaving, seen.work_state.epoch).await.unwrap();
    let out = project.save_with_route(&leaving, leaving.work_state.epoch, |deployment, route| {
        route.take_out(deployment.id);
        Ok(())
    });
    let leaving = out.await.unwrap();
    project.remove_deployment(&leaving, leaving.work_state.epoch).await.unwrap();
}

#[tokio::test]
async fn members_are_switched_together_or_not_at_all() {
    let local = Local::start().await;
    let project = &local.project;
    let (integration, flow, environment) = samples::workshop(project).await;
    let second = samples::flow(&integration);
    project.create_flow(&second).await.unwrap();
    let flows = [flow, second];
    let package = package(&flows);
    project.create(&package).await.unwrap();
    let mut made = under_way(project, &package, (&flows, &environment), 1).await;
    let by = (moment(9), &someone());
    let outdated = members(project, &made, take_over).await;
    let prioritised = amend(project, made.members[1].deployment, by, |stored, _| {
        stored.entity.priority = Some(7);
        Ok(())
    });
    prioritised.await.unwrap();

    let before = local.items().await;
    let raced = project.save_with_members(&made, 1, by, outdated).await;
    assert!(matches!(raced, Err(StoreError::Raced)), "{raced:?}");
    let late = project.save_with_members(&made, 0, by, members(project, &made, take_over).await).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    assert_eq!(local.items().await, before, "a refusal changes nothing");

    made.finish(Event::Succeed).unwrap();
    let all = members(project, &made, take_over).await;
    let switched = project.save_with_members(&made, 1, by, all).await.unwrap();
    assert!(switched.iter().all(|stored| stored.derived.enabled.is_some()));
    let (found, _) = history(project, &package).await;
    assert_eq!(found.iter().map(|found| found.status).collect::<Vec<_>>(), [Status::Deployed]);
    for member in &made.members {
        let stored = project.deployment(member.deployment).await.unwrap().unwrap();
        assert_eq!(stored.derived.enabled, Some(Enabled { at: moment(9), by: someone() }));
    }
    audit(&local).await;
}

#[tokio::test]
async fn as_many_as_fit_into_a_package_are_switched_at_once() {
    let local = Local::start().await;
    let project = &local.project;
    let environment = samples::environment();
    project.create(&environment).await.unwrap();
    let mut flows = Vec::new();
    for _ in 0..MAX_MEMBERS {
        // Each has an integration of its own, which counts its route.
        let integration = samples::integration();
        project.create(&integration).await.unwrap();
        flows.push(samples::flow(&integration));
        project.create_flow(flows.last().unwrap()).await.unwrap();
    }
    let package = package(&flows);
    project.create(&package).await.unwrap();
    let by = (moment(9), &someone());
    // The second time each takes the place of another, which is three writes a member.
    for at in [1, 2] {
        let mut made = under_way(project, &package, (&flows, &environment), at).await;
        made.finish(Event::Succeed).unwrap();
        let all = members(project, &made, take_over).await;
        let switched = project.save_with_members(&made, 1, by, all);
        assert_eq!(switched.await.unwrap().len(), MAX_MEMBERS, "{at}");
    }
    audit(&local).await;
}

#[tokio::test]
async fn releases_of_several_flows_are_read_at_once() {
    let local = Local::start().await;
    let project = &local.project;
    let (integration, flow, _) = samples::workshop(project).await;
    let second = samples::flow(&integration);
    project.create_flow(&second).await.unwrap();
    let mut ids = Vec::new();
    for flow in [&flow, &second] {
        let (release, counted) = samples::next_release(flow);
        project.create_release(&release, &counted, 1).await.unwrap();
        ids.push(ReleaseId { flow: flow.id, number: 1 });
    }
    let missing = ReleaseId { flow: flow.id, number: 2 };
    let found = project.releases_by_id(&[ids[1], missing, ids[0]]).await.unwrap();
    let found: Vec<_> =
        found.iter().map(|release| ReleaseId { flow: release.flow, number: release.number }).collect();
    assert_eq!(found, [ids[1], ids[0]]);
    assert_eq!(project.releases_by_id(&[]).await.unwrap(), []);
}
