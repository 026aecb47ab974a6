//! Saving: what is refused as Step Functions refuses it, and what is warned of.

use serde_json::{Value, json};

use crate::flows::definition as definition_of;
use crate::harness::Project;
use crate::harness::definitions::{greeting, putting_out};

#[tokio::test]
async fn saving_refuses_what_step_functions_refuses_and_names_the_place() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    let expression = |text: &str| {
        json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": { "Type": "Pass", "Output": { "v": text }, "End": true } } })
    };
    let state = |state: Value| json!({ "StartAt": "A", "States": { "A": state } });
    for (definition, path, says) in [
        (expression("{% 1 + %}"), "/States/A/Output/v", "at character 8"),
        (expression("{% phone %}"), "/States/A/Output/v", "$states.input.phone"),
        (expression("{% $states.errorOutput %}"), "/States/A/Output/v", "of a catcher only"),
        (
            state(json!({ "Type": "Task", "Resource": "createToken", "End": true })),
            "/States/A/Resource",
            "must be the ARN",
        ),
        (
            state(json!({ "Type": "Pass", "ResultPath": "$x", "End": true })),
            "/States/A/ResultPath",
            "one place",
        ),
        (
            state(json!({ "Type": "Task", "Resource": "arn:aws:sqs:${AWS::Region}:1:q", "End": true })),
            "/States/A/Resource",
            "pseudo parameter of CloudFormation",
        ),
        (
            state(
                json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.sync", "End": true }),
            ),
            "/States/A/Resource",
            "cannot be called with \".sync\"",
        ),
        (
            state(
                json!({ "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:SendMessage", "End": true }),
            ),
            "/States/A/Resource",
            "write \"aws-sdk:sqs:sendMessage\"",
        ),
        (
            state(json!({ "Type": "Pass", "Parameters": { "id.$": "States.UUID(1)" }, "End": true })),
            "/States/A/Parameters/id.$",
            "takes no arguments",
        ),
        (
            state(json!({ "Type": "Pass", "Assign": { "states": 1 }, "End": true })),
            "/States/A/Assign/states",
            "Choose another name",
        ),
        (
            state(json!({ "Type": "Pass", "Parameters": { "a.$": "$.a[?(@.x==)]" }, "End": true })),
            "/States/A/Parameters/a.$",
            "must be a path",
        ),
        (state(json!({ "Type": "Pass", "End": "${end}" })), "/States/A/End", "write true or false"),
        (
            state(json!({ "Type": "Wait", "Timestamp": "2030-13-01T00:00:00Z", "End": true })),
            "/States/A/Timestamp",
            "a date that there is",
        ),
        (
            json!({ "StartAt": "${x}", "States": { "${x}": { "Type": "Succeed" } } }),
            "/StartAt",
            "cannot be a placeholder",
        ),
    ] {
        let actions = json!([{ "action": "setDefinition", "definition": definition }, { "action": "save" }]);
        let refused = flow.update(actions).await.expect(400).error("FlowDefinitionInvalid").says(says);
        assert!(refused.errors().iter().any(|error| error["path"] == path), "{path}: {refused}");
    }
    flow.get().await.has(json!({ "version": 1 })).lacks("saved");
}

#[tokio::test]
async fn a_service_cannot_wait_as_a_flow_can() {
    let project = Project::new().await;
    let waiting = json!({ "StartAt": "A", "States": { "A": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": { "QueueUrl": "https://queue.example", "MessageBody": { "t.$": "$$.Task.Token" } } } } });
    let save = json!([{ "action": "save" }]);
    let draft = |kind: &str| json!({ "name": "Waits", "kind": kind, "definition": waiting });
    let service = project.post("/flows", draft("api")).await.expect(201).id();
    let refused =
        project.flow_at(&service).update(save.clone()).await.expect(400).error("FlowDefinitionInvalid");
    refused.says("\".waitForTaskToken\" needs a STANDARD workflow");
    let flow = project.post("/flows", draft("flow")).await.expect(201).id();
    project.flow_at(&flow).update(save).await.expect(200).has(json!({ "status": "Saved" }));
}

#[tokio::test]
async fn what_step_functions_ignores_is_saved_with_a_warning() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    let mut definition = greeting();
    let first = definition["StartAt"].as_str().unwrap().to_owned();
    definition["States"][&first]["Owner"] = json!("the shop");
    let set = json!({ "action": "setDefinition", "definition": definition });
    let saved = flow.update(json!([set, { "action": "save" }])).await.expect(200);
    let warning = &saved.body["warnings"][0];
    assert_eq!(warning["path"], format!("/States/{first}/Owner"), "{saved}");
    assert_eq!(warning["severity"], "warning", "{saved}");
    assert!(warning["message"].as_str().unwrap().contains("Step Functions ignores it"), "{saved}");
    assert_eq!(definition_of(&flow, "saved").await, definition);
    flow.get().await.lacks("warnings");
}

#[tokio::test]
async fn what_is_probably_not_meant_is_saved_with_a_warning() {
    let project = Project::new().await;
    let flow = project.flow(greeting()).await;
    let definition = putting_out(json!({ "${name}": 1, "total": "{% $total %}" }));
    let set = json!({ "action": "setDefinition", "definition": definition });
    let saved = flow.update(json!([set, { "action": "save" }])).await.expect(200);
    let warnings = saved["warnings"].as_array().unwrap();
    for (member, says) in
        [("${name}", "in the name of a member are not replaced"), ("total", "no state assigns a variable")]
    {
        let told = warnings.iter().find(|told| told["path"].as_str().unwrap().ends_with(member));
        let message = told.unwrap_or_else(|| panic!("{member}: {saved}"))["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
    }
    assert_eq!(warnings.len(), 2, "{saved}");
}
