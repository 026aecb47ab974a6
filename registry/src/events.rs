//! `events/`: for every function an event of the kind that it is called with, for `sam local invoke` and for tests.
//!
//! Ids, keys and tokens in them are made up: a function that looks one up answers that there is no such thing.

mod direct;
mod example;
mod gateway;

use api::Operation;
use api::operation::Entry;
use domain::work::{WorkKind, WorkQueue};
use serde_json::{Value, json};

use crate::error::Error;
use crate::openapi::schemas::Schemas;

/// The project of the samples.
const PROJECT: &str = "demo";
/// The id of whatever a sample is about.
const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
/// The first release of the flow with that id.
const FLOW_VERSION: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10.1";
/// An id of something else.
const OTHER_ID: &str = "3f0e5b6d-9a41-4d7a-8c55-71d2e0a9b6c4";
const REGION: &str = "eu-central-1";
const ACCOUNT: &str = "123456789012";

/// The samples of all operations: id and event.
pub(crate) fn samples(operations: &[Operation]) -> Result<Vec<(&'static str, String)>, Error> {
    let schemas = Schemas::of(operations);
    let sample = |operation: &Operation| {
        let event = event(operation, &schemas)?;
        Ok((operation.id, serde_json::to_string_pretty(&event)? + "\n"))
    };
    operations.iter().map(sample).collect()
}

fn event(operation: &Operation, schemas: &Schemas) -> Result<Value, Error> {
    Ok(match operation.entry {
        Entry::Http(route) => gateway::request(operation, &route, schemas),
        Entry::Unrouted => gateway::unrouted(),
        Entry::Authorizer => gateway::authorization(),
        Entry::Work(queue) => messages(queue, "Queue"),
        Entry::DeadLetters(queue) => messages(queue, "DeadLetterQueue"),
        Entry::Topics => notification(),
        Entry::Executions => execution_end(),
        Entry::Every(_) => tick(operation),
        Entry::Direct | Entry::Schedules => {
            direct::sample(operation.id).ok_or(Error::Sample(operation.id))?
        }
    })
}

/// What a queue of work delivers.
fn messages(queue: WorkQueue, name: &str) -> Value {
    let kind = WorkKind::ALL.into_iter().find(|kind| kind.queue() == queue).unwrap_or_default();
    let body = json!({ "project": PROJECT, "kind": kind, "id": ID, "operationId": OTHER_ID });
    json!({
        "Records": [{
            "messageId": "5b1f6f4e-3c8a-4f0b-9f0d-2f4f1f0c9a11",
            "receiptHandle": "example",
            "body": body.to_string(),
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1795168800000",
                "SenderId": "AROAEXAMPLE:slipway",
                "ApproximateFirstReceiveTimestamp": "1795168800005",
            },
            "messageAttributes": {},
            "md5OfBody": "00000000000000000000000000000000",
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:slipway-{}{name}", queue.name()),
            "awsRegion": REGION,
        }]
    })
}

/// What a topic delivers.
fn notification() -> Value {
    let ids = [ID, OTHER_ID, ID].map(|id| id.replace('-', ""));
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:slipway-{}-{PROJECT}", ids.join("-"));
    json!({
        "Records": [{
            "EventVersion": "1.0",
            "EventSubscriptionArn": format!("{topic}:{OTHER_ID}"),
            "EventSource": "aws:sns",
            "Sns": {
                "Type": "Notification",
                "MessageId": OTHER_ID,
                "TopicArn": topic,
                "Subject": null,
                "Message": "{\"order\":\"1001\"}",
                "Timestamp": "2026-11-20T10:00:00.000Z",
                "SignatureVersion": "1",
                "Signature": "example",
                "SigningCertUrl": "https://sns.example.com/certificate.pem",
                "UnsubscribeUrl": "https://sns.example.com/unsubscribe",
                "MessageAttributes": {},
            },
        }]
    })
}

/// What EventBridge tells of a run that is over.
fn execution_end() -> Value {
    let machine = format!("slipway-app-{}", ID.replace('-', ""));
    let run = format!("arn:aws:states:{REGION}:{ACCOUNT}:execution:{machine}:{OTHER_ID}");
    let input = json!({
        "deployment": { "id": ID, "project": PROJECT, "application": { "id": OTHER_ID, "name": "orders" } },
    });
    json!({
        "version": "0",
        "id": OTHER_ID,
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": ACCOUNT,
        "time": "2026-11-20T10:00:02Z",
        "region": REGION,
        "resources": [run],
        "detail": {
            "executionArn": run,
            "stateMachineArn": format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{machine}"),
            "name": OTHER_ID,
            "status": "SUCCEEDED",
            "startDate": 1_795_168_800_000_i64,
            "stopDate": 1_795_168_802_000_i64,
            "input": input.to_string(),
            "inputDetails": { "included": true },
            "output": "{}",
            "outputDetails": { "included": true },
        },
    })
}

/// What EventBridge Scheduler sends when nothing else was said.
fn tick(operation: &Operation) -> Value {
    let name = operation.id.replace('.', "-");
    json!({
        "version": "0",
        "id": OTHER_ID,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ACCOUNT,
        "time": "2026-11-20T10:00:00Z",
        "region": REGION,
        "resources": [format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/slipway-{name}")],
        "detail": "{}",
    })
}
