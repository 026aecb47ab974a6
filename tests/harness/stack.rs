use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use reqwest::Method;
use serde_json::{Value, json};

use super::Answer;

const ABSENT: &str = "there is no stack for tests; `make test` starts one and runs these stories against it";

/// The running stack.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The base URL of the API.
    pub(crate) url: String,
    /// Where every emulated AWS service answers.
    pub(crate) endpoint: String,
    /// Where archives of repositories are given out.
    pub(crate) archives: String,
    /// The outputs of the template.
    pub(crate) outputs: BTreeMap<String, String>,
    /// The physical name of each function, by operation id.
    functions: BTreeMap<String, String>,
}

/// What an invocation came to.
#[derive(Debug)]
pub(crate) struct Invoked {
    /// What the function returned, or how it failed.
    pub(crate) payload: Value,
    /// Whether it failed.
    pub(crate) failed: bool,
}

impl Stack {
    /// The stack whose state lies in `SLIPWAY_STATE_DIR`, `.local/test` when that is not set.
    pub(crate) fn get() -> &'static Self {
        static STACK: OnceLock<Stack> = OnceLock::new();
        STACK.get_or_init(Self::read)
    }

    /// Everything that any function has printed since the stack is there.
    pub(crate) fn logs() -> String {
        let bytes = std::fs::read(Self::state().join("logs/functions.log")).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The folder of its state.
    pub(crate) fn state() -> PathBuf {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        root.join(std::env::var("SLIPWAY_STATE_DIR").unwrap_or_else(|_| ".local/test".to_owned()))
    }

    fn read() -> Self {
        let path = Self::state().join("outputs.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            panic!("{ABSENT} ({} is missing)", path.display())
        };
        let document: Value = serde_json::from_str(&text).unwrap();
        let texts = |member: &str| serde_json::from_value(document[member].clone()).unwrap();
        let text = |member: &str| document[member].as_str().unwrap().to_owned();
        Self {
            url: text("url"),
            endpoint: text("endpoint"),
            archives: text("archives"),
            outputs: texts("outputs"),
            functions: texts("functions"),
        }
    }

    /// The physical name of the function of an operation.
    #[track_caller]
    pub(crate) fn function(&self, operation: &str) -> &str {
        let found = self.functions.get(operation);
        found.unwrap_or_else(|| panic!("the stack has no function for {operation}: is template.yaml stale?"))
    }

    /// Invokes the function of an operation with an event, past the API.
    pub(crate) async fn invoke(&self, operation: &str, event: &Value) -> Invoked {
        let answer = self.lambda(Method::POST, operation, "invocations", event.to_string()).await.expect(200);
        let failed = !answer.header("x-amz-function-error").is_empty();
        Invoked { payload: answer.body, failed }
    }

    /// What a function finds in its environment.
    pub(crate) async fn variables(&self, operation: &str) -> BTreeMap<String, String> {
        let answer = self.lambda(Method::GET, operation, "configuration", String::new()).await.expect(200);
        serde_json::from_value(answer["Environment"]["Variables"].clone()).unwrap()
    }

    async fn lambda(&self, method: Method, operation: &str, what: &str, body: String) -> Answer {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/2015-03-31/functions/{}/{what}", self.endpoint, self.function(operation));
        match http.request(method, url).body(body).send().await {
            Ok(response) => Answer::read(format!("{what} of {operation}"), response).await,
            Err(error) => panic!("{what} of {operation}: {ABSENT}: {error:?}"),
        }
    }

    /// Makes a project ready, as an operator does: `{projectKey, clientId, clientSecret, apiKey, standaloneFlows}`.
    pub(crate) async fn bootstrap(&self, project: &str) -> Value {
        let made = self.invoke("projects.bootstrap", &json!({ "projectKey": project })).await;
        assert!(!made.failed, "projects.bootstrap failed: {:#}", made.payload);
        made.payload
    }

    /// For SDK clients that look behind the API.
    pub(crate) async fn sdk(&self) -> SdkConfig {
        let credentials = Credentials::new("000000000000", "local", None, None, "the local stack");
        aws_config::defaults(BehaviorVersion::v2026_01_12())
            .endpoint_url(&self.endpoint)
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .load()
            .await
    }
}
