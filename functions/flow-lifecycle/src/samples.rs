//! Flow deployments and routes for tests.

use domain::deployment::{Application, Build, Deployment, Operation, OperationKind, Request};
use domain::flow::Trigger;
use domain::ids::{BuildId, DeploymentId, FlowId, IntegrationId, OperationId};
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal, Timestamp};
use domain::payload::Payload;
use domain::placement::Placement;
use domain::report::Report;
use domain::route::{Enabled, Route};
use domain::work::WorkState;
use uuid::Uuid;

/// When everything here happened.
pub(crate) fn at() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

/// Who switches on.
pub(crate) fn enabled() -> Enabled {
    Enabled { at: at(), by: Principal::system("tests") }
}

/// An application of the build of that number.
pub(crate) fn application(build: u128) -> Application {
    Application {
        build: BuildId::new(Uuid::from_u128(build)),
        state_machine: format!("machine-{build}"),
        express: false,
        trigger: Trigger::None,
        bundle: Payload::of(b"{}"),
    }
}

/// One that serves everywhere, with an application of the same number.
pub(crate) fn deployment(id: u128) -> Deployment {
    let by = Principal::system("tests");
    let build = BuildId::new(Uuid::from_u128(id));
    let request =
        Request { operation: OperationId::new(Uuid::from_u128(id)), build, at: at(), by: by.clone() };
    Deployment {
        id: DeploymentId::new(Uuid::from_u128(id)),
        flow: FlowId::new(Uuid::from_u128(1)),
        integration: IntegrationId::new(Uuid::from_u128(2)),
        name: "Orders".parse().unwrap(),
        placement: Placement::Global,
        release: 3,
        priority: None,
        deploy_disabled: false,
        package: None,
        description: "for a test".parse().unwrap(),
        status: Status::Deployed,
        operation: Operation::of(OperationKind::Redeploy { in_place: false }, &request),
        build: Build { id: build, report: Report::default() },
        application: Some(application(id)),
        candidate: None,
        retiring: Vec::new(),
        request_number: 0,
        follow_up: false,
        work_state: WorkState::default(),
        metadata: Metadata::begin(at(), &by),
    }
}

/// The route of the same flow in the same place, which leads nowhere.
pub(crate) fn route() -> Route {
    Route::new(FlowId::new(Uuid::from_u128(1)), Placement::Global)
}
