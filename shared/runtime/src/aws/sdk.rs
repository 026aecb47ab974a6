//! The configuration that all clients of AWS share, made from what Lambda sets in the environment. It leaves out what
//! `aws-config` would look for elsewhere: docs/adr/0019-what-a-function-trusts.md.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, IdentityCache, Region, SharedCredentialsProvider, SharedHttpClient,
};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_types::SdkConfig;

/// The root certificates that services of AWS chain up to, as PEM.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// The variables that name a trust store to be used instead, as in OpenSSL.
const OTHER_ROOTS: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// How the names of regions begin whose services have other roots: China, the European Sovereign Cloud, and the
/// partitions that have no connection to the internet.
const OTHER_PARTITIONS: [&str; 4] = ["cn-", "eusc-", "us-iso", "eu-iso"];

/// The configuration that the variables of a function's environment ask for.
pub(crate) fn config(variable: impl Fn(&str) -> Option<String>) -> SdkConfig {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        // The credentials are those of the environment as long as the process lives.
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(timeouts());
    config.set_region(set("AWS_REGION").map(Region::new));
    config.set_endpoint_url(set("AWS_ENDPOINT_URL"));
    config.set_credentials_provider(credentials(set));
    let config = config.build();
    let client = http_client(Transport::of(&config, &variable));
    config.into_builder().http_client(client).build()
}

fn credentials(set: impl Fn(&str) -> Option<String>) -> Option<SharedCredentialsProvider> {
    let (id, secret) = (set("AWS_ACCESS_KEY_ID")?, set("AWS_SECRET_ACCESS_KEY")?);
    let credentials = Credentials::new(id, secret, set("AWS_SESSION_TOKEN"), None, "the environment");
    Some(SharedCredentialsProvider::new(credentials))
}

/// The SDK waits without bound by default; one stuck socket would hold a request until the gateway gives up.
/// Synchronous runs answer within API Gateway's 30 seconds.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(27))
        .operation_timeout(Duration::from_secs(28))
        .build()
}

/// How requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    /// Without TLS, to an emulator.
    Plain,
    /// Over TLS, trusting Amazon's roots alone.
    Amazon,
    /// Over TLS, trusting the roots of the machine.
    Native,
}

impl Transport {
    fn of(config: &SdkConfig, variable: impl Fn(&str) -> Option<String>) -> Self {
        if config.endpoint_url().is_some_and(|url| url.starts_with("http://")) {
            return Self::Plain;
        }
        let region = config.region().map(Region::as_ref).unwrap_or_default();
        let elsewhere = OTHER_PARTITIONS.iter().any(|prefix| region.starts_with(prefix));
        if elsewhere || OTHER_ROOTS.iter().any(|name| variable(name).is_some()) {
            Self::Native
        } else {
            Self::Amazon
        }
    }

    /// The trust store; none without TLS.
    fn context(self) -> Option<TlsContext> {
        let store = match self {
            Self::Plain => return None,
            Self::Amazon => TrustStore::empty().with_pem_certificate(AMAZON_ROOTS),
            Self::Native => TrustStore::default(),
        };
        Some(TlsContext::builder().with_trust_store(store).build().unwrap_or_default())
    }
}

fn http_client(transport: Transport) -> SharedHttpClient {
    match transport.context() {
        None => Builder::new().build_http(),
        Some(context) => Builder::new().tls_provider(PROVIDER).tls_context(context).build_https(),
    }
}

/// A connection for requests that no client of the SDK makes, which reaches what the clients reach.
pub(super) fn connector(config: &SdkConfig) -> Connector {
    match Transport::of(config, |name| std::env::var(name).ok()).context() {
        None => Connector::builder().build_http(),
        Some(context) => Connector::builder().tls_provider(PROVIDER).tls_context(context).build(),
    }
}

const PROVIDER: Provider = Provider::Rustls(CryptoMode::AwsLc);

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::ProvideCredentials;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    fn configured(variables: &'static [(&'static str, &'static str)]) -> (SdkConfig, Transport) {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let config = config(variable);
        let transport = Transport::of(&config, variable);
        (config, transport)
    }

    #[tokio::test]
    async fn credentials_region_and_endpoint_are_those_of_the_environment() {
        let (config, _) = configured(&[
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "token"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        ]);
        let credentials = config.credentials_provider().unwrap().provide_credentials().await.unwrap();
        assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("id", "secret"));
        assert_eq!((credentials.session_token(), credentials.expiry()), (Some("token"), None));
        assert_eq!(config.region(), Some(&Region::new("eu-central-1")));
        assert_eq!(config.endpoint_url(), Some("http://127.0.0.1:4566"));
        assert!(config.timeout_config().unwrap().operation_timeout().is_some());
        let (without, _) = configured(&[("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "")]);
        assert!(without.credentials_provider().is_none());
    }

    #[test]
    fn what_is_trusted_depends_on_where_requests_go() {
        let of = |variables| configured(variables).1;
        assert_eq!(of(&[("AWS_REGION", "eu-central-1")]), Transport::Amazon);
        assert_eq!(of(&[("AWS_REGION", "us-gov-west-1")]), Transport::Amazon);
        assert_eq!(of(&[("AWS_ENDPOINT_URL", "https://127.0.0.1:1")]), Transport::Amazon);
        assert_eq!(
            of(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("SSL_CERT_FILE", "x")]),
            Transport::Plain
        );
        assert_eq!(of(&[("AWS_REGION", "eu-central-1"), ("SSL_CERT_FILE", "x")]), Transport::Native);
        for region in ["cn-north-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1"] {
            let config = SdkConfig::builder().region(Region::new(region)).build();
            assert_eq!(Transport::of(&config, |_| None), Transport::Native, "{region}");
        }
    }

    #[test]
    fn without_tls_there_is_no_trust_store() {
        assert!(Transport::Plain.context().is_none());
    }

    /// The fingerprints as <https://www.amazontrust.com/repository/> publishes them.
    const FINGERPRINTS: [&str; 5] = [
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    ];

    #[test]
    fn the_roots_are_amazons() {
        let text = std::str::from_utf8(AMAZON_ROOTS).unwrap();
        let certificates = text.split("-----BEGIN CERTIFICATE-----").skip(1).map(|rest| {
            let encoded = rest.split_once("-----END CERTIFICATE-----").unwrap().0;
            BASE64_STANDARD.decode(encoded.split_whitespace().collect::<String>()).unwrap()
        });
        let found = certificates.map(|certificate| hex::encode(Sha256::digest(certificate)));
        assert_eq!(found.collect::<Vec<_>>(), FINGERPRINTS);
    }

    /// Building the connection reads the roots, and panics at one that cannot be read.
    #[tokio::test]
    async fn the_roots_can_be_read() {
        let context = Transport::Amazon.context().unwrap();
        drop(Connector::builder().tls_provider(PROVIDER).tls_context(context).build());
    }
}
