//! `events/`: for every function an event of the kind that it is called with, for `sam local invoke` and for tests.
//!
//! Ids, keys and tokens in them are made up: a function that looks one up answers that there is no such thing.

mod direct;
mod example;
mod gateway;

use api::Operation;
use api::operation::Entry;
use serde_json::{Value, json};

use crate::files::Error;
use crate::openapi::schemas::Schemas;

/// The project of the samples.
const PROJECT: &str = "demo";
/// The id of whatever a sample is about.
const ID: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
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
        Entry::Authorizer => gateway::authorization(),
        Entry::Work => messages("WorkQueue"),
        Entry::DeadLetters => messages("DeadLetterQueue"),
        Entry::Every(_) => tick(operation),
        Entry::Direct => direct::sample(operation.id).ok_or(Error::Sample(operation.id))?,
    })
}

/// What a queue of deployments' work delivers.
fn messages(queue: &str) -> Value {
    let body = json!({ "project": PROJECT, "deploymentId": ID, "operationId": OTHER_ID });
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
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:slipway-{queue}"),
            "awsRegion": REGION,
        }]
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
