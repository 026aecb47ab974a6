//! What `connect.yaml` declares, read and checked. The reading is in `parse`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cadence::Cadence;
use super::retry_policy::RetryPolicy;
use crate::text::{ConfigurationKey, Key, Note};

/// A whole `connect.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Specification {
    /// The applications, in the order of the file.
    pub applications: Vec<ApplicationSpecification>,
    /// The keys that every application gets.
    #[serde(default)]
    pub global: KeyDeclarations,
    /// The scopes of the API client that a deployment is given; nothing when it is given none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_client_scopes: Option<Vec<String>>,
}

impl Specification {
    /// The key that the applications find the secret of their API client under.
    pub const CLIENT_SECRET_KEY: &'static str = "CTP_CLIENT_SECRET";

    /// The keys whose values come from the API client that a deployment is given. Where [`Self::api_client_scopes`] is
    /// there, no application and no global declaration has one of them. Both names of the scopes are kept free: sources
    /// differ.
    pub const GENERATED_KEYS: &'static [&'static str] = &[
        "CTP_PROJECT_KEY",
        "CTP_CLIENT_ID",
        Self::CLIENT_SECRET_KEY,
        "CTP_SCOPE",
        "CTP_CLIENT_SCOPE",
        "CTP_CLIENT_REGION",
        "CTP_API_URL",
        "CTP_AUTH_URL",
    ];
}

/// One application of a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationSpecification {
    /// Its name, that of its folder, unique in the file.
    pub name: Key,
    /// What it is.
    pub kind: ApplicationKind,
    /// The path that requests and messages go to, with a `/` first; `service`, `event` and `job` have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// When it runs; `job` has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Cadence>,
    /// What runs beside a deployment.
    #[serde(default)]
    pub scripts: Scripts,
    /// Its own keys.
    #[serde(default)]
    pub keys: KeyDeclarations,
    /// How it is watched; kept, and of no effect here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheck>,
    /// How a message is tried again; `event` may have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
}

/// Kind of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationKind {
    /// Answers at a URL.
    Service,
    /// Is told of messages of a topic.
    Event,
    /// Runs by a schedule.
    Job,
    /// A page of the vendor's back office.
    MerchantCenterCustomApplication,
    /// A panel on a page of the vendor's back office.
    MerchantCenterCustomView,
    /// Static files.
    Assets,
}

impl ApplicationKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Service,
        Self::Event,
        Self::Job,
        Self::MerchantCenterCustomApplication,
        Self::MerchantCenterCustomView,
        Self::Assets,
    ];

    /// As `connect.yaml` writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Event => "event",
            Self::Job => "job",
            Self::MerchantCenterCustomApplication => "merchant-center-custom-application",
            Self::MerchantCenterCustomView => "merchant-center-custom-view",
            Self::Assets => "assets",
        }
    }

    /// Every name that `connect.yaml` may write it by.
    pub(super) fn names(self) -> Vec<&'static str> {
        let is_renamed = self == Self::MerchantCenterCustomApplication;
        // The name that custom applications had before.
        [self.as_str()].into_iter().chain(is_renamed.then_some("mc-app")).collect()
    }

    /// The kind that `connect.yaml` writes like this.
    pub(super) fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.names().contains(&text))
    }

    /// Whether it is files and nothing that runs.
    pub const fn is_static(self) -> bool {
        matches!(self, Self::MerchantCenterCustomApplication | Self::MerchantCenterCustomView | Self::Assets)
    }
}

impl fmt::Display for ApplicationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What runs beside a deployment. The names of flows in the application's folder are run; shell commands cannot be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scripts {
    /// After the application was deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_deploy: Option<String>,
    /// Before it is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_undeploy: Option<String>,
}

/// The keys that an application, or every application, takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyDeclarations {
    /// Readable values.
    #[serde(rename = "standardConfiguration", default)]
    pub standard: Vec<StandardKey>,
    /// Secrets.
    #[serde(rename = "securedConfiguration", default)]
    pub secured: Vec<SecuredKey>,
}

impl KeyDeclarations {
    /// Whether nothing is declared.
    pub const fn is_empty(&self) -> bool {
        self.standard.is_empty() && self.secured.is_empty()
    }
}

/// A key whose value can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandardKey {
    /// The key.
    pub key: ConfigurationKey,
    /// Description of its purpose.
    pub description: Note,
    /// Whether there must be a value.
    #[serde(default)]
    pub required: bool,
    /// The value when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// A key whose value is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecuredKey {
    /// The key.
    pub key: ConfigurationKey,
    /// Description of its purpose.
    pub description: Note,
    /// Whether there must be a value.
    #[serde(default)]
    pub required: bool,
}

/// How an application is watched. Step Functions need no watching: it is checked, kept, and of no effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// The path to ask.
    pub path: String,
    /// How often, in seconds, 1–20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_seconds: Option<u32>,
    /// How long an answer may take, in seconds, 1–20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// After how many failures it counts as unhealthy, 1–20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unhealthy_threshold: Option<u32>,
}
