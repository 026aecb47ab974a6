//! What is stored, of every kind and in every form, the same each time.

use domain::client::{ApiClient, ClientKind, Credential};
use domain::connector::{
    CertificationComment, ConnectorStaged, ConnectorStatus, Previewable, Specification, StagedOperation,
    StagedOperationKind,
};
use domain::connector_deployment::{
    self, Application as Hosting, Configuration, ConnectorDeployment, DeploymentType, Hosted, MintedClient,
    Place, Retired,
};
use domain::deployment::{Arrival, Build, Deployment, Operation, OperationKind, Request};
use domain::environment::{Environment, EnvironmentType};
use domain::flow::{Content, Flow, FlowKind, Trigger};
use domain::ids::{
    ApiClientId, ApplicationId, BuildId, ConnectorDeploymentId, ConnectorId, DeploymentId, EnvironmentId,
    FlowId, OperationId, PackageDeploymentId, PackageId, RepositoryHostId, RunId,
};
use domain::integration::Integration;
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal};
use domain::package::{
    MemberDeployment, Package, PackageDeployment, PackageMember, PackageOperation, Verdict,
};
use domain::payload::Digest;
use domain::placement::Placement;
use domain::report::{Entry, EntryType, Report};
use domain::report_code::ReportCode;
use domain::repository_host::RepositoryHost;
use domain::run::{Run, RunError, RunResult, RunStatus, RunTrigger};
use domain::scope::{Scope, Scopes};
use domain::signing::RingKey;
use domain::text::{TokenHeader, VariableName};
use domain::wishes::{Asked, PriorityWish, SwitchWish, Wishes};
use domain::work::{Progress, WorkState};
use store::SealedVariable;

use super::id;
use crate::local::Local;
use crate::samples::{self, moment, someone};

const ENVELOPE: &str = r#"{"keyId":"alias/slipway","wrappedKey":"d3JhcHBlZA==","sealed":"c2VhbGVk"}"#;

const CONNECT_YAML: &str = include_str!("../../../../domain/tests/connect_yaml/fixtures/every-kind.yaml");

pub(super) fn metadata() -> Metadata {
    Metadata::begin(moment(0), &client_principal())
}

pub(super) fn client_principal() -> Principal {
    Principal::client(ApiClientId::new(id(1)), Some("CI".parse().unwrap()))
}

pub(super) fn digest() -> Digest {
    Digest::of(b"valid")
}

pub(super) fn request(number: u128) -> Request {
    let (operation, build) = (OperationId::new(id(0x100 + number)), BuildId::new(id(0x200 + number)));
    Request { operation, build, at: moment(0), by: someone() }
}

pub(super) fn report() -> Report {
    let mut report = Report::default();
    report.add(Entry {
        entry_type: EntryType::Warning,
        code: None,
        title: "Not checked".to_owned(),
        message: Some("Nothing was there to check".to_owned()),
        application: Some("prices".to_owned()),
        created_at: moment(1),
    });
    report.add(Entry {
        entry_type: EntryType::Error,
        code: Some(ReportCode::ConfigurationIncomplete),
        title: ReportCode::ConfigurationIncomplete.title().to_owned(),
        message: None,
        application: None,
        created_at: moment(2),
    });
    report
}

pub(super) fn client(
    number: u128,
    kind: ClientKind,
    environment: Option<EnvironmentId>,
) -> (ApiClient, Credential) {
    let (client, credential) = samples::api_client();
    let client_id = ApiClientId::new(id(number));
    let scopes = Scopes([Scope::ManageProject].into());
    (
        ApiClient { id: client_id, kind, environment, scopes: scopes.clone(), ..client },
        Credential { client: client_id, kind, environment, scopes, ..credential },
    )
}

pub(super) fn environments() -> Vec<Environment> {
    let mut full = Environment {
        id: EnvironmentId::new(id(10)),
        environment_type: EnvironmentType::Live,
        execution_role: Some("arn:aws:iam::123456789012:role/slipway-flows/staging".parse().unwrap()),
        labels: ["shop".parse().unwrap()].into(),
        ..samples::environment_with_key("staging")
    };
    full.set_plain("endpoint".parse().unwrap(), "https://api.acme.example".into()).unwrap();
    full.set_secured("token".parse().unwrap()).unwrap();
    vec![full, Environment { id: EnvironmentId::new(id(11)), ..samples::environment() }]
}

pub(super) fn flows(integration: &Integration) -> Vec<Flow> {
    let job =
        Trigger::Job { schedule: "*/5 * * * *".parse().unwrap(), timezone: "Europe/Berlin".parse().unwrap() };
    let triggers =
        [(FlowKind::Flow, Trigger::None), (FlowKind::Flow, job), (FlowKind::Api, Trigger::Service)];
    let mut flows: Vec<Flow> = (20..)
        .zip(triggers)
        .map(|(number, (kind, trigger))| {
            let content = Content { definition: Some(samples::payload("{}")), trigger };
            let sample = samples::flow(integration);
            Flow {
                id: FlowId::new(id(number)),
                kind,
                working: content.clone(),
                saved: Some(content),
                ..sample
            }
        })
        .collect();
    flows[1].key = Some("nightly".parse().unwrap());
    flows[1].description = Some("Every five minutes".parse().unwrap());
    flows[2].working.definition = None;
    flows[2].saved = None;
    flows
}

/// A deployment for every kind of operation, in several states.
pub(super) fn deployments(flow: &Flow, environments: &[Environment]) -> Vec<Deployment> {
    let (here, there) = (Placement::from(environments[0].id), Placement::Global);
    let kinds = [
        OperationKind::Deploy,
        OperationKind::Deploy,
        OperationKind::Redeploy { in_place: true },
        OperationKind::Rollback { to: Some(DeploymentId::new(id(30))) },
        OperationKind::Enable { beside: Some(moment(3)) },
        OperationKind::Move { from: here, to: there, arrival: Arrival::Beside(moment(4)) },
        OperationKind::Undeploy,
    ];
    let sample = |(number, kind): (u128, OperationKind)| {
        let request = request(number);
        Deployment {
            id: DeploymentId::new(id(number)),
            operation: Operation::of(kind, &request),
            build: Build { id: request.build, report: Report::default() },
            ..samples::deployment_in(flow, here)
        }
    };
    let mut deployments: Vec<Deployment> = (30..).zip(kinds).map(sample).collect();
    let statuses =
        [Status::Deploying, Status::Failed, Status::Deployed, Status::UndeployFailed, Status::Undeploying];
    for (deployment, status) in deployments.iter_mut().skip(2).zip(statuses) {
        deployment.status = status;
    }
    let last = &mut deployments[6];
    last.placement = there;
    last.priority = Some(-5);
    last.deploy_disabled = true;
    last.package = Some(PackageId::new(id(50)));
    last.retiring = vec!["arn:aws:states:eu-central-1:000000000000:stateMachine:old".to_owned()];
    last.candidate = Some(samples::application(last));
    last.build.report = report();
    last.work_state = WorkState {
        attempts: 2,
        last_cause: Some("the table did not answer".to_owned()),
        throttled: 1,
        resume_at: Some(moment(30)),
        ..WorkState::default()
    };
    last.work_state.take("worker", moment(2), 60);
    last.work_state.progress = Some(Progress { step: 2, at: moment(2) });
    deployments
}

pub(super) fn runs(deployment: &Deployment) -> Vec<Run> {
    let results = [
        None,
        Some(RunResult::succeeded(Some(r#"{"a":1.10}"#), Some(moment(9)))),
        Some(RunResult {
            status: RunStatus::Failed,
            stopped_at: Some(moment(9)),
            output: None,
            error: Some(RunError { error: "States.TaskFailed".to_owned(), cause: Some("no".to_owned()) }),
        }),
    ];
    let triggers = [RunTrigger::Manual, RunTrigger::Service, RunTrigger::Job];
    let run = |(number, (result, trigger))| Run {
        id: RunId::new(id(number)),
        result,
        trigger,
        started_by: client_principal(),
        ..samples::run(deployment)
    };
    (40..).zip(results.into_iter().zip(triggers)).map(run).collect()
}

pub(super) fn package(flow: &Flow) -> (Package, PackageDeployment) {
    let member = PackageMember { flow: flow.id, release: 1, priority: Some(5) };
    let package = Package {
        id: PackageId::new(id(50)),
        name: "June".parse().unwrap(),
        notes: Some("Everything".to_owned()),
        members: vec![member],
        was_deployed: true,
        metadata: metadata(),
    };
    let request = request(51);
    let made =
        MemberDeployment { member, deployment: DeploymentId::new(id(52)), request_number: 0, made: false };
    let deployment = PackageDeployment {
        id: PackageDeploymentId::new(id(51)),
        package: package.id,
        placement: Placement::Global,
        members: vec![made],
        status: Status::Queued,
        made: false,
        verdict: Some(Verdict::Switched),
        operation: Operation::of(PackageOperation::Deploy, &request),
        build: Build { id: request.build, report: report() },
        work_state: WorkState::default(),
        metadata: metadata(),
    };
    (package, deployment)
}

pub(super) fn staged(local: &Local) -> Vec<ConnectorStaged> {
    let full = ConnectorStaged {
        id: ConnectorId::new(id(60)),
        specification: Specification::parse(CONNECT_YAML).unwrap(),
        private_projects: vec!["eu-central-1.aws:other".parse().unwrap()],
        comments: vec![CertificationComment {
            user_id: "somebody".to_owned(),
            datetime: moment(1),
            comment: "Looks good".parse().unwrap(),
        }],
        previewable: Previewable::True,
        previewable_report: Some(report()),
        publishing_report: Some(report()),
        has_changes: true,
        ..samples::staged_with_key(&local.project, "tax")
    };
    let busy = ConnectorStaged {
        id: ConnectorId::new(id(61)),
        status: ConnectorStatus::Processing,
        previewable: Previewable::Pending,
        operation: Some(StagedOperation {
            id: OperationId::new(id(62)),
            kind: StagedOperationKind::Preview,
            then: vec![StagedOperationKind::Publish { certification: true }],
            requested_at: moment(1),
        }),
        ..samples::staged(&local.project)
    };
    vec![full, busy]
}

pub(super) fn connector_deployment(staged: &ConnectorStaged, client: &ApiClient) -> ConnectorDeployment {
    let request = request(70);
    let hosted = |place| Hosted { build: request.build, place };
    let arn = |name: &str| format!("arn:aws:states:eu-central-1:000000000000:stateMachine:{name}");
    let places = [
        Place::Service { machine: arn("service"), endpoint: "/prices".to_owned() },
        Place::Job { machine: arn("job"), schedule: "@daily".parse().unwrap() },
        Place::Event {
            machine: arn("event"),
            topic: "arn:aws:sns:eu-central-1:000000000000:slipway".to_owned(),
        },
        Place::Files { package: samples::payload("files") },
    ];
    let application = |(number, place): (u128, Place)| Hosting {
        id: ApplicationId::new(id(number)),
        name: format!("app{number}").parse().unwrap(),
        configuration: Configuration {
            standard: [("TIER".parse().unwrap(), "gold".to_owned())].into(),
            secured: [("TOKEN".parse().unwrap(), 1)].into(),
        },
        schedule: Some("@hourly".parse().unwrap()),
        retry_policy: Some(domain::connector::RetryPolicy::Immediate),
        candidate: Some(hosted(place.clone())),
        hosted: Some(hosted(place)),
    };
    let kind = connector_deployment::OperationKind::Redeploy { skip_scripts: true };
    let sample = samples::connector_deployment(staged);
    ConnectorDeployment {
        id: ConnectorDeploymentId::new(id(70)),
        key: Some("tax-live".parse().unwrap()),
        kind: DeploymentType::Production,
        api_client: Some(MintedClient {
            client: client.id,
            scopes: vec!["manage_orders".to_owned()],
            granted: client.scopes.clone(),
            secret_version: 1,
        }),
        applications: (71..).zip(places).map(application).collect(),
        last_secret_version: 1,
        operation: Operation::of(kind, &request),
        build: Build { id: request.build, report: report() },
        retiring: vec![
            Retired::Machine(arn("old")),
            Retired::Topic("arn:aws:sns:eu-central-1:000000000000:old".to_owned()),
            Retired::Schedule(id(79).to_string()),
        ],
        ..sample
    }
}

pub(super) fn key(number: u128) -> RingKey {
    RingKey { id: id(number), sealed: ENVELOPE.to_owned(), created_at: moment(0), verifies_until: None }
}

pub(super) fn sealed(name: &str) -> SealedVariable {
    let name: VariableName = name.parse().unwrap();
    SealedVariable { name, version: 1, envelope: ENVELOPE.to_owned() }
}

pub(super) fn host(local: &Local) -> RepositoryHost {
    let host = "git.acme.example".parse().unwrap();
    RepositoryHost {
        id: RepositoryHostId::of_host(local.project.project(), &host),
        key: Some("git".parse().unwrap()),
        host,
        archive_url: "https://git.acme.example/{path}/{tag}.tar.gz".parse().unwrap(),
        token_header: TokenHeader::authorization(),
        token: Some(1),
        last_token_version: 1,
        metadata: metadata(),
    }
}

pub(super) fn wishes() -> Wishes {
    Wishes {
        switch: Some(SwitchWish::On { beside: true, enabled: samples::enabled(6), request: 7 }),
        priority: Some(PriorityWish { priority: Some(3) }),
        deploy_disabled: Some(true),
        undeploy: Some(Asked { at: moment(8), by: client_principal() }),
    }
}
