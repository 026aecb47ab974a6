//! IAM: whether a role allows what is asked of it. It is one request of one service, so it is signed here by hand instead
//! of compiling the SDK's crate for IAM, with all of its operations, for this alone.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use domain::throttle::{is_throttle, marked};
use futures::FutureExt;
use futures::future::BoxFuture;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::AwsError;
use super::sdk::connector;

const SERVICE: &str = "IAM";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where IAM answers, and the region that its requests are signed for, by partition.
const ENDPOINTS: [(&str, &str, &str); 3] = [
    ("aws", "https://iam.amazonaws.com/", "us-east-1"),
    ("aws-cn", "https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1"),
    ("aws-us-gov", "https://iam.us-gov.amazonaws.com/", "us-gov-west-1"),
];

/// The account's roles.
#[derive(Debug)]
pub struct Roles {
    sdk: SdkConfig,
    connector: Connector,
}

impl Roles {
    /// Roles with the credentials of `sdk`, and at its endpoint if it has one.
    pub fn new(sdk: SdkConfig) -> Self {
        Self { connector: connector(&sdk), sdk }
    }

    /// Those of `actions` that `role` does not allow on `resource`; on whatever there is when nothing is named.
    /// Needs `iam:SimulatePrincipalPolicy` on the role.
    ///
    /// # Errors
    ///
    /// IAM does not answer, or refuses to.
    pub fn denied<'a>(
        &'a self,
        role: &'a str,
        actions: &'a [&'a str],
        resource: Option<&'a str>,
    ) -> BoxFuture<'a, Result<BTreeSet<String>, AwsError>> {
        async move {
            let body = form(role, actions, resource);
            let unavailable = |source| AwsError::Unavailable { service: SERVICE, source };
            let answer = tokio::time::timeout(PATIENCE, self.send(role, &body)).await;
            let (status, text) = answer.map_err(|late| unavailable(late.into()))?.map_err(&unavailable)?;
            if status == 200 {
                return Ok(refused_in(&text));
            }
            let code = between(&text, "<Code>", "</Code>").unwrap_or_default();
            let message = between(&text, "<Message>", "</Message>").unwrap_or(code).to_owned();
            if status >= 500 || is_throttle(code) {
                return Err(unavailable(marked(Some(code), message.into())));
            }
            Err(AwsError::Refused { service: SERVICE, message })
        }
        .boxed()
    }

    async fn send(&self, role: &str, body: &str) -> Result<(u16, String), Box<dyn Error + Send + Sync>> {
        let partition = role.split(':').nth(1).unwrap_or_default();
        let known = ENDPOINTS.iter().find(|(name, ..)| *name == partition).ok_or("an unknown partition")?;
        let (_, public, region) = *known;
        let uri = self
            .sdk
            .endpoint_url()
            .map_or_else(|| public.to_owned(), |own| format!("{}/", own.trim_end_matches('/')));
        let content = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let provider = self.sdk.credentials_provider().ok_or("no credentials")?;
        let identity = provider.provide_credentials().await?.into();
        let signing = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("iam")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", uri.as_str(), std::iter::once(content), signable)?;
        let (signed, _) = sign(signable, &signing)?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST")?;
        request.set_uri(uri)?;
        request.headers_mut().insert(content.0, content.1);
        for (name, value) in signed.headers() {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        let answer = self.connector.call(request).await?;
        let status = answer.status().as_u16();
        let bytes = aws_smithy_types::byte_stream::ByteStream::new(answer.into_body()).collect().await?;
        Ok((status, String::from_utf8_lossy(&bytes.into_bytes()).into_owned()))
    }
}

/// The request in IAM's query protocol.
fn form(role: &str, actions: &[&str], resource: Option<&str>) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let names = actions.iter().zip(1..);
    let names = names.map(|(action, number)| format!("ActionNames.member.{number}={}", encoded(action)));
    let head = ["Action=SimulatePrincipalPolicy".to_owned(), "Version=2010-05-08".to_owned()];
    let source = format!("PolicySourceArn={}", encoded(role));
    let resource = resource.map(|resource| format!("ResourceArns.member.1={}", encoded(resource)));
    head.into_iter().chain([source]).chain(names).chain(resource).collect::<Vec<_>>().join("&")
}

/// The actions of an answer whose decision is not `allowed`.
fn refused_in(answer: &str) -> BTreeSet<String> {
    let results = answer.split("<EvalActionName>").skip(1);
    let denied =
        results.filter(|result| between(result, "<EvalDecision>", "</EvalDecision>") != Some("allowed"));
    denied
        .filter_map(|result| result.split_once("</EvalActionName>").map(|(name, _)| name.to_owned()))
        .collect()
}

fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    text.split_once(begin)?.1.split_once(end).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_role_actions_and_resource() {
        let body = form("arn:r", &["s3:GetObject", "sqs:SendMessage"], Some("arn:b/*"));
        let expected = "Action=SimulatePrincipalPolicy&Version=2010-05-08&PolicySourceArn=arn%3Ar\
            &ActionNames.member.1=s3%3AGetObject&ActionNames.member.2=sqs%3ASendMessage\
            &ResourceArns.member.1=arn%3Ab%2F%2A";
        assert_eq!(body, expected);
        assert!(!form("arn:r", &["a:B"], None).contains("ResourceArns"));
    }

    #[test]
    fn what_is_not_allowed_is_denied() {
        let result = |action: &str, decision: &str| {
            format!(
                "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>*</EvalResourceName>\
                 <EvalDecision>{decision}</EvalDecision></member>"
            )
        };
        let answer =
            ["allowed", "implicitDeny", "explicitDeny"].map(|decision| result(decision, decision)).concat();
        assert_eq!(
            refused_in(&answer),
            BTreeSet::from(["implicitDeny".to_owned(), "explicitDeny".to_owned()])
        );
    }
}
