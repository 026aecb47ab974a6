//! Queues of work. A message is a hint to look; the item is the truth.

use aws_sdk_sqs::Client;
use domain::ids::OperationId;
use domain::text::ProjectKey;
use domain::work::WorkKind;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::AwsError;

const SERVICE: &str = "SQS";

/// The longest delay of a message, in seconds.
const MAX_DELAY_SECONDS: i64 = 900;

/// Asks a worker to look at a deployment, or at a staged connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkMessage {
    /// Whose.
    pub project: ProjectKey,
    /// What it is; a flow deployment when nothing is said.
    #[serde(default)]
    pub kind: WorkKind,
    /// Which.
    #[serde(alias = "deploymentId")]
    pub id: Uuid,
    /// For which operation; when it is no longer that one, there is nothing to do.
    pub operation_id: OperationId,
}

/// A queue of work.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at that URL.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends one message that is delivered after `delay` seconds, at most 900.
    pub fn send<'a>(&'a self, message: &'a WorkMessage, delay: i64) -> BoxFuture<'a, Result<(), AwsError>> {
        async move {
            let unavailable = |source| AwsError::Unavailable { service: SERVICE, source };
            let body = serde_json::to_string(message).map_err(|error| unavailable(error.into()))?;
            let delay = i32::try_from(delay.clamp(0, MAX_DELAY_SECONDS)).unwrap_or_default();
            let request = self.client.send_message().queue_url(&self.url).message_body(body);
            // A queue's own delay holds where none is given.
            let request = request.set_delay_seconds(Some(delay).filter(|delay| *delay > 0));
            request.send().await.map(|_| ()).map_err(|error| unavailable(error.into()))
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of every kind, as it lies in the queue.
    fn sample(kind: WorkKind) -> &'static str {
        match kind {
            WorkKind::FlowDeployment => include_str!("../../tests/golden/flow-deployment.json"),
            WorkKind::ConnectorDeployment => include_str!("../../tests/golden/connector-deployment.json"),
            WorkKind::ConnectorStaged => include_str!("../../tests/golden/connector-staged.json"),
            WorkKind::PackageDeployment => include_str!("../../tests/golden/package-deployment.json"),
        }
    }

    #[test]
    fn todays_code_reads_and_writes_every_golden_message() {
        let kinds = [
            WorkKind::FlowDeployment,
            WorkKind::ConnectorDeployment,
            WorkKind::ConnectorStaged,
            WorkKind::PackageDeployment,
        ];
        for kind in kinds {
            let message = WorkMessage {
                project: "acme".parse().unwrap(),
                kind,
                id: Uuid::from_u128(1),
                operation_id: OperationId::new(Uuid::from_u128(2)),
            };
            let stored = sample(kind).trim_end();
            assert_eq!(serde_json::to_string(&message).unwrap(), stored);
            assert_eq!(serde_json::from_str::<WorkMessage>(stored).unwrap(), message);
        }
    }
}
