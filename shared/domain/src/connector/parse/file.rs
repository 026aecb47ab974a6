//! The file as a schema: what a `connect.yaml` may hold, and what becomes of one that fits.
//!
//! The schema is published for editors and enforced here. A description is shown by editors and told where the key is
//! missing; `errorMessage` is told by both where the value does not fit.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::Error;
use serde_json::{Value, json};

use super::conditions::{by_strategy, by_type, without_default};
use crate::connector::cadence::Cadence;
use crate::connector::retry_policy;
use crate::connector::specification::{
    self as specified, ApplicationKind, ApplicationSpecification, KeyDeclarations, Specification, StandardKey,
};
use crate::text::{ConfigurationKey, Key, Note};

/// What a connector consists of, and which values a deployment of it must be given.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "connect.yaml")]
pub(super) struct File {
    /// The list of applications.
    #[schemars(length(max = 50))]
    deploy_as: Vec<Application>,
    /// What all applications share.
    #[serde(default)]
    inherit_as: Inherited,
}

/// What all applications share.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Inherited {
    /// The values that every application is given.
    #[serde(default)]
    configuration: Configuration,
    /// The API client that a deployment is given.
    #[serde(default)]
    #[schemars(with = "ApiClient")]
    api_client: Option<ApiClient>,
}

/// The API client that a deployment is given.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ApiClient {
    /// The list of its scopes, at least one, such as `manage_orders`.
    #[schemars(length(min = 1))]
    #[schemars(extend("errorMessage" = "the list is empty; write at least one scope, such as manage_orders"))]
    scopes: Vec<Text>,
}

/// An application. Its folder has the same name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = by_type)]
struct Application {
    /// The name of the application's folder.
    #[schemars(extend("errorMessage" = "is no name of a folder; use 2 to 256 letters, digits, '_' or '-'"))]
    name: Key,
    /// The type of the application.
    #[serde(rename = "applicationType")]
    kind: ApplicationType,
    /// The path that the application answers at, such as /service.
    #[serde(default)]
    #[schemars(with = "Path")]
    endpoint: Option<Path>,
    /// The mapping that the schedule is in.
    #[serde(default)]
    #[schemars(with = "Properties")]
    properties: Option<Properties>,
    /// What runs beside a deployment.
    #[serde(default)]
    scripts: Scripts,
    /// The values that the application is given.
    #[serde(default)]
    configuration: Configuration,
    /// How the application is watched. State machines need no watching: it is checked and has no effect.
    #[serde(default)]
    #[schemars(with = "HealthCheck")]
    health_check: Option<HealthCheck>,
    /// How a message is tried again that could not be handled.
    #[serde(default)]
    #[schemars(with = "RetryPolicy")]
    retry_policy: Option<RetryPolicy>,
}

/// The mapping that the schedule of a job is in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Properties {
    /// The time at which the job runs, such as "*/5 * * * *" or "@daily".
    schedule: Schedule,
}

/// What runs beside a deployment: names of flows in the application's folder.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Scripts {
    /// The flow that runs after the application was deployed.
    #[serde(default)]
    #[schemars(with = "Text")]
    post_deploy: Option<Text>,
    /// The flow that runs before the application is undeployed.
    #[serde(default)]
    #[schemars(with = "Text")]
    pre_undeploy: Option<Text>,
}

/// The values that a deployment must be given.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Configuration {
    /// The list of values that can be read: `${KEY}` in a definition.
    #[serde(default)]
    standard_configuration: Vec<Standard>,
    /// The list of secrets: `${secret.KEY}` in the headers of an HTTP task.
    #[serde(default)]
    secured_configuration: Vec<Secured>,
}

/// What is told about a name of a value that is none.
const NO_KEY: &str = "is no key; use 2 to 128 letters, digits or '_', and none of PORT, K_SERVICE, K_REVISION, \
                      K_CONFIGURATION";

/// A value that can be read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Standard {
    /// The name of the value.
    #[schemars(extend("pattern" = "^[A-Za-z0-9_]+$", "errorMessage" = NO_KEY))]
    key: ConfigurationKey,
    /// The purpose of the value.
    #[schemars(extend("pattern" = "\\S"))]
    description: Note,
    /// Whether a deployment must be given the value. If omitted, it need not.
    #[serde(default)]
    required: bool,
    /// The value when a deployment is given none.
    #[serde(default)]
    #[schemars(with = "Text")]
    default: Option<Text>,
}

/// A secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = without_default)]
struct Secured {
    /// The name of the secret.
    #[schemars(extend("pattern" = "^[A-Za-z0-9_]+$", "errorMessage" = NO_KEY))]
    key: ConfigurationKey,
    /// The purpose of the secret.
    #[schemars(extend("pattern" = "\\S"))]
    description: Note,
    /// Whether a deployment must be given the secret. If omitted, it need not.
    #[serde(default)]
    required: bool,
}

/// How an application is watched.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HealthCheck {
    /// The path that is asked, such as /health.
    path: Path,
    /// The number of seconds between two questions.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 20))]
    interval_seconds: Option<u32>,
    /// The number of seconds that an answer may take.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 20))]
    timeout_seconds: Option<u32>,
    /// The number of failures after which the application counts as unhealthy.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 20))]
    unhealthy_threshold: Option<u32>,
}

/// How a message is tried again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(transform = by_strategy)]
struct RetryPolicy {
    /// How the pauses between attempts grow.
    strategy: Strategy,
    /// The first pause, a number of seconds from 1 to 600.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 600))]
    min_backoff_seconds: Option<u32>,
    /// The longest pause, a number of seconds from 1 to 600 and not less than the first.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 1, max = 600))]
    max_backoff_seconds: Option<u32>,
    /// Maximum number of attempts. If omitted, 5.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 5, max = 100))]
    max_attempts: Option<u32>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Strategy {
    Immediate,
    ExponentialBackoff,
}

/// A text that is not blank.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline, extend("pattern" = "\\S"))]
struct Text(String);

/// A path of letters, digits, `_`, `-` and `/`. It gets the `/` that it should begin with.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct Path(String);

impl From<String> for Path {
    fn from(text: String) -> Self {
        Self(if text.starts_with('/') { text } else { format!("/{text}") })
    }
}

impl JsonSchema for Path {
    fn schema_name() -> Cow<'static, str> {
        "Path".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            // A limit of Slipway's own.
            "maxLength": 256,
            "pattern": "^/?([A-Za-z0-9_-]+/)*[A-Za-z0-9_-]*$",
            "errorMessage": "is no path; use up to 256 letters, digits, '_', '-' and single '/', such as /service",
        })
    }
}

/// When a job runs.
#[derive(Debug, Deserialize)]
struct Schedule(Cadence);

impl JsonSchema for Schedule {
    fn schema_name() -> Cow<'static, str> {
        "Schedule".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "connect-schedule",
            "examples": ["*/5 * * * *", "@daily", "@every 30m"],
        })
    }
}

/// The type of an application.
#[derive(Debug)]
struct ApplicationType(ApplicationKind);

impl<'de> Deserialize<'de> for ApplicationType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        ApplicationKind::named(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom("not a type of an application"))
    }
}

impl JsonSchema for ApplicationType {
    fn schema_name() -> Cow<'static, str> {
        "ApplicationType".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = ApplicationKind::ALL.iter().flat_map(|kind| kind.names()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// The JSON Schema of `connect.yaml`, in the draft that editors know best.
///
/// Beside it there are rules between the parts of a file, such as that no two applications have one name.
pub fn connect_yaml_schema() -> Value {
    let settings = SchemaSettings::draft07();
    let mut schema = settings.into_generator().into_root_schema_for::<File>();
    schemars::transform::transform_subschemas(&mut RecursiveTransform(tidy), &mut schema);
    schema.to_value()
}

/// Leaves out what only describes our types: a default of null, and how many bits a number has.
fn tidy(schema: &mut Schema) {
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
    if schema.get("format") == Some(&json!("uint32")) {
        schema.remove("format");
    }
}

impl From<File> for Specification {
    fn from(file: File) -> Self {
        Self {
            applications: file.deploy_as.into_iter().map(Into::into).collect(),
            global: file.inherit_as.configuration.into(),
            api_client_scopes: file.inherit_as.api_client.map(distinct_scopes),
        }
    }
}

/// The scopes of the API client, each once.
fn distinct_scopes(client: ApiClient) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for Text(scope) in client.scopes {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

impl From<Application> for ApplicationSpecification {
    fn from(application: Application) -> Self {
        Self {
            name: application.name,
            kind: application.kind.0,
            endpoint: application.endpoint.map(|path| path.0),
            schedule: application.properties.map(|properties| properties.schedule.0),
            scripts: specified::Scripts {
                post_deploy: application.scripts.post_deploy.map(|text| text.0),
                pre_undeploy: application.scripts.pre_undeploy.map(|text| text.0),
            },
            keys: application.configuration.into(),
            health_check: application.health_check.map(Into::into),
            retry_policy: application.retry_policy.as_ref().map(Into::into),
        }
    }
}

impl From<Configuration> for KeyDeclarations {
    fn from(configuration: Configuration) -> Self {
        let standard = |key: Standard| StandardKey {
            key: key.key,
            description: key.description,
            required: key.required,
            default: key.default.map(|text| text.0),
        };
        let secured = |key: Secured| specified::SecuredKey {
            key: key.key,
            description: key.description,
            required: key.required,
        };
        Self {
            standard: configuration.standard_configuration.into_iter().map(standard).collect(),
            secured: configuration.secured_configuration.into_iter().map(secured).collect(),
        }
    }
}

impl From<HealthCheck> for specified::HealthCheck {
    fn from(check: HealthCheck) -> Self {
        Self {
            path: check.path.0,
            interval_seconds: check.interval_seconds,
            timeout_seconds: check.timeout_seconds,
            unhealthy_threshold: check.unhealthy_threshold,
        }
    }
}

impl From<&RetryPolicy> for retry_policy::RetryPolicy {
    fn from(policy: &RetryPolicy) -> Self {
        match policy.strategy {
            Strategy::Immediate => Self::Immediate,
            Strategy::ExponentialBackoff => Self::ExponentialBackoff {
                min_backoff_seconds: policy.min_backoff_seconds.unwrap_or_default(),
                max_backoff_seconds: policy.max_backoff_seconds.unwrap_or_default(),
                max_attempts: policy.max_attempts,
            },
        }
    }
}
