//! The token that lets an HTTP task use secrets is good for its own flow, its own host and its own time, and for nobody
//! who has copied it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::deployment::OperationKind;
use serde_json::{Value, json};

use crate::harness::{
    Behind, Deployment, Environment, Flow, Listener, Project, Stack, build_of, definitions, secured,
};
use crate::lifecycle::Workshop;
use crate::tokens::bearer;

/// The request of the HTTP task of a deployment, with its token.
async fn request_of(deployment: &Deployment<'_>) -> Value {
    let build = build_of(&deployment.get().await);
    let behind = Behind::look().await;
    let machine = behind.machine_of(&build).await.unwrap();
    let definition: Value = serde_json::from_str(&behind.definition(&machine).await).unwrap();
    definition["States"]["Call"]["Arguments"].clone()
}

/// What comes of calling the task with a request, as somebody does who may invoke functions.
async fn replay(request: &Value) -> Result<Value, String> {
    let invoked = Stack::get().invoke("http-task.call", request).await;
    if !invoked.failed {
        return Ok(invoked.payload);
    }
    assert_eq!(invoked.payload["errorType"], "HttpScopeInvalid", "{:#}", invoked.payload);
    Err(invoked.payload["errorMessage"].as_str().unwrap().to_owned())
}

/// The header or the claims of a token.
fn part_of(request: &Value, part: usize) -> Value {
    let token = request["scope"].as_str().unwrap();
    let part = token.trim_start_matches("Bearer ").split('.').nth(part).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A flow that sends a secret to a server.
async fn sending<'p>(project: &'p Project, server: &Listener) -> (Flow<'p>, Environment) {
    let environment = project.environment("production", &[secured("token", "canary")]).await;
    let definition = definitions::calling(&server.url(), json!({ "x": "${secret.token}" }));
    (project.flow(definition).await.saved().await, environment)
}

#[tokio::test]
async fn a_flow_of_another_project_cannot_use_a_copied_token() {
    let (owner, thief) = (Project::new().await, Project::new().await);
    let server = Listener::answering(200);
    let (flow, production) = sending(&owner, &server).await;
    let deployment = flow.deploy(flow.release("first").await, &production).await;
    let mut request = request_of(&deployment).await;
    assert!(replay(&request).await.is_ok(), "the token is good");
    request["headers"] = json!({ "x": "{% '$' & '{secret.token}' %}" });

    let arn = &Stack::get().outputs["HttpTaskArn"];
    let name = arn.rsplit(':').next().unwrap();
    let invoke = |resource: &str, function: &str| {
        let arguments = json!({ "FunctionName": function, "Payload": request });
        json!({ "Type": "Task", "Resource": resource, "Arguments": arguments, "End": true })
    };
    let plain = "arn:aws:states:::lambda:invoke";
    let sdk = "arn:aws:states:::aws-sdk:lambda:invoke";
    let function = "/States/Call/Arguments/FunctionName";
    let ways = [
        (invoke(plain, name), function),
        (invoke(plain, arn), function),
        (invoke(plain, &format!("{arn}:$LATEST")), function),
        (invoke(plain, &format!("000000000000:{name}")), function),
        (invoke(plain, "{% $states.input.payload.function %}"), function),
        (invoke(&format!("{plain}.waitForTaskToken"), name), function),
        (invoke(sdk, name), function),
        (
            json!({ "Type": "Task", "Resource": plain, "QueryLanguage": "JSONPath", "End": true,
                "Parameters": { "FunctionName.$": "$.payload.function", "Payload": {} } }),
            "/States/Call/Parameters/FunctionName.$",
        ),
        (
            json!({ "Type": "Task", "Resource": plain, "Arguments": "{% $states.input.payload %}", "End": true }),
            "/States/Call/Arguments",
        ),
        (
            json!({ "Type": "Task", "Resource": arn, "Arguments": request, "End": true }),
            "/States/Call/Resource",
        ),
    ];
    for (state, path) in ways {
        let definition =
            json!({ "QueryLanguage": "JSONata", "StartAt": "Call", "States": { "Call": state } });
        let flow = thief.flow(definition.clone()).await;
        let refused = flow.update(json!([{ "action": "save" }])).await.expect(400);
        let told = refused["errors"].as_array().unwrap().iter().find(|error| error["path"] == path);
        let told = told.unwrap_or_else(|| panic!("nothing is said of {path} in {definition}: {refused}"));
        assert_eq!(told["code"], "FlowDefinitionInvalid");
        let message = told["message"].as_str().unwrap();
        assert!(message.contains("${slipway.http}") || message.contains("written out"), "{message}");
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_variable_leads_to_the_http_task_neither() {
    let project = Project::new().await;
    let arn = &Stack::get().outputs["HttpTaskArn"];
    let variable = json!({ "name": "function", "value": arn });
    let staging = project.environment("staging", &[variable]).await;
    for state in [
        json!({ "Type": "Task", "Resource": "${function}", "Arguments": { "url": "https://a" }, "End": true }),
        json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Arguments": { "FunctionName": "${function}", "Payload": { "scope": "copied" } } }),
    ] {
        let definition =
            json!({ "QueryLanguage": "JSONata", "StartAt": "Call", "States": { "Call": state } });
        let flow = project.flow(definition).await.saved().await;
        let deployment = flow.start_deploying(flow.release("first").await, &staging).await;
        let failed = deployment.settled().await.has(json!({ "status": "Failed" }));
        assert!(failed.plain.contains("The HTTP task is called through"), "{failed}");
    }
}

#[tokio::test]
async fn a_token_is_good_for_the_host_of_its_definition_only() {
    let project = Project::new().await;
    let (server, other) = (Listener::answering(200), Listener::answering(200));
    let (flow, production) = sending(&project, &server).await;
    let deployment = flow.deploy(flow.release("first").await, &production).await;
    let mut request = request_of(&deployment).await;
    assert!(replay(&request).await.is_ok());
    request["url"] = json!(other.url());
    let refused = replay(&request).await.unwrap_err();
    assert!(refused.contains("is for http://127.0.0.1:") && refused.contains("only"), "{refused}");
    assert_eq!((server.count(), other.count()), (1, 0));
}

#[tokio::test]
async fn a_token_dies_with_its_deployment() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let (flow, production) = sending(&project, &server).await;
    let deployment = flow.deploy(flow.release("first").await, &production).await;
    let request = request_of(&deployment).await;
    assert!(replay(&request).await.is_ok());
    deployment.undeploy().await;
    let refused = replay(&request).await.unwrap_err();
    assert!(refused.contains("not deployed any more"), "{refused}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_token_dies_with_its_build() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let (flow, production) = sending(&project, &server).await;
    let deployment = flow.deploy(flow.release("first").await, &production).await;
    let before = request_of(&deployment).await;
    let workshop = Workshop::of(&project).await;
    let task = workshop.ask(&deployment.id, OperationKind::Redeploy { in_place: false }).await;
    workshop.deliver(&task).await;
    let after = request_of(&deployment).await;
    assert_ne!(part_of(&before, 1)["machine"], part_of(&after, 1)["machine"]);
    assert!(replay(&before).await.is_ok(), "what runs on the build before goes on");
    workshop.clear_away(&project, &production).await;
    let refused = replay(&before).await.unwrap_err();
    assert!(refused.contains("not deployed any more"), "{refused}");
    assert!(replay(&after).await.is_ok());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn keys_are_rotated_without_deploying_anything_again() {
    let project = Project::new().await;
    let server = Listener::answering(200);
    let (flow, production) = sending(&project, &server).await;
    let first = flow.deploy(flow.release("first").await, &production).await;
    let everything = format!("manage_project:{}", project.project);
    let access = bearer(&project, &everything).await;

    // Longer than any story lasts, by a clock that is an hour ahead, and short enough that rings do not fill up.
    let rotate = async |tokens: &str| {
        let event = json!({ "tokens": tokens, "oldKeysVerifySeconds": 7_200 });
        let rotated = Stack::get().invoke("projects.rotate-keys", &event).await;
        assert!(!rotated.failed, "{:#}", rotated.payload);
        rotated.payload
    };
    let ring = rotate("scope").await;
    assert_eq!(ring["keys"][0].get("verifiesUntil"), None);
    assert!(ring["keys"][1]["verifiesUntil"].is_string(), "{ring:#}");
    assert!(!ring.to_string().contains("sealed"), "{ring:#}");
    flow.run(&production, json!({})).await.has(json!({ "status": "Succeeded" }));

    let staging = project.environment("staging", &[secured("token", "canary")]).await;
    // The worker knows the keys before: it has just signed with one of them.
    let second = flow.deploy(1, &staging).await;
    let (before, after) = (request_of(&first).await, request_of(&second).await);
    assert_ne!(part_of(&before, 0)["kid"], part_of(&after, 0)["kid"], "each names the key that signed it");
    assert_eq!(part_of(&after, 0)["kid"], ring["keys"][0]["id"], "the new one signs at once");
    assert!(replay(&before).await.is_ok() && replay(&after).await.is_ok());

    let ring = rotate("access").await;
    project.presenting(Some(&access)).get("/flows").await.expect(200).has(json!({ "total": 1 }));
    let renewed = bearer(&project, &everything).await;
    assert_eq!(part_of(&json!({ "scope": renewed }), 0)["kid"], ring["keys"][0]["id"]);
    project.presenting(Some(&renewed)).get("/flows").await.expect(200).has(json!({ "total": 1 }));
}

#[tokio::test]
async fn a_rotation_that_makes_no_sense_changes_nothing() {
    for (event, words) in [
        (json!({ "tokens": "both" }), "tokens: must be 'access' or 'scope'"),
        (json!({}), "the event: lacks the member 'tokens'"),
        (json!({ "tokens": "scope", "oldKeysVerifySeconds": -1 }), "must be a whole number from 0"),
        (json!({ "tokens": "scope", "graceSeconds": 1 }), "has the unknown member 'graceSeconds'; there are"),
        (json!(["scope", 0]), "the event must be a JSON object"),
        (json!("scope"), "the event must be a JSON object"),
        (json!(null), "the event must be a JSON object"),
    ] {
        let refused = Stack::get().invoke("projects.rotate-keys", &event).await;
        let message = refused.payload["errorMessage"].as_str().unwrap_or_default();
        assert!(refused.failed && message.contains(words), "{:#}", refused.payload);
    }
}
