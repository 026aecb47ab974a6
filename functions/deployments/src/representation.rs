//! What a client sees of a deployment.

use contract::connect::outline::ConnectorOutline;
use domain::connector::{ApplicationKind, ApplicationSpecification, RetryPolicy, Specification};
use domain::connector_deployment::{
    Application, Configuration, ConnectorDeployment, DeployedConnector, DeploymentType, MintedClient, Place,
};
use domain::deployment::Build;
use domain::ids::{ApiClientId, ApplicationId, ConnectorDeploymentId};
use domain::lifecycle::Status;
use domain::scope::Scopes;
use domain::secret::MASK;
use domain::text::{ConfigurationKey, Key, ProjectKey, Region};
use runtime::applications::url;
use schemars::JsonSchema;
use serde::Serialize;

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
    pub build: Build,
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
    /// The view of a deployment, for a caller who reaches the API at `base_url`.
    pub fn new(deployment: ConnectorDeployment, project: &ProjectKey, base_url: &str) -> Self {
        let view = |application| application_view(application, &deployment, project, base_url);
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
            details: DeploymentDetails { build: deployment.build },
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
    deployment: &ConnectorDeployment,
    project: &ProjectKey,
    base_url: &str,
) -> ApplicationDeployment {
    let declared = declaration(&deployment.connector.specification, application);
    let kind = declared.map(|declared| declared.kind);
    let of_job = declared.filter(|declared| declared.kind == ApplicationKind::Job);
    let of_event = declared.filter(|declared| declared.kind == ApplicationKind::Event);
    let place = application.hosted.as_ref().map(|hosted| &hosted.place);
    let answers = place.is_some_and(|place| matches!(place, Place::Service { .. } | Place::Files { .. }));
    let url =
        kind.filter(|_| answers).and_then(|kind| url(base_url, project, deployment.id, application.id, kind));
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

#[cfg(test)]
mod tests;
