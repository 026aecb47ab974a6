//! Deployments of connectors.

use domain::application_log::LogEntry;
use domain::connector::{ApplicationKind, ApplicationSpecification, RetryPolicy, Specification};
use domain::connector_deployment::{
    Application, ApplicationDraft, Configuration, ConnectorDeployment, DeployedConnector, DeploymentType,
    DraftedValues, MintedClient, Place,
};
use domain::ids::{ApiClientId, ApplicationId, ConnectorDeploymentId, ConnectorId};
use domain::lifecycle::Status;
use domain::scope::Scopes;
use domain::secret::{MASK, SecretText};
use domain::text::{ConfigurationKey, Key, Region};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::connect::outline::ConnectorOutline;
use crate::connect::reports::BuildView;

/// A deployment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Deployment")]
pub struct DeploymentView {
    /// The id.
    pub id: ConnectorDeploymentId,
    /// Counts changes from 1; an update must name the one it saw.
    pub version: u64,
    /// The user's own name for addressing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Purpose.
    #[serde(rename = "type")]
    pub kind: DeploymentType,
    /// The connector as it was when it was deployed.
    pub connector: DeploymentConnector,
    /// The values of the keys that every application gets; absent when there are no such keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_configuration: Option<ConfigurationValues>,
    /// The API client that was made for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_client: Option<DeploymentApiClient>,
    /// Report of the last operation.
    pub details: DeploymentDetails,
    /// The region that it is deployed to.
    pub deployed_region: Region,
    /// The applications that are deployed.
    pub applications: Vec<ApplicationDeployment>,
    /// Whether its type is `preview`.
    pub preview: bool,
    /// Status. A preview that is `Queued` shows as `Deploying`.
    pub status: Status,
}

/// A connector as it was when it was deployed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentConnector {
    /// Which it was, and what it took.
    #[serde(flatten)]
    pub outline: ConnectorOutline,
    /// Whether it was certified.
    pub certified: bool,
}

/// Values of keys.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationValues {
    /// Readable values, defaults included.
    pub standard_configuration: Vec<ConfigurationValue>,
    /// The keys that have a secret; the value is always `****`.
    pub secured_configuration: Vec<ConfigurationValue>,
}

/// The value of a key.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConfigurationValue {
    /// The key.
    pub key: ConfigurationKey,
    /// The value.
    pub value: String,
}

/// The API client that was made for a deployment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeploymentApiClient {
    /// The client's id.
    pub name: ApiClientId,
    /// The scopes that the client was given, of those that the connector asks for.
    pub scopes: Scopes,
}

/// The details of a deployment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeploymentDetails {
    /// The build of the last operation.
    pub build: BuildView,
}

/// A deployed application.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationDeployment {
    /// The id; it stays the same as long as the deployment does.
    pub id: ApplicationId,
    /// Its name in `connect.yaml`.
    pub application_name: Key,
    /// Its own values.
    #[serde(flatten)]
    pub values: ConfigurationValues,
    /// The URL of the application, once it answers. The path of its endpoint is appended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The ARN of the topic whose messages it is told of, once it is. Another one with every build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// When a job runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The retry policy for messages that an event application could not handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
}

impl DeploymentView {
    /// The view of a deployment. `url` is where an application of that kind answers, if it does.
    pub fn new(
        deployment: ConnectorDeployment,
        url: impl Fn(ApplicationId, ApplicationKind) -> Option<String>,
    ) -> Self {
        let view = |application| application_view(application, &deployment.connector.specification, &url);
        let applications = deployment.applications.iter().map(view).collect();
        let specification = &deployment.connector.specification;
        let has_global = !specification.global.is_empty();
        Self {
            applications,
            id: deployment.id,
            version: deployment.metadata.version,
            preview: deployment.is_preview(),
            status: shown(&deployment),
            key: deployment.key,
            kind: deployment.kind,
            global_configuration: has_global.then(|| deployment.global.into()),
            connector: deployment.connector.into(),
            api_client: deployment.api_client.map(Into::into),
            details: DeploymentDetails { build: deployment.build.into() },
            deployed_region: deployment.deployed_region,
        }
    }
}

/// The status as clients see it. After it made a preview, the vendor's command line asks for it until the status is
/// another than `Deploying`, and takes that one for the end, whatever it is.
fn shown(deployment: &ConnectorDeployment) -> Status {
    match deployment.status {
        Status::Queued if deployment.is_preview() => Status::Deploying,
        status => status,
    }
}

fn application_view(
    application: &Application,
    specification: &Specification,
    url: impl Fn(ApplicationId, ApplicationKind) -> Option<String>,
) -> ApplicationDeployment {
    let declared = declaration(specification, application);
    let kind = declared.map(|declared| declared.kind);
    let of_job = declared.filter(|declared| declared.kind == ApplicationKind::Job);
    let of_event = declared.filter(|declared| declared.kind == ApplicationKind::Event);
    let place = application.hosted.as_ref().map(|hosted| &hosted.place);
    let answers = place.is_some_and(|place| matches!(place, Place::Service { .. } | Place::Files { .. }));
    let url = kind.filter(|_| answers).and_then(|kind| url(application.id, kind));
    let schedule = of_job.and_then(|declared| application.schedule.as_ref().or(declared.schedule.as_ref()));
    ApplicationDeployment {
        id: application.id,
        application_name: application.name.clone(),
        values: application.configuration.clone().into(),
        url,
        topic: place.and_then(Place::topic).map(str::to_owned),
        schedule: schedule.map(|schedule| schedule.as_str().to_owned()),
        retry_policy: of_event.and_then(|declared| application.retry_policy.or(declared.retry_policy)),
    }
}

/// What the connector says of an application.
fn declaration<'a>(
    specification: &'a Specification,
    application: &Application,
) -> Option<&'a ApplicationSpecification> {
    specification.applications.iter().find(|declared| declared.name == application.name)
}

impl From<Configuration> for ConfigurationValues {
    fn from(configuration: Configuration) -> Self {
        let standard = configuration.standard.into_iter();
        let secured = configuration.secured.into_keys();
        Self {
            standard_configuration: standard.map(|(key, value)| ConfigurationValue { key, value }).collect(),
            secured_configuration: secured
                .map(|key| ConfigurationValue { key, value: MASK.to_owned() })
                .collect(),
        }
    }
}

impl From<DeployedConnector> for DeploymentConnector {
    fn from(connector: DeployedConnector) -> Self {
        let DeployedConnector { id, key, version, profile, specification, certified, .. } = connector;
        Self { outline: ConnectorOutline::new(id, key, version, profile, &specification), certified }
    }
}

impl From<MintedClient> for DeploymentApiClient {
    fn from(minted: MintedClient) -> Self {
        Self { name: minted.client, scopes: minted.granted }
    }
}

/// Which connector to deploy where, and with what configuration.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentDraft {
    /// The user's own name for addressing, unique among the deployments of the project.
    pub key: Option<Key>,
    /// `preview` for a staged connector; `sandbox` or `production` for a published one, `sandbox` when absent.
    #[serde(rename = "type")]
    pub kind: Option<DeploymentType>,
    /// The connector.
    pub connector: ConnectorReference,
    /// The applications to deploy, those and no others, with their values.
    #[schemars(length(max = 50))]
    pub configurations: Option<Vec<DeploymentConfigurationApplication>>,
    /// The values of the keys that every application gets.
    pub global_configuration: Option<DeploymentGlobalConfiguration>,
    /// The region to deploy to.
    pub region: Region,
}

/// A value that can be read after it was set.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct StandardValueDraft {
    /// The key, as `connect.yaml` declares it.
    #[schemars(length(max = 256))]
    pub key: String,
    /// The value.
    pub value: String,
}

/// A value that cannot be read after it was set.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SecuredValueDraft {
    /// The key, as `connect.yaml` declares it.
    #[schemars(length(max = 256))]
    pub key: String,
    /// The secret. `****` leaves the one that is there as it is.
    pub value: SecretText,
}

/// The values of the keys that every application gets.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentGlobalConfiguration {
    /// Readable values.
    #[schemars(length(max = 500))]
    pub standard_configuration: Option<Vec<StandardValueDraft>>,
    /// Secrets.
    #[schemars(length(max = 500))]
    pub secured_configuration: Option<Vec<SecuredValueDraft>>,
}

/// The configuration of one application.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentConfigurationApplication {
    /// Its name in `connect.yaml`.
    #[schemars(length(max = 256))]
    pub application_name: String,
    /// Readable values.
    #[schemars(length(max = 500))]
    pub standard_configuration: Option<Vec<StandardValueDraft>>,
    /// Secrets.
    #[schemars(length(max = 500))]
    pub secured_configuration: Option<Vec<SecuredValueDraft>>,
    /// When a job runs, in place of what `connect.yaml` says: five-field cron, or a macro such as `@daily`.
    #[schemars(length(max = 256))]
    pub schedule: Option<String>,
    /// The retry policy for messages of an event application. It replaces that of `connect.yaml`.
    pub retry_policy: Option<Value>,
}

impl From<DeploymentGlobalConfiguration> for DraftedValues {
    fn from(draft: DeploymentGlobalConfiguration) -> Self {
        let standard = draft.standard_configuration.unwrap_or_default();
        let secured = draft.secured_configuration.unwrap_or_default();
        Self {
            standard: standard.into_iter().map(|drafted| (drafted.key, drafted.value)).collect(),
            secured: secured.into_iter().map(|drafted| (drafted.key, drafted.value)).collect(),
        }
    }
}

impl From<DeploymentConfigurationApplication> for ApplicationDraft {
    fn from(draft: DeploymentConfigurationApplication) -> Self {
        let values = DeploymentGlobalConfiguration {
            standard_configuration: draft.standard_configuration,
            secured_configuration: draft.secured_configuration,
        };
        Self {
            name: draft.application_name,
            values: values.into(),
            schedule: draft.schedule,
            retry_policy: draft.retry_policy,
        }
    }
}

/// Names a connector, by its id, its key, or both.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(extend("anyOf" = [{ "required": ["id"] }, { "required": ["key"] }]))]
pub struct ConnectorReference {
    /// Its id.
    pub id: Option<ConnectorId>,
    /// Its key.
    pub key: Option<Key>,
    /// Whether the staged connector is meant, and not what was published from it.
    pub staged: Option<bool>,
    /// The version that it must have. Of what is published, the version of the staged connector that was published is
    /// taken as well. Leave it out to deploy whatever is the newest.
    pub version: Option<u64>,
}

/// An action on a deployment. Each is an operation of the worker, so a deployment does one at a time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "action")]
#[schemars(rename = "DeploymentAction")]
pub enum Action {
    /// Deploy again.
    Redeploy(Redeploy),
}

/// An order to deploy again.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redeploy {
    /// Do not run `postDeploy` this time.
    pub skip_scripts: Option<bool>,
    /// Values to write over those there are, key by key. What is left out stays, and empty lists change nothing.
    #[schemars(length(max = 50))]
    pub configuration_values: Option<Vec<DeploymentConfigurationApplication>>,
    /// The same for the keys that every application gets.
    pub global_configuration: Option<DeploymentGlobalConfiguration>,
    /// Move to the newest version of the connector first, staged or published, whichever is deployed.
    pub update_connector: Option<bool>,
}

/// A page of a log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeploymentLogPage {
    /// The entries, oldest first.
    pub data: Vec<LogEntry>,
    /// Gives the next page as `pageToken`; empty on the last page. Always there: clients go on without end when it is
    /// not.
    pub next: String,
}
