//! Topics that start the runs of event applications. Each belongs to one build; a redeploy makes a new one.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::ProvideErrorMetadata;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::{AwsError, classify};

const SERVICE: &str = "SNS";

/// The account's topics.
#[derive(Debug, Clone)]
pub struct Topics {
    client: Client,
    /// The function that topics deliver to.
    target: String,
    /// Who may publish besides the account itself, as IAM writes principals.
    publishers: Vec<String>,
}

impl Topics {
    /// Topics that deliver to the function `target`. `publishers` are the AWS principals outside the account that may
    /// publish: without a policy SNS admits nobody but the account.
    pub fn new(client: Client, target: String, publishers: Vec<String>) -> Self {
        Self { client, target, publishers }
    }

    /// Makes the topic of that ARN, which delivers to the function. Making it again makes nothing more. Returns the ARN
    /// as SNS says it.
    pub fn create<'a>(&'a self, arn: &'a str) -> BoxFuture<'a, Result<String, AwsError>> {
        async move {
            let name = arn.rsplit(':').next().unwrap_or(arn);
            let request = self.client.create_topic().name(name);
            let request = match policy(&self.publishers, arn) {
                Some(policy) => request.attributes("Policy", policy),
                None => request,
            };
            let made = request.send().await.map_err(failed)?;
            let arn = made.topic_arn.ok_or_else(|| AwsError::Unavailable {
                service: SERVICE,
                source: "the answer names no topic".into(),
            })?;
            // Subscribing what is subscribed gives the subscription that there is.
            let subscription = self.client.subscribe().topic_arn(&arn).protocol("lambda");
            subscription.endpoint(&self.target).send().await.map_err(failed)?;
            Ok(arn)
        }
        .boxed()
    }

    /// Deletes a topic and its subscription. One that is not there is deleted already.
    pub fn delete<'a>(&'a self, arn: &'a str) -> BoxFuture<'a, Result<(), AwsError>> {
        async move {
            match self.client.delete_topic().topic_arn(arn).send().await.map_err(failed) {
                Ok(_) | Err(AwsError::Missing { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        }
        .boxed()
    }
}

/// Who may publish to a topic; nothing when that is nobody but the account.
fn policy(publishers: &[String], arn: &str) -> Option<String> {
    if publishers.is_empty() {
        return None;
    }
    let statement = json!({
        "Sid": "PublishersOutside",
        "Effect": "Allow",
        "Principal": { "AWS": publishers },
        "Action": "sns:Publish",
        "Resource": arn,
    });
    Some(json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string())
}

fn failed<E>(
    error: aws_sdk_sfn::error::SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>,
) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    classify(SERVICE, error, &["NotFound", "NotFoundException"], |raw| raw.status().as_u16())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_topic_admits_those_who_are_named_and_to_nothing_but_itself() {
        assert_eq!(policy(&[], "arn:topic"), None);
        let publishers = ["123456789012".to_owned(), "arn:aws:iam::210987654321:user/shop".to_owned()];
        let policy: Value = serde_json::from_str(&policy(&publishers, "arn:topic").unwrap()).unwrap();
        let [statement] = policy["Statement"].as_array().unwrap().as_slice() else { panic!("{policy}") };
        assert_eq!(statement["Principal"], json!({ "AWS": publishers }));
        assert_eq!(
            (&statement["Action"], &statement["Resource"]),
            (&json!("sns:Publish"), &json!("arn:topic"))
        );
    }
}
