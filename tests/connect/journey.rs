//! The whole way of a connector with three applications: staged, checked, tried out, published, deployed for trying
//! and for real, moved to a newer version, and taken away again.

use serde_json::{Value, json};

use crate::harness::{
    Archive, Behind, Client, ConnectorDeployment, Project, Repository, SOON, StagedConnector, configured,
    definitions, eventually,
};

const SPECIFICATION: &str = r#"
deployAs:
  - name: orders
    applicationType: service
    endpoint: /orders
    configuration:
      standardConfiguration:
        - key: GREETING
          description: What is said
          required: true
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: "0 3 * * *"
  - name: changes
    applicationType: event
    endpoint: /changes
inheritAs:
  configuration:
    standardConfiguration:
      - key: SHOP
        description: Which shop
        default: main
"#;

fn contents(answer: &str) -> Archive {
    let told =
        definitions::putting_out(json!({ "answer": answer, "greeting": "${GREETING}", "shop": "${SHOP}" }));
    Archive::of(SPECIFICATION)
        .flow("orders", &told)
        .flow("nightly", &definitions::greeting())
        .flow("changes", &definitions::putting_out(json!({ "seen": "{% $states.input.payload %}" })))
}

fn applications(greeting: &str) -> Value {
    json!([
        configured("orders", &[("GREETING", greeting)], &[]),
        configured("nightly", &[], &[]),
        configured("changes", &[], &[]),
    ])
}

/// What the service of a deployment answers.
async fn answer_of(deployment: &ConnectorDeployment<'_>) -> Value {
    let url = deployment.application("orders").await["url"].as_str().unwrap().to_owned();
    Client::call(&format!("{url}/orders"), json!({ "order": 1001 })).await.expect(200).body
}

#[tokio::test]
async fn a_connector_goes_from_a_repository_to_production_and_away() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    repository.push("v1", &contents("one"));
    let staged = StagedConnector::of(&project, &repository, "v1").await;

    let preview = json!({
        "connector": { "id": staged.id, "staged": true },
        "configurations": applications("preview"),
        "region": "eu-central-1.aws",
    });
    let refused = project.post("/deployments", preview.clone()).await.expect(400);
    refused.error("ConnectorStagedNotPreviewable");
    staged.check().await.has(json!({ "isPreviewable": "true" }));
    let trial = ConnectorDeployment::ask(&project, preview).await;
    trial.settled().await.has(json!({ "status": "Deployed", "type": "preview", "preview": true }));
    assert_eq!(answer_of(&trial).await, json!({ "answer": "one", "greeting": "preview", "shop": "main" }));

    staged
        .publish(false)
        .await
        .has(json!({ "status": "Published", "alreadyListed": true, "hasChanges": false }));
    let sandbox = staged.deploy(applications("sandbox")).await;
    let mut draft = staged.draft(applications("production"));
    draft["type"] = "production".into();
    let production = ConnectorDeployment::ask(&project, draft).await;
    production.settled().await.has(json!({ "status": "Deployed", "type": "production", "preview": false }));
    for (deployment, greeting) in [(&sandbox, "sandbox"), (&production, "production")] {
        let answer = json!({ "answer": "one", "greeting": greeting, "shop": "main" });
        assert_eq!(answer_of(deployment).await, answer);
    }
    assert_eq!(production.application("nightly").await["schedule"], "0 3 * * *");
    let topic = production.application("changes").await["topic"].as_str().unwrap().to_owned();
    let url = production.application("orders").await["url"].clone();

    repository.push("v2", &contents("two"));
    staged.update(json!([{ "action": "setRepository", "tag": "v2" }])).await.expect(201);
    staged.publish(false).await.has(json!({ "status": "Published" }));
    // Nothing moves by itself, and a plain redeploy stays with what was deployed.
    production.redeploy(json!({})).await.expect(201);
    production.settled().await.has(json!({ "status": "Deployed", "connector": { "version": 1 } }));
    assert_eq!(answer_of(&production).await["answer"], "one");
    production.redeploy(json!({ "updateConnector": true })).await.expect(201);
    production.settled().await.has(json!({ "status": "Deployed", "connector": { "version": 2 } }));
    assert_eq!(
        answer_of(&production).await,
        json!({ "answer": "two", "greeting": "production", "shop": "main" })
    );
    assert_eq!(answer_of(&sandbox).await["answer"], "one");
    assert_eq!(production.application("orders").await["url"], url, "a URL lasts as long as its deployment");
    assert_ne!(production.application("changes").await["topic"], topic, "every build has a topic of its own");

    project.delete(&staged.path()).await.expect(400).error("EntityInUse");
    for deployment in [trial, sandbox, production] {
        deployment.undeploy().await;
    }
    project.delete(&staged.path()).await.expect(200).has(json!({ "id": staged.id }));
    project.get(&format!("/connectors/{}", staged.id)).await.expect(404);
}

#[tokio::test]
async fn a_message_on_the_topic_starts_a_run_that_the_log_tells_of() {
    let project = Project::new().await;
    let repository = Repository::of(&project).await;
    repository.push("v1", &contents("one"));
    let staged = StagedConnector::of(&project, &repository, "v1").await.published().await;
    let deployment = staged.deploy(applications("hello")).await;
    let topic = deployment.application("changes").await["topic"].as_str().unwrap().to_owned();

    Behind::look().await.publish(&topic, &json!({ "order": 1001 }).to_string()).await;
    let logs = format!("{}/logs?applicationName=changes", deployment.path());
    let told = eventually(SOON, "the log tells how the run ended", async || {
        let seen = project.get(&logs).await.expect(200);
        let ended = seen.plain.contains("succeeded");
        if ended { Ok(seen) } else { Err(seen) }
    })
    .await;
    assert_eq!(told["next"], "");
    for entry in told["data"].as_array().unwrap() {
        assert_eq!(entry["applicationName"], "changes", "{told}");
        assert_eq!(entry["deploymentId"], deployment.id.as_str(), "{told}");
    }
}
