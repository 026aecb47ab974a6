//! Which AWS actions a definition calls by itself, as IAM names them: what the role of its state machine has to allow.

use std::collections::BTreeSet;

use crate::definition::expression::written_out;
use serde_json::Value;

/// An action that a definition calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NeededAction {
    /// The action, such as `dynamodb:PutItem`.
    pub action: String,
    /// The ARN of what it is called on. Nothing where that is only known when the definition runs.
    pub resource: Option<String>,
}

/// What Step Functions does to watch a service's job by events, in the integrations with `.sync` that have them.
const EVENTS: [&str; 3] = ["events:DescribeRule", "events:PutRule", "events:PutTargets"];

/// What waiting for the end of a job takes beside starting it, by the integration that starts it.
const SYNC: [(&str, &[&str]); 7] = [
    ("states:startExecution", &["states:DescribeExecution", "states:StopExecution"]),
    ("batch:submitJob", &["batch:DescribeJobs", "batch:TerminateJob"]),
    ("ecs:runTask", &["ecs:DescribeTasks", "ecs:StopTask"]),
    ("codebuild:startBuild", &["codebuild:BatchGetBuilds", "codebuild:StopBuild"]),
    ("glue:startJobRun", &["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns"]),
    ("athena:startQueryExecution", &["athena:GetQueryExecution", "athena:StopQueryExecution"]),
    ("sagemaker:createTrainingJob", &["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"]),
];

/// Services whose prefix in IAM is not the name that Step Functions has for them.
const PREFIXES: [(&str, &str); 12] = [
    ("bedrockagent", "bedrock"),
    ("bedrockagentruntime", "bedrock"),
    ("bedrockruntime", "bedrock"),
    ("cloudwatchlogs", "logs"),
    ("cognitoidentityprovider", "cognito-idp"),
    ("dynamodbstreams", "dynamodb"),
    ("efs", "elasticfilesystem"),
    ("elasticloadbalancingv2", "elasticloadbalancing"),
    ("eventbridge", "events"),
    ("sesv2", "ses"),
    ("sfn", "states"),
    ("transcribestreaming", "transcribe"),
];

/// Calls whose actions are not named as they are.
const RENAMED: [(&str, &[&str]); 13] = [
    ("bedrock:Converse", &["bedrock:InvokeModel"]),
    ("dynamodb:TransactGetItems", &["dynamodb:GetItem"]),
    (
        "dynamodb:TransactWriteItems",
        &["dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    ),
    ("http:Invoke", &["states:InvokeHTTPEndpoint", "events:RetrieveConnectionCredentials"]),
    ("apigateway:Invoke", &["execute-api:Invoke"]),
    ("lambda:Invoke", &["lambda:InvokeFunction"]),
    ("s3:CopyObject", &["s3:GetObject", "s3:PutObject"]),
    ("s3:DeleteObjects", &["s3:DeleteObject"]),
    ("s3:HeadBucket", &["s3:ListBucket"]),
    ("s3:HeadObject", &["s3:GetObject"]),
    ("s3:ListBuckets", &["s3:ListAllMyBuckets"]),
    ("s3:ListObjects", &["s3:ListBucket"]),
    ("s3:ListObjectsV2", &["s3:ListBucket"]),
];

/// Every action that a definition with all its values calls by itself. `own` is the ARN that its state machine gets: a
/// distributed Map starts executions of it. Names without a region or an account are taken to be where `own` is.
pub fn needed_actions(definition: &Value, own: &str) -> BTreeSet<NeededAction> {
    let mut needed = Needed { own, found: BTreeSet::new() };
    needed.of_machine(definition);
    needed.found
}

struct Needed<'a> {
    own: &'a str,
    found: BTreeSet<NeededAction>,
}

impl Needed<'_> {
    /// A whole definition, a branch of a Parallel or the processor of a Map.
    fn of_machine(&mut self, machine: &Value) {
        let states = machine.get("States").and_then(Value::as_object);
        for state in states.into_iter().flat_map(|states| states.values()) {
            self.of_state(state);
            let branches = state.get("Branches").and_then(Value::as_array);
            let inside = ["ItemProcessor", "Iterator"].into_iter().filter_map(|name| state.get(name));
            for machine in branches.into_iter().flatten().chain(inside) {
                self.of_machine(machine);
            }
        }
    }

    fn of_state(&mut self, state: &Value) {
        match state.get("Type").and_then(Value::as_str) {
            Some("Task") => self.of_call(state),
            Some("Map") => self.of_map(state),
            _ => {}
        }
    }

    fn of_map(&mut self, state: &Value) {
        let mode = state.pointer("/ItemProcessor/ProcessorConfig/Mode").and_then(Value::as_str);
        if mode == Some("DISTRIBUTED") {
            self.add("states:StartExecution", Some(self.own.to_owned()));
            let executions = self.own.replacen(":stateMachine:", ":execution:", 1) + ":*";
            for action in ["states:DescribeExecution", "states:StopExecution"] {
                self.add(action, Some(executions.clone()));
            }
        }
        for (member, more) in [
            ("ItemReader", &[][..]),
            ("ResultWriter", &["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"][..]),
        ] {
            let Some(call) = state.get(member) else { continue };
            self.of_call(call);
            if call.get("Resource").is_some() {
                for action in more {
                    self.add(action, object(call));
                }
            }
        }
    }

    /// What has a `Resource`: a Task, an `ItemReader`, a `ResultWriter`.
    fn of_call(&mut self, call: &Value) {
        let Some(resource) = call.get("Resource").and_then(Value::as_str) else { return };
        let parts: Vec<_> = resource.split(':').collect();
        match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", ..] => {
                self.add("lambda:InvokeFunction", Some(resource.to_owned()));
            }
            ["arn", _, "states", "", "", "aws-sdk", service, action, ..] => {
                self.of_integration(service, action.split('.').next().unwrap_or(action), false, call);
            }
            ["arn", _, "states", "", "", service, action, ..] => {
                let (action, how) = action.split_once('.').unwrap_or((action, ""));
                self.of_integration(service, action, how.starts_with("sync"), call);
            }
            _ => {}
        }
    }

    fn of_integration(&mut self, service: &str, called: &str, sync: bool, call: &Value) {
        let prefix = PREFIXES.iter().find(|(name, _)| *name == service).map_or(service, |(_, prefix)| prefix);
        let action = format!("{prefix}:{}", capital(called));
        let renamed = RENAMED.iter().find(|(name, _)| *name == action).map(|(_, actions)| *actions);
        let resource = self.resource(prefix, call);
        match renamed {
            Some(actions) => actions.iter().for_each(|action| self.add(action, resource.clone())),
            None => self.add(&action, resource),
        }
        if !sync {
            return;
        }
        let started = format!("{service}:{called}");
        let waiting = SYNC.iter().find(|(name, _)| *name == started).map_or(&[][..], |(_, actions)| actions);
        for action in waiting.iter().chain(&EVENTS) {
            self.add(action, None);
        }
    }

    /// What a call is about, where its arguments say so.
    fn resource(&self, prefix: &str, call: &Value) -> Option<String> {
        let text = |name| argument(call, name);
        let named = |name, kind: &str| {
            let value = text(name)?;
            if value.starts_with("arn:") {
                Some(value.to_owned())
            } else {
                self.beside(prefix, &format!("{kind}{value}"))
            }
        };
        match prefix {
            "dynamodb" => named("TableName", "table/"),
            "lambda" => named("FunctionName", "function:"),
            "states" => named("StateMachineArn", "stateMachine:"),
            "sns" => text("TopicArn").map(str::to_owned),
            "s3" => object(call),
            "secretsmanager" => text("SecretId").filter(|id| id.starts_with("arn:")).map(str::to_owned),
            "sqs" => {
                let mut parts = text("QueueUrl")?.trim_end_matches('/').rsplit('/');
                let (name, account) = (parts.next()?, parts.next()?);
                let mut own = self.own.split(':');
                let (partition, region) = (own.nth(1)?, own.nth(1)?);
                Some(format!("arn:{partition}:sqs:{region}:{account}:{name}"))
            }
            _ => None,
        }
    }

    /// The ARN of something where the state machine is.
    fn beside(&self, service: &str, resource: &str) -> Option<String> {
        let mut own = self.own.split(':');
        let (partition, region, account) = (own.nth(1)?, own.nth(1)?, own.next()?);
        Some(format!("arn:{partition}:{service}:{region}:{account}:{resource}"))
    }

    fn add(&mut self, action: &str, resource: Option<String>) {
        self.found.insert(NeededAction { action: action.to_owned(), resource });
    }
}

/// The objects that a call is about: one, those below a prefix, or all of a bucket.
fn object(call: &Value) -> Option<String> {
    let bucket = argument(call, "Bucket")?;
    let lists =
        call.get("Resource").and_then(Value::as_str).is_some_and(|called| called.contains(":listObjects"));
    if lists {
        return Some(format!("arn:aws:s3:::{bucket}"));
    }
    let key = argument(call, "Key").map(str::to_owned);
    let key =
        key.or_else(|| argument(call, "Prefix").map(|prefix| format!("{}/*", prefix.trim_end_matches('/'))));
    Some(format!("arn:aws:s3:::{bucket}/{}", key.unwrap_or_else(|| "*".to_owned())))
}

/// An argument that is a text known before the definition runs.
fn argument<'a>(call: &'a Value, name: &str) -> Option<&'a str> {
    let arguments = call.get("Arguments").or_else(|| call.get("Parameters"))?;
    written_out(arguments.get(name)?.as_str()?)
}

/// With a capital first, as IAM writes actions.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OWN: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:s-1";

    fn needed(states: &Value) -> Vec<String> {
        let definition = json!({ "StartAt": "A", "QueryLanguage": "JSONata", "States": states });
        let words = |needed: NeededAction| {
            format!("{} {}", needed.action, needed.resource.unwrap_or_else(|| "?".to_owned()))
        };
        needed_actions(&definition, OWN).into_iter().map(words).collect()
    }

    fn task(resource: &str, arguments: &Value) -> Value {
        json!({ "A": { "Type": "Task", "Resource": resource, "Arguments": arguments, "End": true } })
    }

    #[test]
    fn tasks_need_what_they_call_on_what_they_name() {
        let function = "arn:aws:lambda:eu-central-1:123456789012:function:tax";
        for (resource, arguments, expected) in [
            (function, json!({}), vec![format!("lambda:InvokeFunction {function}")]),
            (
                "arn:aws:states:::lambda:invoke.waitForTaskToken",
                json!({ "FunctionName": "tax" }),
                vec![format!("lambda:InvokeFunction {function}")],
            ),
            (
                "arn:aws:states:::dynamodb:putItem",
                json!({ "TableName": "orders" }),
                vec!["dynamodb:PutItem arn:aws:dynamodb:eu-central-1:123456789012:table/orders".to_owned()],
            ),
            (
                "arn:aws:states:::dynamodb:putItem",
                json!({ "TableName": "{% $states.input.table %}" }),
                vec!["dynamodb:PutItem ?".to_owned()],
            ),
            (
                "arn:aws:states:::lambda:invoke",
                json!({ "FunctionName": "{% 'tax' %}" }),
                vec![format!("lambda:InvokeFunction {function}")],
            ),
            (
                "arn:aws:states:::sqs:sendMessage",
                json!({ "QueueUrl": "https://sqs.eu-central-1.amazonaws.com/210987654321/orders" }),
                vec!["sqs:SendMessage arn:aws:sqs:eu-central-1:210987654321:orders".to_owned()],
            ),
            (
                "arn:aws:states:::aws-sdk:s3:listObjectsV2",
                json!({ "Bucket": "b" }),
                vec!["s3:ListBucket arn:aws:s3:::b".to_owned()],
            ),
            (
                "arn:aws:states:::aws-sdk:cloudwatchlogs:putLogEvents",
                json!({}),
                vec!["logs:PutLogEvents ?".to_owned()],
            ),
            ("arn:aws:states:eu-central-1:123456789012:activity:a", json!({}), vec![]),
        ] {
            assert_eq!(needed(&task(resource, &arguments)), expected, "{resource}");
        }
    }

    #[test]
    fn waiting_for_a_job_needs_more_than_starting_it() {
        let found = needed(&task("arn:aws:states:::batch:submitJob.sync", &json!({})));
        let expected = [
            "batch:DescribeJobs ?",
            "batch:SubmitJob ?",
            "batch:TerminateJob ?",
            "events:DescribeRule ?",
            "events:PutRule ?",
            "events:PutTargets ?",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_distributed_map_runs_itself_and_its_insides_count() {
        let inside = task("arn:aws:states:::sns:publish", &json!({ "TopicArn": "arn:aws:sns:x:1:t" }));
        let found = needed(&json!({ "A": { "Type": "Map", "End": true,
            "ItemReader": { "Resource": "arn:aws:states:::s3:getObject", "Arguments": { "Bucket": "b", "Key": "in.csv" } },
            "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Arguments": { "Bucket": "b", "Prefix": "out" } },
            "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "A", "States": inside } } }));
        let expected = [
            "s3:AbortMultipartUpload arn:aws:s3:::b/out/*",
            "s3:GetObject arn:aws:s3:::b/in.csv",
            "s3:ListMultipartUploadParts arn:aws:s3:::b/out/*",
            "s3:PutObject arn:aws:s3:::b/out/*",
            "sns:Publish arn:aws:sns:x:1:t",
            "states:DescribeExecution arn:aws:states:eu-central-1:123456789012:execution:s-1:*",
            "states:StartExecution arn:aws:states:eu-central-1:123456789012:stateMachine:s-1",
            "states:StopExecution arn:aws:states:eu-central-1:123456789012:execution:s-1:*",
        ];
        assert_eq!(found, expected);
    }
}
