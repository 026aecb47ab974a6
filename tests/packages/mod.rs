//! Packages: versions of several flows that are deployed together, all of them or none.

mod deploying;
mod failing;
mod keeping;
mod racing;
mod rules;

use std::cell::Cell;
use std::ops::Deref;

use futures::future::{join, join_all};
use serde_json::{Value, json};

use crate::harness::{Answer, Environment, Flow, Project, definitions, plain};

/// Flows that say, when they are called, which version of them answers. They have two versions, and a third that needs
/// a variable that is not there: `signature`.
#[derive(Debug)]
struct Shelf<'p> {
    project: &'p Project,
    flows: Vec<Flow<'p>>,
    staging: Environment,
}

/// A package that exists.
#[derive(Debug)]
struct Package<'p> {
    project: &'p Project,
    id: String,
}

impl<'p> Shelf<'p> {
    async fn of(project: &'p Project, count: usize) -> Self {
        let staging = project.environment("staging", &[plain("word", "hello")]).await;
        let flows = join_all((0..count).map(|place| Self::flow(project, place))).await;
        Self { project, flows, staging }
    }

    async fn flow(project: &'p Project, place: usize) -> Flow<'p> {
        let members = json!({ "name": format!("Flow {place}"), "kind": "api" });
        let flow = project.flow_with(members).await;
        for output in [
            json!({ "version": 1 }),
            json!({ "version": 2, "place": place }),
            json!({ "version": 3, "signature": "${signature}" }),
        ] {
            flow.save_as(definitions::putting_out(output)).await;
            flow.release("for a package").await;
        }
        flow
    }

    /// Deploys the first version of every flow in staging, the usual way.
    async fn with_first_versions_on(self) -> Self {
        join_all(self.flows.iter().map(|flow| flow.deploy(1, &self.staging))).await;
        self
    }

    /// The members of a package that has this version of each flow.
    fn members(&self, versions: &[u64]) -> Vec<Value> {
        let member = |(flow, number): (&Flow<'_>, &u64)| json!({ "flow_version_id": flow.version(*number) });
        self.flows.iter().zip(versions).map(member).collect()
    }

    /// A package of this version of each flow.
    async fn package(&self, versions: &[u64]) -> Package<'p> {
        Package::of(self.project, self.members(versions)).await
    }

    /// Which version answers for a flow at a place: an environment's id, or `global`. `null` where none does.
    async fn answer(&self, flow: &Flow<'_>, place: &str) -> Value {
        let answer = self.project.post(&format!("/triggers/{place}/{}", flow.id), json!({})).await;
        match answer.status {
            404 => Value::Null,
            _ => answer.expect(200)["version"].clone(),
        }
    }

    /// Which version of each flow answers in staging, asked one after the other.
    async fn answers(&self) -> Vec<Value> {
        self.answers_at(&self.staging.id).await
    }

    /// What comes of some work, and what the flows answered in staging meanwhile and right afterwards, one after the
    /// other.
    async fn meanwhile<T>(&self, work: impl Future<Output = T>) -> (T, Vec<Value>) {
        let done = Cell::new(false);
        let working = async {
            let came_of_it = work.await;
            done.set(true);
            came_of_it
        };
        let watching = async {
            let mut seen = self.answers().await;
            while !done.get() {
                seen.extend(self.answers().await);
            }
            seen.extend(self.answers().await);
            seen
        };
        join(working, watching).await
    }

    async fn answers_at(&self, place: &str) -> Vec<Value> {
        let mut answers = Vec::new();
        for flow in &self.flows {
            answers.push(self.answer(flow, place).await);
        }
        answers
    }
}

/// Whatever is asked of a package's path is asked by the administrator of its project.
impl Deref for Package<'_> {
    type Target = Project;

    fn deref(&self) -> &Project {
        self.project
    }
}

impl<'p> Package<'p> {
    async fn of(project: &'p Project, members: Vec<Value>) -> Self {
        let draft = json!({ "name": "Spring", "notes": "what goes out in spring", "flow_versions": members });
        let made = project.post("/api/v1/packages", draft).await.expect(200);
        Self { project, id: made.text("/data/id") }
    }

    fn path(&self) -> String {
        format!("/api/v1/packages/{}", self.id)
    }

    async fn read(&self) -> Answer {
        self.project.get(&self.path()).await.expect(200)
    }

    async fn change(&self, members: Value) -> Answer {
        self.project.put(&self.path(), members).await
    }

    /// Asks for it to be deployed, in an environment or everywhere; comes back at once.
    async fn start(&self, place: Option<&Environment>) -> Answer {
        let place = json!({ "virtual_environment_id": place.map(|environment| &environment.id) });
        self.project.post(&format!("{}/deployments", self.path()), place).await
    }

    /// Deploys it, and comes back when that is over.
    async fn deploy(&self, place: Option<&Environment>) -> Answer {
        let made = self.start(place).await.expect(200);
        self.project.at_rest(&format!("{}/deployments/{}", self.path(), made.text("/data/id"))).await
    }

    /// The deployments that were made with it, oldest first.
    async fn deployments(&self) -> Answer {
        let all = format!(
            "/api/v1/flow-version-deployments?filter[package_id]={}&include=package&per_page=100",
            self.id
        );
        self.project.get(&all).await.expect(200)
    }
}

/// The deployments of a package deployment, in the order of the package.
fn made_by(deployment: &Answer) -> Vec<Value> {
    deployment["data"]["flow_version_deployments"].as_array().unwrap().clone()
}

/// The entries of the report of a package deployment that are errors, each as one text.
fn errors(deployment: &Answer) -> Vec<String> {
    let report = deployment["data"]["report"].as_array().unwrap().iter();
    let errors = report.filter(|entry| entry["type"] == "Error");
    let errors = errors.inspect(|entry| assert!(entry["code"].is_string(), "{entry}"));
    errors.map(|entry| format!("{}: {}", entry["title"], entry["message"])).collect()
}
