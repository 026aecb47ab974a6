//! Keys that are limited to an environment, and what each level of them may do there.

use serde_json::{Value, json};

use super::{ALL, GLOBAL, Placed, Versions, listed};
use crate::harness::{Client, Environment, Project};

const READ: &[&str] = &["view_flow_deployments", "view_integrations", "view_runs"];
const OPERATE: &[&str] = &["operate_flow_deployments", "manage_runs"];
const DEPLOY: &[&str] = &["manage_flow_deployments", "manage_runs"];

/// Two environments, and a version deployed in each and everywhere.
struct Scene<'p> {
    staging: Environment,
    production: Environment,
    versions: Versions<'p>,
    own: Placed<'p>,
    other: Placed<'p>,
    global: Placed<'p>,
}

impl<'p> Scene<'p> {
    async fn set(project: &'p Project) -> Self {
        let staging = project.environment("staging", &[]).await;
        let production = project.environment("production", &[]).await;
        let versions = Versions::numbered(project, 2).await;
        let own = versions.deploy(1, &staging).await;
        let other = versions.deploy(1, &production).await;
        let global = versions.deploy(1, GLOBAL).await;
        Self { staging, production, versions, own, other, global }
    }

    /// Somebody whose key is limited to staging.
    async fn limited(&self, scopes: &[&str]) -> Client {
        let project = self.versions.flow.project;
        let draft = json!({
            "name": "CI", "kind": "apiKey", "scopes": scopes, "environment": self.staging.id,
        });
        let made = project.post("/api-clients", draft).await.expect(201);
        project.presenting(Some(&made.text("/apiKey")))
    }

    /// Nothing outside staging can be read, changed or run with a key.
    async fn keeps_in(&self, key: &Client) {
        for placed in [&self.other, &self.global] {
            let (placed, before) = (placed.by(key), placed.get().await);
            key.get(&placed.path()).await.refused(403);
            placed.change(json!({ "priority": 1 })).await.refused(403);
            for action in ["enable", "disable"] {
                placed.ask(action).await.refused(403);
            }
            key.delete(&placed.path()).await.refused(403);
            // Natively it is the same.
            key.get(&placed.native().path()).await.expect(403).error("AuthorizationError");
            assert_eq!(self.versions.placed(1, &placed.id).get().await.body, before.body);
        }
        for place in [Some(&self.production), GLOBAL] {
            self.versions.by(key).call(place).await.expect(403);
            self.versions.by(key).create(1, place, json!({})).await.refused(403);
            let environment = place.map(|environment| &environment.id);
            let run = json!({ "flow": self.versions.flow.id, "environment": environment });
            key.post("/runs", run).await.expect(403);
        }
        assert_eq!(listed(&self.versions.key, "").await.len(), 3, "nothing was made");
    }
}

#[tokio::test]
async fn a_key_that_reads_sees_its_environment_only() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let key = scene.limited(READ).await;
    let own = scene.own.by(&key);
    assert_eq!(own.get().await.body, scene.own.get().await.body);
    for query in ["", "sort=-created_at", "filter[flowVersion.flow]=FLOW", "per_page=1"] {
        let query = query.replace("FLOW", &scene.versions.flow.id);
        let seen = key.get(&format!("{ALL}?{query}")).await.expect(200);
        assert_eq!(seen.column("id"), [json!(scene.own.id)], "{seen}");
        assert_eq!(seen["meta"]["total"], 1, "{seen}");
    }
    let seen = key.get(&scene.versions.path(1)).await.expect(200);
    assert_eq!(seen.column("id"), [json!(scene.own.id)], "{seen}");
    let seen = key.get("/flow-deployments").await.expect(200);
    assert_eq!(seen.each("id"), [json!(scene.own.id)], "{seen}");
    scene.keeps_in(&key).await;

    for refused in [
        own.ask("enable").await,
        own.ask("disable").await,
        own.change(json!({ "priority": 1 })).await,
        key.delete(&own.path()).await,
        scene.versions.by(&key).create(2, &scene.staging, json!({})).await,
    ] {
        let refused = refused.refused(403);
        assert!(refused.text("/message").contains("_flow_deployments"), "{refused}");
    }
    scene.versions.by(&key).call(&scene.staging).await.expect(403);
    scene.versions.answers(&scene.staging, 1).await;
}

#[tokio::test]
async fn an_environment_that_is_not_its_own_cannot_be_filtered_by() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let key = scene.limited(READ).await;
    for (query, own) in [
        (format!("filter[virtual_environment_id]={}", scene.staging.id), true),
        (format!("filter[virtual_environment_id]={}", scene.production.id), false),
        ("filter[global]=true".to_owned(), false),
        ("filter[global]=false".to_owned(), true),
    ] {
        let seen = key.get(&format!("{ALL}?{query}")).await.about(&query);
        if own {
            assert_eq!(seen.expect(200).column("id"), [json!(scene.own.id)], "{query}");
        } else if seen.status == 200 {
            assert_eq!(seen.column("id"), [Value::Null; 0], "{query}");
        } else {
            seen.refused(403);
        }
    }
}

#[tokio::test]
async fn a_key_that_operates_switches_and_runs_and_does_not_deploy() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let next = scene.versions.put_by(2, &scene.staging).await;
    let key = scene.limited(OPERATE).await;
    let (own, next, versions) = (scene.own.by(&key), next.by(&key), scene.versions.by(&key));
    versions.answers(&scene.staging, 1).await;
    next.enable().await;
    versions.answers(&scene.staging, 2).await;
    next.disable().await;
    // What is global is not for this key, but it serves the environment.
    versions.answers(&scene.staging, 1).await;
    own.enable().await.has(json!({ "status": "Deployed" }));
    let run = json!({ "flow": versions.flow.id, "environment": scene.staging.id });
    key.post("/runs", run).await.expect(201).has(json!({ "deployment": own.id, "status": "Succeeded" }));

    for refused in [
        versions.create(2, &scene.staging, json!({})).await,
        key.delete(&own.path()).await,
        own.change(json!({ "virtual_environment_id": scene.production.id })).await,
    ] {
        refused.refused(403);
    }
    let version = own.native().get().await.version();
    let redeploy = json!({ "version": version, "actions": [{ "action": "redeploy" }] });
    key.post(&own.native().path(), redeploy).await.expect(403).error("AuthorizationError");
    own.is_on().await.has(json!({ "virtual_environment_id": scene.staging.id, "status": "Deployed" }));
}

#[tokio::test]
async fn a_key_that_operates_stays_in_its_environment() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let key = scene.limited(OPERATE).await;
    scene.keeps_in(&key).await;
    scene.versions.answers(&scene.production, 1).await;
    scene.versions.answers(GLOBAL, 1).await;
}

#[tokio::test]
async fn a_key_that_deploys_deploys_in_its_environment_only() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let key = scene.limited(DEPLOY).await;
    scene.keeps_in(&key).await;
    let versions = scene.versions.by(&key);
    let placed = versions.deploy(2, &scene.staging).await;
    versions.answers(&scene.staging, 2).await;
    scene.own.is_off().await;
    scene.own.by(&key).enable().await;
    versions.answers(&scene.staging, 1).await;
    for place in [json!(scene.production.id), json!("key=production"), Value::Null] {
        let moved = placed.change(json!({ "virtual_environment_id": place })).await;
        moved.about(&place.to_string()).refused(403);
    }
    placed.is_off().await.has(json!({ "virtual_environment_id": scene.staging.id, "status": "Deployed" }));
    placed.delete().await;
    scene.versions.answers(&scene.production, 1).await;
}

#[tokio::test]
async fn a_key_without_a_limit_goes_by_its_scopes() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let reader = project.client(&["view_flow_deployments"]).await;
    assert_eq!(listed(&reader, "").await.len(), 3);
    scene.other.by(&reader).ask("disable").await.refused(403);
    let operator = project.client(&["operate_flow_deployments"]).await;
    assert_eq!(listed(&operator, "").await.len(), 3, "who operates sees");
    scene.other.by(&operator).disable().await;
    scene.global.by(&operator).put(json!({ "priority": 2 })).await.has(json!({ "priority": 2 }));
    scene.versions.by(&operator).create(2, &scene.production, json!({})).await.refused(403);
    scene.versions.by(&operator).call(&scene.production).await.expect(403);
    let deployer = project.client(&["manage_flow_deployments"]).await;
    scene.versions.by(&deployer).deploy(2, &scene.production).await;
}
