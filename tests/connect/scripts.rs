//! `postDeploy` and `preUndeploy`.

use serde_json::{Value, json};

use super::greeters;
use crate::harness::{
    Archive, Behind, Client, ConnectorDeployment, Listener, Project, StagedConnector, configured,
    definitions, entry,
};
use crate::lifecycle::Workshop;

/// A connector of one service with these scripts.
fn archive(scripts: &str) -> Archive {
    let specification = format!(
        "deployAs:\n  - name: greeter\n    applicationType: service\n    endpoint: /greeter\n{scripts}"
    );
    Archive::of(&specification).flow("greeter", &definitions::greeting())
}

const BOTH: &str = "    scripts:\n      postDeploy: setup.asl.json\n      preUndeploy: ./teardown.asl.json\n";

async fn published<'p>(project: &'p Project, archive: &Archive) -> StagedConnector<'p> {
    StagedConnector::publishing(project, archive).await.1
}

/// The service answers.
async fn answers(deployment: &ConnectorDeployment<'_>) {
    let url = format!("{}/greeter", deployment.url("greeter").await);
    let answer = Client::call(&url, json!({})).await.expect(200);
    assert_eq!(answer.body, json!({ "greeting": "hello" }));
}

/// A flow that tells `server` a name of its environment, and of its trigger.
fn telling(server: &Listener, name: &str) -> String {
    let headers = json!({
        "x-value": format!("{{% $states.input.environment.{name} %}}"),
        "x-trigger": "{% $states.input.trigger.type %}",
    });
    definitions::calling(&server.url(), headers).to_string()
}

#[tokio::test]
async fn scripts_run_after_and_before_and_find_their_names() {
    let project = Project::new().await;
    let (set_up, torn_down) = (Listener::answering(200), Listener::answering(200));
    let archive = archive(BOTH)
        .file("greeter/setup.asl.json", telling(&set_up, "CONNECT_SERVICE_URL"))
        .file("greeter/teardown.asl.json", telling(&torn_down, "CONNECT_PROVIDER"));
    let deployment = published(&project, &archive).await.deploy(greeters()).await;
    let seen = deployment.get().await;
    let finished = entry(&seen, "postDeploy finished").unwrap();
    assert_eq!(
        (&finished["type"], &finished["application"]),
        (&json!("Information"), &json!("greeter")),
        "{seen}"
    );
    assert_eq!((set_up.count(), torn_down.count()), (1, 0));
    let url = format!("{}/greeter", deployment.url("greeter").await);
    assert_eq!((set_up.last("x-value"), set_up.last("x-trigger")), (url, "postDeploy".to_owned()));

    deployment.redeployed(json!({})).await;
    assert_eq!(set_up.count(), 2, "a redeploy runs it again");
    let skipped = deployment.redeployed(json!({ "skipScripts": true })).await;
    assert_eq!(set_up.count(), 2, "unless it is told not to");
    let told = entry(&skipped, "postDeploy skipped").unwrap();
    assert_eq!(told["type"], "Information", "the CLI shows titles with 'skipped': {skipped}");

    let builds = Workshop::of(&project).await.connector_deployment(&deployment.id).await.unwrap();
    deployment.undeploy().await;
    assert_eq!((set_up.count(), torn_down.count()), (2, 1));
    let found = (torn_down.last("x-value"), torn_down.last("x-trigger"));
    assert_eq!(found, ("AWS".to_owned(), "preUndeploy".to_owned()));
    let left = Behind::look().await.provisioned_for(&builds, &[builds.build.id]).await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn an_event_is_told_where_its_messages_come_from() {
    let project = Project::new().await;
    let (destination, topic) = (Listener::answering(200), Listener::answering(200));
    let application = |name: &str| {
        format!(
            "  - name: {name}\n    applicationType: event\n    endpoint: /{name}\n    scripts:\n      postDeploy: setup.asl.json\n"
        )
    };
    let archive = Archive::of(&format!("deployAs:\n{}{}", application("one"), application("two")))
        .flow("one", &definitions::greeting())
        .flow("two", &definitions::greeting())
        .file("one/setup.asl.json", telling(&destination, "CONNECT_SUBSCRIPTION_DESTINATION"))
        .file("two/setup.asl.json", telling(&topic, "CONNECT_AWS_TOPIC_ARN"));
    let connector = published(&project, &archive).await;
    let deployment =
        connector.deploy(json!([configured("one", &[], &[]), configured("two", &[], &[])])).await;
    assert_eq!(destination.last("x-value"), "SNS");
    let arn = deployment.application("two").await["topic"].clone();
    assert_eq!(topic.last("x-value"), arn.as_str().unwrap());
    let seen = deployment.get().await;
    let entries = seen["details"]["build"]["report"]["entries"].as_array().unwrap();
    let finished = entries.iter().filter(|entry| entry["title"] == "postDeploy finished");
    let of: Vec<_> = finished.map(|entry| entry["application"].clone()).collect();
    assert_eq!(of, ["one", "two"], "{seen}");
}

#[tokio::test]
async fn what_cannot_be_run_is_a_warning_and_what_is_missing_is_told() {
    let project = Project::new().await;
    for (scripts, kind, words) in [
        ("", "Information", "declares no postDeploy"),
        (
            "    scripts:\n      postDeploy: npm install && npm run setup\n",
            "Warning",
            "a shell command cannot be run",
        ),
        (
            "    scripts:\n      postDeploy: nothing.asl.json\n",
            "Warning",
            "is not in the folder of 'greeter'",
        ),
    ] {
        let deployment = published(&project, &archive(scripts)).await.deploy(greeters()).await;
        let seen = deployment.get().await;
        let told = entry(&seen, words).unwrap_or_else(|| seen.fail(words));
        assert_eq!((&told["type"], &told["application"]), (&json!(kind), &json!("greeter")), "{seen}");
        assert!(told["title"].as_str().unwrap().contains("postDeploy"), "{seen}");
        answers(&deployment).await;
    }
}

#[tokio::test]
async fn a_post_deploy_that_fails_is_a_warning() {
    let project = Project::new().await;
    let scripts = "    scripts:\n      postDeploy: setup.asl.json\n    configuration:\n      standardConfiguration:\n        \
                   - { key: NOTE, description: anything }\n";
    for (flow, words) in [
        (definitions::failing("NoWarehouse", "it is closed"), "NoWarehouse: it is closed"),
        (definitions::telling("NOTE"), "'NOTE' has no value"),
        (
            definitions::putting_out(json!("{% $states.input.nothing.at.all %}")),
            "States.QueryEvaluationError",
        ),
    ] {
        let archive = archive(scripts).file("greeter/setup.asl.json", flow.to_string());
        let deployment = published(&project, &archive).await.deploy(greeters()).await;
        let seen = deployment.get().await.has(json!({ "status": "Deployed" }));
        let told = entry(&seen, words).unwrap_or_else(|| seen.fail(words));
        assert_eq!(told["type"], "Warning", "{seen}");
        assert_eq!(told["title"], "Failed during the execution of 'postDeploy' script", "{seen}");
        assert_eq!(told["application"], "greeter", "{seen}");
        answers(&deployment).await;
        deployment.undeploy().await;
    }
}

#[tokio::test]
async fn a_pre_undeploy_that_fails_keeps_the_deployment_until_it_is_deleted_again() {
    let project = Project::new().await;
    let archive = archive("    scripts:\n      preUndeploy: teardown.asl.json\n")
        .file("greeter/teardown.asl.json", definitions::failing("StillNeeded", "somebody calls").to_string());
    let deployment = published(&project, &archive).await.deploy(greeters()).await;
    project.delete(&deployment.path()).await.expect(202).has(json!({ "status": "Undeploying" }));
    let failed = deployment.settled().await.has(json!({ "status": "UndeployFailed" }));
    let told = entry(&failed, "StillNeeded: somebody calls").unwrap();
    assert_eq!(told["type"], "Error", "{failed}");
    // It is as it was, and can be deployed again.
    answers(&deployment).await;
    deployment.redeployed(json!({})).await;
    answers(&deployment).await;
    project.delete(&deployment.path()).await.expect(202);
    deployment.settled().await.has(json!({ "status": "UndeployFailed" }));
    let read = Workshop::of(&project).await.connector_deployment(&deployment.id).await.unwrap();
    deployment.undeploy().await;
    let left = Behind::look().await.provisioned_for(&read, &[read.build.id]).await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_script_that_does_not_end_is_stopped() {
    let project = Project::new().await;
    let endless =
        json!({ "StartAt": "Rest", "States": { "Rest": { "Type": "Wait", "Seconds": 90, "End": true } } });
    let archive = archive(BOTH)
        .file("greeter/setup.asl.json", endless.to_string())
        .file("greeter/teardown.asl.json", endless.to_string());
    let deployment = published(&project, &archive).await.deploy(greeters()).await;
    let seen = deployment.get().await;
    let told = entry(&seen, "it did not end in 25 seconds").unwrap_or_else(|| seen.fail("it should be told"));
    assert_eq!((&told["type"], &told["application"]), (&json!("Warning"), &json!("greeter")), "{seen}");
    answers(&deployment).await;
    let stored = Workshop::of(&project).await.connector_deployment(&deployment.id).await.unwrap();
    assert_eq!(stored.retiring, [], "nor does its state machine stay");
    project.delete(&deployment.path()).await.expect(202);
    let failed = deployment.settled().await.has(json!({ "status": "UndeployFailed" }));
    let told =
        entry(&failed, "it did not end in 25 seconds").unwrap_or_else(|| failed.fail("it should be told"));
    assert_eq!(told["type"], "Error", "{failed}");
    deployment.undeploy().await;
}

#[tokio::test]
async fn a_script_sends_secrets_and_values() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let specification = r"
deployAs:
  - name: greeter
    applicationType: service
    endpoint: /greeter
    scripts:
      postDeploy: setup.asl.json
    configuration:
      standardConfiguration:
        - { key: MODE, description: live or test, default: test }
      securedConfiguration:
        - { key: TOKEN, description: API token, required: true }
";
    let headers: Value = json!({ "authorization": "Bearer ${secret.TOKEN}", "x-mode": "${MODE}" });
    let archive = Archive::of(specification)
        .flow("greeter", &definitions::greeting())
        .file("greeter/setup.asl.json", definitions::calling(&server.url(), headers).to_string());
    let connector = published(&project, &archive).await;
    let deployment = connector.deploy(json!([configured("greeter", &[], &[("TOKEN", "t0p")])])).await;
    assert_eq!(
        (server.last("authorization").as_str(), server.last("x-mode").as_str()),
        ("Bearer t0p", "test")
    );
    assert!(!deployment.get().await.plain.contains("t0p"));
}
