//! Small entities, each valid and unlike every other.

use domain::client::{ApiClient, ClientKind, Credential};
use domain::connector::{
    Connector, ConnectorStaged, ConnectorStatus, Creator, Previewable, Profile, Repository, Specification,
};
use domain::connector_deployment::{
    self, Configuration, ConnectorDeployment, DeployedConnector, DeploymentType, MintedClient,
};
use domain::deployment::{Application, Build, Deployment, Operation, OperationKind, Request};
use domain::environment::{Environment, EnvironmentType};
use domain::flow::{Content, Flow, FlowKind, NewestRelease, Trigger};
use domain::ids::{
    ApiClientId, BuildId, ConnectorDeploymentId, ConnectorId, DeploymentId, EnvironmentId, FlowId,
    IntegrationId, OperationId, RunId,
};
use domain::integration::Integration;
use domain::lifecycle::Status;
use domain::metadata::{Metadata, Principal, Timestamp};
use domain::payload::{Digest, Payload};
use domain::placement::Placement;
use domain::release::Release;
use domain::report::Report;
use domain::route::Enabled;
use domain::run::{Run, RunTrigger};
use domain::scope::{Scope, Scopes};
use domain::text::Name;
use domain::work::WorkState;
use store::ProjectStore;
use uuid::Uuid;

/// The tests' morning, and so many seconds more.
pub(crate) fn moment(seconds: i64) -> Timestamp {
    "2026-11-20T10:00:00Z".parse::<Timestamp>().unwrap().plus_seconds(seconds)
}

pub(crate) fn someone() -> Principal {
    Principal::system("tests")
}

fn metadata() -> Metadata {
    Metadata::begin(moment(0), &someone())
}

pub(crate) fn payload(text: &str) -> Payload {
    Payload::of(text.as_bytes())
}

pub(crate) fn environment() -> Environment {
    Environment {
        id: EnvironmentId::new(Uuid::new_v4()),
        key: None,
        name: "Staging".parse().unwrap(),
        position: 1,
        environment_type: EnvironmentType::default(),
        execution_role: None,
        labels: std::collections::BTreeSet::new(),
        variables: std::collections::BTreeMap::new(),
        last_secret_version: 0,
        metadata: metadata(),
    }
}

pub(crate) fn environment_with_key(key: &str) -> Environment {
    Environment { key: Some(key.parse().unwrap()), ..environment() }
}

pub(crate) fn integration() -> Integration {
    Integration {
        id: IntegrationId::new(Uuid::new_v4()),
        key: None,
        name: "Orders".parse().unwrap(),
        description: None,
        built_in: false,
        metadata: metadata(),
    }
}

pub(crate) fn flow(integration: &Integration) -> Flow {
    let content = Content { definition: Some(payload("{}")), trigger: Trigger::None };
    Flow {
        id: FlowId::new(Uuid::new_v4()),
        key: None,
        integration: integration.id,
        name: "Import orders".parse().unwrap(),
        description: None,
        kind: FlowKind::Flow,
        working: content.clone(),
        saved: Some(content),
        released: None,
        metadata: metadata(),
    }
}

pub(crate) fn api_client() -> (ApiClient, Credential) {
    let id = ApiClientId::new(Uuid::new_v4());
    let scopes = Scopes([Scope::ManageProject].into());
    let kind = ClientKind::ApiKey;
    let (name, environment): (Name, _) = ("CI".parse().unwrap(), None);
    let called = Some(name.clone());
    let client = ApiClient { id, name, kind, scopes: scopes.clone(), environment, metadata: metadata() };
    let (project, secret_hash) = ("acme".parse().unwrap(), Digest::of(b"secret"));
    (client, Credential { client: id, project, kind, secret_hash, scopes, environment, name: called })
}

/// The next release of `flow`, and the flow that counts it.
pub(crate) fn next_release(flow: &Flow) -> (Release, Flow) {
    let number = flow.next_release();
    let release = Release {
        flow: flow.id,
        number,
        description: "As it is".parse().unwrap(),
        kind: flow.kind,
        trigger: Trigger::None,
        definition_digest: Digest::of(b"{}"),
        payload: payload(&number.to_string()),
        created_at: moment(i64::from(number)),
        created_by: someone(),
    };
    let mut counted = flow.clone();
    counted.released = Some(NewestRelease { number, content: flow.working.clone() });
    counted.metadata.touch(moment(1), &someone());
    (release, counted)
}

/// Who switched something on, so many seconds after the tests' morning.
pub(crate) fn enabled(seconds: i64) -> Enabled {
    Enabled { at: moment(seconds), by: someone() }
}

pub(crate) fn deployment(flow: &Flow, environment: &Environment) -> Deployment {
    deployment_in(flow, environment.id.into())
}

pub(crate) fn deployment_in(flow: &Flow, placement: Placement) -> Deployment {
    let request = request();
    Deployment {
        id: DeploymentId::new(Uuid::new_v4()),
        flow: flow.id,
        integration: flow.integration,
        name: flow.name.clone(),
        placement,
        release: 1,
        priority: None,
        deploy_disabled: false,
        package: None,
        description: "First try".parse().unwrap(),
        status: Status::Queued,
        operation: Operation::of(OperationKind::Deploy, &request),
        build: Build { id: request.build, report: Report::default() },
        application: None,
        candidate: None,
        retiring: Vec::new(),
        request_number: 0,
        follow_up: false,
        work_state: WorkState::default(),
        metadata: metadata(),
    }
}

pub(crate) fn request() -> Request {
    let (operation, build) = (OperationId::new(Uuid::new_v4()), BuildId::new(Uuid::new_v4()));
    Request { operation, build, at: moment(0), by: someone() }
}

/// What a build of `deployment` provisions.
pub(crate) fn application(deployment: &Deployment) -> Application {
    let build = deployment.build.id;
    let state_machine = format!("arn:aws:states:eu-central-1:000000000000:stateMachine:slipway-{build}");
    Application { build, state_machine, express: false, trigger: Trigger::None, bundle: payload("bundle") }
}

pub(crate) fn run(deployment: &Deployment) -> Run {
    Run {
        id: RunId::new(Uuid::new_v4()),
        flow: deployment.flow,
        placement: deployment.placement,
        deployment: deployment.id,
        release: deployment.release,
        state_machine: application(deployment).state_machine,
        trigger: RunTrigger::Manual,
        started_at: moment(0),
        started_by: someone(),
        result: None,
    }
}

/// An integration with a flow, and an environment, all stored.
pub(crate) async fn workshop(project: &ProjectStore) -> (Integration, Flow, Environment) {
    let (integration, environment) = (integration(), environment());
    let flow = flow(&integration);
    project.create(&integration).await.unwrap();
    project.create_flow(&flow).await.unwrap();
    project.create(&environment).await.unwrap();
    (integration, flow, environment)
}

/// A connector that this project has staged.
pub(crate) fn staged(project: &ProjectStore) -> ConnectorStaged {
    ConnectorStaged {
        id: ConnectorId::new(Uuid::new_v4()),
        key: None,
        owner: project.project().clone(),
        profile: profile(),
        specification: Specification::default(),
        package: payload("package"),
        private: true,
        private_projects: Vec::new(),
        comments: Vec::new(),
        status: ConnectorStatus::Draft,
        previewable: Previewable::None,
        previewable_report: None,
        publishing_report: None,
        already_listed: false,
        has_changes: false,
        operation: None,
        work_state: WorkState::default(),
        metadata: metadata(),
    }
}

pub(crate) fn staged_with_key(project: &ProjectStore, key: &str) -> ConnectorStaged {
    ConnectorStaged { key: Some(key.parse().unwrap()), ..staged(project) }
}

fn profile() -> Profile {
    let creator = Creator {
        email: "dev@acme.example".parse().unwrap(),
        name: None,
        title: None,
        company: None,
        logo_url: None,
        support_url: None,
        no_of_contributors: None,
    };
    let repository = Repository {
        url: "https://git.acme.example/acme/tax.git".parse().unwrap(),
        tag: "v1".parse().unwrap(),
    };
    Profile {
        name: "Orders".parse().unwrap(),
        description: "".parse().unwrap(),
        integration_types: Vec::new(),
        creator,
        repository,
        supported_regions: Vec::new(),
        documentation_url: None,
    }
}

/// What is published from `staged`, in place of `before`.
pub(crate) fn published(staged: &ConnectorStaged, before: Option<&Connector>) -> Connector {
    Connector::publish(staged, before, false, moment(2), &someone())
}

/// `staged`, deployed by a project.
pub(crate) fn connector_deployment(staged: &ConnectorStaged) -> ConnectorDeployment {
    let request = request();
    ConnectorDeployment {
        id: ConnectorDeploymentId::new(Uuid::new_v4()),
        key: None,
        kind: DeploymentType::Preview,
        connector: deployed(staged),
        global: Configuration::default(),
        api_client: None,
        deployed_region: "eu-central-1.aws".parse().unwrap(),
        applications: Vec::new(),
        leaving: Vec::new(),
        last_secret_version: 0,
        status: Status::Queued,
        operation: Operation {
            id: request.operation,
            kind: connector_deployment::OperationKind::Deploy,
            requested_at: request.at,
            requested_by: request.by,
        },
        build: Build { id: request.build, report: Report::default() },
        retiring: Vec::new(),
        work_state: WorkState::default(),
        metadata: metadata(),
    }
}

fn deployed(staged: &ConnectorStaged) -> DeployedConnector {
    DeployedConnector {
        id: staged.id,
        key: staged.key.clone(),
        version: staged.metadata.version,
        owner: staged.owner.clone(),
        staged: true,
        certified: false,
        profile: staged.profile.clone(),
        specification: staged.specification.clone(),
        package: staged.package.clone(),
    }
}

/// Gives a deployment an API client of its own.
pub(crate) fn mint(deployment: &mut ConnectorDeployment) -> (ApiClient, Credential) {
    let (client, credential) = api_client();
    let (scopes, granted) = (vec!["manage_orders".to_owned()], client.scopes.clone());
    deployment.api_client = Some(MintedClient { client: client.id, scopes, granted, secret_version: 1 });
    (client, credential)
}
