//! What a state may call, what a Map state reads and writes, and what an EXPRESS flow cannot do.

use serde_json::{Value, json};

use super::super::*;
use super::{SQS, assert_rows, first, jsonata, task};
use crate::definition::Severity;

fn inner() -> Value {
    json!({"StartAt": "C", "States": {"C": {"Type": "Pass", "End": true}}})
}

fn distributed(name: &str, value: Value) -> Value {
    let mut processor = inner();
    processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let mut map = json!({"Type": "Map", "ItemProcessor": processor, "Next": "B"});
    map[name] = value;
    map
}

#[test]
fn resources_are_arns() {
    let function = "arn:aws:lambda:eu-central-1:123456789012:function:f";
    for refused in ["createToken", "arn:x", "$.function", "{% $f %}", "arn:aws:states:::", "a-${b}"] {
        assert_rows([(first(task("Resource", json!(refused))), "/States/A/Resource", "must be the ARN")]);
    }
    for qualifier in ["", "a b", "$*#", "1:2"] {
        let refused = format!("{function}:{qualifier}");
        assert_rows([(first(task("Resource", json!(refused))), "/States/A/Resource", "no version or alias")]);
    }
    for taken in [
        function,
        "arn:aws:lambda:eu-central-1:123456789012:function:f:$LATEST",
        "arn:aws:lambda:${region}:${account}:function:${name}:${alias}",
        "arn:aws:states:::dynamodb:getItem",
        "arn:aws:swf:us-east-1:123456789012:task:X",
        "arn:${partition}:states:::sns:publish.waitForTaskToken",
        "${function}",
        "${prefix}:live",
    ] {
        assert_eq!(check(&first(task("Resource", json!(taken))), false), [], "{taken}");
    }
    let credentials = |value: Value| first(task("Credentials", value));
    assert_rows([
        (credentials(Value::Null), "/States/A/Credentials", "must be an object"),
        (credentials(json!({"RoleArn.$": "role"})), "/States/A/Credentials/RoleArn.$", "must be a path"),
        (jsonata(task("Credentials", json!("role"))), "/States/A/Credentials", "an object or an expression"),
    ]);
}

#[test]
fn services_are_called_as_step_functions_can_call_them() {
    let place = "/States/A/Resource";
    for (called, told) in [
        ("nosuch:doit", "has no integration \"nosuch\". It has apigateway, athena,"),
        ("sqss:sendMessage", "Did you mean \"sqs\"?"),
        ("sqs", "\"sqs\" has no action \"\""),
        ("sqs:sendMesage", "has no action \"sendMesage\". Did you mean \"sendMessage\"? It has sendMessage."),
        ("sqs:SendMessage", "Did you mean \"sendMessage\"?"),
        ("dynamodb:query", "It has deleteItem, getItem, putItem, updateItem."),
        (
            "sqs:sendMessage.sync",
            "cannot be called with \".sync\". Leave it out, or write \".waitForTaskToken\".",
        ),
        ("dynamodb:getItem.waitForTaskToken", "cannot be called with \".waitForTaskToken\". Leave it out."),
        ("lambda:invoke.sync:2", "cannot be called with \".sync:2\""),
        ("s3:getObject", "has no integration \"s3\""),
        ("aws-sdk:sqs:SendMessage", "begins with a small letter: write \"aws-sdk:sqs:sendMessage\"."),
        ("aws-sdk:SQS:sendMessage", "in small letters, such as \"aws-sdk:sqs:…\""),
        ("aws-sdk:sqs", "The action is missing or misspelt"),
        ("aws-sdk:sqs:send-message", "The action is missing or misspelt"),
        (
            "aws-sdk:glue:startJobRun.sync",
            "cannot end with \".sync\". Leave it out, or write \".waitForTaskToken\".",
        ),
    ] {
        let resource = format!("arn:aws:states:::{called}");
        assert_rows([(first(task("Resource", json!(resource))), place, told)]);
    }
    for called in [
        "sqs:${action}",
        "${service}:doit",
        "states:startExecution.sync:2",
        "aws-sdk:s3:listObjectsV2.waitForTaskToken",
        "bedrock:whatCameLater",
        "emr-serverless:startJobRun.sync",
    ] {
        let resource = format!("arn:aws:states:::{called}");
        assert_eq!(check(&first(task("Resource", json!(resource))), false), [], "{called}");
    }
}

#[test]
fn services_are_called_with_what_they_cannot_do_without() {
    let call = |called: &str, parameters: Value| {
        let mut call = task("Parameters", parameters);
        call["Resource"] = json!(format!("arn:aws:states:::{called}"));
        call
    };
    let place = "/States/A/Parameters";
    assert_rows([
        (first(call("sqs:sendMessage", json!({"MessageBody": "m"}))), place, "\"QueueUrl\" is missing"),
        (first(call("sqs:sendMessage.waitForTaskToken", json!({}))), place, "\"MessageBody\" is missing"),
        (
            first(call("sns:publish", json!({"Message": "m"}))),
            place,
            "\"TopicArn\" or \"TargetArn\" or \"PhoneNumber\" is missing",
        ),
        (
            first(call("http:invoke", json!({"ApiEndpoint": "https://a.example", "Method": "GET"}))),
            place,
            "\"Authentication\" or \"InvocationConfig\" is missing",
        ),
    ]);
    // One finding for one mistake.
    for (parameters, at) in [(json!({"Payload.$": "$"}), place), (json!({}), place)] {
        let definition = first(call("lambda:invoke", parameters));
        let mut found = check(&definition, false);
        found
            .extend(other_ways(&definition, "arn:aws:lambda:eu-central-1:1:function:slipway-http-task-call"));
        let [finding] = &found[..] else { panic!("{found:#?}") };
        assert_eq!(finding.path, at);
        assert!(finding.message.starts_with("\"FunctionName\" is missing"), "{}", finding.message);
    }
    let queue = json!({"QueueUrl": "{% $q %}", "MessageBody.$": "m"});
    let mut jsonata_call = task("Arguments", queue);
    jsonata_call["Resource"] = json!(SQS);
    assert_rows([(jsonata(jsonata_call), "/States/A/Arguments", "\"MessageBody\" is missing")]);
    for parameters in [json!({"QueueUrl.$": "$.q", "MessageBody.$": "$"}), json!("${all}")] {
        assert_eq!(check(&first(call("sqs:sendMessage", parameters.clone())), false), [], "{parameters}");
    }
}

#[test]
fn what_reads_batches_and_writes_the_items_of_a_map() {
    let s3 = "arn:aws:states:::s3:getObject";
    let reader = |config: Value| {
        first(distributed(
            "ItemReader",
            json!({"Resource": s3, "ReaderConfig": config, "Parameters": {"Bucket": "b"}}),
        ))
    };
    let batcher = |batcher: Value| first(distributed("ItemBatcher", batcher));
    let config = "/States/A/ItemReader/ReaderConfig";
    let both = json!({"MaxItemsPerBatch": 1, "MaxItemsPerBatchPath": "$.n"});
    let put = json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}});
    assert_rows([
        (
            reader(json!({"MaxItems": 1, "MaxItemsPath": "$.n"})),
            "/States/A/ItemReader/ReaderConfig/MaxItemsPath",
            "exclude",
        ),
        (reader(json!({"InputType": "XML"})), "/States/A/ItemReader/ReaderConfig/InputType", "one of CSV"),
        (reader(json!({"CSVHeaderLocation": "GIVEN"})), config, "\"CSVHeaders\" is missing"),
        (first(distributed("ItemReader", json!({}))), "/States/A/ItemReader", "\"Resource\" is missing"),
        (
            first(distributed("ItemReader", json!({"Resource": "s3"}))),
            "/States/A/ItemReader/Resource",
            "must be the ARN",
        ),
        (
            first(distributed("ItemReader", json!({"Resource": "arn:aws:states:::s3:putObject"}))),
            "/States/A/ItemReader/Resource",
            "must be \"arn:aws:states:::s3:getObject\" or \"arn:aws:states:::s3:listObjectsV2\" here",
        ),
        (
            first(distributed("ResultWriter", json!({"Resource": s3, "Parameters": {"Bucket": "b"}}))),
            "/States/A/ResultWriter/Resource",
            "must be \"arn:aws:states:::s3:putObject\" here",
        ),
        (
            reader(json!({"MaxItems": 100_000_001})),
            "/States/A/ItemReader/ReaderConfig/MaxItems",
            "to 100000000",
        ),
        (
            reader(json!({"MaxItemsPath": "$$.Execution.Input.n"})),
            "/States/A/ItemReader/ReaderConfig/MaxItemsPath",
            "the context object, \"$$\", cannot be read here",
        ),
        (batcher(json!({"MaxItemsPerBatch": -1})), "/States/A/ItemBatcher/MaxItemsPerBatch", "from 0 to"),
        (
            batcher(json!({"MaxInputBytesPerBatch": 262_145})),
            "/States/A/ItemBatcher/MaxInputBytesPerBatch",
            "to 262144",
        ),
        (
            batcher(json!({"BatchInput": {"a": 1}})),
            "/States/A/ItemBatcher",
            "\"MaxItemsPerBatch\", \"MaxInputBytesPerBatch\" or both",
        ),
        (batcher(both), "/States/A/ItemBatcher/MaxItemsPerBatchPath", "exclude each other"),
        (
            jsonata(distributed("ItemBatcher", json!({"MaxItemsPerBatchPath": "$.n"}))),
            "/States/A/ItemBatcher/MaxItemsPerBatchPath",
            "is a JSONPath field",
        ),
        (
            jsonata(distributed("ResultWriter", put.clone())),
            "/States/A/ResultWriter",
            "\"Arguments\" is missing",
        ),
        (
            jsonata(distributed("ResultWriter", put.clone())),
            "/States/A/ResultWriter/Parameters",
            "is a JSONPath field",
        ),
        (first(distributed("ResultWriter", json!({}))), "/States/A/ResultWriter", "\"Resource\" is missing"),
    ]);
    for taken in [
        first(distributed("ResultWriter", put)),
        jsonata(distributed(
            "ResultWriter",
            json!({"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"}}),
        )),
        jsonata(distributed(
            "ItemBatcher",
            json!({"MaxItemsPerBatch": "{% 2 %}", "BatchInput": {"a": "{% $states.input.b %}"}}),
        )),
        reader(json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"], "MaxItems": 0})),
    ] {
        assert_eq!(check(&taken, false), [], "{taken}");
    }
}

#[test]
fn what_an_express_flow_cannot_do() {
    let resources = [
        "arn:aws:states:::glue:startJobRun.sync",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:eu-central-1:123456789012:activity:approve",
    ];
    let told = |definition: &Value, express: bool| {
        let findings = check(definition, express);
        findings.iter().filter(|found| found.message.contains("needs a STANDARD workflow")).count()
    };
    let child = |resource: &str, kind: &str| {
        let mut processor = inner();
        processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": kind});
        processor["States"]["C"] = json!({"Type": "Task", "Resource": resource, "End": true});
        first(json!({"Type": "Map", "ItemProcessor": processor, "Next": "B"}))
    };
    for resource in resources {
        let definition = first(task("Resource", json!(resource)));
        assert_eq!((told(&definition, true), told(&definition, false)), (1, 0), "{resource}");
        // A Map that is EXPRESS within a flow that is not.
        assert_eq!(told(&child(resource, "EXPRESS"), false), 1, "{resource}");
        assert_eq!(told(&child(resource, "STANDARD"), false), 0, "{resource}");
    }
    assert_eq!(told(&first(task("Resource", json!(SQS))), true), 0);
    assert_eq!(told(&first(distributed("Label", json!("l"))), true), 1);
    let inline = first(json!({"Type": "Map", "ItemProcessor": inner(), "Next": "B"}));
    assert_eq!(check(&inline, true), []);
    let mut odd = inner();
    odd["ProcessorConfig"] = json!({"ExecutionType": "EXPRESS"});
    assert_rows([(
        first(json!({"Type": "Map", "ItemProcessor": odd, "Next": "B"})),
        "/States/A/ItemProcessor/ProcessorConfig/ExecutionType",
        "Only a DISTRIBUTED Map",
    )]);
}

#[test]
fn labels_are_short_plain_and_used_once() {
    for label in [
        "", "a b", "a\u{1}", "a?", "a*", "<", ">", "{", "}", "[", "]", ":", ";", ",", "\\", "|", "^", "~",
        "$", "#", "%", "&", "`", "\"", "a\u{9f}",
    ] {
        assert_rows([(
            first(distributed("Label", json!(label))),
            "/States/A/Label",
            "1 to 40 characters without",
        )]);
    }
    let longest = "l".repeat(40);
    let longer = format!("{longest}l");
    assert_rows([(
        first(distributed("Label", json!(longer))),
        "/States/A/Label",
        "1 to 40 characters without",
    )]);
    for label in [longest.as_str(), "größe-1_a.b/c", "${label}", "a-${stage}"] {
        assert_eq!(check(&first(distributed("Label", json!(label))), false), [], "{label}");
    }
    let mut twice = first(distributed("Label", json!("l")));
    let mut other = distributed("Label", json!("l"));
    other["ItemProcessor"]["StartAt"] = json!("D");
    other["ItemProcessor"]["States"] = json!({"D": {"Type": "Pass", "End": true}});
    other["Next"] = json!("C2");
    twice["States"]["B"] = other;
    twice["States"]["C2"] = json!({"Type": "Succeed"});
    assert_rows([(twice, "/States/B/Label", "used at /States/A/Label already")]);
}

#[test]
fn an_inline_map_reads_batches_and_writes_nothing() {
    for mode in [json!({}), json!({"ProcessorConfig": {"Mode": "INLINE"}})] {
        let mut processor = inner();
        processor.as_object_mut().unwrap().extend(mode.as_object().unwrap().clone());
        let map = json!({"Type": "Map", "ItemProcessor": processor, "Next": "B", "ItemBatcher": {"MaxItemsPerBatch": 2}});
        let findings = check(&first(map), false);
        let [finding] = &findings[..] else { panic!("{findings:#?}") };
        assert_eq!((finding.path.as_str(), finding.severity), ("/States/A/ItemBatcher", Severity::Warning));
        assert!(finding.message.contains("belongs to a DISTRIBUTED Map"), "{}", finding.message);
    }
}
