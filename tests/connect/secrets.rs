//! Secured values reach the server that a flow calls, and nobody else.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{
    Answer, Archive, Behind, Client, ConnectorDeployment, Listener, Project, SOON, Stack, StagedConnector,
    configured, definitions, entry, eventually,
};

const SPECIFICATION: &str = r#"
deployAs:
  - name: calc
    applicationType: service
    endpoint: /calc
    configuration:
      securedConfiguration:
        - { key: TOKEN, description: API token, required: true }
        - { key: PIN, description: another }
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties:
      schedule: "0 3 * * *"
inheritAs:
  configuration:
    securedConfiguration:
      - { key: LICENCE, description: The licence, required: true }
"#;

/// A value that occurs nowhere else in the world.
fn canary() -> String {
    format!("canary-{}", Uuid::new_v4().simple())
}

/// A connector whose applications send both secrets to a server.
async fn published<'p>(project: &'p Project, server: &Listener) -> StagedConnector<'p> {
    let headers = json!({ "authorization": "Bearer ${secret.TOKEN}", "x-licence": "${secret.LICENCE}" });
    let licence = json!({ "x-licence": "${secret.LICENCE}" });
    let archive = Archive::of(SPECIFICATION)
        .flow("calc", &definitions::calling(&server.url(), headers))
        .flow("nightly", &definitions::calling(&server.url(), licence));
    StagedConnector::publishing(project, &archive).await.1
}

fn draft(connector: &StagedConnector<'_>, token: &str, licence: &str) -> Value {
    let applications = json!([configured("calc", &[], &[("TOKEN", token)]), configured("nightly", &[], &[])]);
    let mut draft = connector.draft(applications);
    draft["globalConfiguration"] =
        json!({ "securedConfiguration": [{ "key": "LICENCE", "value": licence }] });
    draft
}

/// Reads everything that can be read about a deployment.
async fn everything(deployment: &ConnectorDeployment<'_>, connector: &StagedConnector<'_>) -> Vec<Answer> {
    let project = deployment.project;
    let path = deployment.path();
    let mut seen = Vec::new();
    for path in [
        path.as_str(),
        "/deployments",
        &format!("{path}/logs"),
        &format!("{path}/logs?applicationName=calc"),
        &connector.path(),
        &format!("/connectors/{}", connector.id),
        "/api-clients",
    ] {
        seen.push(project.get(path).await.expect(200));
    }
    seen
}

#[tokio::test]
async fn a_secret_is_sent_and_is_in_nothing_that_can_be_read() {
    let project = Project::new().await;
    let (server, behind) = (Listener::answering(200), Behind::look().await);
    let connector = published(&project, &server).await;
    let secrets = [canary(), canary(), canary()];
    let [token, licence, next] = &secrets;
    let made = project.post("/deployments", draft(&connector, token, licence)).await.expect(201);
    let mut seen = vec![made.clone()];
    let deployment = ConnectorDeployment { project: &project, id: made.id() };
    seen.push(deployment.settled().await.has(json!({ "status": "Deployed" })));
    let url = format!("{}/calc", deployment.url("calc").await);
    seen.push(Client::call(&url, json!({})).await.expect(200));
    assert_eq!(server.last("authorization"), format!("Bearer {token}"));
    assert_eq!(&server.last("x-licence"), licence);

    let other = json!({ "configurationValues": [configured("calc", &[], &[("TOKEN", next)])] });
    seen.push(deployment.redeploy(other).await.expect(201));
    seen.push(deployment.settled().await.has(json!({ "status": "Deployed" })));
    seen.push(Client::call(&url, json!({})).await.expect(200));
    assert_eq!(server.last("authorization"), format!("Bearer {next}"));
    assert_eq!(&server.last("x-licence"), licence, "what was not given stays");

    let refused = draft(&connector, token, "");
    seen.push(project.post("/deployments", refused).await.expect(400));
    let mut misplaced = draft(&connector, token, licence);
    misplaced["configurations"][0]["standardConfiguration"] = json!([{ "key": "TOKEN", "value": next }]);
    seen.push(project.post("/deployments", misplaced).await.expect(400));

    seen.extend(everything(&deployment, &connector).await);
    for machine in machines(&deployment).await {
        let definition = behind.definition(&machine).await;
        assert!(definition.contains("${secret."), "the reference stays a reference: {definition}");
        assert!(secrets.iter().all(|secret| !definition.contains(secret)), "{definition}");
    }
    seen.push(project.delete(&deployment.path()).await.expect(202));
    deployment.gone().await;
    for answer in &seen {
        assert!(secrets.iter().all(|secret| !answer.plain.contains(secret)), "{answer}");
    }
    let logs = Stack::logs();
    assert!(secrets.iter().all(|secret| !logs.contains(secret)), "a function has logged a secret");
}

/// The state machines of a deployment.
async fn machines(deployment: &ConnectorDeployment<'_>) -> Vec<String> {
    let workshop = crate::lifecycle::Workshop::of(deployment.project).await;
    let read = workshop.connector_deployment(&deployment.id).await.unwrap();
    let places = read.applications.iter().filter_map(|application| application.hosted.as_ref());
    let machines: Vec<_> = places.filter_map(|hosted| hosted.place.machine().map(str::to_owned)).collect();
    assert!(!machines.is_empty());
    machines
}

#[tokio::test]
async fn applications_that_call_their_secrets_alike_send_each_its_own() {
    let project = Project::new().await;
    let (one, other) = (Listener::answering(200), Listener::answering(200));
    let application = |name: &str| {
        format!(
            "  - name: {name}\n    applicationType: service\n    endpoint: /{name}\n    configuration:\n      \
             securedConfiguration:\n        - {{ key: TOKEN, description: API token, required: true }}\n"
        )
    };
    let headers = json!({ "authorization": "${secret.TOKEN}" });
    let archive = Archive::of(&format!("deployAs:\n{}{}", application("one"), application("other")))
        .flow("one", &definitions::calling(&one.url(), headers.clone()))
        .flow("other", &definitions::calling(&other.url(), headers));
    let connector = StagedConnector::publishing(&project, &archive).await.1;
    let with = |name: &str, token: &str| configured(name, &[], &[("TOKEN", token)]);
    let deployment = connector.deploy(json!([with("one", "first"), with("other", "second")])).await;
    let call = async |tokens: [&str; 2]| {
        for (name, server, token) in [("one", &one, tokens[0]), ("other", &other, tokens[1])] {
            let url = format!("{}/{name}", deployment.url(name).await);
            Client::call(&url, json!({})).await.expect(200);
            assert_eq!(server.last("authorization"), token, "{name}");
        }
    };
    call(["first", "second"]).await;
    deployment.redeployed(json!({ "configurationValues": [with("other", "third")] })).await;
    call(["first", "third"]).await;
    deployment
        .redeployed(json!({ "configurationValues": [with("other", "first"), with("one", "third")] }))
        .await;
    call(["third", "first"]).await;
}

#[tokio::test]
async fn a_secret_is_in_no_failed_build_either() {
    let project = Project::new().await;
    let secret = canary();
    let headers = json!({ "authorization": "${secret.TOKEN} ${secret.PIN}" });
    let archive = Archive::of(SPECIFICATION)
        .flow("calc", &definitions::calling("http://127.0.0.1:1/", headers))
        .flow("nightly", &definitions::greeting());
    let connector = StagedConnector::publishing(&project, &archive).await.1;
    let deployment = ConnectorDeployment::ask(&project, draft(&connector, &secret, &secret)).await;
    let failed = deployment.settled().await.has(json!({ "status": "Failed" }));
    let error = entry(&failed, "'PIN' has no value").unwrap_or_else(|| failed.fail("why should be told"));
    assert_eq!(error["type"], "Error", "{failed}");
    assert!(!failed.plain.contains(&secret), "{failed}");
    assert!(!Stack::logs().contains(&secret), "a function has logged the secret");
}

#[tokio::test]
async fn the_log_of_a_failed_call_has_no_secret_either() {
    let project = Project::new().await;
    let server = Listener::answering(403);
    let connector = published(&project, &server).await;
    let (token, licence) = (canary(), canary());
    let deployment = ConnectorDeployment::ask(&project, draft(&connector, &token, &licence)).await;
    deployment.settled().await.has(json!({ "status": "Deployed" }));
    let url = format!("{}/calc", deployment.url("calc").await);
    let failed = Client::call(&url, json!({})).await.expect(502);
    assert_eq!(server.last("authorization"), format!("Bearer {token}"));
    let log = eventually(SOON, "the log tells of the failure", async || {
        let seen = project.get(&format!("{}/logs", deployment.path())).await.expect(200);
        if seen.plain.contains("\"ERROR\"") { Ok(seen) } else { Err(seen) }
    })
    .await;
    for answer in [failed, log] {
        assert!(!answer.plain.contains(&token) && !answer.plain.contains(&licence), "{answer}");
    }
}
