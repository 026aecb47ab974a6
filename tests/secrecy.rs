//! A secured value reaches the server that a flow calls, and nobody else.

use serde_json::json;
use uuid::Uuid;

use crate::harness::{
    Answer, Behind, Environment, Listener, Project, Stack, build_of, definitions, http, secured,
};

/// A value that occurs nowhere else in the world.
fn canary() -> String {
    format!("canary-{}", Uuid::new_v4().simple())
}

/// Everything that Step Functions remembers of a run. Asked without the SDK, which redacts what it prints.
async fn history(machine: &str, run: &str) -> String {
    let arn = format!("{}:{run}", machine.replacen(":stateMachine:", ":execution:", 1));
    let request = http().post(Stack::get().endpoint());
    let request = request.header("x-amz-target", "AWSStepFunctions.GetExecutionHistory");
    let request = request.header("content-type", "application/x-amz-json-1.0");
    let history = request.body(json!({ "executionArn": arn }).to_string()).send().await.unwrap();
    history.text().await.unwrap()
}

/// Reads everything that can be read about a deployment.
async fn everything(project: &Project, staging: &Environment, paths: &[String]) -> Vec<Answer> {
    let mut seen = Vec::new();
    for path in paths.iter().map(String::as_str).chain([
        staging.path().as_str(),
        "/environments",
        "/flows",
        "/flow-deployments",
        "/integrations",
    ]) {
        seen.push(project.get(path).await.expect(200));
    }
    seen
}

#[tokio::test]
async fn a_secured_value_is_seen_only_by_the_server_that_is_called() {
    let project = Project::new().await;
    let (secret, working, refusing) = (canary(), Listener::answering(200), Listener::answering(403));
    let staging = project.environment("staging", &[secured("token", &secret)]).await;
    let behind = Behind::look().await;
    let headers = json!({ "authorization": "Bearer ${secret.token}" });
    for (server, status) in [(&working, "Succeeded"), (&refusing, "Failed")] {
        let flow = project.flow(definitions::calling(&server.url(), headers.clone())).await.saved().await;
        let release = flow.release("first").await;
        let deployment = flow.deploy(release, &staging).await;
        let run = flow.run(&staging, json!({ "x": 1 })).await.has(json!({ "status": status }));
        assert_eq!(server.last("authorization"), format!("Bearer {secret}"));

        let release = format!("{}/1", flow.releases());
        let paths = [
            flow.path(),
            format!("{}/definition", flow.path()),
            release.clone(),
            format!("{release}/definition"),
            deployment.path(),
            format!("/runs/{}", run.id()),
        ];
        for answer in everything(&project, &staging, &paths).await {
            assert!(!answer.plain.contains(&secret), "{answer}");
        }
        let machine = behind.machine_of(&build_of(&deployment.get().await)).await.unwrap();
        let definition = behind.definition(&machine).await;
        assert!(definition.contains("${secret.token}"), "the reference stays a reference: {definition}");
        assert!(!definition.contains(&secret), "{definition}");
        let history = history(&machine, &run.id()).await;
        assert!(history.contains("TaskScheduled"), "the history should show the call: {history}");
        assert!(!history.contains(&secret), "{history}");
    }
    assert!(!Stack::logs().contains(&secret), "a function has logged the secret");
}

#[tokio::test]
async fn a_secured_value_is_in_no_failed_build_either() {
    let project = Project::new().await;
    let secret = canary();
    let staging = project.environment("staging", &[secured("token", &secret)]).await;
    let flow = project.flow(definitions::telling("token")).await.saved().await;
    let release = flow.release("first").await;
    let failed = flow.start_deploying(release, &staging).await.settled().await;
    let failed = failed.has(json!({ "status": "Failed" }));
    assert!(failed.plain.contains("${secret.token}"), "{failed}");
    assert!(!failed.plain.contains(&secret), "{failed}");
    assert!(!Stack::logs().contains(&secret), "a function has logged the secret");
}

#[tokio::test]
async fn a_call_without_the_scope_of_a_deployment_gets_no_secret() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let staging = project.environment("staging", &[secured("token", &canary())]).await;
    let flow = project
        .flow(definitions::calling(&server.url(), json!({ "x": "${secret.token}" })))
        .await
        .saved()
        .await;
    let release = flow.release("first").await;
    let deployment = flow.deploy(release, &staging).await;
    let behind = Behind::look().await;
    let machine = behind.machine_of(&build_of(&deployment.get().await)).await.unwrap();
    let definition: serde_json::Value = serde_json::from_str(&behind.definition(&machine).await).unwrap();
    let request = &definition["States"]["Call"]["Arguments"];
    let call = async |scope: &str| {
        let mut request = request.clone();
        request["scope"] = json!(scope);
        Stack::get().invoke("http-task.call", &request).await
    };
    // As it was made it works, so the refusals below are about the scope alone.
    let token = request["scope"].as_str().unwrap();
    assert!(!call(token).await.failed);
    let forged = format!("{}x", &token[..token.len() - 1]);
    for scope in ["", "made-up", forged.as_str()] {
        let refused = call(scope).await;
        assert!(refused.failed, "{scope}");
        assert_eq!(refused.payload["errorType"], "HttpScopeInvalid", "{:#}", refused.payload);
    }
    // What a deployment was not given it does not get.
    let mut other = request.clone();
    other["headers"] = json!({ "x": "${secret.other}" });
    let refused = Stack::get().invoke("http-task.call", &other).await;
    assert_eq!(refused.payload["errorType"], "HttpSecretMissing", "{:#}", refused.payload);
    assert_eq!(server.count(), 1);
}
