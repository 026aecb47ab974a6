//! What an operation needs to be called for real: an entity to point at, and a body that it takes.

use std::collections::BTreeMap;

use api::operation::Route;
use api::{Method, Operation};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{
    Archive, Deployment, Environment, Flow, Project, Repository, StagedConnector, configured, definitions,
};

/// A call of an operation that its project's administrator may make, once.
#[derive(Debug)]
pub(super) struct Specimen {
    /// The path below the project.
    pub(super) path: String,
    /// The body; `null` when the operation takes none.
    pub(super) body: Value,
    /// Whether the body names entities of the project.
    pub(super) refers: bool,
    /// The id of the environment that it is about, if it is about one.
    pub(super) environment: Option<String>,
}

impl Specimen {
    /// Makes whatever `operation` needs in `project`. A new resource needs an arm here.
    pub(super) async fn of(operation: &Operation, project: &Project) -> Self {
        let route = operation.route().unwrap();
        let made = match operation.crate_name() {
            "api-clients" => client(project).await,
            "connectors" => connector(project).await,
            "deployments" => connector_deployment(project).await,
            "environments" => environment(project).await,
            "flow-deployments" => deployment(project).await,
            "flow-versions" => version_deployment(project).await,
            "flows" => flow(project).await,
            "integrations" => integration(project).await,
            "packages" => package(project, route).await,
            "projects" => Made::new([], Value::Null),
            "releases" => release(project).await,
            "repository-hosts" => repository_host(project).await,
            "runs" => run(project).await,
            "staged-connectors" => staged_connector(project).await,
            "triggers" => trigger(project).await,
            resource => panic!("no specimen for {resource}: add one to tests/matrix/specimens.rs"),
        };
        let body = match (route.body, route.versioned) {
            (None, _) => Value::Null,
            (Some(_), true) => json!({ "version": 1, "actions": [] }),
            // What is not named stays as it is.
            (Some(_), false) if route.method == Method::Put => json!({}),
            (Some(_), false) => made.body,
        };
        let path = filled(route, |name| made.parameters.get(name).cloned());
        Self { path, refers: made.refers && !body.is_null(), body, environment: made.environment }
    }
}

/// The path of a route below its project, with a well-formed value for every parameter that nothing is known of.
pub(super) fn unknown(route: &Route) -> String {
    filled(route, |name| {
        let value = match name {
            "number" => "1",
            "flow_version" => "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10.1",
            _ => "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10",
        };
        Some(value.to_owned())
    })
}

fn filled(route: &Route, value: impl Fn(&str) -> Option<String>) -> String {
    let mut path = route.path.strip_prefix("/{projectKey}").unwrap_or(route.path).to_owned();
    for name in route.path_parameters().into_iter().filter(|name| *name != "projectKey") {
        let value = value(name).unwrap_or_else(|| {
            panic!("no value for {{{name}}} of {}: add one to tests/matrix/specimens.rs", route.path)
        });
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    path
}

/// What there is of a resource.
struct Made {
    /// Values for the parameters of its paths.
    parameters: BTreeMap<&'static str, String>,
    /// A body for the operation that makes another.
    body: Value,
    refers: bool,
    environment: Option<String>,
}

impl Made {
    fn new<const N: usize>(parameters: [(&'static str, &str); N], body: Value) -> Self {
        let parameters = parameters.map(|(name, value)| (name, value.to_owned()));
        Self { parameters: BTreeMap::from(parameters), body, refers: false, environment: None }
    }

    /// It is in an environment, or about one.
    fn within(self, environment: &str) -> Self {
        Self { environment: Some(environment.to_owned()), ..self }
    }

    /// Its body names entities.
    fn referring(self) -> Self {
        Self { refers: true, ..self }
    }
}

async fn client(project: &Project) -> Made {
    let id = project.api_client("apiKey", &["view_runs"]).await.id();
    Made::new(
        [("id", &id)],
        json!({
            "name": "CI", "kind": "apiKey", "scopes": ["manage_api_clients"], "environment": null,
        }),
    )
}

async fn environment(project: &Project) -> Made {
    let id = project.post("/environments", json!({ "name": "Staging" })).await.expect(201).id();
    Made::new([("id", &id)], json!({ "name": "Another" })).within(&id)
}

async fn integration(project: &Project) -> Made {
    let id = project.post("/integrations", json!({ "name": "Orders" })).await.expect(201).id();
    Made::new([("id", &id)], json!({ "name": "Another" }))
}

async fn flow(project: &Project) -> Made {
    let flow = project.flow(definitions::greeting()).await;
    Made::new([("id", &flow.id)], json!({ "name": "Another" }))
}

async fn release(project: &Project) -> Made {
    let flow = project.flow(definitions::greeting()).await.saved().await;
    let number = flow.release("first").await.to_string();
    Made::new([("id", &flow.id), ("number", &number)], json!({ "description": "another" }))
}

async fn deployment(project: &Project) -> Made {
    let (flow, environment, deployment) = deployed(project).await;
    let draft =
        json!({ "flow": flow.id, "release": 1, "environment": environment.id, "description": "another" });
    Made::new([("id", &deployment.id)], draft).referring().within(&environment.id)
}

async fn version_deployment(project: &Project) -> Made {
    let (flow, environment, deployment) = deployed(project).await;
    let version = format!("{}.1", flow.id);
    let draft = json!({ "flow_version_id": version, "virtual_environment_id": environment.id });
    let made = Made::new([("flow_version", &version), ("deployment", &deployment.id)], draft);
    made.referring().within(&environment.id)
}

/// A package; it is deployed for operations that want one that is.
async fn package(project: &Project, route: &Route) -> Made {
    let flow = project.flow(definitions::greeting()).await.saved().await;
    let version = format!("{}.{}", flow.id, flow.release("first").await);
    let draft = json!({ "name": "Spring", "flow_versions": [{ "flow_version_id": version }] });
    let id = project.post("/api/v1/packages", draft.clone()).await.expect(200).text("/data/id");
    if !route.path.contains("/deployments") {
        return Made::new([("id", &id)], draft).referring();
    }
    let environment = project.post("/environments", json!({ "name": "Staging" })).await.expect(201).id();
    let draft = json!({ "virtual_environment_id": environment });
    let deployments = format!("/api/v1/packages/{id}/deployments");
    let deployment = project.post(&deployments, draft.clone()).await.expect(200).text("/data/id");
    project.at_rest(&format!("{deployments}/{deployment}")).await;
    Made::new([("id", &id), ("deployment", &deployment)], draft).referring().within(&environment)
}

async fn run(project: &Project) -> Made {
    let (flow, environment, _) = deployed(project).await;
    let run = flow.run(&environment, json!({})).await.id();
    Made::new([("id", &run)], json!({ "flow": flow.id, "environment": environment.id }))
        .referring()
        .within(&environment.id)
}

async fn repository_host(project: &Project) -> Made {
    // A project has a host once, and several operations want one.
    let host = || {
        let name = format!("git-{}.example", Uuid::new_v4().simple());
        json!({ "host": name, "archiveUrl": format!("https://{name}/{{path}}/{{tag}}.tar.gz") })
    };
    let id = project.post("/repository-hosts", host()).await.expect(201).id();
    Made::new([("id", &id)], host())
}

async fn staged_connector(project: &Project) -> Made {
    let (repository, staged) = staged(project).await;
    let draft = json!({
        "name": "Another",
        "creator": { "email": "dev@acme.example" },
        "repository": repository.at("v1"),
    });
    Made::new([("id", &staged.id)], draft)
}

async fn connector(project: &Project) -> Made {
    let (_, staged) = staged(project).await;
    Made::new([("id", &staged.published().await.id)], Value::Null)
}

async fn connector_deployment(project: &Project) -> Made {
    let (_, staged) = staged(project).await;
    let staged = staged.published().await;
    let applications = json!([configured("greeter", &[], &[])]);
    let deployment = staged.deploy(applications.clone()).await;
    Made::new([("id", &deployment.id)], staged.draft(applications))
}

/// A connector with one service, staged.
async fn staged(project: &Project) -> (Repository, StagedConnector<'_>) {
    let specification =
        "deployAs:\n  - name: greeter\n    applicationType: service\n    endpoint: /greeter\n";
    let repository = Repository::of(project).await;
    repository.push("v1", &Archive::of(specification).flow("greeter", &definitions::greeting()));
    let staged = StagedConnector::of(project, &repository, "v1").await;
    (repository, staged)
}

async fn trigger(project: &Project) -> Made {
    let (flow, environment, _) = deployed(project).await;
    Made::new([("environment", &environment.id), ("flow", &flow.id)], json!({})).within(&environment.id)
}

/// A flow that can be called, where it is deployed.
async fn deployed(project: &Project) -> (Flow<'_>, Environment, Deployment<'_>) {
    let made = project.post("/environments", json!({ "name": "Staging" })).await.expect(201);
    let environment = Environment { id: made.id() };
    let flow = project.flow_with(json!({ "trigger": { "type": "service" } })).await.saved().await;
    let deployment = flow.deploy(flow.release("first").await, &environment).await;
    (flow, environment, deployment)
}
