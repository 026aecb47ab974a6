//! The services that Step Functions calls by itself, `arn:aws:states:::service:action`: which there are, how they may be
//! called, and what a call cannot do without.
//!
//! The table is that of the developer guide ("Integrating optimized services", with a page for each service). What a page
//! leaves open is taken: Step Functions has the last word.

use serde_json::{Map, Value};

use super::fields::Language;
use super::scope::Checker;
use crate::definition::join;
use crate::spelling::hint;

/// An action of a service.
#[derive(Debug)]
struct Action {
    service: &'static str,
    name: &'static str,
    /// How it may be called beside waiting for its answer.
    patterns: &'static [&'static str],
    /// Arguments that it cannot be called without; of those with `|` between them, one.
    required: &'static [&'static str],
}

const TOKEN: &str = "waitForTaskToken";
const ANSWER: &[&str] = &[];
const SYNC: &[&str] = &["sync"];
const CALLBACK: &[&str] = &[TOKEN];
const SYNC_OR_CALLBACK: &[&str] = &["sync", TOKEN];
const NESTED: &[&str] = &["sync", "sync:2", TOKEN];
/// Of actions whose arguments are left to Step Functions.
const LEFT: &[&str] = &[];

const fn action(
    service: &'static str,
    name: &'static str,
    patterns: &'static [&'static str],
    required: &'static [&'static str],
) -> Action {
    Action { service, name, patterns, required }
}

const ACTIONS: &[Action] = &[
    action("apigateway", "invoke", CALLBACK, &["ApiEndpoint", "Method"]),
    action("athena", "getQueryExecution", ANSWER, &["QueryExecutionId"]),
    action("athena", "getQueryResults", ANSWER, &["QueryExecutionId"]),
    action("athena", "startQueryExecution", SYNC, &["QueryString"]),
    action("athena", "stopQueryExecution", ANSWER, LEFT),
    action("batch", "submitJob", SYNC, &["JobDefinition", "JobName", "JobQueue"]),
    action("bedrock", "createModelCustomizationJob", SYNC_OR_CALLBACK, LEFT),
    action("bedrock", "invokeModel", SYNC_OR_CALLBACK, &["ModelId"]),
    action("bedrockagentcore", "invokeHarness", ANSWER, LEFT),
    action("codebuild", "batchDeleteBuilds", ANSWER, LEFT),
    action("codebuild", "batchGetReports", ANSWER, LEFT),
    action("codebuild", "deleteBuildBatch", ANSWER, LEFT),
    action("codebuild", "retryBuildBatch", SYNC, LEFT),
    action("codebuild", "startBuild", SYNC, &["ProjectName"]),
    action("codebuild", "startBuildBatch", SYNC, &["ProjectName"]),
    action("codebuild", "stopBuild", ANSWER, LEFT),
    action("codebuild", "stopBuildBatch", ANSWER, LEFT),
    action("databrew", "startJobRun", SYNC, &["Name"]),
    action("dynamodb", "deleteItem", ANSWER, &["TableName", "Key"]),
    action("dynamodb", "getItem", ANSWER, &["TableName", "Key"]),
    action("dynamodb", "putItem", ANSWER, &["TableName", "Item"]),
    action("dynamodb", "updateItem", ANSWER, &["TableName", "Key"]),
    action("ecs", "runTask", SYNC_OR_CALLBACK, &["TaskDefinition"]),
    action("eks", "call", SYNC_OR_CALLBACK, LEFT),
    action("eks", "createCluster", SYNC_OR_CALLBACK, LEFT),
    action("eks", "createFargateProfile", SYNC_OR_CALLBACK, LEFT),
    action("eks", "createNodegroup", SYNC_OR_CALLBACK, LEFT),
    action("eks", "deleteCluster", SYNC_OR_CALLBACK, LEFT),
    action("eks", "deleteFargateProfile", SYNC_OR_CALLBACK, LEFT),
    action("eks", "deleteNodegroup", SYNC_OR_CALLBACK, LEFT),
    action("eks", "runJob", SYNC_OR_CALLBACK, LEFT),
    action("elasticmapreduce", "addStep", SYNC, LEFT),
    action("elasticmapreduce", "cancelStep", ANSWER, LEFT),
    action("elasticmapreduce", "createCluster", SYNC, LEFT),
    action("elasticmapreduce", "modifyInstanceFleetByName", ANSWER, LEFT),
    action("elasticmapreduce", "modifyInstanceGroupByName", ANSWER, LEFT),
    action("elasticmapreduce", "setClusterTerminationProtection", ANSWER, LEFT),
    action("elasticmapreduce", "terminateCluster", SYNC, LEFT),
    action("emr-containers", "createVirtualCluster", SYNC, LEFT),
    action("emr-containers", "deleteVirtualCluster", SYNC, LEFT),
    action("emr-containers", "startJobRun", SYNC, LEFT),
    action("emr-serverless", "cancelJobRun", SYNC, LEFT),
    action("emr-serverless", "createApplication", SYNC, LEFT),
    action("emr-serverless", "deleteApplication", SYNC, LEFT),
    action("emr-serverless", "startApplication", SYNC, LEFT),
    action("emr-serverless", "startJobRun", SYNC, LEFT),
    action("emr-serverless", "stopApplication", SYNC, LEFT),
    action("events", "putEvents", CALLBACK, &["Entries"]),
    action("glue", "startJobRun", SYNC, &["JobName"]),
    action("http", "invoke", CALLBACK, &["ApiEndpoint", "Method", "Authentication|InvocationConfig"]),
    action("lambda", "invoke", CALLBACK, &[FUNCTION_NAME]),
    action("mediaconvert", "createJob", SYNC_OR_CALLBACK, LEFT),
    action("sagemaker", "createEndpoint", SYNC, LEFT),
    action("sagemaker", "createEndpointConfig", SYNC, LEFT),
    action("sagemaker", "createHyperParameterTuningJob", SYNC, LEFT),
    action("sagemaker", "createLabelingJob", SYNC, LEFT),
    action("sagemaker", "createModel", SYNC, LEFT),
    action("sagemaker", "createProcessingJob", SYNC, LEFT),
    action("sagemaker", "createTrainingJob", SYNC, LEFT),
    action("sagemaker", "createTransformJob", SYNC, LEFT),
    action("sagemaker", "updateEndpoint", SYNC, LEFT),
    action("sns", "publish", CALLBACK, &["TopicArn|TargetArn|PhoneNumber", "Message"]),
    action("sqs", "sendMessage", CALLBACK, &["QueueUrl", "MessageBody"]),
    action("states", "startExecution", NESTED, &["StateMachineArn"]),
];

/// Services that got actions after their page was read, so that one that is not in the table is left to Step Functions.
const GROWING: [&str; 4] = ["bedrock", "bedrockagentcore", "eks", "sagemaker"];

/// What a call of a Lambda function cannot do without.
const FUNCTION_NAME: &str = "FunctionName";

/// Stands before the name of a service that is called as its SDK calls it.
const SDK: &str = "aws-sdk";

/// What may read the items of a distributed Map.
const READERS: [&str; 2] = ["s3:getObject", "s3:listObjectsV2"];

/// What may write the results of a distributed Map.
const WRITERS: [&str; 1] = ["s3:putObject"];

impl Checker<'_> {
    /// Checks the service that a Task state calls, where it is one of Step Functions' own, and what it is called with.
    pub(super) fn integration(&mut self, path: &str, state: &Map<String, Value>, language: Language) {
        let Some(called) = called(state) else { return };
        let found = match called.split_once(':') {
            Some((SDK, called)) => sdk_call(called).map(|()| None),
            _ => optimized(called).map(Some),
        };
        match found {
            Ok(Some(Some(action))) => self.arguments(path, state, language, action),
            Ok(_) => {}
            Err(message) => self.error(join(path, "Resource"), message),
        }
    }

    /// Checks what reads the items of a Map state.
    pub(super) fn reads(&mut self, path: &str, reader: &Map<String, Value>) {
        self.storage(path, reader, &READERS);
    }

    /// Checks what writes the results of a Map state.
    pub(super) fn writes(&mut self, path: &str, writer: &Map<String, Value>) {
        self.storage(path, writer, &WRITERS);
    }

    fn storage(&mut self, path: &str, owner: &Map<String, Value>, allowed: &[&str]) {
        if let Some(called) = called(owner)
            && !allowed.contains(&called)
        {
            let ways =
                allowed.iter().map(|called| format!("\"arn:aws:states:::{called}\"")).collect::<Vec<_>>();
            self.error(join(path, "Resource"), format!("\"Resource\" must be {} here.", ways.join(" or ")));
        }
    }

    fn arguments(&mut self, path: &str, state: &Map<String, Value>, language: Language, action: &Action) {
        let member = match language {
            Language::Jsonata => "Arguments",
            Language::JsonPath => "Parameters",
        };
        // Without arguments it is called with the state's input; what an expression or a variable gives is not known.
        let Some(Value::Object(arguments)) = state.get(member) else { return };
        let is_given = |name: &str| {
            let selected = || language == Language::JsonPath && arguments.contains_key(&format!("{name}.$"));
            arguments.contains_key(name) || selected()
        };
        // Which function is called is looked at with the ways to Slipway's own functions.
        for required in action.required.iter().filter(|required| **required != FUNCTION_NAME) {
            if !required.split('|').any(is_given) {
                let names = required.split('|').map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
                let Action { service, name, .. } = action;
                self.error(
                    join(path, member),
                    format!(
                        "{} is missing: \"{service}:{name}\" cannot be called without.",
                        names.join(" or ")
                    ),
                );
            }
        }
    }
}

/// The arguments that what a Task state, a reader or a writer calls cannot do without; of those of which one is enough, the
/// first.
pub(crate) fn needed_arguments(owner: &Map<String, Value>) -> impl Iterator<Item = &'static str> {
    let action = called(owner).and_then(|called| optimized(called).ok().flatten());
    let required = action.map_or(LEFT, |action| action.required);
    required.iter().filter_map(|names| names.split('|').next())
}

/// What stands behind `arn:…:states:::`, unless a part of it comes out of a variable.
fn called(owner: &Map<String, Value>) -> Option<&str> {
    let mut parts = owner.get("Resource")?.as_str()?.splitn(6, ':');
    let (arn, _partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, called) = (parts.next()?, parts.next()?, parts.next()?);
    let is_own = arn == "arn" && service == "states" && region.is_empty() && account.is_empty();
    (is_own && !called.contains("${")).then_some(called)
}

/// Finds the action that is called; nothing for one that only Step Functions can judge.
fn optimized(called: &str) -> Result<Option<&'static Action>, String> {
    let (service, rest) = called.split_once(':').unwrap_or((called, ""));
    let (name, pattern) = match rest.split_once('.') {
        Some((name, pattern)) => (name, Some(pattern)),
        None => (rest, None),
    };
    let of_service: Vec<_> = ACTIONS.iter().filter(|action| action.service == service).collect();
    if of_service.is_empty() {
        return Err(no_such_service(service));
    }
    let Some(action) = of_service.iter().find(|action| action.name == name) else {
        if GROWING.contains(&service) {
            return Ok(None);
        }
        let names: Vec<_> = of_service.iter().map(|action| action.name).collect();
        return Err(no_such_action(service, name, &names));
    };
    match pattern {
        Some(pattern) if !action.patterns.contains(&pattern) => Err(no_such_pattern(action, pattern)),
        _ => Ok(Some(action)),
    }
}

fn no_such_service(service: &str) -> String {
    let mut services: Vec<_> = ACTIONS.iter().map(|action| action.service).collect();
    services.dedup();
    let hint = hint(service, services.iter().copied());
    format!(
        "Step Functions has no integration \"{service}\".{hint} It has {}. Any other service of AWS is called through \
         \"arn:aws:states:::{SDK}:service:action\".",
        services.join(", ")
    )
}

fn no_such_action(service: &str, name: &str, names: &[&str]) -> String {
    let hint = hint(name, names.iter().copied());
    format!(
        "The integration \"{service}\" has no action \"{name}\".{hint} It has {}. Other actions of the service are called \
         through \"arn:aws:states:::{SDK}:service:action\".",
        names.join(", ")
    )
}

fn no_such_pattern(action: &Action, pattern: &str) -> String {
    let Action { service, name, patterns, .. } = action;
    let ways = patterns.iter().map(|pattern| format!("\".{pattern}\"")).collect::<Vec<_>>().join(" or ");
    let ways = if ways.is_empty() { ways } else { format!(", or write {ways}") };
    format!("\"{service}:{name}\" cannot be called with \".{pattern}\". Leave it out{ways}.")
}

/// Checks the form of a call as an SDK makes it. Which services and actions there are only Step Functions knows.
fn sdk_call(called: &str) -> Result<(), String> {
    let (service, rest) = called.split_once(':').unwrap_or((called, ""));
    let (action, pattern) = match rest.split_once('.') {
        Some((action, pattern)) => (action, Some(pattern)),
        None => (rest, None),
    };
    let is_service = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if service.is_empty() || !service.chars().all(is_service) {
        let meant = service.to_ascii_lowercase();
        return Err(format!(
            "The name of a service is written in small letters, such as \"{SDK}:{meant}:…\"."
        ));
    }
    if action.starts_with(|c: char| c.is_ascii_uppercase()) {
        let (first, rest) = action.split_at(1);
        let meant = format!("{}{rest}", first.to_ascii_lowercase());
        return Err(format!("An action begins with a small letter: write \"{SDK}:{service}:{meant}\"."));
    }
    if !action.starts_with(|c: char| c.is_ascii_lowercase())
        || !action.chars().all(|c| c.is_ascii_alphanumeric())
    {
        return Err(format!(
            "The action is missing or misspelt: write \"arn:aws:states:::{SDK}:{service}:action\"."
        ));
    }
    match pattern {
        None | Some(TOKEN) => Ok(()),
        Some(pattern) => Err(format!(
            "A call through \"{SDK}\" cannot end with \".{pattern}\". Leave it out, or write \".{TOKEN}\"."
        )),
    }
}
