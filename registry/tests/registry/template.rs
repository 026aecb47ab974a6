//! `template.yaml` says what the operations declare, its generated part and the part kept by hand together.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use api::operation::{Entry, Resource, WorkQueue};
use api::{Method, Operation};
use registry::operations;
use runtime::Config;
use serde_yaml_ng::Value;

use crate::read;

fn template() -> Value {
    serde_yaml_ng::from_str(&read("template.yaml")).unwrap()
}

/// The resources of a type, by logical id.
fn resources<'a>(template: &'a Value, kind: &str) -> BTreeMap<&'a str, &'a Value> {
    let all = template["Resources"].as_mapping().unwrap().iter();
    all.filter(|(_, resource)| resource["Type"] == kind)
        .map(|(id, resource)| (id.as_str().unwrap(), resource))
        .collect()
}

/// The functions, by the operation that they serve.
fn functions(template: &Value) -> BTreeMap<&str, &Value> {
    let functions = resources(template, "AWS::Serverless::Function");
    let by_handler: BTreeMap<&str, &Value> = functions
        .values()
        .map(|function| (text(&function["Properties"]["Handler"]), &function["Properties"]))
        .collect();
    assert_eq!(by_handler.len(), functions.len(), "two functions with one handler");
    by_handler
}

/// A text, or what is behind a tag such as `!GetAtt`.
fn text(value: &Value) -> &str {
    match value {
        Value::Tagged(tagged) => tagged.value.as_str().unwrap(),
        value => value.as_str().unwrap_or_else(|| panic!("no text: {value:?}")),
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_sequence().map_or_else(|| vec![text(value)], |items| items.iter().map(text).collect())
}

/// What a role may do: pairs of action and resource, the latter as the template writes it.
fn permissions(role: &Value) -> BTreeSet<(String, String)> {
    let mut permissions = BTreeSet::new();
    for policy in role["Properties"]["Policies"].as_sequence().into_iter().flatten() {
        for statement in policy["PolicyDocument"]["Statement"].as_sequence().unwrap() {
            assert_eq!(statement["Effect"], "Allow");
            for resource in texts(&statement["Resource"]) {
                let pairs = texts(&statement["Action"])
                    .into_iter()
                    .map(|action| (action.to_owned(), resource.to_owned()));
                permissions.extend(pairs);
            }
        }
    }
    permissions
}

/// The roles that environments may name.
const EXECUTION_ROLES: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role${ExecutionRolePath}*";

/// What a resource of a grant is in the template.
fn written(on: Resource) -> Vec<&'static str> {
    match on {
        Resource::Table | Resource::Credentials | Resource::SigningKeys(_) | Resource::Logs => {
            vec!["Table.Arn"]
        }
        Resource::ListIndex => vec!["${Table.Arn}/index/GSI1"],
        Resource::PendingIndex => vec!["${Table.Arn}/index/Pending"],
        Resource::SummaryIndex => vec!["${Table.Arn}/index/GSI2"],
        Resource::Payloads => vec!["${Bucket.Arn}/sha256/*"],
        Resource::Repositories => vec!["${Bucket.Arn}/repositories/*"],
        Resource::Sealed(_) => vec!["Key.Arn"],
        Resource::WorkQueue(WorkQueue::Flows) => vec!["FlowQueue.Arn"],
        Resource::WorkQueue(WorkQueue::Connectors) => vec!["ConnectorQueue.Arn"],
        Resource::StateMachines => vec![
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}_*",
        ],
        Resource::ApplicationMachines => vec![
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}_app-*",
        ],
        Resource::Executions => vec![
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}_*:*",
        ],
        Resource::Account => vec!["*"],
        Resource::Schedules => vec![
            "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${ScheduleGroup}/*",
        ],
        Resource::TopicsMade => {
            vec!["arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}_*"]
        }
        Resource::StateMachineRole => vec!["StateMachineRole.Arn"],
        Resource::ExecutionRoles => vec![EXECUTION_ROLES],
        Resource::RolesOfFlows => vec!["StateMachineRole.Arn", EXECUTION_ROLES],
        Resource::ScheduleRole => vec!["ScheduleRole.Arn"],
    }
}

fn expected(operation: &Operation, log: &str) -> BTreeSet<(String, String)> {
    let mut expected = BTreeSet::new();
    let mut allow = |action: &str, resource: &str| expected.insert((action.to_owned(), resource.to_owned()));
    let log =
        format!("arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{log}}}:*");
    allow("logs:CreateLogStream", &log);
    allow("logs:PutLogEvents", &log);
    allow("xray:PutTelemetryRecords", "*");
    allow("xray:PutTraceSegments", "*");
    let queue = match operation.entry {
        Entry::Work(queue) => Some(format!("{}Queue.Arn", queue.name())),
        Entry::DeadLetters(queue) => Some(format!("{}DeadLetterQueue.Arn", queue.name())),
        _ => None,
    };
    for action in ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"] {
        if let Some(queue) = &queue {
            allow(action, queue);
        }
    }
    if operation.entry.is_asynchronous() {
        allow("sqs:SendMessage", "UndeliveredQueue.Arn");
    }
    for grant in operation.grants {
        for resource in written(grant.on) {
            for action in grant.actions {
                allow(action, resource);
            }
        }
    }
    expected
}

#[test]
fn every_operation_has_one_function_and_every_function_an_operation() {
    let template = template();
    let served: Vec<String> = functions(&template).keys().map(|id| (*id).to_owned()).collect();
    let mut declared: Vec<String> = operations().iter().map(|operation| operation.id.to_owned()).collect();
    declared.sort_unstable();
    assert_eq!(served, declared);
}

#[test]
fn a_function_runs_its_crates_binary_with_its_own_role_and_log() {
    let template = template();
    let (functions, logs) = (functions(&template), resources(&template, "AWS::Logs::LogGroup"));
    let mut roles = BTreeSet::new();
    for operation in operations() {
        let (id, function) = (operation.id, functions[operation.id]);
        assert_eq!(function["CodeUri"], format!("target/lambda/{}/", operation.crate_name()), "{id}");
        assert_eq!(function["MemorySize"], u64::from(operation.memory_mb), "{id}");
        assert_eq!(function["Timeout"], u64::from(operation.timeout_seconds), "{id}");
        let name = format!("${{AWS::StackName}}-{}", id.replace('.', "-"));
        assert_eq!(text(&function["FunctionName"]), name);
        // Names are at most 64 characters, and a stack deserves some of them.
        assert!(name.len() - "${AWS::StackName}".len() <= 40, "{id} leaves no room for the stack's name");
        assert!(roles.insert(text(&function["Role"])), "{id} shares its role");
        let log = logs[text(&function["LoggingConfig"]["LogGroup"])];
        let group = format!("/aws/lambda/${{AWS::StackName}}-{}", operation.crate_name());
        assert_eq!(text(&log["Properties"]["LogGroupName"]), group, "{id}");
        assert_eq!(text(&log["Properties"]["RetentionInDays"]), "LogRetentionDays");
    }
}

#[test]
fn a_role_may_do_exactly_what_its_operation_declares() {
    let template = template();
    let (functions, roles) = (functions(&template), resources(&template, "AWS::IAM::Role"));
    for operation in operations() {
        let function = functions[operation.id];
        let role = roles[text(&function["Role"]).strip_suffix(".Arn").unwrap()];
        let log = text(&function["LoggingConfig"]["LogGroup"]);
        assert_eq!(permissions(role), expected(&operation, log), "{}", operation.id);
        // The bucket's policy knows functions by this path.
        assert_eq!(text(&role["Properties"]["Path"]), "/${AWS::StackName}/");
        assert!(role["Properties"].get("ManagedPolicyArns").is_none());
    }
}

#[test]
fn no_role_may_do_everything_scan_or_delete_payloads() {
    for (id, role) in resources(&template(), "AWS::IAM::Role") {
        for (action, resource) in permissions(role) {
            assert!(!action.contains('*'), "{id}: {action}");
            assert_ne!(action, "dynamodb:Scan", "{id}");
            assert!(!action.starts_with("s3:Delete"), "{id}: {action}");
            let unlimited = [
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
                "states:ValidateStateMachineDefinition",
            ];
            assert!(resource != "*" || unlimited.contains(&action.as_str()), "{id}: {action} on everything");
        }
    }
}

#[test]
fn a_role_is_passed_to_its_own_service_only() {
    let template = template();
    let services =
        [("StateMachineRole", "states.amazonaws.com"), ("ScheduleRole", "scheduler.amazonaws.com")];
    let of = |passed: &str| match passed {
        EXECUTION_ROLES => "states.amazonaws.com",
        role => services.iter().find(|(name, _)| role.strip_suffix(".Arn") == Some(*name)).unwrap().1,
    };
    for (id, role) in resources(&template, "AWS::IAM::Role") {
        for statement in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
            .as_sequence()
            .into_iter()
            .flatten()
        {
            if texts(&statement["Action"]).contains(&"iam:PassRole") {
                let service = of(text(&statement["Resource"]));
                assert_eq!(statement["Condition"]["StringEquals"]["iam:PassedToService"], service, "{id}");
            }
        }
    }
    for (id, service) in services {
        let trust = &template["Resources"][id]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0];
        assert_eq!(trust["Principal"]["Service"], service);
        assert_eq!(text(&trust["Condition"]["StringEquals"]["aws:SourceAccount"]), "AWS::AccountId");
    }
}

fn executions(event: &Value, id: &str) {
    assert_eq!(event["Type"], "EventBridgeRule", "{id}");
    let pattern = &event["Properties"]["Pattern"];
    assert_eq!(pattern["source"][0], "aws.states", "{id}");
    let machines = text(&pattern["detail"]["stateMachineArn"][0]["prefix"]);
    assert!(machines.ends_with(":stateMachine:${AWS::StackName}_app-"), "{id}: {machines}");
}

/// Topics come and go at run time, so the permission to call the function is for all that are named like ours.
fn topics(template: &Value, operation: &Operation) {
    let permission = &template["Resources"]["TopicsMayDeliver"]["Properties"];
    let function = &template["Resources"][text(&permission["FunctionName"])]["Properties"];
    assert_eq!(function["Handler"], operation.id);
    assert_eq!(permission["Principal"], "sns.amazonaws.com");
    assert!(text(&permission["SourceArn"]).ends_with(":${AWS::StackName}_*"));
}

#[test]
fn each_function_is_called_by_what_its_operation_says() {
    let template = template();
    for operation in operations() {
        let id = operation.id;
        let events = &functions(&template)[id]["Events"];
        match operation.entry {
            Entry::Http(_) | Entry::Unrouted => assert!(events.is_null(), "{id}: routes are the API's body"),
            Entry::Work(queue) => {
                let name = format!("{}Queue", queue.name());
                queue_calls(&template, &events["Work"]["Properties"], &name, &operation);
            }
            Entry::DeadLetters(queue) => {
                let name = format!("{}DeadLetterQueue", queue.name());
                queue_calls(&template, &events["DeadLetters"]["Properties"], &name, &operation);
            }
            Entry::Every(schedule) => {
                let event = &events["Every"]["Properties"];
                assert_eq!(event["ScheduleExpression"], schedule, "{id}");
                assert!(
                    text(&event["Name"]).starts_with("${AWS::StackName}-"),
                    "{id}: a name that stacks share"
                );
            }
            Entry::Executions => executions(&events["Executions"], id),
            Entry::Topics => {
                assert!(events.is_null(), "{id}");
                topics(&template, &operation);
            }
            Entry::Authorizer | Entry::Direct | Entry::Schedules => assert!(events.is_null(), "{id}"),
        }
    }
}

/// What the body of the API says of a method of a path: whether it is open, and the function that answers.
fn routed<'a>(body: &'a Value, method: &Value) -> (bool, &'a str) {
    let reference = text(&method["x-amazon-apigateway-integration"]["$ref"]);
    let name = reference.strip_prefix("#/components/x-amazon-apigateway-integrations/").unwrap();
    let integration = &body["components"]["x-amazon-apigateway-integrations"][name];
    assert_eq!(integration["payloadFormatVersion"], "2.0", "{name}");
    assert_eq!(text(&integration["credentials"]), "ApiRole.Arn", "{name}");
    let (_, function) = text(&integration["uri"]).rsplit_once("/functions/${").unwrap();
    (method["security"][0].get("NONE").is_some(), function.strip_suffix(".Arn}/invocations").unwrap())
}

#[test]
fn the_api_routes_each_method_of_an_operation_to_its_function() {
    let template = template();
    let body = &template["Resources"]["HttpApi"]["Properties"]["DefinitionBody"];
    let mut found = BTreeSet::new();
    for (path, methods) in body["paths"].as_mapping().unwrap() {
        for (method, route) in methods.as_mapping().unwrap().iter().filter(|(key, _)| *key != "parameters") {
            let (open, function) = routed(body, route);
            let handler = text(&template["Resources"][function]["Properties"]["Handler"]);
            found.insert((
                text(method).to_ascii_uppercase(),
                text(path).to_owned(),
                open,
                handler.to_owned(),
            ));
        }
    }
    let mut declared = BTreeSet::new();
    for operation in operations() {
        if let Entry::Http(route) = operation.entry {
            declared.extend(route.methods().map(Method::as_str).map(|method| {
                (method.to_owned(), route.path.to_owned(), route.scope.is_none(), operation.id.to_owned())
            }));
        } else if matches!(operation.entry, Entry::Unrouted) {
            let any = "X-AMAZON-APIGATEWAY-ANY-METHOD".to_owned();
            declared.insert((any, "/$default".to_owned(), true, operation.id.to_owned()));
        }
    }
    assert_eq!(found, declared);
}

#[test]
fn the_gateway_calls_functions_with_a_role_that_reaches_no_others() {
    let template = template();
    let role = &template["Resources"]["ApiRole"];
    let trusted = &role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"];
    assert_eq!(trusted, "apigateway.amazonaws.com");
    let called = operations()
        .into_iter()
        .filter(|operation| matches!(operation.entry, Entry::Http(_) | Entry::Unrouted | Entry::Authorizer));
    let functions: BTreeMap<&str, &str> = resources(&template, "AWS::Serverless::Function")
        .into_iter()
        .map(|(id, function)| (text(&function["Properties"]["Handler"]), id))
        .collect();
    let expected: BTreeSet<String> =
        called.map(|operation| format!("{}.Arn", functions[operation.id])).collect();
    let mut allowed = BTreeSet::new();
    for policy in texts(&role["Properties"]["ManagedPolicyArns"]) {
        let document = &template["Resources"][policy]["Properties"]["PolicyDocument"];
        for statement in document["Statement"].as_sequence().unwrap() {
            assert_eq!(statement["Action"], "lambda:InvokeFunction");
            let arns = texts(&statement["Resource"]);
            // "arn:aws:lambda:ap-southeast-1:123456789012:function:" and a name of 64 characters, quoted.
            assert!(arns.len() * (52 + 64 + 3) < 6_144 - 100, "{policy} has no room for {}", arns.len());
            allowed.extend(arns.into_iter().map(str::to_owned));
        }
    }
    assert_eq!(allowed, expected);
    let auth = &template["Resources"]["HttpApi"]["Properties"]["Auth"];
    let authorizer = &auth["Authorizers"][text(&auth["DefaultAuthorizer"])];
    assert_eq!(text(&authorizer["FunctionArn"]), "AuthorizerAuthorize.Arn");
    assert_eq!(text(&authorizer["FunctionInvokeRole"]), "ApiRole.Arn");
}

#[test]
fn what_nobody_is_told_of_is_kept_when_it_fails() {
    let template = template();
    for operation in operations() {
        let function = &functions(&template)[operation.id];
        let kept = &function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"];
        assert_eq!(kept.is_null(), !operation.entry.is_asynchronous(), "{}", operation.id);
        if operation.entry.is_asynchronous() {
            assert_eq!(text(kept), "UndeliveredQueue.Arn", "{}", operation.id);
        }
    }
}

fn queue_calls(template: &Value, event: &Value, queue: &str, operation: &Operation) {
    assert_eq!(text(&event["Queue"]), format!("{queue}.Arn"));
    assert_eq!(texts(&event["FunctionResponseTypes"]), ["ReportBatchItemFailures"]);
    let visibility = template["Resources"][queue]["Properties"]["VisibilityTimeout"].as_u64().unwrap();
    // What AWS asks for, so that a message never comes back while it is still being worked on.
    assert!(visibility >= 6 * u64::from(operation.timeout_seconds), "{queue}");
}

#[test]
fn functions_are_told_exactly_what_they_ask() {
    let asked = RefCell::new(BTreeSet::from(["LOG_LEVEL".to_owned()]));
    let _ = Config::read(|name| {
        asked.borrow_mut().insert(name.to_owned());
        None
    });
    let template = template();
    let told = template["Globals"]["Function"]["Environment"]["Variables"].as_mapping().unwrap();
    let told: BTreeSet<String> = told.keys().map(|name| text(name).to_owned()).collect();
    assert_eq!(told, asked.into_inner());
}

#[test]
fn names_that_are_written_out_are_those_of_functions() {
    let source = read("template.yaml");
    let names: BTreeSet<String> =
        operations().iter().map(|operation| operation.id.replace('.', "-")).collect();
    for line in source.lines().filter(|line| line.contains(":function:${AWS::StackName}-")) {
        let (_, name) = line.split_once(":function:${AWS::StackName}-").unwrap();
        let name = name.trim_end_matches('"');
        assert!(names.contains(name), "{name}");
    }
}

#[test]
fn data_is_kept_and_indexes_are_those_of_the_store() {
    let template = template();
    for id in ["Table", "Bucket", "Key"] {
        assert_eq!(template["Resources"][id]["DeletionPolicy"], "Retain");
        assert_eq!(template["Resources"][id]["UpdateReplacePolicy"], "Retain");
    }
    let table = &template["Resources"]["Table"]["Properties"];
    assert_eq!(table["DeletionProtectionEnabled"], true);
    let indexes = table["GlobalSecondaryIndexes"].as_sequence().unwrap();
    let indexes: Vec<&str> = indexes.iter().map(|index| text(&index["IndexName"])).collect();
    assert_eq!(indexes, [store::keys::GSI1, store::keys::PENDING, store::keys::GSI2]);
}

#[test]
fn the_outputs_that_tools_read_are_there() {
    let template = template();
    for output in
        ["ApiUrl", "BootstrapFunctionName", "HttpTaskArn", "FireFunctionArn", "QueueUrl", "TableName"]
    {
        assert!(template["Outputs"].get(output).is_some(), "{output}");
    }
}
