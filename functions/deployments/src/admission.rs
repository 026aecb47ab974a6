//! What a new deployment must fulfil before its configuration is looked at, in the order of Connect's checks.

use api::{Actor, ApiError, ErrorCode, ErrorItem};
use contract::connect::deployments::DeploymentDraft;
use domain::connector_deployment::{ConnectorDeployment, DeployedConnector, DeploymentType};
use domain::project_settings::ProjectSettings;
use domain::scope::Scope;
use domain::text::Key;
use runtime::Config;
use store::{Address, Kind, ProjectStore, StoreError};

use crate::connector;
use crate::connector::check_region;

/// What was found and decided for a draft.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// Purpose.
    pub(crate) kind: DeploymentType,
    /// What is deployed.
    pub(crate) connector: DeployedConnector,
}

/// Checks everything but the configuration. The first check that fails is told alone: those behind it may fail only
/// because of it.
pub(crate) async fn admit(
    config: &Config,
    project: &ProjectStore,
    actor: &Actor,
    draft: &DeploymentDraft,
) -> Result<Admitted, ApiError> {
    let connector = connector::find(project, &draft.connector).await?;
    let kind = kind(draft.kind, connector.staged)?;
    check_production(project, kind).await?;
    check_region(config, &connector, &draft.region)
        .map_err(|cause| ApiError::new(ErrorCode::DeploymentUnsupportedRegion, cause))?;
    check_scope(actor, &connector)?;
    if let Some(key) = &draft.key {
        check_key(project, key).await?;
    }
    Ok(Admitted { kind, connector })
}

/// The type that is asked for, or follows from the reference.
fn kind(asked: Option<DeploymentType>, staged: bool) -> Result<DeploymentType, ApiError> {
    use DeploymentType::{Preview, Production, Sandbox};
    let (what, allowed): (_, &[DeploymentType]) =
        if staged { ("staged", &[Preview]) } else { ("published", &[Sandbox, Production]) };
    let default = if staged { Preview } else { Sandbox };
    let kind = asked.unwrap_or(default);
    if allowed.contains(&kind) {
        return Ok(kind);
    }
    let allowed: Vec<&str> = allowed.iter().map(|kind| kind.as_str()).collect();
    Err(ApiError::new(
        ErrorCode::DeploymentInvalidType,
        format!("A {what} connector is not deployed as '{}'; allowed: {}", kind.as_str(), allowed.join(", ")),
    ))
}

/// Whether the project takes deployments of that type. It does until its settings say otherwise.
async fn check_production(project: &ProjectStore, kind: DeploymentType) -> Result<(), ApiError> {
    if kind != DeploymentType::Production {
        return Ok(());
    }
    let settings = project.settings().await?;
    if ProjectSettings::allow_production(settings.as_ref().map(|stored| &stored.entity)) {
        return Ok(());
    }
    let message = "Production deployments are switched off for this project; deploy as 'sandbox', or switch \
                   productionEnabled on in the project's settings";
    Err(ApiError::new(ErrorCode::DeploymentProductionDeactivated, message))
}

/// Whoever deploys a connector with an API client makes that client, and gives it what they have themselves.
pub(crate) fn check_scope(actor: &Actor, connector: &DeployedConnector) -> Result<(), ApiError> {
    let wants_client = connector.specification.api_client_scopes.is_some();
    if wants_client && !actor.scopes.grant(Scope::ManageApiClients) {
        return Err(ApiError::forbidden(Scope::ManageApiClients));
    }
    Ok(())
}

/// Another deployment has the key. Connect names the member, where Slipway's own operations point at it.
pub(crate) fn taken(key: String) -> ApiError {
    let kind = Kind::ConnectorDeployment;
    let message = StoreError::Duplicate { kind, field: "key", value: key.clone() }.sentence();
    let item =
        ErrorItem::new(ErrorCode::DuplicateField, message).with("field", "key").with("duplicateValue", key);
    ApiError::of(item)
}

/// Tells early that a key is taken. Who comes at the same moment is told by the write.
async fn check_key(project: &ProjectStore, key: &Key) -> Result<(), ApiError> {
    match project.get::<ConnectorDeployment>(&Address::Key(key.clone())).await {
        Ok(_) => Err(taken(key.to_string())),
        Err(StoreError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
