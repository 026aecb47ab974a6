//! A flow that tells whoever calls it which release answers, with which value.

use serde_json::json;

use super::workshop::{Task, Workshop};
use crate::harness::{Answer, Deployment, Environment, Flow, Project, build_of, definitions, plain};

/// An environment where the first release answers with the word that was set then: `old`. Since then it is `new`.
#[derive(Debug)]
pub(super) struct Scene<'p> {
    pub(super) flow: Flow<'p>,
    pub(super) environment: Environment,
    /// The deployment of the first release.
    pub(super) first: Deployment<'p>,
    /// Its build.
    pub(super) first_build: String,
    pub(super) workshop: Workshop,
}

impl<'p> Scene<'p> {
    /// The flow, with two releases.
    pub(super) async fn flow(project: &'p Project) -> Flow<'p> {
        let telling = |release| definitions::putting_out(json!({ "release": release, "word": "${word}" }));
        let flow = project.flow_with(json!({ "kind": "api", "definition": telling(1) })).await.saved().await;
        flow.release("first").await;
        flow.save_as(telling(2)).await;
        flow.release("second").await;
        flow
    }

    /// A scene of its own for the flow.
    pub(super) async fn set(flow: &Flow<'p>, environment: &str) -> Self {
        let project = flow.project;
        let environment = project.environment(environment, &[plain("word", "old")]).await;
        let workshop = Workshop::of(project).await;
        let task = workshop.deploy(flow, 1, &environment).await;
        workshop.deliver(&task).await;
        environment.set(project, plain("word", "new")).await;
        let first = project.deployment(&task.deployment);
        let first_build = build_of(&first.get().await.has(json!({ "status": "Deployed" })));
        Self { flow: flow.clone(), environment, first, first_build, workshop }
    }

    /// Calls the flow.
    pub(super) async fn call(&self) -> Answer {
        let path = format!("/triggers/{}/{}", self.environment.id, self.flow.id);
        self.flow.project.post(&path, json!({})).await
    }

    /// Deploys a release.
    pub(super) async fn deploy(&self, release: u64) -> Task {
        let task = self.workshop.deploy(&self.flow, release, &self.environment).await;
        self.workshop.deliver(&task).await;
        task
    }

    /// Deploys so often that the first deployment's state machine is given up. Answers the last deployment, and
    /// every build.
    pub(super) async fn supersede_first(&self) -> (Task, Vec<String>) {
        let mut builds = Vec::new();
        let mut last = self.deploy(2).await;
        for _ in 0..3 {
            builds.push(last.build.clone());
            last = self.deploy(2).await;
        }
        builds.push(last.build.clone());
        let led_to = self.workshop.led_to(&self.flow, &self.environment).await;
        assert!(!led_to.contains(&self.first_build), "its machine was given up");
        (last, builds)
    }

    /// The deployment that answers.
    pub(super) async fn last_active(&self) -> String {
        let route = self.workshop.route(&self.flow, &self.environment).await.unwrap();
        route.answering().unwrap().deployment.to_string()
    }
}

/// The titles of the entries of the build report.
pub(super) fn titles(deployment: &Answer) -> Vec<&str> {
    let entries = deployment["details"]["build"]["report"]["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["title"].as_str().unwrap()).collect()
}
