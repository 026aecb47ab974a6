use std::collections::BTreeMap;

use api::Grant;
use api::operation::Entry;
use app::application_runs::{self, Cause};
use domain::connector_deployment::Place;
use runtime::applications::{self, ApplicationAddress};
use runtime::sns::{SnsEvent, SnsMessage};
use runtime::{Context, EventEndpoint, EventError};
use serde::Serialize;
use serde_json::{Value, json};

/// What came of the messages.
#[derive(Debug, Serialize)]
pub struct Delivered {
    /// So many have started a run, now or when they were delivered before.
    pub taken: usize,
    /// So many are for nobody any more.
    pub dropped: usize,
}

/// Starts the run of a message. The message's id is the run's name, so a message that comes twice runs once.
#[derive(Debug)]
pub struct Deliver;

impl EventEndpoint for Deliver {
    const ID: &'static str = "applications.deliver";
    const SUMMARY: &'static str =
        "Start the run of a message that the topic of a deployed application brings";
    const ENTRY: Entry = Entry::Topics;
    const GRANTS: &'static [Grant] = application_runs::GRANTS;
    type Event = SnsEvent;
    type Answer = Delivered;

    async fn handle(context: &Context, event: SnsEvent) -> Result<Delivered, EventError> {
        let mut delivered = Delivered { taken: 0, dropped: 0 };
        for record in event.records {
            // Lambda delivers a failure again, all records of it: those that were taken are not started twice.
            if deliver(context, &record.sns).await? {
                delivered.taken += 1;
            } else {
                let (topic, message_id) = (&record.sns.topic_arn, &record.sns.message_id);
                tracing::info!(topic, message_id, "nobody is deployed for a message; it is dropped");
                delivered.dropped += 1;
            }
        }
        Ok(delivered)
    }
}

async fn deliver(context: &Context, message: &SnsMessage) -> Result<bool, EventError> {
    let Some(address) = ApplicationAddress::of_topic(&context.config.prefix, &message.topic_arn) else {
        return Ok(false);
    };
    let payload = match applications::payload(&message.message) {
        Ok(payload) => payload,
        Err(wrong) => {
            let reasons: Vec<_> = wrong.iter().map(ToString::to_string).collect();
            let reason = format!("The message cannot be handed on as it is: {}", reasons.join("; "));
            return Ok(application_runs::refuse(context, &address, &message.message_id, &reason).await?);
        }
    };
    let cause = Cause {
        run: &message.message_id,
        payload,
        trigger: trigger(message),
        machine: |place| if let Place::Event { machine, .. } = place { Some(machine) } else { None },
    };
    Ok(application_runs::start(context, &address, cause).await?)
}

/// What the flow gets as trigger. The attributes are texts: numbers as they were written, binary ones in base64.
fn trigger(message: &SnsMessage) -> Value {
    let attributes = message.message_attributes.iter();
    let attributes: BTreeMap<_, _> =
        attributes.map(|(name, attribute)| (name, attribute.value.as_str())).collect();
    json!({
        "type": "event",
        "messageId": message.message_id,
        "topic": message.topic_arn,
        "subject": message.subject,
        "attributes": attributes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flow_is_told_of_the_message() {
        let message: SnsMessage = serde_json::from_value(json!({
            "Type": "Notification",
            "MessageId": "m-1",
            "TopicArn": "arn:aws:sns:eu-central-1:1:topic",
            "Message": "{}",
            "Timestamp": "2026-11-20T10:00:00.000Z",
            "SignatureVersion": "1",
            "Signature": "x",
            "SigningCertUrl": "https://example.com",
            "UnsubscribeUrl": "https://example.com",
            "MessageAttributes": { "kind": { "Type": "String", "Value": "order" } },
        }))
        .unwrap();
        assert_eq!(
            trigger(&message),
            json!({
                "type": "event",
                "messageId": "m-1",
                "topic": "arn:aws:sns:eu-central-1:1:topic",
                "subject": null,
                "attributes": { "kind": "order" },
            })
        );
    }
}
