use uuid::Uuid;

use super::*;
use crate::deployment::{Application, Build, Operation};
use crate::flow::Trigger;
use crate::ids::{BuildId, DeploymentId, FlowId, IntegrationId, OperationId};
use crate::metadata::Metadata;
use crate::payload::Payload;
use crate::placement::Placement;
use crate::report::Report;
use crate::route::{MAX_ENABLED, RouteEntry};
use crate::work::WorkState;

fn at() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

fn somebody() -> Principal {
    Principal::system("somebody")
}

fn enabled() -> Enabled {
    Enabled { at: at(), by: somebody() }
}

pub(crate) fn request(id: u128) -> Request {
    let (operation, build) = (OperationId::new(Uuid::from_u128(id)), BuildId::new(Uuid::from_u128(id)));
    Request { operation, build, at: at().plus_seconds(60), by: Principal::system("worker") }
}

/// One that serves everywhere and was built a moment ago.
pub(crate) fn deployment(id: u128) -> Deployment {
    let request = request(id);
    let application = Application {
        build: request.build,
        state_machine: format!("machine-{id}"),
        express: false,
        trigger: Trigger::None,
        bundle: Payload::of(b"{}"),
    };
    Deployment {
        id: DeploymentId::new(Uuid::from_u128(id)),
        flow: FlowId::new(Uuid::from_u128(1)),
        integration: IntegrationId::new(Uuid::from_u128(2)),
        name: "Orders".parse().unwrap(),
        placement: Placement::Global,
        release: 3,
        priority: Some(1),
        deploy_disabled: false,
        package: None,
        description: "for a test".parse().unwrap(),
        status: Status::Deployed,
        operation: Operation::of(OperationKind::Deploy, &request),
        request_number: 1,
        build: Build { id: request.build, report: Report::default() },
        application: Some(application),
        candidate: None,
        retiring: Vec::new(),
        follow_up: false,
        work_state: WorkState::default(),
        metadata: Metadata::begin(at(), &somebody()),
    }
}

/// The routes of the first deployment, which is on, in which the second is off.
fn scene() -> (Deployment, [Route; 1]) {
    let deployment = deployment(1);
    let mut route = Route::new(deployment.flow, Placement::Global);
    route.requests = 1;
    for (id, switch) in [(1, Switch::TakeOver), (2, Switch::Off)] {
        let other = super::tests::deployment(id);
        route.put(RouteEntry::new(&other, other.application.as_ref().unwrap(), Some(enabled())), switch);
    }
    (deployment, [route])
}

fn on(request: u64) -> SwitchWish {
    SwitchWish::On { beside: false, enabled: enabled(), request }
}

fn titles(deployment: &Deployment) -> Vec<&str> {
    deployment.build.report.entries.iter().map(|entry| entry.title.as_str()).collect()
}

#[test]
fn nothing_that_was_asked_for_changes_nothing() {
    let (mut deployment, mut routes) = scene();
    let before = (deployment.clone(), routes.clone());
    Wishes::default().carry_out(&mut deployment, &mut routes, &request(9));
    assert_eq!((deployment, routes), before);
}

#[test]
fn what_was_asked_to_be_off_is_off_and_its_schedule_follows() {
    for status in [Status::Deployed, Status::Failed] {
        let (mut deployment, mut routes) = scene();
        deployment.status = status;
        let wishes = Wishes { switch: Some(SwitchWish::Off), ..Wishes::default() };
        for _ in 0..2 {
            wishes.carry_out(&mut deployment, &mut routes, &request(9));
            assert!(routes[0].entries.is_empty() && deployment.follow_up);
            assert_eq!(deployment.status, status);
        }
    }
}

#[test]
fn a_priority_is_given_to_deployment_and_route() {
    for priority in [Some(7), None] {
        let (mut deployment, mut routes) = scene();
        let wishes = Wishes { priority: Some(PriorityWish { priority }), ..Wishes::default() };
        assert_eq!(wishes.priority(&deployment), priority);
        wishes.carry_out(&mut deployment, &mut routes, &request(9));
        assert_eq!((deployment.priority, routes[0].entries[0].priority), (priority, priority.unwrap_or(0)));
    }
}

#[test]
fn what_was_asked_to_be_on_is_on_unless_something_newer_is() {
    let (_, mut routes) = scene();
    let mut off = deployment(2);
    let number = routes[0].accept();
    let wishes = Wishes { switch: Some(on(number)), ..Wishes::default() };
    let mut overtaken = (off.clone(), routes.clone());
    wishes.carry_out(&mut off, &mut routes, &request(9));
    assert!(routes[0].enabled(off.id).is_some() && routes[0].entries.len() == 1);
    assert_eq!(titles(&off), [""; 0]);

    let (late, routes) = (&mut overtaken.0, &mut overtaken.1);
    routes[0].pending_operations.insert(late.id);
    routes[0].enable(deployment(1).id, Switch::TakeOver, enabled()).unwrap();
    wishes.carry_out(late, routes, &request(9));
    assert!(routes[0].enabled(late.id).is_none());
    assert_eq!(titles(late), [OVERTAKEN]);
}

#[test]
fn what_failed_is_not_switched_on_and_the_report_says_so() {
    let (_, mut routes) = scene();
    let mut failed = Deployment { status: Status::Failed, ..deployment(2) };
    let before = routes.clone();
    Wishes { switch: Some(on(5)), ..Wishes::default() }.carry_out(&mut failed, &mut routes, &request(9));
    assert_eq!((titles(&failed), &routes), (vec![NOT_DONE], &before));
    // What is on already stays on.
    let (mut failed, mut routes) = scene();
    failed.status = Status::Failed;
    Wishes { switch: Some(on(5)), ..Wishes::default() }.carry_out(&mut failed, &mut routes, &request(9));
    assert!(routes[0].enabled(failed.id).is_some() && titles(&failed).is_empty());
}

#[test]
fn where_there_is_no_room_the_report_says_so() {
    let (_, mut routes) = scene();
    for id in 11..11 + MAX_ENABLED as u128 - 1 {
        let other = deployment(id);
        routes[0].put(RouteEntry::new(&other, other.application.as_ref().unwrap(), None), Switch::Beside);
    }
    let mut late = deployment(2);
    let switch = Some(SwitchWish::On { beside: true, enabled: enabled(), request: 5 });
    Wishes { switch, ..Wishes::default() }.carry_out(&mut late, &mut routes, &request(9));
    assert_eq!((titles(&late), late.status), (vec![NOT_DONE], Status::Deployed));
}

#[test]
fn a_machine_that_was_given_up_is_made_again_by_an_operation_of_its_own() {
    let (_, mut routes) = scene();
    routes[0].retained[0].provisioned = false;
    let mut late = deployment(2);
    Wishes { switch: Some(on(5)), ..Wishes::default() }.carry_out(&mut late, &mut routes, &request(9));
    assert_eq!((late.status, late.request_number), (Status::Queued, 5));
    assert_eq!(late.operation.kind, OperationKind::Enable { beside: None });
    assert_eq!(late.operation.requested_by, somebody());
    assert!(routes[0].pending_operations.contains(&late.id));
}

#[test]
fn taking_away_is_the_next_operation_whatever_else_was_asked_for() {
    for status in [Status::Deployed, Status::Failed] {
        let (mut deployment, mut routes) = scene();
        deployment.status = status;
        let undeploy = Some(Asked { at: at(), by: somebody() });
        let wishes = Wishes { switch: Some(on(5)), undeploy, ..Wishes::default() };
        assert!(wishes.keeps_off());
        let before = routes.clone();
        wishes.carry_out(&mut deployment, &mut routes, &request(9));
        assert_eq!((deployment.status, &routes), (Status::Undeploying, &before));
        assert_eq!(deployment.operation.kind, OperationKind::Undeploy);
        assert_eq!(
            (deployment.operation.requested_by, deployment.operation.requested_at),
            (somebody(), at())
        );
    }
}

#[test]
fn what_is_asked_for_comes_back_as_it_was() {
    let undeploy = Some(Asked { at: at(), by: somebody() });
    for wishes in [
        Wishes::default(),
        Wishes { switch: Some(SwitchWish::Off), deploy_disabled: Some(false), ..Wishes::default() },
        Wishes {
            switch: Some(on(7)),
            priority: Some(PriorityWish { priority: None }),
            undeploy,
            ..Wishes::default()
        },
    ] {
        let text = serde_json::to_string(&wishes).unwrap();
        assert_eq!(serde_json::from_str::<Wishes>(&text).unwrap(), wishes, "{text}");
    }
}

#[test]
fn what_is_asked_for_tells_whether_it_will_be_on() {
    let asked = |switch| Wishes { switch, ..Wishes::default() };
    assert!(asked(None).leave_it_on(false) && !asked(None).leave_it_on(true));
    assert!(asked(Some(on(5))).leave_it_on(true) && !asked(Some(SwitchWish::Off)).leave_it_on(false));
    let enabled = Wishes { deploy_disabled: Some(false), ..Wishes::default() };
    assert!(enabled.leave_it_on(true));
    let undeploy = Wishes { undeploy: Some(Asked { at: at(), by: somebody() }), ..asked(Some(on(5))) };
    assert!(!undeploy.leave_it_on(false));
}
