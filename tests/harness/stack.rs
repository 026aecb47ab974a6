use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use serde_json::{Value, json};

const ABSENT: &str = "there is no stack for tests; `make test` starts one and runs these stories against it";

const ONLY_LOCAL: &str =
    "this story needs the local stack: it looks at the emulator, or has functions call this machine";

/// The running stack: the local one, or one on AWS that `make aws-check KEEP=1` has left.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The base URL of the API.
    pub(crate) url: String,
    endpoint: Option<String>,
    archives: Option<String>,
    region: Region,
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
            endpoint: document["endpoint"].as_str().map(str::to_owned),
            archives: document["archives"].as_str().map(str::to_owned),
            region: Region::new(document["region"].as_str().unwrap_or("eu-central-1").to_owned()),
            outputs: texts("outputs"),
            functions: texts("functions"),
        }
    }

    /// Where every emulated AWS service answers. A stack on AWS has no such address.
    #[track_caller]
    pub(crate) fn endpoint(&self) -> &str {
        self.endpoint.as_deref().unwrap_or_else(|| panic!("{ONLY_LOCAL}"))
    }

    /// Where archives of repositories are given out. A stack on AWS has no such address.
    #[track_caller]
    pub(crate) fn archives(&self) -> &str {
        self.archives.as_deref().unwrap_or_else(|| panic!("{ONLY_LOCAL}"))
    }

    /// The physical name of the function of an operation.
    #[track_caller]
    pub(crate) fn function(&self, operation: &str) -> &str {
        let found = self.functions.get(operation);
        found.unwrap_or_else(|| panic!("the stack has no function for {operation}: is template.yaml stale?"))
    }

    /// Invokes the function of an operation with an event, past the API.
    pub(crate) async fn invoke(&self, operation: &str, event: &Value) -> Invoked {
        let call = self.lambda().await.invoke().function_name(self.function(operation));
        let answer = call.payload(Blob::new(event.to_string())).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{operation}: {ABSENT}: {error:?}"));
        let payload =
            answer.payload.map_or(Value::Null, |bytes| serde_json::from_slice(bytes.as_ref()).unwrap());
        Invoked { payload, failed: answer.function_error.is_some() }
    }

    /// What a function finds in its environment.
    pub(crate) async fn variables(&self, operation: &str) -> BTreeMap<String, String> {
        let call = self.lambda().await.get_function_configuration().function_name(self.function(operation));
        let found = call.send().await.unwrap_or_else(|error| panic!("{operation}: {ABSENT}: {error:?}"));
        found
            .environment
            .and_then(|environment| environment.variables)
            .unwrap_or_default()
            .into_iter()
            .collect()
    }

    async fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.sdk().await)
    }

    /// Makes a project ready, as an operator does: `{projectKey, clientId, clientSecret, apiKey, standaloneFlows}`.
    pub(crate) async fn bootstrap(&self, project: &str) -> Value {
        let made = self.invoke("projects.bootstrap", &json!({ "projectKey": project })).await;
        assert!(!made.failed, "projects.bootstrap failed: {:#}", made.payload);
        made.payload
    }

    /// For SDK clients that look behind the API: of the emulator, or of AWS with the caller's own credentials.
    pub(crate) async fn sdk(&self) -> SdkConfig {
        let defaults = aws_config::defaults(BehaviorVersion::v2026_01_12()).region(self.region.clone());
        let Some(endpoint) = &self.endpoint else { return defaults.load().await };
        let credentials = Credentials::new("000000000000", "local", None, None, "the local stack");
        let provider = SharedCredentialsProvider::new(credentials);
        // The emulator speaks no TLS: no root certificates are read.
        let http = aws_smithy_http_client::Builder::new().build_http();
        defaults.endpoint_url(endpoint).credentials_provider(provider).http_client(http).load().await
    }
}
