//! Moving a deployment to a newer version of its connector: applications that come, go and become something else.

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::join;

use super::{greeter, greeters};
use crate::harness::{
    Archive, Behind, Client, ConnectorDeployment, Project, Repository, StagedConnector, configured,
    definitions, entry,
};
use crate::lifecycle::Workshop;

const JOB: &str =
    "applicationType: job\n    endpoint: /one\n    properties:\n      schedule: \"0 3 * * *\"\n";
const SERVICE: &str = "applicationType: service\n    endpoint: /one\n";
const EVENT: &str = "applicationType: event\n    endpoint: /one\n";
const ASSETS: &str = "applicationType: assets\n";

/// A connector of applications with these names and kinds.
fn archive(applications: &[(&str, &str)]) -> Archive {
    let entry = |(name, kind): &(&str, &str)| format!("  - name: {name}\n    {kind}");
    let entries = applications.iter().map(entry).collect::<Vec<_>>().concat();
    let archive = Archive::of(&format!("deployAs:\n{entries}"));
    applications.iter().fold(archive, |archive, (name, kind)| {
        if *kind == ASSETS {
            archive.file(&format!("{name}/index.html"), *name)
        } else {
            archive.flow(name, &definitions::putting_out(json!({ "i am": name })))
        }
    })
}

fn update() -> Value {
    json!({ "updateConnector": true })
}

#[tokio::test]
async fn an_application_that_the_connector_no_longer_has_goes_with_all_it_had() {
    let project = Project::new().await;
    let all = [("calc", SERVICE), ("nightly", JOB), ("changes", EVENT)];
    let (repository, connector) = StagedConnector::publishing(&project, &archive(&all)).await;
    let named = all.map(|(name, _)| configured(name, &[], &[]));
    let deployment = connector.deploy(json!(named)).await;
    let workshop = Workshop::of(&project).await;
    let before = workshop.connector_deployment(&deployment.id).await.unwrap();
    repository.push("v2", &archive(&[("calc", SERVICE), ("later", SERVICE)]));
    connector.publish_at("v2").await;
    let moved = deployment.redeployed(update()).await;
    let left: Vec<_> =
        moved["applications"].as_array().unwrap().iter().map(|one| one["applicationName"].clone()).collect();
    assert_eq!(left, ["calc"], "what is new is for new deployments: {moved}");
    workshop.look_after_connector(&deployment.id).await;
    let after = workshop.connector_deployment(&deployment.id).await.unwrap();
    assert!(after.retiring.is_empty(), "{:?}", after.retiring);
    let left = Behind::look().await.provisioned_for(&before, &[before.build.id, after.build.id]).await;
    let machine = after.applications[0].hosted.as_ref().unwrap().place.machine().unwrap().to_owned();
    assert_eq!(left.into_iter().collect::<Vec<_>>(), [machine]);
    // With none left there is nothing to move.
    repository.push("v3", &archive(&[("later", SERVICE)]));
    connector.publish_at("v3").await;
    let refused = deployment.redeploy(update()).await.expect(400).error("DeploymentConnectorUpdateFailure");
    refused.says("none of the deployment's applications");
    deployment.undeploy().await;
}

#[tokio::test]
async fn an_application_that_is_to_go_answers_until_the_newer_build_does() {
    let project = Project::new().await;
    let (repository, connector) =
        StagedConnector::publishing(&project, &archive(&[("one", SERVICE), ("other", EVENT)])).await;
    let deployment =
        connector.deploy(json!([configured("one", &[], &[]), configured("other", &[], &[])])).await;
    let url = format!("{}/one", deployment.url("one").await);
    let keyed = format!(
        "{EVENT}    configuration:\n      standardConfiguration:\n        - {{ key: LATER, description: optional }}\n"
    );
    // Without a value for LATER it cannot be built.
    let without = archive(&[("other", &keyed)]).flow("other", &definitions::telling("LATER"));
    repository.push("v2", &without);
    connector.publish_at("v2").await;
    for _ in 0..2 {
        deployment.redeploy(update()).await.expect(201);
        let failed = deployment.settled().await.has(json!({ "status": "Failed" }));
        assert!(entry(&failed, "'LATER' has no value").is_some(), "{failed}");
        Client::call(&url, json!({})).await.expect(200).has(json!({ "i am": "one" }));
    }
    // It can come back.
    repository.push("v3", &archive(&[("one", SERVICE), ("other", EVENT)]));
    connector.publish_at("v3").await;
    deployment.redeployed(update()).await;
    assert_eq!(format!("{}/one", deployment.url("one").await), url);
    Client::call(&url, json!({})).await.expect(200);
    // And go for good.
    repository.push("v4", &without);
    connector.publish_at("v4").await;
    deployment.redeploy(update()).await.expect(201);
    deployment.settled().await.has(json!({ "status": "Failed" }));
    let given = json!({ "configurationValues": [configured("other", &[("LATER", "now")], &[])] });
    deployment.redeployed(given).await;
    Client::call(&url, json!({})).await.expect(404);
    let workshop = Workshop::of(&project).await;
    workshop.look_after_connector(&deployment.id).await;
    let stored = workshop.connector_deployment(&deployment.id).await.unwrap();
    assert!(stored.retiring.is_empty(), "{:?}", stored.retiring);
    deployment.undeploy().await;
}

#[tokio::test]
async fn what_is_to_go_goes_with_the_deployment_as_well() {
    let project = Project::new().await;
    let all = [("one", SERVICE), ("nightly", JOB), ("other", EVENT)];
    let (repository, connector) = StagedConnector::publishing(&project, &archive(&all)).await;
    let deployment = connector.deploy(json!(all.map(|(name, _)| configured(name, &[], &[])))).await;
    let workshop = Workshop::of(&project).await;
    let before = workshop.connector_deployment(&deployment.id).await.unwrap();
    let keyed = format!(
        "{SERVICE}    configuration:\n      standardConfiguration:\n        - {{ key: LATER, description: optional }}\n"
    );
    repository.push("v2", &archive(&[("one", &keyed)]).flow("one", &definitions::telling("LATER")));
    connector.publish_at("v2").await;
    deployment.redeploy(update()).await.expect(201);
    deployment.settled().await.has(json!({ "status": "Failed" }));
    let failed = workshop.connector_deployment(&deployment.id).await.unwrap();
    deployment.undeploy().await;
    let left = Behind::look().await.provisioned_for(&before, &[before.build.id, failed.build.id]).await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn an_application_can_become_something_else() {
    let project = Project::new().await;
    let (repository, connector) = StagedConnector::publishing(&project, &archive(&[("one", JOB)])).await;
    let mut applications = json!([configured("one", &[], &[])]);
    applications[0]["schedule"] = "*/5 * * * *".into();
    let deployment = connector.deploy(applications).await;
    let id = deployment.application("one").await["id"].as_str().unwrap().to_owned();
    let behind = Behind::look().await;
    let workshop = Workshop::of(&project).await;
    let mut builds = vec![workshop.connector_deployment(&deployment.id).await.unwrap().build.id];
    for (tag, kind, has) in [
        ("v2", SERVICE, "url"),
        ("v3", EVENT, "topic"),
        ("v4", ASSETS, "url"),
        ("v5", JOB, "schedule"),
        ("v6", ASSETS, "url"),
    ] {
        repository.push(tag, &archive(&[("one", kind)]));
        connector.publish_at(tag).await;
        deployment.redeployed(update()).await;
        let now = deployment.application("one").await;
        assert_eq!(now["id"], id.as_str());
        for member in ["url", "topic", "schedule"] {
            assert_eq!(now.get(member).is_some(), member == has, "{tag}: {now}");
        }
        let schedule = behind.schedule_of_application(&id).await;
        let expression = schedule.as_ref().and_then(|schedule| schedule.schedule_expression());
        assert_eq!(
            expression,
            (kind == JOB).then_some("cron(0 3 * * ? *)"),
            "{tag}: the override went with the job"
        );
        workshop.look_after_connector(&deployment.id).await;
        let stored = workshop.connector_deployment(&deployment.id).await.unwrap();
        builds.push(stored.build.id);
        let place = &stored.applications[0].hosted.as_ref().unwrap().place;
        let expected = usize::from(place.machine().is_some()) + usize::from(kind == JOB || kind == EVENT);
        let provisioned = behind.provisioned_for(&stored, &builds).await;
        assert_eq!(provisioned.len(), expected, "{tag}: {provisioned:?}");
    }
    deployment.undeploy().await;
}

#[tokio::test]
async fn a_job_is_moved_to_another_schedule() {
    let project = Project::new().await;
    let (_, connector) = StagedConnector::publishing(&project, &archive(&[("one", JOB)])).await;
    let deployment = connector.deploy(json!([configured("one", &[], &[])])).await;
    let id = deployment.application("one").await["id"].as_str().unwrap().to_owned();
    let behind = Behind::look().await;
    for (schedule, expression) in [("@hourly", "cron(0 * * * ? *)"), ("15 4 1 * *", "cron(15 4 1 * ? *)")] {
        let values = json!([{ "applicationName": "one", "schedule": schedule }]);
        deployment.redeployed(json!({ "configurationValues": values })).await;
        // It stays until it is changed again.
        deployment.redeployed(json!({})).await;
        assert_eq!(deployment.application("one").await["schedule"], schedule);
        let set = behind.schedule_of_application(&id).await.unwrap();
        assert_eq!(set.schedule_expression(), Some(expression));
    }
    let values = json!([{ "applicationName": "one", "schedule": "often" }]);
    let refused = deployment.redeploy(json!({ "configurationValues": values })).await.expect(400);
    let refused = refused.error("InvalidJsonInput");
    assert_eq!(refused.errors()[0]["field"], "/actions/0/configurationValues/0/schedule", "{refused}");
}

#[tokio::test]
async fn a_preview_moves_with_the_staged_connector_once_that_is_checked() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    repository.push("v1", &greeter());
    repository.push("v2", &greeter().flow("greeter", &definitions::putting_out(json!({ "greeting": "hi" }))));
    let connector = StagedConnector::of(&project, &repository, "v1").await;
    connector.check().await.has(json!({ "isPreviewable": "true" }));
    let mut draft = connector.draft(greeters());
    draft["connector"]["staged"] = true.into();
    let preview = ConnectorDeployment::ask(&project, draft).await;
    preview.settled().await.has(json!({ "status": "Deployed", "type": "preview" }));
    let says = async || {
        let url = format!("{}/greeter", preview.url("greeter").await);
        Client::call(&url, json!({})).await.expect(200).text("/greeting")
    };
    connector.update(json!([{ "action": "setRepository", "tag": "v2" }])).await.expect(201);
    let refused = preview.redeploy(update()).await.expect(400).error("DeploymentConnectorUpdateFailure");
    refused.says("updatePreviewable");
    preview.redeployed(json!({})).await;
    assert_eq!(says().await, "hello");
    connector.check().await.has(json!({ "isPreviewable": "true" }));
    preview.redeployed(update()).await.has(json!({ "type": "preview", "preview": true }));
    assert_eq!(says().await, "hi");
}

#[tokio::test]
async fn a_client_that_a_newer_connector_asks_for_comes_with_it() {
    let project = Project::new().await;
    let (repository, connector) = StagedConnector::publishing(&project, &greeter()).await;
    let deployment = connector.deploy(greeters()).await;
    deployment.get().await.lacks("apiClient");
    let asks = "deployAs:\n  - name: greeter\n    applicationType: service\n    endpoint: /greeter\ninheritAs:\n  \
                apiClient:\n    scopes: [view_runs]\n";
    let telling = definitions::telling("CTP_CLIENT_ID");
    repository.push("v2", &Archive::of(asks).flow("greeter", &telling));
    connector.publish_at("v2").await;
    let version = deployment.get().await.version();
    let body = json!({ "version": version, "actions": [{ "action": "redeploy", "updateConnector": true }] });
    let without = project.client(&["manage_connectors_deployments"]).await;
    let refused = without.post(&deployment.path(), body).await.expect(403).error("AuthorizationError");
    refused.says("manage_api_clients");
    let before = project.get("/api-clients").await.expect(200).number("/total");
    let moved = deployment.redeployed(update()).await;
    let client = moved.text("/apiClient/name");
    let url = format!("{}/greeter", deployment.url("greeter").await);
    Client::call(&url, json!({})).await.expect(200).has(json!({ "told": client }));
    project.get("/api-clients").await.expect(200).has(json!({ "total": before + 1 }));
    deployment.redeployed(update()).await.has(json!({ "apiClient": { "name": client } }));
    deployment.undeploy().await;
    project.get("/api-clients").await.expect(200).has(json!({ "total": before }));
}

#[tokio::test]
async fn a_service_answers_all_the_while_it_is_redeployed() {
    let project = Project::new().await;
    let (repository, connector) = StagedConnector::publishing(&project, &greeter()).await;
    let deployment = connector.deploy(greeters()).await;
    let url = format!("{}/greeter", deployment.url("greeter").await);
    let done = std::sync::atomic::AtomicBool::new(false);
    let redeploys = async {
        for number in 2..6 {
            let tag = format!("v{number}");
            let telling = definitions::putting_out(json!({ "greeting": tag }));
            repository.push(&tag, &greeter().flow("greeter", &telling));
            connector.publish_at(&tag).await;
            deployment.redeployed(update()).await;
            let answer = Client::call(&url, json!({})).await.expect(200);
            assert_eq!(answer.body, json!({ "greeting": tag }), "whoever was told Deployed gets the new one");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    let calls = async {
        let mut count = 0;
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            Client::call(&url, json!({})).await.expect(200);
            count += 1;
        }
        count
    };
    let ((), first, second) = join!(redeploys, calls, async {
        let mut count = 0;
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            Client::fetch(&url).await.expect(200);
            count += 1;
        }
        count
    });
    assert!(first > 4 && second > 4, "{first} {second}");
}

#[tokio::test]
async fn a_deployment_stays_where_a_newer_connector_does_not_go() {
    let project = Project::new().await;
    let (_, connector) = StagedConnector::publishing(&project, &greeter()).await;
    let deployment = connector.deploy(greeters()).await;
    let elsewhere = json!([{ "action": "setSupportedRegions", "regions": ["eu-central-1.aws"] }]);
    connector.update(elsewhere).await.expect(201);
    connector.publish(false).await.has(json!({ "status": "Published" }));
    let refused = deployment.redeploy(update()).await.expect(400).error("DeploymentConnectorUpdateFailure");
    refused.says("us-central1.gcp").says("eu-central-1.aws");
    deployment.redeployed(json!({})).await.has(json!({ "connector": { "version": 1 } }));
}

#[tokio::test]
async fn of_redeploys_at_once_one_is_taken() {
    let project = Project::new().await;
    let (_, connector) = StagedConnector::publishing(&project, &greeter()).await;
    let deployment = connector.deploy(greeters()).await;
    let body = json!({ "version": deployment.get().await.version(), "actions": [{ "action": "redeploy" }] });
    let path = deployment.path();
    let asked = (0..5).map(|_| project.post(&path, body.clone()));
    let answers = join_all(asked).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken, 1, "{answers:#?}");
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.expect(409).error("ConcurrentModification");
    }
    deployment.settled().await.has(json!({ "status": "Deployed" }));
}

#[tokio::test]
async fn a_connector_is_deleted_or_deployed_never_both() {
    let project = Project::new().await;
    for _ in 0..4 {
        let (_, connector) = StagedConnector::publishing(&project, &greeter()).await;
        let draft = connector.draft(greeters());
        let path = connector.path();
        let deploys = (0..4).map(|_| project.post("/deployments", draft.clone()));
        let (deleted, made) = join!(project.delete(&path), join_all(deploys));
        let (made, refused): (Vec<_>, Vec<_>) = made.into_iter().partition(|answer| answer.status == 201);
        for answer in refused {
            answer.expect(400).error("ConnectorReferenceNotFound");
        }
        if made.is_empty() {
            deleted.expect(200);
            project.get(&path).await.expect(404);
        } else {
            deleted.expect(400).error("EntityInUse");
            for answer in made {
                let deployment = ConnectorDeployment { project: &project, id: answer.id() };
                deployment.settled().await.has(json!({ "status": "Deployed" }));
                deployment.undeploy().await;
            }
            project.delete(&path).await.expect(200);
        }
    }
}
