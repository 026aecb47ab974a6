//! What a client sees of a deployment.

use contract::connect::deployments::DeploymentView;
use domain::connector_deployment::ConnectorDeployment;
use domain::text::ProjectKey;
use runtime::applications::url;

/// What a caller who reaches the API at `base_url` sees of a deployment.
pub(crate) fn view(deployment: ConnectorDeployment, project: &ProjectKey, base_url: &str) -> DeploymentView {
    let id = deployment.id;
    DeploymentView::new(deployment, |application, kind| url(base_url, project, id, application, kind))
}

#[cfg(test)]
mod tests;
