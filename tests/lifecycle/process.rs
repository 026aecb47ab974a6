//! Killing the deployed worker itself.

use std::fs;
use std::process::Command;

use futures::future::join_all;
use serde_json::json;

use super::dead_letters::WorkQueue;
use super::scene::Scene;
use crate::harness::{Behind, Deployment, Project, SOON, Stack, build_of, eventually};

/// The processes of the worker of this stack, and of no other stack on the machine.
fn workers() -> Vec<String> {
    let endpoint = format!("AWS_ENDPOINT_URL={}", Stack::get().endpoint());
    let wanted = ["_HANDLER=flow-lifecycle.work".to_owned(), endpoint];
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name());
    let is_worker = |id: &String| {
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        let variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
        wanted.iter().all(|variable| variables.contains(&variable.as_bytes()))
    };
    processes.filter_map(|name| name.into_string().ok()).filter(is_worker).collect()
}

#[tokio::test]
async fn deployments_whose_worker_process_is_killed_are_deployed_in_the_end() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    // A worker that is killed before it has taken a lease leaves nothing but its message.
    WorkQueue::impatient().await;
    let started = join_all((0..6).map(|_| flow.start_deploying(2, &scene.environment))).await;
    let caught = eventually(SOON, "the worker is at it", async || {
        let seen = join_all(started.iter().map(Deployment::get)).await;
        if seen.iter().all(|deployment| deployment["status"] == "Queued") {
            Err("all are queued")
        } else {
            Ok(seen)
        }
    });
    caught.await;
    let ids = workers();
    assert!(!ids.is_empty(), "there should be a worker");
    assert!(Command::new("kill").arg("-9").args(&ids).status().unwrap().success());
    // Whoever else's deployment died with it is found by the same sweeps.
    let killed_at = std::time::Instant::now();
    let variables = Stack::get().variables("flow-lifecycle.work").await;
    let lease: u64 = variables["LEASE_SECONDS"].parse().unwrap();
    eventually(2 * SOON, "every lease has run out, and another worker has finished", async || {
        Stack::get().invoke("flow-lifecycle.sweep", &json!({})).await;
        let seen = join_all(started.iter().map(Deployment::get)).await;
        let late = seen.iter().find(|deployment| deployment["status"] != "Deployed").cloned();
        match late {
            Some(late) => Err(late.to_string()),
            None if killed_at.elapsed().as_secs() <= lease + 1 => {
                Err("leases that have not run out".to_owned())
            }
            None => Ok(()),
        }
    })
    .await;
    scene.call().await.expect(200).has(json!({ "release": 2, "word": "new" }));
    let mut builds = vec![scene.first_build.clone()];
    for deployment in &started {
        builds.push(build_of(&deployment.get().await));
    }
    scene.workshop.clear_away(&project, &scene.environment).await;
    let led_to = scene.workshop.led_to(&flow, &scene.environment).await;
    let builds: Vec<_> = builds.iter().map(String::as_str).collect();
    assert_eq!(Behind::look().await.provisioned(&builds).await.len(), led_to.len());
}
