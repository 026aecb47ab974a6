use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// What of Step Functions AWS rations.
const RATIONED: [&str; 3] = ["CreateStateMachine", "DeleteStateMachine", "ValidateStateMachineDefinition"];

/// Step Functions as AWS rations it: so many requests of a kind at once, and one more for each second that the story lets
/// pass. The emulator rations nothing. What is too much is answered as AWS answers it, and never arrives.
#[derive(Debug, Clone)]
pub(crate) struct Rations {
    at_once: i64,
    /// The code that is answered instead of a throttle, whatever is left.
    refusal: Option<&'static str>,
    counts: Arc<Mutex<BTreeMap<&'static str, Count>>>,
}

/// What became of the requests of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    left: i64,
    /// Those that were let through.
    pub(crate) taken: u32,
    /// Those that were throttled.
    pub(crate) throttled: u32,
}

impl Rations {
    /// So many requests of each kind at once, and one more a second.
    pub(crate) fn of(at_once: i64) -> Self {
        Self { at_once, refusal: None, counts: Arc::default() }
    }

    /// Requests to make a state machine are refused with `code`.
    pub(crate) fn refusing(code: &'static str) -> Self {
        Self { refusal: Some(code), ..Self::of(0) }
    }

    /// So many seconds pass.
    pub(crate) fn wait(&self, seconds: i64) {
        for count in self.counts.lock().unwrap().values_mut() {
            count.left = self.at_once.min(count.left + seconds);
        }
    }

    /// The requests of a kind so far.
    pub(crate) fn count(&self, kind: &str) -> (u32, u32) {
        let counts = self.counts.lock().unwrap();
        counts.get(kind).map_or((0, 0), |count| (count.taken, count.throttled))
    }

    /// The same services, rationed. The SDK does not try again by itself: its pauses would be real ones.
    pub(crate) fn apply(self, sdk: &SdkConfig) -> SdkConfig {
        let through = aws_smithy_http_client::Builder::new().build_http();
        let retries = RetryConfig::standard().with_max_attempts(1);
        sdk.to_builder().http_client(Rationed { rations: self, through }).retry_config(retries).build()
    }

    /// The code with which a request is answered that does not get through.
    fn refusal(&self, operation: &str) -> Option<&'static str> {
        let kind = RATIONED.into_iter().find(|kind| *kind == operation)?;
        if self.refusal.is_some() && kind == "CreateStateMachine" {
            return self.refusal;
        }
        let mut counts = self.counts.lock().unwrap();
        let fresh = Count { left: self.at_once, taken: 0, throttled: 0 };
        let count = counts.entry(kind).or_insert(fresh);
        if count.left < 1 {
            count.throttled += 1;
            return Some("ThrottlingException");
        }
        count.left -= 1;
        count.taken += 1;
        None
    }
}

#[derive(Debug)]
struct Rationed<T> {
    rations: Rations,
    through: T,
}

impl HttpClient for Rationed<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let through = self.through.http_connector(settings, components);
        SharedHttpConnector::new(Rationed { rations: self.rations.clone(), through })
    }
}

impl HttpConnector for Rationed<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        match target.strip_prefix("AWSStepFunctions.").and_then(|operation| self.rations.refusal(operation)) {
            Some(code) => HttpConnectorFuture::ready(Ok(answer(code))),
            None => self.through.call(request),
        }
    }
}

fn answer(code: &str) -> HttpResponse {
    let body = serde_json::json!({ "__type": code, "message": "Rate exceeded" }).to_string();
    let mut answer = HttpResponse::new(400.try_into().unwrap(), body.into());
    answer.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    answer
}
