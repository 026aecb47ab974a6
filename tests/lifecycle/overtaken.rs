//! Requests that are carried out late, or meet what was asked for while they are carried out.

use domain::deployment::OperationKind;
use domain::lifecycle::Status;
use domain::route::MAX_ENABLED;
use futures::future::join_all;
use futures::join;
use serde_json::json;
use worker::{Done, Stage};

use super::scene::{Scene, titles};
use super::workshop::{Stop, Task};
use crate::harness::{Project, plain};

#[tokio::test]
async fn an_older_deployment_stays_off_whenever_its_worker_is_killed() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scenes = Stage::ALL.iter().map(async |stage| {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        let older = scene.workshop.deploy(&flow, 1, &scene.environment).await;
        let newer = scene.deploy(2).await;
        assert_eq!(scene.workshop.deliver_and_kill(&older, *stage).await, None);
        scene.workshop.outlive_leases();
        assert_eq!(scene.workshop.deliver(&older).await, Done::Finished);
        let seen = project.deployment(&older.deployment).get().await;
        let seen = seen.has(json!({ "status": "Deployed", "active": false }));
        let told = titles(&seen).iter().filter(|title| **title == "Overtaken").count();
        assert_eq!(told, 1, "after {stage:?}: {seen}");
        assert!(seen.to_string().contains(&newer.deployment), "{seen}");
        scene.call().await.expect(200).has(json!({ "release": 2 }));
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn a_redeployment_in_place_is_newer_than_a_deployment_that_is_still_being_built() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let older = scene.workshop.deploy(&flow, 2, &scene.environment).await;
    let kind = OperationKind::Redeploy { in_place: true };
    let newer = scene.workshop.ask(&scene.first.id, kind).await;
    assert_eq!(scene.workshop.deliver(&older).await, Done::Finished);
    scene.call().await.expect(200).has(json!({ "release": 1, "word": "old" }));
    assert_eq!(scene.workshop.deliver(&newer).await, Done::Finished);
    scene.call().await.expect(200).has(json!({ "release": 1, "word": "new" }));
    let seen = project.deployment(&older.deployment).get().await;
    assert!(titles(&seen).contains(&"Overtaken"), "{seen}");
}

#[tokio::test]
async fn a_rollback_that_was_asked_for_earlier_does_not_switch_over_what_is_newer() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let second = scene.deploy(2).await;
    let rollback = scene.workshop.ask(&second.deployment, OperationKind::Rollback { to: None }).await;
    let third = scene.deploy(2).await;
    assert_eq!(scene.workshop.deliver(&rollback).await, Done::Finished);
    let seen = project.deployment(&second.deployment).get().await;
    let seen = seen.has(json!({ "status": "Deployed", "active": false }));
    assert!(titles(&seen).contains(&"Overtaken"), "{seen}");
    assert_eq!(scene.last_active().await, third.deployment);
}

/// Redeploys the first deployment, and asks for something when the worker has done `stage`. Comes back when the worker is
/// done.
async fn meanwhile(scene: &Scene<'_>, stage: Stage, ask: impl AsyncFnOnce()) -> Task {
    let task = scene.workshop.ask(&scene.first.id, OperationKind::Redeploy { in_place: true }).await;
    let stop = Stop::after(stage);
    let asking = async {
        stop.reached.notified().await;
        ask().await;
        stop.go_on.notify_one();
    };
    assert_eq!(join!(scene.workshop.watched(&task, &stop), asking).0, Done::Finished);
    task
}

#[tokio::test]
async fn what_is_disabled_while_it_is_redeployed_is_off_at_once_and_stays_off() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scenes = [Stage::Acquire, Stage::Provision, Stage::Switch, Stage::Retire].map(async |stage| {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        meanwhile(&scene, stage, async || {
            let off = json!({ "actions": [{ "action": "disable" }] });
            let answer = project.post(&scene.first.path(), off).await.expect(200);
            answer.has(json!({ "active": false, "status": "Deploying", "pending": { "enabled": false } }));
            scene.call().await.expect(404);
        })
        .await;
        let seen = scene.first.get().await.has(json!({ "active": false, "status": "Deployed" }));
        assert!(seen["pending"].is_null(), "{seen}");
        scene.call().await.expect(404);
        scene.first.update(json!({ "action": "enable" })).await.expect(200);
        scene.call().await.expect(200).has(json!({ "release": 1, "word": "new" }));
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn what_is_deleted_while_it_is_redeployed_goes_when_that_is_over() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scenes = [Stage::Acquire, Stage::Provision, Stage::Switch, Stage::Retire].map(async |stage| {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        meanwhile(&scene, stage, async || {
            for _ in 0..2 {
                let answer = project.delete(&scene.first.path()).await.expect(202);
                answer.has(json!({ "status": "Deploying", "pending": { "undeploy": true } }));
            }
            let refused = scene.first.update(json!({ "action": "enable" })).await.expect(400);
            refused.error("DeploymentInvalidStatusTransition").says("Already undeploying");
        })
        .await;
        let found = scene.workshop.read(&scene.first.id).await;
        assert_eq!(found.status, Status::Undeploying);
        let undeploy = scene.workshop.task(&found, found.build.id);
        assert_eq!(scene.workshop.deliver(&undeploy).await, Done::Finished);
        project.get(&scene.first.path()).await.expect(404);
        assert_eq!(scene.workshop.route(&flow, &scene.environment).await, None, "nothing is left");
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn what_is_asked_for_is_done_whoever_ends_the_operation() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let task = scene.deploy(2).await;
    let again = scene.workshop.ask(&task.deployment, OperationKind::Redeploy { in_place: true }).await;
    assert_eq!(scene.workshop.deliver_and_kill(&again, Stage::Provision).await, None);
    let second = project.deployment(&task.deployment);
    let off = json!({ "actions": [{ "action": "disable" }] });
    project.post(&second.path(), off).await.expect(200);
    second.update(json!({ "action": "setPriority", "priority": 3 })).await.expect(200);
    // The sweeper gives the operation up, and does what was asked for.
    scene.workshop.wait(31 * 60);
    scene.workshop.look_after(&task.deployment).await;
    second.get().await.has(json!({ "status": "Failed", "active": false, "priority": 3 }));
}

#[tokio::test]
async fn what_cannot_be_switched_on_is_as_good_as_before() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let put_by = async || {
        let draft = json!({
            "flow": flow.id, "release": 2, "environment": scene.environment.id, "description": "for a story",
            "deployDisabled": true,
        });
        let made = project.deployment(&project.post("/flow-deployments", draft).await.expect(201).id());
        made.settled().await.has(json!({ "status": "Deployed", "active": false }));
        made
    };
    for _ in 1..MAX_ENABLED {
        let beside = put_by().await;
        beside.update(json!({ "action": "enable", "beside": true })).await.expect(200);
    }
    let off = put_by().await;
    let at = scene.workshop.read(&off.id).await.metadata.created_at;
    let enable = scene.workshop.ask(&off.id, OperationKind::Enable { beside: Some(at) }).await;
    assert_eq!(scene.workshop.deliver(&enable).await, Done::Finished);
    let seen = off.get().await;
    let seen = seen.has(json!({ "status": "Deployed", "active": false }));
    assert!(seen.to_string().contains("Cannot switch on"), "{seen}");
    scene.first.get().await.has(json!({ "status": "Deployed", "active": true }));
}

#[tokio::test]
async fn what_several_packages_need_at_once_does_not_count_as_superseded() {
    let project = Project::new().await;
    let environment = project.environment("staging", &[plain("word", "any")]).await;
    let workshop = super::Workshop::of(&project).await;
    let flows = [Scene::flow(&project).await, Scene::flow(&project).await];
    let members = [(&flows[0], 2), (&flows[1], 2)];
    let mut tasks = Vec::new();
    for _ in 0..6 {
        tasks.push(workshop.ship(&members, &environment).await);
    }
    // All are built before any is switched, then the oldest comes last.
    for task in &tasks {
        assert_eq!(workshop.deliver_and_kill(task, Stage::Member).await, None);
    }
    workshop.outlive_leases();
    for task in tasks.iter().rev() {
        assert_eq!(workshop.deliver(task).await, Done::Finished);
        assert_eq!(workshop.shipment(task).await.status, Status::Deployed);
    }
    let newest = workshop.shipment(&tasks[5]).await;
    for (flow, member) in flows.iter().zip(&newest.members) {
        let route = workshop.route(flow, &environment).await.unwrap();
        assert_eq!(route.answering().map(|entry| entry.deployment), Some(member.deployment));
        assert!(route.reserved.is_empty() && route.pending_operations.is_empty(), "{route:?}");
    }
    let oldest = workshop.shipment(&tasks[0]).await;
    let told = oldest.build.report.entries.iter().filter(|entry| entry.title == "Overtaken");
    assert_eq!(told.count(), flows.len(), "{:?}", oldest.build.report);
}
