//! The worker's promises, for connector deployments: whoever dies when, and whatever is delivered twice or never, a
//! deployment ends where the lifecycle says, nothing is made twice, and nothing is left over.

use std::collections::BTreeSet;

use domain::connector_deployment::{ConnectorDeployment as Stored, OperationKind};
use domain::ids::BuildId;
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;
use worker::{Done, Stage, SweepOutcome};

use crate::harness::{
    Answer, Archive, Behind, Client, ConnectorDeployment, Listener, Project, SOON, StagedConnector,
    configured, definitions, entry, eventually,
};
use crate::lifecycle::{Task, WorkQueue, Workshop, bury};

const SPECIFICATION: &str = r#"
deployAs:
  - name: calc
    applicationType: service
    endpoint: /calc
    scripts:
      postDeploy: setup.asl.json
      preUndeploy: teardown.asl.json
    configuration:
      standardConfiguration:
        - { key: WORD, description: What is said, required: true }
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: "0 3 * * *"
  - name: changes
    applicationType: event
    endpoint: /changes
"#;

/// A connector of a service, a job and an event, with scripts that a server counts.
struct Scene<'p> {
    project: &'p Project,
    connector: StagedConnector<'p>,
    workshop: Workshop,
    set_up: Listener,
    torn_down: Listener,
}

impl<'p> Scene<'p> {
    async fn set(project: &'p Project) -> Self {
        let (set_up, torn_down) = (Listener::answering(200), Listener::answering(200));
        let script = |server: &Listener| definitions::calling(&server.url(), json!({})).to_string();
        let archive = Archive::of(SPECIFICATION)
            .flow("calc", &definitions::putting_out(json!({ "word": "${WORD}" })))
            .flow("nightly", &definitions::greeting())
            .flow("changes", &definitions::greeting())
            .file("calc/setup.asl.json", script(&set_up))
            .file("calc/teardown.asl.json", script(&torn_down));
        let connector = StagedConnector::publishing(project, &archive).await.1;
        let workshop = Workshop::of(project).await;
        Self { project, connector, workshop, set_up, torn_down }
    }

    /// A deployment that says `old`.
    async fn deployed(&self) -> ConnectorDeployment<'p> {
        let applications = [
            configured("calc", &[("WORD", "old")], &[]),
            configured("nightly", &[], &[]),
            configured("changes", &[], &[]),
        ];
        self.connector.deploy(json!(applications)).await
    }

    fn deployment(&self, task: &Task) -> ConnectorDeployment<'p> {
        ConnectorDeployment { project: self.project, id: task.deployment.clone() }
    }

    async fn stored(&self, id: &str) -> Stored {
        self.workshop.connector_deployment(id).await.unwrap()
    }

    /// A worker is killed after `stage`, and once its lease has run out another one finishes. Whether the operation
    /// has the stage.
    async fn kill(&self, task: &Task, stage: Stage) -> bool {
        let done = self.workshop.deliver_and_kill(task, stage).await;
        if done.is_none() {
            assert_eq!(
                self.workshop.deliver(task).await,
                Done::Nothing,
                "{stage:?}: the lease keeps others off"
            );
            self.workshop.outlive_leases();
            assert_eq!(self.workshop.deliver(task).await, Done::Finished, "{stage:?}");
        }
        done.is_none()
    }

    /// After a while exactly what the deployment leads to is provisioned, of all that these builds made.
    async fn tidy(&self, id: &str, builds: &[BuildId]) {
        self.workshop.outlive_runs();
        self.workshop.look_after_connector(id).await;
        let stored = self.stored(id).await;
        assert!(stored.retiring.is_empty(), "{:?}", stored.retiring);
        let found = Behind::look().await.provisioned_for(&stored, &with_scripts(builds)).await;
        assert_eq!(found, led_to(&stored));
    }

    /// Nothing is left of a deployment that is gone.
    async fn nothing_left(&self, gone: &Stored, builds: &[BuildId]) {
        assert!(self.workshop.connector_deployment(&gone.id.to_string()).await.is_none());
        let found = Behind::look().await.provisioned_for(gone, &with_scripts(builds)).await;
        assert!(found.is_empty(), "{found:?}");
    }
}

/// What a deployment's item leads to.
fn led_to(stored: &Stored) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for application in &stored.applications {
        assert_eq!(application.candidate, None);
        let place = &application.hosted.as_ref().unwrap().place;
        expected.extend([place.machine(), place.topic()].into_iter().flatten().map(str::to_owned));
        if application.name.as_str() == "nightly" {
            expected.insert(format!("app-{}", application.id.uuid().simple()));
        }
    }
    expected
}

/// Scripts have state machines under builds of their own.
fn with_scripts(builds: &[BuildId]) -> Vec<BuildId> {
    let script = |build: &BuildId, moment: &str| BuildId::new(Uuid::new_v5(&build.uuid(), moment.as_bytes()));
    let all = |build: &BuildId| [*build, script(build, "postDeploy"), script(build, "preUndeploy")];
    builds.iter().flat_map(all).collect()
}

/// What the service says, if it answers.
async fn says(deployment: &ConnectorDeployment<'_>) -> Option<String> {
    let url = deployment.application("calc").await["url"].as_str()?.to_owned();
    let answer = Client::call(&format!("{url}/calc"), json!({})).await.expect(200);
    Some(answer.text("/word"))
}

/// The titles of the report's entries.
fn titles(deployment: &Answer) -> Vec<String> {
    let entries = deployment["details"]["build"]["report"]["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["title"].as_str().unwrap().to_owned()).collect()
}

/// Each entry is in the report once.
fn said_once(deployment: &Answer) {
    let entries = deployment["details"]["build"]["report"]["entries"].as_array().unwrap();
    let told = |entry: &Value| ["title", "message", "application"].map(|member| entry[member].to_string());
    let distinct: BTreeSet<_> = entries.iter().map(told).collect();
    assert_eq!(distinct.len(), entries.len(), "{deployment}");
    // The contract of Connect has no such members.
    assert!(
        entries.iter().all(|entry| ["code", "stage"].iter().all(|own| entry.get(own).is_none())),
        "{deployment}"
    );
}

fn is_switched_after(stage: Stage) -> bool {
    Stage::ALL.iter().skip_while(|other| **other != Stage::Switch).any(|other| *other == stage)
}

#[tokio::test]
async fn a_deploy_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let model = scene.deployed().await;
    for stage in Stage::ALL {
        let before = scene.set_up.count();
        let task = scene.workshop.ask_for_another(&model.id).await;
        let deployment = scene.deployment(&task);
        assert_eq!(says(&deployment).await, None);
        let at_all = scene.kill(&task, *stage).await;
        let ended = deployment.get().await.has(json!({ "status": "Deployed" }));
        assert_eq!(titles(&ended).last().map(String::as_str), Some("Deployed"), "{stage:?}: {ended}");
        said_once(&ended);
        assert_eq!(says(&deployment).await.as_deref(), Some("old"), "{stage:?}");
        assert!(at_all, "{stage:?}");
        assert_eq!(scene.set_up.count(), before + 1, "{stage:?}: the script ran once");
        scene.tidy(&deployment.id, &[task.build.parse().unwrap()]).await;
        deployment.undeploy().await;
    }
}

#[tokio::test]
async fn a_redeploy_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    for stage in Stage::ALL {
        let deployment = scene.deployed().await;
        let first = scene.stored(&deployment.id).await;
        let topic = deployment.application("changes").await["topic"].clone();
        let task = scene
            .workshop
            .ask_connector(&deployment.id, OperationKind::Redeploy { skip_scripts: true })
            .await;
        let done = scene.workshop.deliver_and_kill(&task, *stage).await;
        assert_eq!(says(&deployment).await.as_deref(), Some("old"), "{stage:?}: it always answers");
        let moved = deployment.application("changes").await["topic"] != topic;
        assert_eq!(moved, done.is_some() || is_switched_after(*stage), "{stage:?}");
        if done.is_none() {
            scene.workshop.outlive_leases();
            assert_eq!(scene.workshop.deliver(&task).await, Done::Finished, "{stage:?}");
        }
        let ended = deployment.get().await.has(json!({ "status": "Deployed" }));
        said_once(&ended);
        assert_eq!(says(&deployment).await.as_deref(), Some("old"), "{stage:?}");
        scene.tidy(&deployment.id, &[first.build.id, task.build.parse().unwrap()]).await;
        deployment.undeploy().await;
    }
}

#[tokio::test]
async fn an_undeploy_survives_a_worker_killed_after_any_stage() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    for stage in Stage::ALL {
        let deployment = scene.deployed().await;
        let (url, stored) = (deployment.url("calc").await, scene.stored(&deployment.id).await);
        let before = scene.torn_down.count();
        let undeploy = OperationKind::Undeploy { skip_scripts: false };
        let task = scene.workshop.ask_connector(&deployment.id, undeploy).await;
        // From the moment that it is asked for nothing answers: the script may be taking back what a run needs.
        Client::call(&format!("{url}/calc"), json!({})).await.expect(404);
        scene.kill(&task, *stage).await;
        deployment.gone().await;
        assert_eq!(scene.torn_down.count(), before + 1, "{stage:?}: the script ran once");
        scene.nothing_left(&stored, &[stored.build.id, task.build.parse().unwrap()]).await;
    }
    project.get("/deployments").await.expect(200).has(json!({ "total": 0 }));
    project.delete(&scene.connector.path()).await.expect(200);
}

#[tokio::test]
async fn a_script_under_way_is_not_run_again_by_the_next_worker() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let mut script = definitions::calling(&server.url(), json!({}));
    script["States"]["Call"]["Next"] = "Rest".into();
    script["States"]["Call"].as_object_mut().unwrap().remove("End");
    script["States"]["Rest"] = json!({ "Type": "Wait", "Seconds": 3, "End": true });
    let scripts = "    scripts:\n      postDeploy: setup.asl.json\n      preUndeploy: setup.asl.json\n";
    let specification =
        format!("deployAs:\n  - name: calc\n    applicationType: service\n    endpoint: /calc\n{scripts}");
    let archive = Archive::of(&specification)
        .flow("calc", &definitions::putting_out(json!({ "word": "old" })))
        .file("calc/setup.asl.json", script.to_string());
    let connector = StagedConnector::publishing(&project, &archive).await.1;
    let deployment = connector.deploy(json!([configured("calc", &[], &[])])).await;
    let workshop = Workshop::of(&project).await;
    let stored = workshop.connector_deployment(&deployment.id).await.unwrap();
    let mut builds = vec![stored.build.id];
    for (number, kind) in
        [OperationKind::Redeploy { skip_scripts: false }, OperationKind::Undeploy { skip_scripts: false }]
            .into_iter()
            .enumerate()
    {
        let task = workshop.ask_connector(&deployment.id, kind).await;
        builds.push(task.build.parse().unwrap());
        tokio::select! {
            biased;
            () = eventually(SOON, "the script has begun", async || {
                if server.count() == number + 2 { Ok(()) } else { Err("it has not") }
            }) => {}
            done = workshop.deliver(&task) => panic!("the script ends before it can be interrupted: {done:?}"),
        }
        workshop.outlive_leases();
        assert_eq!(workshop.deliver(&task).await, Done::Finished);
        assert_eq!(server.count(), number + 2, "it ran once");
        if number == 0 {
            let ended = deployment.get().await.has(json!({ "status": "Deployed" }));
            assert!(entry(&ended, "postDeploy finished").is_some(), "{ended}");
        }
    }
    deployment.gone().await;
    let left = Behind::look().await.provisioned_for(&stored, &with_scripts(&builds)).await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_message_that_comes_three_times_is_worked_on_once() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let model = scene.deployed().await;
    let other = Workshop::of(&project).await;
    let before = scene.set_up.count();
    let mut task = scene.workshop.ask_for_another(&model.id).await;
    let deployment = scene.deployment(&task);
    let first = scene.stored(&deployment.id).await.build.id;
    for (number, kind) in [
        None,
        Some(OperationKind::Redeploy { skip_scripts: false }),
        Some(OperationKind::Undeploy { skip_scripts: false }),
    ]
    .into_iter()
    .enumerate()
    {
        if let Some(kind) = kind {
            task = scene.workshop.ask_connector(&deployment.id, kind).await;
        }
        let workers = [&scene.workshop, &other, &scene.workshop];
        let done = join_all(workers.map(|worker| worker.deliver(&task))).await;
        assert_eq!(done.iter().filter(|done| **done == Done::Finished).count(), 1, "{number}: {done:?}");
        assert_eq!(scene.workshop.deliver(&task).await, Done::Nothing, "it is over");
        if number < 2 {
            said_once(&deployment.get().await.has(json!({ "status": "Deployed" })));
            scene.tidy(&deployment.id, &[first, task.build.parse().unwrap()]).await;
        }
    }
    deployment.gone().await;
    assert_eq!((scene.set_up.count(), scene.torn_down.count()), (before + 2, 1));
}

#[tokio::test]
async fn a_message_that_nobody_can_read_fails_its_deployment_and_says_why() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let deployment = scene.deployed().await;
    let first = scene.stored(&deployment.id).await;
    let redeploy = OperationKind::Redeploy { skip_scripts: true };
    let task = scene.workshop.ask_connector(&deployment.id, redeploy).await;
    let mut poison = serde_json::to_value(&task.message).unwrap();
    poison["operationId"] = json!(7);
    WorkQueue::impatient_at("ConnectorQueueUrl").await.send(&[poison.to_string()]).await;
    let failed = deployment.settled().await.has(json!({ "status": "Failed" }));
    assert_eq!(entry(&failed, "could not be processed").unwrap()["type"], "Error", "{failed}");
    assert_eq!(says(&deployment).await.as_deref(), Some("old"), "what answered still does");

    // A letter that is dead while a worker is at it waits; when nobody is, what was made for it goes.
    let task = scene.workshop.ask_connector(&deployment.id, redeploy).await;
    let letter = serde_json::to_string(&task.message).unwrap();
    scene.workshop.deliver_and_kill(&task, Stage::Provision).await;
    assert_eq!(
        bury("connector-lifecycle", &letter).await["batchItemFailures"],
        json!([{ "itemIdentifier": "dead" }])
    );
    scene.workshop.outlive_leases();
    assert_eq!(scene.workshop.deliver(&task).await, Done::Finished);
    let forgotten = Workshop::forgotten(&project).await;
    let last = forgotten.ask_connector(&deployment.id, redeploy).await;
    forgotten.deliver_and_kill(&last, Stage::Provision).await;
    let letter = serde_json::to_string(&last.message).unwrap();
    assert_eq!(bury("connector-lifecycle", &letter).await["batchItemFailures"], json!([]));
    deployment.get().await.has(json!({ "status": "Failed" }));
    assert_eq!(says(&deployment).await.as_deref(), Some("old"));
    let builds = [&task.build, &last.build].map(|build| build.parse().unwrap());
    scene.tidy(&deployment.id, &[first.build.id, builds[0], builds[1]]).await;
}

#[tokio::test]
async fn an_operation_that_was_lost_is_found_and_one_that_is_hopeless_given_up() {
    let project = Project::new().await;
    let scene = Scene::set(&project).await;
    let deployment = scene.deployed().await;
    // Asked for in the past, so that it is overdue for the stack's own sweeper as well.
    let forgotten = Workshop::ahead(&project, -600).await;
    forgotten.ask_connector(&deployment.id, OperationKind::Redeploy { skip_scripts: true }).await;
    eventually(SOON, "the sweeper sends it again", async || {
        crate::harness::Stack::get().invoke("connector-lifecycle.sweep", &json!({})).await;
        let seen = deployment.get().await;
        if seen["status"] == "Deployed" { Ok(()) } else { Err(seen) }
    })
    .await;
    let task =
        scene.workshop.ask_connector(&deployment.id, OperationKind::Redeploy { skip_scripts: true }).await;
    scene.workshop.wait(31 * 60);
    assert_eq!(scene.workshop.look_after_connector(&task.deployment).await, SweepOutcome::GivenUp);
    let failed = deployment.get().await.has(json!({ "status": "Failed" }));
    assert!(entry(&failed, "in 30 minutes").is_some(), "{failed}");
    assert_eq!(says(&deployment).await.as_deref(), Some("old"));
    assert_eq!(scene.workshop.deliver(&task).await, Done::Nothing, "it is over");
}
