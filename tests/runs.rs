//! Runs, started by hand.

use serde_json::{Value, json};

use crate::harness::{Answer, Environment, Flow, Listener, Project, definitions};

/// An environment in which a flow of this definition answers.
async fn deployed(project: &Project, definition: Value) -> (Flow<'_>, Environment) {
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow(definition).await.saved().await;
    let release = flow.release("first").await;
    flow.deploy(release, &staging).await;
    (flow, staging)
}

fn states(start: &str, states: Value) -> Value {
    json!({ "QueryLanguage": "JSONata", "StartAt": start, "States": states })
}

async fn start(project: &Project, flow: &Flow<'_>, environment: &Environment, input: Value) -> Answer {
    let draft = json!({ "flow": flow.id, "environment": environment.id, "input": input });
    project.post("/runs", draft).await
}

#[tokio::test]
async fn a_run_shows_its_status_its_input_and_its_output() {
    let project = Project::new().await;
    let (flow, staging) = deployed(&project, definitions::putting_out(json!("{% $states.input %}"))).await;
    let me = project.get(&staging.path()).await.expect(200)["createdBy"].clone();
    let draft =
        json!({ "flow": flow.id, "environment": "key=staging", "input": { "order": [1, "two", null] } });
    let started = project.post("/runs", draft).await.expect(201).has(json!({
        "flow": flow.id,
        "environment": staging.id,
        "release": 1,
        "trigger": "manual",
        "status": "Running",
        "startedBy": me,
    }));
    started.clone().lacks("output").lacks("error");
    let run = flow.run(&staging, json!({ "order": [1, "two", null] })).await.has(json!({
        "status": "Succeeded",
        "deployment": started["deployment"],
        "input": {
            "payload": { "order": [1, "two", null] },
            "trigger": { "type": "manual" },
            "settings": { "integration": {}, "flow": {} },
            "deployment": { "id": started["deployment"], "environment": staging.id, "release": 1 },
        },
    }));
    assert_eq!(run["output"], run["input"], "the definition sees just this");
    assert_eq!(run["input"]["trigger"]["receivedAt"], run["startedAt"]);
    assert_eq!(run["input"]["trigger"]["run"], run["id"]);
    assert!(run.text("/stoppedAt") >= run.text("/startedAt"));
    // Without an input there is none.
    flow.run(&staging, Value::Null).await.has(json!({ "input": { "payload": null } }));
}

#[tokio::test]
async fn a_run_that_fails_shows_the_error_and_its_cause() {
    let project = Project::new().await;
    let (flow, staging) = deployed(&project, definitions::failing("OutOfStock", "nothing is left")).await;
    let run = flow.run(&staging, json!({})).await;
    run.has(json!({ "status": "Failed", "error": { "error": "OutOfStock", "cause": "nothing is left" } }))
        .lacks("output");
}

#[tokio::test]
async fn a_flow_of_kind_api_can_be_run_by_hand() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    for (definition, expected) in [
        (definitions::greeting(), json!({ "status": "Succeeded", "output": { "greeting": "hello" } })),
        (
            definitions::failing("No", "never"),
            json!({ "status": "Failed", "error": { "error": "No", "cause": "never" } }),
        ),
    ] {
        let flow = project.flow_with(json!({ "kind": "api", "definition": definition })).await.saved().await;
        let release = flow.release("first").await;
        flow.deploy(release, &staging).await;
        // It is over when the answer comes, and is remembered.
        let run = start(&project, &flow, &staging, json!(null)).await.expect(201).has(expected.clone());
        project.get(&format!("/runs/{}", run.id())).await.expect(200).has(expected);
    }
}

#[tokio::test]
async fn only_what_answers_can_be_run() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let flow = project.flow_with(json!({})).await;
    start(&project, &flow, &staging, json!(null))
        .await
        .expect(404)
        .error("ResourceNotFound")
        .says("No deployment");
    let nobody = "00000000-0000-4000-8000-000000000000";
    for (field, draft) in [
        ("flow", json!({ "flow": nobody, "environment": staging.id })),
        ("environment", json!({ "flow": flow.id, "environment": "key=nothing" })),
    ] {
        let refused = project.post("/runs", draft).await.expect(400).error("FieldValueNotFound");
        assert_eq!(refused.errors()[0]["field"], format!("/{field}"), "{refused}");
    }
    project.get(&format!("/runs/{nobody}")).await.expect(404).error("ResourceNotFound");
}

#[tokio::test]
async fn another_project_sees_no_run_of_this_one() {
    let (project, other) = (Project::new().await, Project::new().await);
    let (flow, staging) = deployed(&project, definitions::greeting()).await;
    let run = flow.run(&staging, json!(null)).await;
    other.get(&format!("/runs/{}", run.id())).await.expect(404).error("ResourceNotFound");
    let draft = json!({ "flow": flow.id, "environment": staging.id });
    other.post("/runs", draft).await.expect(400).error("FieldValueNotFound");
}

#[tokio::test]
async fn an_input_has_256_kib_with_what_is_added_at_most() {
    let project = Project::new().await;
    let (flow, staging) = deployed(&project, definitions::greeting()).await;
    let text = |length: usize| json!("é".repeat(length / 2));
    flow.run(&staging, text(255 * 1024)).await.has(json!({ "status": "Succeeded" }));
    let refused = start(&project, &flow, &staging, text(256 * 1024)).await;
    refused.expect(413).error("PayloadTooLarge").says("262144");
}

#[tokio::test]
async fn a_flow_waits_chooses_maps_and_calls() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let call = json!({ "url": server.url(), "method": "POST", "body": "{% $states.input %}" });
    let definition = states(
        "Pause",
        json!({
            "Pause": { "Type": "Wait", "Seconds": 1, "Next": "Any" },
            "Any": {
                "Type": "Choice",
                "Choices": [{ "Condition": "{% $count($states.input.payload.orders) > 0 %}", "Next": "Each" }],
                "Default": "None",
            },
            "None": { "Type": "Pass", "Output": "nothing to do", "End": true },
            "Each": {
                "Type": "Map",
                "Items": "{% $states.input.payload.orders %}",
                "ItemProcessor": {
                    "ProcessorConfig": { "Mode": "INLINE" },
                    "StartAt": "Call",
                    "States": {
                        "Call": {
                            "Type": "Task",
                            "Resource": "${slipway.http}",
                            "Arguments": call,
                            "Output": "{% $states.result.statusCode %}",
                            "End": true,
                        },
                    },
                },
                "End": true,
            },
        }),
    );
    let (flow, staging) = deployed(&project, definition).await;
    let run = flow.run(&staging, json!({ "orders": [{ "id": 1 }, { "id": 2 }] })).await;
    run.has(json!({ "status": "Succeeded", "output": [200, 200] }));
    assert_eq!(server.count(), 2);
    let run = flow.run(&staging, json!({ "orders": [] })).await;
    run.has(json!({ "status": "Succeeded", "output": "nothing to do" }));
}

#[tokio::test]
async fn a_call_that_fails_is_caught_by_its_name() {
    let project = Project::new().await;
    let server = Listener::answering(404);
    let mut definition = definitions::calling(&server.url(), json!({}));
    definition["States"]["Call"]["Catch"] = json!([{
        "ErrorEquals": ["HttpStatusError"],
        "Output": "{% $states.errorOutput.Error %}",
        "Next": "Caught",
    }]);
    definition["States"]["Caught"] = json!({ "Type": "Succeed" });
    let (flow, staging) = deployed(&project, definition).await;
    flow.run(&staging, json!(null)).await.has(json!({ "status": "Succeeded", "output": "HttpStatusError" }));
    assert_eq!(server.count(), 1, "404 is not worth another attempt");
}

#[tokio::test]
async fn a_status_that_is_accepted_is_an_answer() {
    let project = Project::new().await;
    let server = Listener::answering(404);
    let mut definition = definitions::calling(&server.url(), json!({}));
    definition["States"]["Call"]["Arguments"]["acceptStatus"] = json!(true);
    definition["States"]["Call"]["Output"] = json!("{% $states.result.statusCode %}");
    let (flow, staging) = deployed(&project, definition).await;
    flow.run(&staging, json!(null)).await.has(json!({ "status": "Succeeded", "output": 404 }));
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_called() {
    let project = Project::new().await;
    let url = "{% $states.input.payload %}";
    let (flow, staging) = deployed(&project, definitions::calling(url, json!({}))).await;
    for url in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:1/",
        "http://[::1]/",
    ] {
        let run = flow.run(&staging, json!(url)).await;
        let run =
            run.about(url).has(json!({ "status": "Failed", "error": { "error": "HttpRefusedAddress" } }));
        assert!(run.text("/error/cause").contains("is not called"), "{run}");
    }
}
