//! The generated parts of `template.yaml`: for every operation its function and role, for every crate a log group, and
//! the routes of the API with the role that they are called with.

mod permissions;
mod routes;
pub(crate) use permissions::merged;
pub(crate) use routes::body as routes;
pub(crate) mod yaml;

use api::Operation;
use api::operation::{Entry, WorkQueue};
use serde_yaml_ng::Value;

use crate::openapi::schemas::pascal_case;
use runtime::applications::MACHINE_PREFIX as CONNECTOR_MACHINES;
use yaml::{get_att, list, map, reference, sub};

/// What the names begin with that Slipway gives what it makes while it runs: the stack's name, and a character that no
/// stack's name has, so that a pattern matches nothing of a stack whose name goes on where this one's ends.
const OWN: &str = "${AWS::StackName}_";

/// The queue of what asynchronous calls did not get done.
const UNDELIVERED: &str = "UndeliveredQueue";

/// The resources of every operation, indented to stand under `Resources`: crate by crate its log group, its functions
/// and their roles.
pub(crate) fn functions(operations: &[Operation]) -> Result<String, serde_yaml_ng::Error> {
    let mut text = yaml::indented(&routes::role(operations), "  ")?;
    for of_crate in operations.chunk_by(|one, next| one.crate_name() == next.crate_name()) {
        let log = of_crate.iter().take(1).map(|operation| map([(&*log_id(operation), log_group(operation))]));
        for resources in log.chain(of_crate.iter().map(resources)) {
            text.push('\n');
            text.push_str(&yaml::indented(&resources, "  ")?);
        }
    }
    Ok(text)
}

/// The logical id of an operation's function: `EnvironmentsCreate` for `environments.create`.
pub(crate) fn logical_id(operation: &Operation) -> String {
    pascal_case(operation.id)
}

fn resources(operation: &Operation) -> Value {
    let id = logical_id(operation);
    map([(id.as_str(), function(operation, &id)), (&format!("{id}Role"), role(operation))])
}

/// The logical id of the log group that the functions of an operation's crate share.
fn log_id(operation: &Operation) -> String {
    format!("{}Log", pascal_case(operation.crate_name()))
}

fn function(operation: &Operation, id: &str) -> Value {
    let mut properties = vec![
        ("FunctionName", function_name(operation)),
        ("Description", operation.summary.into()),
        ("CodeUri", format!("target/lambda/{}/", operation.crate_name()).into()),
        ("Handler", operation.id.into()),
        ("MemorySize", operation.memory_mb.into()),
        ("Timeout", operation.timeout_seconds.into()),
        ("Role", get_att(&format!("{id}Role"), "Arn")),
        ("LoggingConfig", map([("LogFormat", "JSON".into()), ("LogGroup", reference(&log_id(operation)))])),
    ];
    if operation.entry.is_asynchronous() {
        properties.push(("EventInvokeConfig", undelivered()));
    }
    if let Some(events) = events(operation) {
        properties.push(("Events", events));
    }
    map([
        ("Type", "AWS::Serverless::Function".into()),
        ("Metadata", map([("SkipBuild", true.into())])),
        ("Properties", map(properties)),
    ])
}

/// What Lambda could not get done, having tried three times in all, is kept for the operator to look at and send again.
fn undelivered() -> Value {
    let queue = map([("Type", "SQS".into()), ("Destination", get_att(UNDELIVERED, "Arn"))]);
    map([("MaximumRetryAttempts", 2.into()), ("DestinationConfig", map([("OnFailure", queue)]))])
}

/// A role of the function's own. SAM would add managed policies that reach every log group and queue of the account.
fn role(operation: &Operation) -> Value {
    let statements = permissions::statements(operation, &log_id(operation));
    let policy = map([("PolicyName", "operation".into()), ("PolicyDocument", document(statements))]);
    let properties = map([
        ("Path", sub("/${AWS::StackName}/")),
        ("AssumeRolePolicyDocument", trust("lambda.amazonaws.com")),
        ("Policies", list([policy])),
    ]);
    map([("Type", "AWS::IAM::Role".into()), ("Properties", properties)])
}

/// Lets a service assume a role.
fn trust(service: &str) -> Value {
    document(vec![map([
        ("Effect", "Allow".into()),
        ("Principal", map([("Service", service.into())])),
        ("Action", "sts:AssumeRole".into()),
    ])])
}

fn document(statements: Vec<Value>) -> Value {
    map([("Version", "2012-10-17".into()), ("Statement", list(statements))])
}

fn log_group(operation: &Operation) -> Value {
    let name = format!("/aws/lambda/${{AWS::StackName}}-{}", operation.crate_name());
    let properties = map([("LogGroupName", sub(&name)), ("RetentionInDays", reference("LogRetentionDays"))]);
    map([("Type", "AWS::Logs::LogGroup".into()), ("Properties", properties)])
}

fn function_name(operation: &Operation) -> Value {
    sub(&physical_name(operation))
}

fn physical_name(operation: &Operation) -> String {
    format!("${{AWS::StackName}}-{}", operation.id.replace('.', "-"))
}

fn events(operation: &Operation) -> Option<Value> {
    let (name, kind, properties) = match &operation.entry {
        Entry::Work(queue) => ("Work", "SQS", work_event(*queue)),
        Entry::DeadLetters(queue) => {
            ("DeadLetters", "SQS", map(queue_properties(&dead_letter_queue_id(*queue))))
        }
        Entry::Executions => ("Executions", "EventBridgeRule", executions_event()),
        Entry::Every(schedule) => ("Every", "ScheduleV2", schedule_event(operation, schedule)),
        Entry::Http(_)
        | Entry::Unrouted
        | Entry::Authorizer
        | Entry::Direct
        | Entry::Schedules
        | Entry::Topics => return None,
    };
    Some(map([(name, map([("Type", kind.into()), ("Properties", properties)]))]))
}

/// Bounded, because AWS lets an account make only so many state machines a second.
fn work_event(queue: WorkQueue) -> Value {
    let most = reference(&format!("{}WorkerConcurrency", queue.name()));
    let scaling = map([("MaximumConcurrency", most)]);
    map(queue_properties(&queue_id(queue)).into_iter().chain([("ScalingConfig", scaling)]))
}

/// The logical id of a queue of work.
fn queue_id(queue: WorkQueue) -> String {
    format!("{}Queue", queue.name())
}

/// The logical id of the queue of what the worker of a queue could not process.
fn dead_letter_queue_id(queue: WorkQueue) -> String {
    format!("{}DeadLetterQueue", queue.name())
}

fn queue_properties(queue: &str) -> [(&'static str, Value); 3] {
    [
        ("Queue", get_att(queue, "Arn")),
        ("BatchSize", 5.into()),
        ("FunctionResponseTypes", list(["ReportBatchItemFailures".into()])),
    ]
}

/// The ends of runs on state machines whose names say that a connector's application runs on them.
fn executions_event() -> Value {
    let machines = format!("stateMachine:{OWN}{CONNECTOR_MACHINES}");
    let arn = format!("arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:{machines}");
    let ends = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"].map(Value::from);
    let detail = map([("status", list(ends)), ("stateMachineArn", list([map([("prefix", sub(&arn))])]))]);
    let pattern = map([
        ("source", list(["aws.states".into()])),
        ("detail-type", list(["Step Functions Execution Status Change".into()])),
        ("detail", detail),
    ]);
    map([("Pattern", pattern)])
}

/// Under a name of its own: SAM's would be the same in every stack of the account. Not retried: the schedule comes
/// again soon.
fn schedule_event(operation: &Operation, schedule: &str) -> Value {
    map([
        ("Name", function_name(operation)),
        ("ScheduleExpression", schedule.into()),
        ("RetryPolicy", map([("MaximumRetryAttempts", 0.into())])),
    ])
}
