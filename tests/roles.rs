//! What a function's role allows it to reach in the table and with the key. The requests are signed as the function signs.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::types::DataKeySpec;
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use domain::signing::TokenKind;
use serde_json::json;

use crate::harness::{Project, Stack, plain};
use crate::tokens::bearer;

/// The services as the function of an operation reaches them. The function has to have run.
async fn as_function(operation: &str) -> SdkConfig {
    let name = Stack::get().function(operation).to_uppercase();
    let key = format!("SLIPWAY{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
    let credentials = Credentials::new(key, "local", None, None, "the local stack");
    let credentials = SharedCredentialsProvider::new(credentials);
    Stack::get().sdk().await.into_builder().credentials_provider(credentials).build()
}

/// How reading an item ends: nothing when it may be read.
async fn reading(operation: &str, partition: &str) -> Option<String> {
    let client = aws_sdk_dynamodb::Client::new(&as_function(operation).await);
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let request = client.get_item().table_name(&Stack::get().outputs["TableName"]);
    let answer = request.key("PK", key(partition)).key("SK", key("x")).send().await;
    answer.err().map(|error| error.code().unwrap_or("?").to_owned())
}

/// How making a data key for an entity ends.
async fn sealing(operation: &str, entity: &str) -> Option<String> {
    let client = aws_sdk_kms::Client::new(&as_function(operation).await);
    let request = client.generate_data_key().key_id(&Stack::get().outputs["KeyId"]);
    let request = request.key_spec(DataKeySpec::Aes256).encryption_context("project", "acme");
    let answer = request.encryption_context("entity", entity).encryption_context("key", "k").send().await;
    answer.err().map(|error| error.code().unwrap_or("?").to_owned())
}

const DENIED: &str = "AccessDeniedException";

#[tokio::test]
async fn credentials_and_keys_are_read_by_those_functions_that_need_them() {
    let project = Project::new().await;
    project.get("/flows").await.expect(200);
    bearer(&project, &format!("manage_project:{}", project.project)).await;
    // The authorizer has seen the request, and the token was handed out.
    let (access, scope) = (TokenKind::Access.name(), TokenKind::Scope.name());
    let (access, scope) = (format!("SYSTEM#{access}"), format!("SYSTEM#{scope}"));
    let credential = "CREDENTIAL#8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";
    for (operation, reads) in [
        ("flows.query", vec!["P#acme#FLOW#1"]),
        ("authorizer.authorize", vec![credential, access.as_str()]),
        ("oauth.token", vec![credential, access.as_str()]),
    ] {
        for partition in
            ["P#acme#FLOW#1", credential, access.as_str(), scope.as_str(), "LOG#acme#1", "SYSTEM"]
        {
            let expected = if reads.contains(&partition) { None } else { Some(DENIED.to_owned()) };
            assert_eq!(reading(operation, partition).await, expected, "{operation} {partition}");
        }
    }
}

#[tokio::test]
async fn a_function_seals_for_its_own_purpose_only() {
    let project = Project::new().await;
    project.environment("staging", &[plain("a", json!("b"))]).await;
    for entity in
        ["environment/1", "signing-key/access-token", "signing-key/scope-token", "repository-host/1", ""]
    {
        let expected = if entity.starts_with("environment/") { None } else { Some(DENIED.to_owned()) };
        assert_eq!(sealing("environments.create", entity).await, expected, "{entity}");
        assert_eq!(sealing("authorizer.authorize", entity).await.as_deref(), Some(DENIED), "{entity}");
    }
}
