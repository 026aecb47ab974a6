//! A worker may be killed between any two of its side effects.

use std::collections::BTreeSet;

use domain::deployment::OperationKind;
use futures::future::join_all;
use serde_json::{Value, json};
use worker::{Done, Stage};

use super::scene::{Scene, titles};
use super::workshop::{Task, Workshop};
use crate::harness::{Answer, Behind, Project};

/// What a worker's death came to.
pub(super) struct Killed {
    /// Whether the operation has the stage at all.
    pub(super) at_all: bool,
    /// What the flow answered while nobody worked.
    pub(super) between: Answer,
}

impl Scene<'_> {
    /// A worker is killed after `stage`, and once its lease has run out another one finishes.
    pub(super) async fn kill(&self, task: &Task, stage: Stage) -> Killed {
        let done = self.workshop.deliver_and_kill(task, stage).await;
        let between = self.call().await.about(&format!("killed after {stage:?}"));
        if done.is_none() {
            assert_eq!(self.workshop.deliver(task).await, Done::Nothing, "the lease keeps others off");
            self.workshop.outlive_leases();
            assert_eq!(self.workshop.deliver(task).await, Done::Finished, "{stage:?}");
        }
        Killed { at_all: done.is_none(), between }
    }

    /// After a while exactly what the route leads to is provisioned, of all that ever was.
    pub(super) async fn tidy(&self, builds: &[&str]) {
        self.workshop.clear_away(self.flow.project, &self.environment).await;
        let led_to = self.workshop.led_to(&self.flow, &self.environment).await;
        let provisioned = Behind::look().await.provisioned(builds).await;
        assert_eq!(provisioned, led_to.iter().map(String::as_str).collect::<BTreeSet<_>>());
    }
}

pub(super) fn is_switched_after(stage: Stage) -> bool {
    Stage::ALL.iter().skip_while(|other| **other != Stage::Switch).any(|other| *other == stage)
}

/// What a flow answers whose worker was killed, when it answers `before` until the switch and `after` from then on.
pub(super) fn expected(killed: &Killed, stage: Stage, before: Value, after: Value) -> Value {
    if killed.at_all && !is_switched_after(stage) { before } else { after }
}

#[tokio::test]
async fn a_deploy_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scenes = Stage::ALL.iter().map(async |stage| {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        let task = scene.workshop.deploy(&flow, 2, &scene.environment).await;
        let killed = scene.kill(&task, *stage).await;
        assert!(killed.at_all, "{stage:?}");
        let (first, second) =
            (json!({ "release": 1, "word": "old" }), json!({ "release": 2, "word": "new" }));
        let between = expected(&killed, *stage, first, second.clone());
        killed.between.expect(200).has(between);
        scene.call().await.expect(200).has(second);
        let ended = project
            .deployment(&task.deployment)
            .get()
            .await
            .has(json!({ "status": "Deployed", "active": true }));
        let stages =
            ["Release resolved", "Configured", "Definition valid", "Provisioned", "Verified", "Switched"];
        assert_eq!(titles(&ended), [&stages[..], &["Deployed"]].concat(), "{stage:?}");
        scene.first.get().await.has(json!({ "status": "Deployed", "active": false }));
        scene.tidy(&[&scene.first_build, &task.build]).await;
        assert_eq!(scene.workshop.led_to(&flow, &scene.environment).await.len(), 2);
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn a_redeploy_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scenes = Stage::ALL.iter().map(async |stage| {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        let task = scene.workshop.ask(&scene.first.id, OperationKind::Redeploy { in_place: false }).await;
        let killed = scene.kill(&task, *stage).await;
        assert!(killed.at_all, "{stage:?}");
        let (old, new) = (json!({ "release": 1, "word": "old" }), json!({ "release": 1, "word": "new" }));
        let between = expected(&killed, *stage, old, new.clone());
        killed.between.expect(200).has(between);
        scene.call().await.expect(200).has(new);
        scene.first.get().await.has(json!({ "status": "Deployed", "active": true }));
        scene.tidy(&[&scene.first_build, &task.build]).await;
        assert_eq!(scene.workshop.led_to(&flow, &scene.environment).await, BTreeSet::from([task.build]));
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn a_rollback_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scenes = Stage::ALL.iter().map(async |stage| {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        let second = scene.deploy(2).await;
        let back = scene.workshop.ask(&second.deployment, OperationKind::Rollback { to: None }).await;
        let killed = scene.kill(&back, *stage).await;
        let (new, old) = (json!({ "release": 2, "word": "new" }), json!({ "release": 1, "word": "old" }));
        let between = expected(&killed, *stage, new, old.clone());
        killed.between.expect(200).has(between);
        scene.call().await.expect(200).has(old);
        scene.first.get().await.has(json!({ "status": "Deployed", "active": true }));
        let rolled = project.deployment(&second.deployment).get().await;
        let rolled = rolled.has(json!({ "status": "Deployed", "active": false }));
        assert_eq!(titles(&rolled), ["Rolling back", "Verified", "Switched", "Rolled back"], "{stage:?}");
        scene.tidy(&[&scene.first_build, &second.build, &back.build]).await;
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn an_undeploy_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scenes = Stage::ALL.iter().map(async |stage| {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        let task = scene.workshop.ask(&scene.first.id, OperationKind::Undeploy).await;
        let killed = scene.kill(&task, *stage).await;
        let status = if killed.at_all && !is_switched_after(*stage) { 200 } else { 404 };
        killed.between.expect(status);
        scene.call().await.expect(404);
        project.get(&scene.first.path()).await.expect(404);
        assert_eq!(scene.workshop.route(&flow, &scene.environment).await, None);
        scene.tidy(&[&scene.first_build, &task.build]).await;
        project.delete(&scene.environment.path()).await.expect(200);
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn a_rollback_to_a_machine_that_was_given_up_survives_too() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    for stage in [Stage::Resolve, Stage::Verify, Stage::Switch, Stage::Retire] {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        let (last, mut builds) = scene.supersede_first().await;
        let to = Some(scene.first.id.parse().unwrap());
        let back = scene.workshop.ask(&last.deployment, OperationKind::Rollback { to }).await;
        assert!(scene.kill(&back, stage).await.at_all, "{stage:?}");
        scene.call().await.expect(200).has(json!({ "release": 1, "word": "old" }));
        builds.push(scene.first_build.clone());
        scene.tidy(&builds.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
}

#[tokio::test]
async fn a_rollback_that_is_given_up_leaves_no_machine_behind() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let (last, mut builds) = scene.supersede_first().await;
    let to = Some(scene.first.id.parse().unwrap());
    let back = scene.workshop.ask(&last.deployment, OperationKind::Rollback { to }).await;
    for _ in 0..worker::MAX_ATTEMPTS {
        assert_eq!(scene.workshop.deliver_and_kill(&back, Stage::Verify).await, None);
        scene.workshop.outlive_leases();
    }
    assert_eq!(scene.workshop.deliver(&back).await, Done::Finished);
    let failed = project.deployment(&last.deployment).get().await;
    failed.has(json!({ "status": "Failed", "active": true }));
    scene.call().await.expect(200).has(json!({ "release": 2 }));
    builds.push(scene.first_build.clone());
    scene.tidy(&builds.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn nobody_who_calls_is_turned_away_while_workers_die() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let dying = async {
        for (number, stage) in Stage::ALL.iter().enumerate() {
            let task = match number % 2 {
                0 => scene.workshop.deploy(&flow, 2, &scene.environment).await,
                _ => {
                    scene
                        .workshop
                        .ask(&scene.last_active().await, OperationKind::Redeploy { in_place: false })
                        .await
                }
            };
            scene.kill(&task, *stage).await.between.expect(200);
        }
    };
    let calling = async {
        loop {
            let answer = scene.call().await.expect(200);
            assert!([json!(1), json!(2)].contains(&answer["release"]), "{answer}");
        }
    };
    tokio::select! {
        () = dying => {}
        () = calling => {}
    }
}

#[tokio::test]
async fn the_sweeper_of_the_stack_finishes_what_a_dead_worker_left() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let late = Workshop::forgotten(&project).await;
    let task = late.deploy(&flow, 2, &scene.environment).await;
    assert_eq!(late.deliver_and_kill(&task, Stage::Provision).await, None);
    super::sweeper::swept(&project, &task).await.has(json!({ "status": "Deployed", "active": true }));
    scene.call().await.expect(200).has(json!({ "release": 2 }));
    scene.tidy(&[&scene.first_build, &task.build]).await;
}
