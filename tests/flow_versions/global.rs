//! Global deployments: what serves every environment that has nothing better.

use serde_json::{Value, json};

use super::{GLOBAL, NOBODY, Versions, listed};
use crate::harness::{Project, definitions, plain, secured};

#[tokio::test]
async fn a_global_deployment_serves_every_environment_that_has_none_of_its_own() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let global = versions.deploy(1, GLOBAL).await;
    for place in [Some(&staging), Some(&production), GLOBAL] {
        versions.answers(place, 1).await;
    }
    let own = versions.deploy(2, &staging).await;
    global.is_on().await;
    versions.answers(&staging, 2).await;
    versions.answers(&production, 1).await;
    versions.answers(GLOBAL, 1).await;
    // An environment that is made later is served at once.
    let later = project.environment("later", &[]).await;
    versions.answers(&later, 1).await;

    own.disable().await;
    versions.answers(&staging, 1).await;
    own.enable().await;
    versions.answers(&staging, 2).await;
    own.delete().await;
    versions.answers(&staging, 1).await;
    global.delete().await;
    for place in [Some(&staging), Some(&production), GLOBAL] {
        versions.silent(place).await;
    }
}

#[tokio::test]
async fn versions_take_over_everywhere_as_they_do_in_an_environment() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 3).await;
    let one = versions.deploy(1, GLOBAL).await;
    let own = versions.deploy(2, &staging).await;
    let three = versions.deploy(3, GLOBAL).await;
    one.is_off().await;
    own.is_on().await;
    for (place, number) in [(GLOBAL, 3), (Some(&production), 3), (Some(&staging), 2)] {
        versions.answers(place, number).await;
    }
    one.enable().await;
    three.is_off().await;
    own.is_on().await;
    for (place, number) in [(GLOBAL, 1), (Some(&production), 1), (Some(&staging), 2)] {
        versions.answers(place, number).await;
    }
}

#[tokio::test]
async fn what_is_in_an_environment_serves_nobody_else() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    versions.deploy(1, &staging).await;
    versions.silent(&production).await;
    versions.silent(GLOBAL).await;
    project.post("/runs", json!({ "flow": versions.flow.id })).await.expect(404).error("ResourceNotFound");
}

#[tokio::test]
async fn the_higher_priority_answers_and_then_the_environments_own() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let production = project.environment("production", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let global = versions.deploy(1, GLOBAL).await;
    let own = versions.deploy(2, &staging).await;
    versions.answers(&staging, 2).await;
    // Every change counts from the next run on. Nothing counts as 0.
    for (ours, everywhere, number) in [
        (json!(null), json!(1), 1),
        (json!(1), json!(1), 2),
        (json!(1), json!(2), 1),
        (json!(1), json!(null), 2),
        (json!(0), json!(null), 2),
        (json!(null), json!(0), 2),
        (json!(-1), json!(null), 1),
        (json!(-1), json!(-1), 2),
        (json!(null), json!(-1), 2),
    ] {
        own.put(json!({ "priority": ours })).await.has(json!({ "priority": ours }));
        global.put(json!({ "priority": everywhere })).await.has(json!({ "priority": everywhere }));
        let said = versions.call(&staging).await.about(&format!("own {ours}, global {everywhere}"));
        said.expect(200).has(json!({ "version": number }));
        versions.answers(&production, 1).await;
    }
    for placed in [&own, &global] {
        placed.is_on().await.has(json!({ "status": "Deployed" }));
    }
}

#[tokio::test]
async fn a_priority_can_be_given_when_it_is_deployed() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let global = versions.place(1, GLOBAL, json!({ "priority": 5 })).await;
    versions.deploy(2, &staging).await;
    versions.answers(&staging, 1).await;
    // With the priority it has, the one takes over where it is; the other stays on.
    let own = versions.place(2, &staging, json!({ "priority": 6 })).await;
    versions.answers(&staging, 2).await;
    own.is_on().await;
    global.is_on().await;
}

#[tokio::test]
async fn an_environment_that_does_not_exist_is_not_served() {
    let project = Project::new().await;
    let other = Project::new().await;
    let theirs = other.environment("staging", &[]).await;
    let gone = project.environment("gone", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    versions.deploy(1, GLOBAL).await;
    versions.answers(&gone, 1).await;
    project.delete(&gone.path()).await.expect(200);
    for environment in [NOBODY, &theirs.id, &gone.id] {
        let path = format!("/triggers/{environment}/{}", versions.flow.id);
        project.post(&path, json!({})).await.expect(404).error("ResourceNotFound");
    }
    versions.answers(GLOBAL, 1).await;
}

#[tokio::test]
async fn a_run_needs_no_environment() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 2).await;
    let global = versions.deploy(1, GLOBAL).await;
    versions.deploy(2, &staging).await;
    let flow = &versions.flow.id;
    for draft in [json!({ "flow": flow }), json!({ "flow": flow, "environment": null })] {
        let run = project.post("/runs", draft).await.expect(201).has(json!({
            "flow": flow, "release": 1, "deployment": global.id, "output": { "version": 1 },
        }));
        let seen = project.get(&format!("/runs/{}", run.id())).await.expect(200);
        assert_eq!(seen["environment"], Value::Null, "{seen}");
        assert_eq!(seen["input"]["deployment"]["environment"], Value::Null, "{seen}");
    }
    // A run in an environment says so, whatever answered there.
    let production = project.environment("production", &[]).await;
    let run = versions.flow.run(&production, json!(null)).await;
    run.has(json!({ "environment": production.id, "deployment": global.id, "status": "Succeeded" }));
}

#[tokio::test]
async fn what_needs_an_environment_cannot_be_global() {
    let project = Project::new().await;
    let variables = [plain("word", "hello"), secured("token", "hidden")];
    project.environment("staging", &variables).await;
    let headers = json!({
        "x-word": "${word}", "x-other": "${another}", "authorization": "Bearer ${secret.token}",
    });
    let flow = project.flow(definitions::calling("http://127.0.0.1:9/", headers)).await.saved().await;
    flow.release("first").await;
    let versions = Versions::of(flow);
    let failed = versions.tried(1, GLOBAL, json!({})).await;
    failed.get().await.has(json!({ "status": "Failed", "enabled_at": null, "virtual_environment_id": null }));
    let native = failed.native().get().await;
    let entries = native["details"]["build"]["report"]["entries"].as_array().unwrap();
    let errors = entries.iter().filter(|entry| entry["type"] == "Error");
    let errors: Vec<&str> = errors.map(|entry| entry["message"].as_str().unwrap()).collect();
    assert_eq!(errors.len(), 3, "one for each name: {native}");
    for name in ["word", "another", "token"] {
        let names = errors.iter().filter(|error| error.contains(name)).count();
        assert_eq!(names, 1, "{name}: {errors:?}");
    }
    assert!(errors.iter().all(|error| error.contains("environment")), "{errors:?}");
}

#[tokio::test]
async fn global_deployments_are_told_from_the_others() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let versions = Versions::numbered(&project, 1).await;
    let own = versions.deploy(1, &staging).await;
    let global = versions.deploy(1, GLOBAL).await;
    for (query, expected) in [
        (String::new(), vec![&own, &global]),
        ("filter[global]=true".to_owned(), vec![&global]),
        ("filter[global]=1".to_owned(), vec![&global]),
        ("filter[global]=false".to_owned(), vec![&own]),
        ("filter[global]=0".to_owned(), vec![&own]),
        ("filter[global]=1,0".to_owned(), vec![&own, &global]),
        (format!("filter[virtual_environment_id]={}", staging.id), vec![&own]),
    ] {
        let expected: Vec<Value> = expected.into_iter().map(|placed| json!(placed.id)).collect();
        assert_eq!(listed(&versions.key, &query).await, expected, "{query}");
    }
}
