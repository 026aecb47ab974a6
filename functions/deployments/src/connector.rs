//! Which connector a request means, and what of it a deployment keeps.

use api::{ApiError, ErrorCode};
use contract::connect::deployments::ConnectorReference;
use domain::connector::{Connector, ConnectorStaged, Previewable};
use domain::connector_deployment::{ConnectorDeployment, DeployedConnector};
use domain::text::Region;
use runtime::Config;
use store::{Address, ProjectStore, StoreError};

/// A connector as it is now.
#[derive(Debug)]
pub(crate) struct Found {
    connector: DeployedConnector,
    /// For a published one, the version of the staged one that was published.
    published_from: Option<u64>,
    /// For a staged one, whether it passed its checks.
    previewable: Previewable,
}

/// The connector that a reference names, if this project may deploy it.
pub(crate) async fn find(
    project: &ProjectStore,
    reference: &ConnectorReference,
) -> Result<DeployedConnector, ApiError> {
    let found = newest(project, &address(reference)?, is_staged(reference)).await?;
    let found = found.filter(|found| means(reference, found)).ok_or_else(|| not_found(reference))?;
    found.deployable().map_err(|cause| ApiError::new(ErrorCode::ConnectorStagedNotPreviewable, cause))
}

fn is_staged(reference: &ConnectorReference) -> bool {
    reference.staged.unwrap_or_default()
}

fn address(reference: &ConnectorReference) -> Result<Address, ApiError> {
    match (&reference.id, &reference.key) {
        (Some(id), _) => Ok(Address::Id(id.uuid())),
        (None, Some(key)) => Ok(Address::Key(key.clone())),
        (None, None) => Err(ApiError::invalid_field("/connector", "must have an id or a key")),
    }
}

/// Whether everything that a reference says is true of the connector.
fn means(reference: &ConnectorReference, found: &Found) -> bool {
    let connector = &found.connector;
    let is_version = |version| connector.version == version || found.published_from == Some(version);
    reference.key.as_ref().is_none_or(|key| connector.key.as_ref() == Some(key))
        && reference.version.is_none_or(is_version)
}

/// One answer for a connector that is not there and for one that is not this project's to deploy.
pub(crate) fn not_found(reference: &ConnectorReference) -> ApiError {
    let words = |name, value: Option<String>| value.map(|value| format!("{name} '{value}'"));
    let named = [
        words("id", reference.id.map(|id| id.to_string())),
        words("key", reference.key.as_ref().map(ToString::to_string)),
        words("version", reference.version.map(|version| version.to_string())),
    ];
    let kind = if is_staged(reference) { "staged" } else { "published" };
    let named: Vec<String> = named.into_iter().flatten().collect();
    ApiError::new(
        ErrorCode::ConnectorReferenceNotFound,
        format!("There is no {kind} connector with {} that this project may deploy", named.join(" and ")),
    )
}

impl Found {
    fn staged(staged: ConnectorStaged) -> Self {
        let connector = DeployedConnector {
            id: staged.id,
            key: staged.key,
            version: staged.metadata.version,
            owner: staged.owner,
            staged: true,
            certified: false,
            profile: staged.profile,
            specification: staged.specification,
            package: staged.package,
        };
        Self { connector, published_from: None, previewable: staged.previewable }
    }

    fn published(published: Connector) -> Self {
        let connector = DeployedConnector {
            id: published.id,
            key: published.key,
            version: published.metadata.version,
            owner: published.owner,
            staged: false,
            certified: published.certified,
            profile: published.profile,
            specification: published.specification,
            package: published.package,
        };
        Self { connector, published_from: published.staged_version, previewable: Previewable::True }
    }

    /// The connector, or why a staged one is not deployed.
    fn deployable(self) -> Result<DeployedConnector, String> {
        let cause = match self.previewable {
            Previewable::True => return Ok(self.connector),
            Previewable::False => "it did not pass the checks; previewableReport says why",
            Previewable::Pending => "it is being checked; wait until isPreviewable is \"true\"",
            Previewable::None => "it was not checked since it changed; send it the action updatePreviewable",
        };
        Err(format!("The staged connector '{}' cannot be deployed: {cause}", self.connector.id))
    }
}

/// The connector as it is now; nothing when it is gone, or not this project's to deploy.
async fn newest(
    project: &ProjectStore,
    address: &Address,
    staged: bool,
) -> Result<Option<Found>, StoreError> {
    let found = if staged {
        project.open_staged(address).await.map(|stored| Found::staged(stored.entity))
    } else {
        project.open_connector(address).await.map(|stored| Found::published(stored.entity))
    };
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a deployment's connector is now, staged or published as it was deployed, if the deployment can move to it.
pub(crate) async fn successor(
    config: &Config,
    project: &ProjectStore,
    deployment: &ConnectorDeployment,
) -> Result<DeployedConnector, ApiError> {
    let before = &deployment.connector;
    let found = newest(project, &Address::Id(before.id.uuid()), before.staged).await?;
    let gone = || "it is gone, or this project may not deploy it any more".to_owned();
    let connector = found.ok_or_else(gone).and_then(Found::deployable).and_then(|connector| {
        check_region(config, &connector, &deployment.deployed_region)?;
        Ok(connector)
    });
    connector.map_err(|cause| {
        let key = deployment.key.as_ref().map(|key| format!(" (key '{key}')")).unwrap_or_default();
        ApiError::new(ErrorCode::DeploymentConnectorUpdateFailure, format!(
            "The deployment '{}'{key} cannot be moved to the newest version of the connector '{}': {cause}",
            deployment.id, before.id
        ))
    })
}

/// Whether the connector can be deployed there, or why not.
pub(crate) fn check_region(
    config: &Config,
    connector: &DeployedConnector,
    region: &Region,
) -> Result<(), String> {
    if !config.knows_region(region) {
        return Err(format!(
            "The region '{region}' is not known here; there are {}",
            config.regions.join(", ")
        ));
    }
    let supported = &connector.profile.supported_regions;
    if supported.is_empty() || supported.contains(region) {
        return Ok(());
    }
    let supported: Vec<&str> = supported.iter().map(Region::as_str).collect();
    Err(format!("The connector does not support the region '{region}'; it supports {}", supported.join(", ")))
}

#[cfg(test)]
mod tests;
