//! Deployments that move, or are switched on after their state machine was given up: a worker may be killed between any
//! two of its side effects.

use api::ApiError;
use std::collections::BTreeSet;

use app::runs::{Start, start};
use domain::deployment::{Arrival, OperationKind};
use domain::ids::RunId;
use domain::metadata::Principal;
use domain::placement::Placement;
use domain::route::RouteEntry;
use domain::run::{Run, RunStatus, RunTrigger};
use futures::future::join_all;
use serde_json::{Value, json};
use worker::{Done, Stage};

use super::kill::{expected, is_switched_after};
use super::scene::{Scene, titles};
use super::sweeper::{OVERDUE, swept};
use super::workshop::{Task, Workshop};
use crate::harness::{Answer, Behind, Environment, Flow, Project, plain};

impl Scene<'_> {
    /// Where the scene is.
    fn place(&self) -> Placement {
        self.environment.id.parse().unwrap()
    }

    /// Asks for the first deployment to be moved.
    async fn ask_to_move(&self, to: Placement, arrival: Arrival) -> Task {
        let kind = OperationKind::Move { from: self.place(), to, arrival };
        self.workshop.ask(&self.first.id, kind).await
    }

    /// Calls the flow somewhere else.
    async fn call_in(&self, environment: &Environment) -> Answer {
        let path = format!("/triggers/{}/{}", environment.id, self.flow.id);
        self.flow.project.post(&path, json!({})).await
    }
}

#[tokio::test]
async fn a_move_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scenes = Stage::ALL.iter().map(async |stage| {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        let there = project.environment(&format!("to-{stage:?}"), &[plain("word", "there")]).await;
        let other = scene.workshop.deploy(&flow, 2, &there).await;
        scene.workshop.deliver(&other).await;
        let task = scene.ask_to_move(there.id.parse().unwrap(), Arrival::TakeOver).await;
        let killed = scene.kill(&task, *stage).await;
        assert!(killed.at_all, "{stage:?}");
        if is_switched_after(*stage) {
            killed.between.expect(404);
        } else {
            killed.between.expect(200).has(json!({ "release": 1, "word": "old" }));
        }
        scene.call().await.expect(404);
        scene.call_in(&there).await.expect(200).has(json!({ "release": 1, "word": "there" }));
        let moved = scene.first.get().await.has(json!({ "status": "Deployed", "active": true }));
        let stages =
            ["Release resolved", "Configured", "Definition valid", "Provisioned", "Verified", "Switched"];
        assert_eq!(titles(&moved), [&stages[..], &["Moved"]].concat(), "{stage:?}");
        assert_eq!(scene.workshop.read(&scene.first.id).await.placement, there.id.parse().unwrap());
        project.deployment(&other.deployment).get().await.has(json!({ "active": false }));

        scene.workshop.clear_away(&project, &there).await;
        assert_eq!(scene.workshop.route(&flow, &scene.environment).await, None);
        let led_to = scene.workshop.led_to(&flow, &there).await;
        assert_eq!(led_to, BTreeSet::from([task.build.clone(), other.build.clone()]));
        let builds = [&scene.first_build, &task.build, &other.build].map(String::as_str);
        assert_eq!(Behind::look().await.provisioned(&builds).await.len(), 2);
        project.delete(&scene.environment.path()).await.expect(200);
    });
    join_all(scenes).await;
}

#[tokio::test]
async fn a_move_that_leaves_it_off_lets_what_answers_there_answer() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let there = project.environment("there", &[plain("word", "there")]).await;
    let other = scene.workshop.deploy(&flow, 2, &there).await;
    scene.workshop.deliver(&other).await;
    let task = scene.ask_to_move(there.id.parse().unwrap(), Arrival::Off).await;
    assert_eq!(scene.workshop.deliver(&task).await, Done::Finished);
    scene.call().await.expect(404);
    scene.call_in(&there).await.expect(200).has(json!({ "release": 2 }));
    scene.first.get().await.has(json!({ "status": "Deployed", "active": false }));
    assert_eq!(scene.workshop.led_to(&flow, &there).await.len(), 2, "it can be switched on at once");
}

#[tokio::test]
async fn a_move_that_fails_leaves_everything_where_it_was() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    for stage in [None, Some(Stage::Acquire), Some(Stage::Resolve)] {
        let scene = Scene::set(&flow, &format!("after-{stage:?}").replace(['(', ')'], "-")).await;
        // Everywhere there is no word.
        let task = scene.ask_to_move(Placement::Global, Arrival::TakeOver).await;
        match stage {
            Some(stage) => assert!(scene.kill(&task, stage).await.at_all),
            None => assert_eq!(scene.workshop.deliver(&task).await, Done::Finished),
        }
        scene.call().await.expect(200).has(json!({ "release": 1, "word": "old" }));
        let failed = scene.first.get().await.has(json!({ "status": "Failed", "active": true }));
        let entries = failed["details"]["build"]["report"]["entries"].as_array().unwrap();
        let last = entries.last().unwrap()["message"].as_str().unwrap();
        assert!(last.contains("'word'") && last.contains("a global deployment has no environment"), "{last}");
        assert_eq!(scene.workshop.read(&scene.first.id).await.placement, scene.place());
        let global = scene.workshop.store().route(flow.id.parse().unwrap(), Placement::Global).await;
        assert_eq!(global.unwrap(), None, "nothing holds it");
        scene.tidy(&[&scene.first_build, &task.build]).await;
    }
}

#[tokio::test]
async fn switching_on_what_was_given_up_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    for stage in
        [Stage::Acquire, Stage::Resolve, Stage::Verify, Stage::Switch, Stage::Schedule, Stage::Retire]
    {
        let scene = Scene::set(&flow, &format!("after-{stage:?}")).await;
        let (last, mut builds) = scene.supersede_first().await;
        let on = scene.workshop.ask(&scene.first.id, OperationKind::Enable { beside: None }).await;
        let killed = scene.kill(&on, stage).await;
        assert!(killed.at_all, "{stage:?}");
        let (new, old) = (json!({ "release": 2, "word": "new" }), json!({ "release": 1, "word": "old" }));
        let between = expected(&killed, stage, new, old.clone());
        killed.between.expect(200).has(between);
        scene.call().await.expect(200).has(old);
        let first = scene.first.get().await.has(json!({ "status": "Deployed", "active": true }));
        assert_eq!(titles(&first), ["Switching on", "Verified", "Switched", "Switched on"], "{stage:?}");
        project.deployment(&last.deployment).get().await.has(json!({ "active": false }));
        builds.push(scene.first_build.clone());
        scene.tidy(&builds.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
}

#[tokio::test]
async fn what_its_route_has_forgotten_is_switched_on_again_and_beside_others() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let second = scene.deploy(2).await;
    let gone = scene.workshop.ask(&second.deployment, OperationKind::Undeploy).await;
    scene.workshop.deliver(&gone).await;
    assert_eq!(scene.workshop.route(&flow, &scene.environment).await, None);
    scene.call().await.expect(404);
    let on = scene.workshop.ask(&scene.first.id, OperationKind::Enable { beside: None }).await;
    assert_eq!(scene.workshop.deliver(&on).await, Done::Finished);
    scene.call().await.expect(200).has(json!({ "release": 1, "word": "old" }));
    scene.tidy(&[&scene.first_build, &second.build]).await;

    let (last, _) = scene.supersede_first().await;
    let since = "2100-01-11T10:00:00Z".parse().unwrap();
    let beside = scene.workshop.ask(&scene.first.id, OperationKind::Enable { beside: Some(since) }).await;
    let (stop, again) = (Stage::Verify, &scene.workshop);
    assert_eq!(again.deliver_and_kill(&beside, stop).await, None);
    again.outlive_leases();
    assert_eq!(again.deliver(&beside).await, Done::Finished);
    let route = again.route(&flow, &scene.environment).await.unwrap();
    let on: BTreeSet<_> = route.entries.iter().map(|entry| entry.deployment.to_string()).collect();
    assert_eq!(on, BTreeSet::from([scene.first.id.clone(), last.deployment]));
    let first = route.enabled(scene.first.id.parse().unwrap()).and_then(|entry| entry.enabled.as_ref());
    assert_eq!(first.map(|enabled| enabled.at), Some(since), "since the time that was asked for");
    scene.call().await.expect(200).has(json!({ "release": 1, "word": "old" }));
}

#[tokio::test]
async fn a_redeployment_takes_nothing_back_that_was_switched_to_meanwhile() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let second = project.deployment(&scene.deploy(2).await.deployment);
    scene.first.update(json!({ "action": "enable" })).await.expect(200);
    scene.call().await.expect(200).has(json!({ "release": 1, "word": "old" }));

    let task = scene.workshop.ask(&scene.first.id, OperationKind::Redeploy { in_place: true }).await;
    second.update(json!({ "action": "enable" })).await.expect(200);
    assert_eq!(scene.workshop.deliver(&task).await, Done::Finished);
    scene.call().await.expect(200).has(json!({ "release": 2, "word": "new" }));
    let first = scene.first.get().await.has(json!({ "status": "Deployed", "active": false }));
    let entries = first["details"]["build"]["report"]["entries"].as_array().unwrap();
    let mut words = entries.iter().filter_map(|entry| entry["message"].as_str());
    assert!(words.any(|words| words.contains("was asked for later")), "{first}");
    scene.first.update(json!({ "action": "enable" })).await.expect(200);
    scene.call().await.expect(200).has(json!({ "release": 1, "word": "new" }));

    // What is asked for says what was meant.
    for (deployment, in_place) in [(&scene.first, true), (&second, false)] {
        let asked = deployment.update(json!({ "action": "redeploy" })).await.expect(200);
        asked.has(json!({ "operation": { "kind": "redeploy", "inPlace": in_place } }));
        deployment.settled().await.has(json!({ "status": "Deployed" }));
    }
    scene.call().await.expect(200).has(json!({ "release": 2, "word": "new" }));
}

/// A slot of a flow's schedule.
fn slot_of(flow: &Flow<'_>, environment: &Environment, slot: &str) -> Start {
    let (flow, placement) = (flow.id.parse().unwrap(), environment.id.parse().unwrap());
    let id = RunId::of_slot(placement, flow, slot);
    let by = Principal::system("schedule");
    Start { id, flow, placement, trigger: RunTrigger::Job, payload: Value::Null, told: Value::Null, by }
}

#[tokio::test]
async fn a_slot_that_met_a_machine_that_was_gone_goes_to_what_answers() {
    let project = Project::new().await;
    let trigger = json!({ "type": "job", "schedule": "rate(1 day)" });
    let flow = project.flow_with(json!({ "trigger": trigger })).await.saved().await;
    flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    let workshop = Workshop::of(&project).await;
    let task = workshop.deploy(&flow, 1, &staging).await;
    workshop.deliver(&task).await;
    let entry = workshop.route(&flow, &staging).await.unwrap().entries[0].clone();
    let gone = RouteEntry { state_machine: format!("{}-gone", entry.state_machine), ..entry.clone() };
    let (store, context, at) = (workshop.store(), &workshop.context, "2026-11-20T06:00:00.000Z");

    // The delivery before found the machine gone, and got no further.
    let stored = |start: &Start| Run {
        id: start.id,
        flow: start.flow,
        placement: start.placement,
        deployment: gone.deployment,
        release: gone.release,
        state_machine: gone.state_machine.clone(),
        trigger: start.trigger,
        started_at: at.parse().unwrap(),
        started_by: start.by.clone(),
        result: None,
    };
    assert!(store.create_run(&stored(&slot_of(&flow, &staging, at))).await.unwrap());
    for _ in 0..2 {
        let run = start(context, &store, entry.clone(), slot_of(&flow, &staging, at)).await.unwrap();
        assert_eq!((&run.state_machine, &run.result), (&entry.state_machine, &None));
        assert_eq!(store.run(run.id).await.unwrap(), run);
        assert_eq!(Behind::look().await.executions(&entry.state_machine).await, [run.id.to_string()]);
    }

    // Where nothing answers any more, the run is over and says so; whichever delivery finds it out.
    project.deployment(&task.deployment).update(json!({ "action": "disable" })).await.expect(200);
    let late = "2026-11-21T06:00:00.000Z";
    for known in [&gone, &entry] {
        let refused = start(context, &store, known.clone(), slot_of(&flow, &staging, late)).await;
        assert_eq!(ApiError::from(refused.unwrap_err()).status, 404);
        let run = store.run(slot_of(&flow, &staging, late).id).await.unwrap();
        let result = run.result.unwrap();
        assert_eq!(result.status, RunStatus::Failed);
        assert_eq!(result.error.unwrap().error, "RunNotStarted");
    }
    project.deployment(&task.deployment).update(json!({ "action": "enable" })).await.expect(200);
    let run = start(context, &store, entry.clone(), slot_of(&flow, &staging, late)).await.unwrap();
    assert_eq!((run.state_machine, run.result), (entry.state_machine, None));
}

#[tokio::test]
async fn moves_and_switches_whose_messages_are_lost_are_sent_again() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let there = project.environment("there", &[plain("word", "there")]).await;
    scene.supersede_first().await;
    let late = Workshop::ahead(&project, OVERDUE).await;
    let on = late.ask(&scene.first.id, OperationKind::Enable { beside: None }).await;
    swept(&project, &on).await.has(json!({ "status": "Deployed", "active": true }));
    scene.call().await.expect(200).has(json!({ "release": 1, "word": "old" }));
    let to = there.id.parse().unwrap();
    let task = late
        .ask(&scene.first.id, OperationKind::Move { from: scene.place(), to, arrival: Arrival::TakeOver })
        .await;
    swept(&project, &task).await.has(json!({ "status": "Deployed", "active": true }));
    scene.call().await.expect(404);
    scene.call_in(&there).await.expect(200).has(json!({ "release": 1, "word": "there" }));
}

#[tokio::test]
async fn a_message_to_move_that_comes_three_times_at_once_moves_once() {
    let project = Project::new().await;
    let flow = Scene::flow(&project).await;
    let scene = Scene::set(&flow, "staging").await;
    let there = project.environment("there", &[plain("word", "there")]).await;
    let task = scene.ask_to_move(there.id.parse().unwrap(), Arrival::TakeOver).await;
    let done = join_all((0..3).map(|_| scene.workshop.deliver(&task))).await;
    assert_eq!(done.iter().filter(|done| **done == Done::Finished).count(), 1, "{done:?}");
    scene.call_in(&there).await.expect(200).has(json!({ "release": 1, "word": "there" }));
    scene.workshop.clear_away(&project, &there).await;
    assert_eq!(Behind::look().await.provisioned(&[&scene.first_build, &task.build]).await.len(), 1);
}
