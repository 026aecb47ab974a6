//! What flows may call in AWS: the stack's role for flows, or one that an environment names.

use serde_json::{Value, json};

use crate::harness::{Answer, Behind, Environment, Project, Stack, build_of, definitions};

/// A role of the stack's account, under the path that environments may name roles of.
fn role(name: &str) -> String {
    format!("{}slipway-flows/{name}", account())
}

/// What the ARNs of roles of the account begin with.
fn account() -> String {
    let arn = &Stack::get().outputs["StateMachineRoleArn"];
    format!("{}:role/", arn.split_once(":role/").unwrap().0)
}

async fn set(project: &Project, environment: &Environment, role: Value) -> Answer {
    let version = project.get(&environment.path()).await.expect(200).version();
    let action = json!({ "action": "setExecutionRole", "executionRole": role });
    project.post(&environment.path(), json!({ "version": version, "actions": [action] })).await
}

/// The messages of a deployment's report under a title.
fn messages<'a>(deployment: &'a Answer, title: &str) -> Vec<&'a str> {
    let entries = deployment["details"]["build"]["report"]["entries"].as_array().unwrap();
    let under = entries.iter().filter(|entry| entry["title"] == title);
    under.map(|entry| entry["message"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_environment_names_the_role_that_flows_run_as_in_it() {
    let project = Project::new().await;
    let draft = json!({ "key": "staging", "name": "Staging", "executionRole": role("staging") });
    let made = project.post("/environments", draft).await.expect(201);
    made.has(json!({ "executionRole": role("staging") }));
    let staging = project.environment("other", &[]).await;
    assert!(project.get(&staging.path()).await.expect(200).body.get("executionRole").is_none());
    set(&project, &staging, json!(role("a"))).await.expect(200).has(json!({ "executionRole": role("a") }));
    project.get(&staging.path()).await.expect(200).has(json!({ "executionRole": role("a") }));
    let removed = set(&project, &staging, Value::Null).await.expect(200);
    assert!(removed.body.get("executionRole").is_none(), "{removed}");
}

#[tokio::test]
async fn a_build_keeps_the_role_that_it_was_made_with() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "definition": definitions::greeting() })).await.saved().await;
    flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    let deployment = flow.deploy(1, &staging).await;
    let behind = Behind::look().await;
    let runs_as = async |deployment: &Answer| {
        let machine = behind.machine_of(&build_of(deployment)).await.unwrap();
        behind.role(&machine).await
    };
    let first = deployment.get().await;
    assert_eq!(runs_as(&first).await, Stack::get().outputs["StateMachineRoleArn"]);

    set(&project, &staging, json!(role("staging"))).await.expect(200);
    assert_eq!(
        runs_as(&first).await,
        Stack::get().outputs["StateMachineRoleArn"],
        "until it is deployed again"
    );
    deployment.update(json!({ "action": "redeploy" })).await.expect(200);
    let again = deployment.settled().await.has(json!({ "status": "Deployed" }));
    assert_eq!(runs_as(&again).await, role("staging"));
}

#[tokio::test]
async fn roles_elsewhere_are_refused_and_so_is_who_may_not_choose_them() {
    let project = Project::new().await;
    let staging = project.environment("staging", &[]).await;
    let account = account();
    for elsewhere in [
        format!("{account}slipway/admin"),
        format!("{account}admin"),
        "arn:aws:iam::999999999999:role/slipway-flows/staging".to_owned(),
    ] {
        let refused = set(&project, &staging, json!(elsewhere)).await.expect(400);
        refused.says(&format!("must begin with {account}slipway-flows/"));
    }
    set(&project, &staging, json!("staging")).await.expect(400);
    for astray in ["../admin", "./staging", "/staging", "a/../../admin"] {
        set(&project, &staging, json!(role(astray))).await.expect(400);
    }

    let draft = json!({ "name": "Other", "executionRole": role("staging") });
    let manager = project.client(&["manage_environments"]).await;
    manager.post("/environments", draft).await.expect(403).error("AuthorizationError");
    let version = project.get(&staging.path()).await.expect(200).version();
    let action = json!({ "action": "setExecutionRole", "executionRole": role("staging") });
    let update = json!({ "version": version, "actions": [action] });
    manager.post(&staging.path(), update).await.expect(403).says("manage_project");
    let unchanged = project.get(&staging.path()).await.expect(200);
    assert_eq!(unchanged.version(), version);
}

/// A flow that keeps an order in a table.
fn keeping() -> Value {
    json!({
        "QueryLanguage": "JSONata", "StartAt": "Keep",
        "States": { "Keep": {
            "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem",
            "Arguments": { "TableName": "orders", "Item": { "id": { "S": "1" } } }, "End": true,
        } },
    })
}

/// A role for flows that may put items into the table of [`keeping`], as an operator makes it.
async fn made_role(name: &str) -> String {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": "states.amazonaws.com" } }] });
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "dynamodb:PutItem",
        "Resource": "arn:aws:dynamodb:*:*:table/orders" }] });
    let (trust, policy) = (trust.to_string(), policy.to_string());
    Behind::iam(&[
        ("Action", "CreateRole"),
        ("Path", "/slipway-flows/"),
        ("RoleName", name),
        ("AssumeRolePolicyDocument", &trust),
    ])
    .await;
    Behind::iam(&[
        ("Action", "PutRolePolicy"),
        ("RoleName", name),
        ("PolicyName", "flows"),
        ("PolicyDocument", &policy),
    ])
    .await;
    role(name)
}

#[tokio::test]
async fn the_report_says_which_actions_of_aws_the_role_does_not_allow() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "definition": keeping() })).await.saved().await;
    flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    let first = flow.deploy(1, &staging).await.get().await;
    let [told] = messages(&first, "AWS actions")[..] else { panic!("{first}") };
    assert!(told.contains("dynamodb:PutItem") && told.contains("the stack's role for flows"), "{told}");
    let [missing] = messages(&first, "A permission is missing")[..] else { panic!("{first}") };
    assert!(missing.contains("does not allow dynamodb:PutItem on arn:aws:dynamodb:"), "{missing}");
    assert!(missing.contains(":table/orders"), "{missing}");

    let own = made_role(&format!("flows-{}", project.project)).await;
    set(&project, &staging, json!(own)).await.expect(200);
    let second = flow.deploy(1, &staging).await.get().await;
    let [told] = messages(&second, "AWS actions")[..] else { panic!("{second}") };
    assert!(told.contains(&own), "{told}");
    assert_eq!(messages(&second, "A permission is missing"), [""; 0], "{second}");
    assert_eq!(messages(&second, "Permissions were not checked"), [""; 0], "{second}");
}

#[tokio::test]
async fn a_run_may_do_what_its_role_allows_and_no_more() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "definition": keeping() })).await.saved().await;
    flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    flow.deploy(1, &staging).await;
    let error = json!({ "status": "Failed", "error": { "error": "DynamoDB.AccessDeniedException" } });
    let denied = flow.run(&staging, json!({})).await.has(error);
    let cause = denied.text("/error/cause");
    assert!(
        cause.contains("is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:"),
        "{cause}"
    );

    let own = made_role(&format!("runs-{}", project.project)).await;
    set(&project, &staging, json!(own)).await.expect(200);
    flow.deploy(1, &staging).await;
    // The role lets it through, to a table that there is not.
    let error = json!({ "error": { "error": "DynamoDB.ResourceNotFoundException" } });
    flow.run(&staging, json!({})).await.has(error);
}

#[tokio::test]
async fn a_project_may_say_that_a_missing_permission_fails_a_deployment() {
    let project = Project::new().await;
    let flow = project.flow_with(json!({ "definition": keeping() })).await.saved().await;
    flow.release("first").await;
    let staging = project.environment("staging", &[]).await;
    let strict = json!({ "action": "setPermissionsRequired", "permissionsRequired": true });
    let update = json!({ "version": 0, "actions": [strict] });
    project.post("", update).await.expect(200).has(json!({ "permissionsRequired": true }));
    let failed = flow.start_deploying(1, &staging).await.settled().await.has(json!({ "status": "Failed" }));
    let [missing] = messages(&failed, "A permission is missing")[..] else { panic!("{failed}") };
    assert!(missing.contains("dynamodb:PutItem"), "{missing}");
}
